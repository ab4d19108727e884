"""What the process that reads an artifact cannot do, tried for real: each attempt is made once
without the lock-down, where it works, and once under it."""
import json
import os
import subprocess
import tempfile
import unittest

AUDIT = os.path.join(os.environ["ASSAY_BIN"], "assay-audit")

WORKER = {
    "open_read", "open_write", "unlink", "socket_inet", "socket_unix", "connect", "execve", "fork",
    "ptrace", "kill", "map_code", "make_code", "set_limit",
}
# qemu-nbd maps code, as it is a program of its own, and its limits are hard ones.
NBD = WORKER - {"map_code", "make_code", "set_limit"}
# By seccomp alone. The rest is Landlock's, where the kernel has it.
NBD_SECCOMP = {"socket_inet", "socket_unix", "connect", "execve", "fork", "ptrace", "kill"}


def probe(*arguments):
    done = subprocess.run([AUDIT, *arguments], stdout=subprocess.PIPE, check=False)
    return done.returncode, json.loads(done.stdout)


class Sandbox(unittest.TestCase):
    def check(self, attempts, denied):
        for name in denied:
            with self.subTest(attempt=name):
                self.assertEqual(attempts[name]["unlocked"], "allowed", "the attempt proves nothing")
                self.assertEqual(attempts[name]["locked"], "denied")

    def test_the_worker_can_do_nothing(self):
        status, result = probe("--probe")
        self.assertEqual(set(result["attempts"]), WORKER)
        self.check(result["attempts"], WORKER)
        self.assertEqual(status, 0)
        self.assertIs(result["sandbox"]["seccomp"], True)

    def test_qemu_nbd_can_open_nothing_and_connect_to_nothing(self):
        with tempfile.NamedTemporaryFile() as disk:
            status, result = probe("--probe-nbd", disk.name)
        self.assertEqual(set(result["attempts"]), NBD)
        landlock = result["sandbox"]["landlock"]
        self.check(result["attempts"], NBD if landlock else NBD_SECCOMP)
        self.assertEqual(status, 0 if landlock else 1)

    def test_by_hand_it_says_what_it_is_for(self):
        done = subprocess.run([AUDIT], stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--probe", done.stderr)


if __name__ == "__main__":
    unittest.main()
