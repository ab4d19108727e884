"""assayd as a user who is not root: tarball builders are root in a user namespace, by tarball_runner.

Nix's store belongs to root here, so that a nix-daemon of the test's own does the builds."""

import os
import shutil
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import BIN, SOURCE, START_SECONDS, Daemon, scripted, tarball

NOBODY = 65534
RUNNER = ["unshare", "--user", "--map-auto", "--map-root-user"]

# What a builder leaves for which its user's rights outside of the namespace do not suffice.
MAKE = """
mkdir -m 700 "$TMPDIR/theirs" "$PWD/theirs"
touch "$TMPDIR/theirs/file" "$PWD/theirs/file"
chown -R 5:5 "$TMPDIR/theirs" "$PWD/theirs"
echo begun
"""

# In a mount namespace, so that the machine's own files stay as they are.
BECOME_NOBODY = """mount --bind "$1" /etc/subuid && mount --bind "$1" /etc/subgid && shift &&
exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
"""


def as_nobody(ids, *command):
    return ["unshare", "--mount", "sh", "-c", BECOME_NOBODY, "sh", ids, *command]


def can_map():
    """Whether this machine lets somebody without rights have a user namespace with many users."""
    if os.geteuid() != 0 or not shutil.which("newuidmap"):
        return False
    with tempfile.NamedTemporaryFile("w") as ids:
        ids.write("nobody:100000:65536\n")
        ids.flush()
        os.chmod(ids.name, 0o644)
        done = subprocess.run(as_nobody(ids.name, *RUNNER, "true"), capture_output=True, check=False)
        return done.returncode == 0


@unittest.skipUnless(can_map(), "needs root to become somebody else, newuidmap, and user namespaces")
class Unprivileged(unittest.TestCase):
    def setUp(self):
        self.server = Daemon(tarball_runner=RUNNER)
        self.addCleanup(self.server.close)
        folder = self.server.folder
        # Programs and flake may lie where others cannot reach them.
        for name in ("assayd", "assay-sign", "assay-audit"):
            shutil.copy(BIN / name, folder / name)
        shutil.copytree(SOURCE / "tests" / "flake", folder / "flake")
        ids = folder / "ids"
        ids.write_text("nobody:100000:65536\n")
        self.server.program = as_nobody(ids, folder / "assayd")
        self.start_nix(folder / "nix.socket")

    def start_nix(self, path):
        """A nix-daemon that listens on `path`."""
        settings = "sandbox = false\nbuild-users-group =\nsubstituters =\ntrusted-users = *\n"
        daemon = subprocess.Popen(  # pylint: disable=consider-using-with
            ["nix-daemon"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "NIX_DAEMON_SOCKET_PATH": str(path),
                 "NIX_CONFIG": settings})
        self.addCleanup(daemon.wait, START_SECONDS)
        self.addCleanup(daemon.kill)
        while daemon.poll() is None:
            with socket.socket(socket.AF_UNIX) as client:
                if client.connect_ex(str(path)) == 0:
                    break
        path.chmod(0o666)
        self.server.config["nix"] = {"options": {"store": f"unix://{path}"}}

    def start(self, **targets):
        self.server.config["targets"] = targets
        for path in (self.server.folder, *self.server.folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        return self.server.start()

    def test_a_tarball_becomes_a_release(self):
        daemon = self.start(minimal={**tarball("minimal"),
                                     "flake": f"path:{self.server.folder}/flake"})
        with open(f"/proc/{daemon.process.pid}/status", encoding="utf-8") as file:
            self.assertIn(f"Uid:\t{NOBODY}\t{NOBODY}", file.read())
        self.assertIn("not isolated", daemon.log())
        self.assertIn(b'"isolated":false', daemon.request("GET", "/readyz")[2])
        build = daemon.build("minimal")
        shown = daemon.wait(build)
        self.assertEqual(shown["state"], "published", daemon.build_log(build))
        release = daemon.api("GET", f"/releases/{shown['release']}")
        _, _, data = daemon.request("GET", release["url"])
        self.assertEqual(len(data), release["size"])
        self.assertEqual(os.listdir(daemon.work / "staging"), [])
        self.assertEqual(os.listdir(daemon.work / "slot-0" / "tmp"), [])

    def test_what_other_users_of_the_namespace_own_is_removed(self):
        daemon = self.start(
            fails=scripted(self.server.folder / "fails", MAKE + "exit 1"),
            canceled=scripted(self.server.folder / "waits", MAKE + "exec sleep 600"))
        for name, state in (("fails", "failed"), ("canceled", "canceled")):
            with self.subTest(name):
                build = daemon.build(name)
                self.assertIn("begun", daemon.wait_log(build, "begun\n"))
                if name == "canceled":
                    daemon.api("POST", f"/builds/{build}/cancel")
                self.assertEqual(daemon.wait(build)["state"], state, daemon.build_log(build))
                daemon.stop()  # waits for the slot
                self.assertEqual(daemon.processes(), {})
                daemon.start()  # removes what a canceled build could not
                self.assertEqual(os.listdir(daemon.work / "staging"), [], daemon.log())

    def test_cancelling_tidies_up_what_others_own(self):
        daemon = self.start(it=scripted(self.server.folder / "it", MAKE + "exec sleep 600"))
        first = daemon.build("it")
        self.assertIn("begun", daemon.wait_log(first, "begun\n"))
        daemon.api("POST", f"/builds/{first}/cancel")
        second = daemon.build("it")  # in the same slot, once that is tidy
        self.assertIn("begun", daemon.wait_log(second, "begun\n"))
        self.assertEqual(os.listdir(daemon.work / "staging"), [str(second)], daemon.log())
        self.assertNotIn("cannot tidy up", daemon.log())


if __name__ == "__main__":
    unittest.main()
