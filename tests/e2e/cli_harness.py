"""Running the real command line in a home of its own, on a pipe or on a terminal."""
import fcntl
import os
import pty
import shutil
import struct
import subprocess
import tempfile
import termios
import unittest
from pathlib import Path

BIN = Path(os.environ["ASSAY_BIN"])
SOURCE = Path(os.environ["ASSAY_SOURCE"])


# What lasts from scan to scan, for all tests of a program: the compiled rules, which take seconds
# to make under the sanitizers, and the key that they are kept under.
KEPT = tempfile.TemporaryDirectory(prefix="assay-kept-")  # pylint: disable=consider-using-with


class CliTest(unittest.TestCase):
    """Each test has an empty home, which is its working folder as well. What scans keep lies
    elsewhere and is shared, unless a test calls keep_at_home()."""

    def setUp(self):
        self.home = Path(tempfile.mkdtemp(prefix="assay-cli-"))
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.env = {
            "PATH": f"{BIN}:/usr/bin:/bin",
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "ASSAY_SERVER": "http://127.0.0.1:1",  # nothing answers there
        }
        self.env["XDG_CACHE_HOME"] = self.env["XDG_STATE_HOME"] = KEPT.name

    def keep_at_home(self):
        del self.env["XDG_CACHE_HOME"], self.env["XDG_STATE_HOME"]

    def assay(self, *args, code=0, stdin=b"", text=True, **env):
        """Runs it on pipes and checks the exit code."""
        done = subprocess.run(
            [BIN / "assay", *map(str, args)], input=stdin, capture_output=True,
            cwd=self.home, env={**self.env, **env}, timeout=300, check=False)
        err = done.stderr.decode("utf-8", "replace")
        self.assertEqual(done.returncode, code, f"assay {args}: {err}{done.stdout[-2000:]!r}")
        self.assertNotIn("Sanitizer", err)
        return (done.stdout.decode() if text else done.stdout), err

    def on_terminal(self, *args, columns=80, **env):
        """Runs it on a terminal; returns the exit code and all it wrote there."""
        main, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        with subprocess.Popen(
                [BIN / "assay", *map(str, args)], stdin=side, stdout=side, stderr=side,
                cwd=self.home, env={**self.env, "TERM": "xterm", **env}) as process:
            os.close(side)
            written = bytearray()
            while True:
                try:
                    block = os.read(main, 65536)
                except OSError:  # EIO: the other side is closed
                    break
                if not block:
                    break
                written += block
            os.close(main)
            return process.wait(timeout=60), bytes(written)
