"""What a daemon that has worked holds: files that nobody else can read, no token, nothing open."""

import os
import socket
import stat
import struct
import unittest
from pathlib import Path
from urllib.parse import urlsplit

from harness import Daemon, tarball


class State(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # As a careless shell would start it.
        cls.addClassCleanup(os.umask, os.umask(0))
        cls.server = Daemon({"minimal": tarball("minimal")})
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.shown = cls.server.wait(cls.server.build("minimal"))
        cls.url = cls.server.api("GET", f"/releases/{cls.shown['release']}")["url"]

    def open_files(self):
        return len(os.listdir(f"/proc/{self.server.process.pid}/fd"))

    def test_others_can_read_and_write_nothing(self):
        self.assertEqual(stat.S_IMODE(self.server.state.stat().st_mode), 0o700)
        secret = {"assay.db", "assay.db-wal", "assay.db-shm", "fingerprint.key", "1-1.log"}
        for path in self.server.state.rglob("*"):
            mode = stat.S_IMODE(path.lstat().st_mode)
            with self.subTest(path.name, mode=oct(mode)):
                self.assertEqual(mode & 0o022, 0)
                if path.is_dir():
                    self.assertEqual(mode, 0o700)
                if path.name in secret:
                    secret.remove(path.name)
                    self.assertEqual(mode, 0o600)
        self.assertEqual(secret, set())
        for path in self.server.work.rglob("*"):
            self.assertEqual(stat.S_IMODE(path.lstat().st_mode) & 0o022, 0, path)

    def test_tokens_are_kept_nowhere(self):
        made = self.server.api("POST", "/tokens", {"name": "ci", "role": "trigger"})["token"]
        self.server.api("GET", "/builds", token=made)
        process = Path(f"/proc/{self.server.process.pid}")
        held = {"argv": (process / "cmdline").read_bytes(),
                "environment": (process / "environ").read_bytes()}
        self.server.stop()
        held["log"] = self.server.log().encode()
        for path in (*self.server.state.rglob("*"), *self.server.work.rglob("*")):
            if path.is_file():
                held[str(path)] = path.read_bytes()
        for where, data in held.items():
            for token in (made, self.server.token):
                self.assertFalse(token.encode() in data, where)
        self.server.start()

    def test_many_requests_leave_nothing_open(self):
        asked = ("/healthz", "/readyz", "/metrics", "/nothing", "/api/v1/builds/1/log",
                 "/api/v1/builds/1/report", "/api/v1/builds/99", "/api/v1/targets", self.url,
                 self.url + ".minisig", self.url + ".nothing", "/d/minimal/nightly/minimal.wsl")
        before = self.open_files()
        for _ in range(20):
            for path in asked:
                self.server.request("GET", path)
                self.server.request("HEAD", path, headers={"Range": "bytes=0-1"})
        while self.open_files() > before:  # the last connections' ends are still to be noticed
            self.server.request("GET", "/healthz")

    def test_builds_leave_nothing_open(self):
        before = self.open_files()
        self.server.wait(self.server.build("minimal"))
        while self.open_files() > before:
            self.server.request("GET", "/healthz")

    def test_downloads_that_are_broken_off_leave_nothing_open(self):
        at = urlsplit(self.server.url)
        before = self.open_files()
        for reset in (False, True):
            for _ in range(5):
                sock = socket.create_connection((at.hostname, at.port), timeout=60)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                sock.sendall(f"GET {self.url} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                self.assertIn(b"200 OK", sock.recv(1000))
                if reset:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                sock.close()
        while self.open_files() > before:
            self.assertEqual(self.server.request("GET", "/healthz")[0], 200)
        status, _, data = self.server.request("GET", self.url)
        self.assertEqual((status, len(data)), (200, self.shown["artifact"]["size"]))


if __name__ == "__main__":
    unittest.main()
