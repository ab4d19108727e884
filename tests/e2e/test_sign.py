"""assay-sign, spoken to as assayd does: what it signs, what it refuses, what it can reach."""

import hashlib
import json
import os
import socket
import stat
import struct
import subprocess
import tempfile
import unittest

BIN = os.environ["ASSAY_BIN"]
CONTENT = b"an artifact\n"


def statement(**changes):
    digest = hashlib.sha256(CONTENT).hexdigest()
    base = {
        "schema": "assay.statement/1", "target": "minimal", "version": "2026.11.21-1",
        "name": "minimal.wsl", "sha256": digest,
        "blake2b": hashlib.blake2b(CONTENT).hexdigest(), "size": len(CONTENT),
        "channel": "nightly", "bypass": None,
        "audit": {"verdict": "pass", "artifact_sha256": digest, "policy": "base",
                  "policy_digest": "0" * 64, "report_sha256": "1" * 64},
    }
    audit = changes.pop("audit", {})
    return {**base, **changes, "audit": {**base["audit"], **audit}}


class Signer:
    """A running assay-sign and its greeting."""

    def __init__(self, key):
        ours, theirs = socket.socketpair()
        fd = theirs.fileno()
        self.socket = ours
        self.socket.settimeout(60)
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec "$0" "$1" 3<&{fd}', f"{BIN}/assay-sign", key],
            pass_fds=[fd])
        theirs.close()
        self.greeting = self.read()

    def send(self, message):
        body = json.dumps(message).encode()
        self.socket.sendall(struct.pack("<I", len(body)) + body)

    def read(self):
        header = self.socket.recv(4, socket.MSG_WAITALL)
        if not header:
            return None
        size = struct.unpack("<I", header)[0]
        return json.loads(self.socket.recv(size, socket.MSG_WAITALL))

    def ask(self, message):
        self.send(message)
        return self.read()

    def close(self):
        self.socket.close()
        return self.process.wait(60)


class SignTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.key = os.path.join(self.folder.name, "key")
        subprocess.run(["minisign", "-G", "-W", "-s", self.key, "-p", self.key + ".pub"],
                       check=True, stdout=subprocess.DEVNULL)
        os.chmod(self.key, 0o600)

    def start(self):
        signer = Signer(self.key)
        self.addCleanup(signer.close)
        return signer

    def test_stock_minisign_verifies_a_signed_statement(self):
        signer = self.start()
        answer = signer.ask(statement())
        path = os.path.join(self.folder.name, "minimal.wsl")
        with open(path, "wb") as file:
            file.write(CONTENT)
        with open(path + ".minisig", "w", encoding="utf-8") as file:
            file.write(answer["signature"])
        said = subprocess.run(["minisign", "-V", "-H", "-m", path, "-p", self.key + ".pub"],
                              check=True, capture_output=True, text=True).stdout
        for part in ("target:minimal", "version:2026.11.21-1", "channel:nightly",
                     "sha256:" + hashlib.sha256(CONTENT).hexdigest()):
            self.assertIn(part, said)
        self.assertEqual(signer.close(), 0)

    def test_what_did_not_pass_is_refused(self):
        signer = self.start()
        rows = [
            (statement(audit={"verdict": "reject"}), "only what passed"),
            (statement(audit={"verdict": "incomplete"}), "only what passed"),
            (statement(audit={"artifact_sha256": "2" * 64}), "another artifact"),
            (statement(bypass="in a hurry", audit={"verdict": "reject"}), "dev only"),
            (statement(name="../x"), "name"),
            (statement(name="a\tsha256:0"), "name"),
            (statement(blake2b="00"), "blake2b"),
            (statement(extra=1), "extra"),
            ({}, "missing"),
        ]
        for message, reason in rows:
            answer = signer.ask(message)
            self.assertNotIn("signature", answer)
            self.assertIn(reason, answer["refused"])
        self.assertIn("signature", signer.ask(statement()), "it goes on after a refusal")

    def test_a_bypass_is_signed_for_dev_and_marked(self):
        answer = self.start().ask(statement(bypass="in a hurry", channel="dev",
                                            audit={"verdict": "reject"}))
        self.assertRegex(answer["signature"], r"channel:dev\t.*\tbypass\n")

    def test_garbage_ends_it(self):
        for bytes_ in (b"\xff\xff\xff\xff", b"\x02\0\0\0[]", b"\x05\0\0\0{\"a\""):
            signer = self.start()
            signer.socket.sendall(bytes_)
            signer.socket.shutdown(socket.SHUT_WR)
            self.assertIsNone(signer.read())
            self.assertEqual(signer.close(), 1)

    def test_it_is_locked_down_before_it_answers(self):
        signer = self.start()
        self.assertIn("ready", signer.greeting)
        with open(f"/proc/{signer.process.pid}/status", encoding="utf-8") as file:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        self.assertEqual(status["Seccomp"], "2")
        self.assertEqual(status["NoNewPrivs"], "1")
        self.assertGreater(int(status["VmLck"].split()[0]), 0, "the key is not in locked memory")
        self.assertEqual(stat.S_IMODE(os.stat(self.key).st_mode), 0o600)

    def test_a_bad_key_file_is_named_with_the_mend(self):
        path, self.key = self.key, self.key + "-none"
        self.assertIn("assay key generate", self.start().greeting["error"])
        self.key = path
        os.chmod(self.key, 0o644)
        self.assertIn("chmod 600", self.start().greeting["error"])


if __name__ == "__main__":
    unittest.main()
