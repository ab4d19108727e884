"""The bar that a long audit draws: what it shows, that it fits, and that no path steers the terminal."""
import re
import tarfile
import unittest

from cli_harness import CliTest
from harness import DaemonTest, scripted

# "[#####     ]  27%  120 MiB of 1.4 GiB, 34 MiB/s, 38 s left, 12,345 entries  etc/passwd"; the
# time left is missing at the end, and so may the path be where it is cut.
NUMBERS = (r"(?P<percent>\d+)%  [\d.]+ \w+ of [\d.]+ \w+, [\d.]+ \w+/s(, \d+ (s|min) left)?, "
           r"(?P<entries>[\d,]+) entr(y|ies)  (?P<path>.*)")
FOLDER = "ev\x1b[31mil ä"


def block(number):
    """A tar entry of its own bytes."""
    info = tarfile.TarInfo(f"{FOLDER}/{number}")
    info.size = 512
    return info.tobuf(tarfile.GNU_FORMAT) + f"entry {number}, ".encode().ljust(512, b".")


class Bar(CliTest):
    def lines_drawn(self, columns):
        """The lines of a scan that takes long enough for a bar, however fast the machine is."""
        artifact = self.home / "many.tar"
        artifact.write_bytes(b"")
        first, more = 0, 20000
        while True:
            with artifact.open("r+b") as tar:
                tar.seek(first * len(block(0)))
                for number in range(first, first + more):
                    tar.write(block(number))
                tar.write(bytes(1024))
            code, written = self.on_terminal("scan", "--no-cache", "many.tar", columns=columns,
                                             NO_COLOR="1")
            self.assertIn(code, (0, 1), written)
            self.assertNotIn(b"\x1b[31m", written)
            lines = re.findall(r"\r([^\r\x1b]+)\x1b\[K", written.decode())
            if len(lines) >= 2:
                return lines
            first, more = first + more, first + more

    def test_a_wide_terminal_shows_it_all(self):
        seen = []
        for line in self.lines_drawn(columns=120):
            shown = re.fullmatch(r"\[(?P<meter>#* *)\] +" + NUMBERS, line)
            self.assertIsNotNone(shown, line)
            self.assertEqual(len(shown["meter"]), 20)
            self.assertEqual(shown["meter"].count("#"), int(shown["percent"]) // 5)
            self.assertRegex(shown["entries"], r"^\d{1,3}(,\d{3})*$")
            self.assertRegex(shown["path"], r"^ev\?\[31mil ä/\d+$")
            seen.append(int(shown["entries"].replace(",", "")))
        self.assertEqual(seen, sorted(seen))

    def test_a_narrow_terminal_loses_the_meter_first_and_then_the_paths_end(self):
        for line in self.lines_drawn(columns=72):
            self.assertLessEqual(len(line), 71)
            self.assertRegex(line, "^" + NUMBERS)


class BuildBar(CliTest, DaemonTest):
    def test_a_build_that_is_waited_for_shows_entries_and_paths(self):
        artifact = self.home / "many.tar"
        daemon = self.daemon()
        daemon.config["targets"] = {"many": scripted(daemon.folder / "many",
                                                     f'cp {artifact} "$1"')}
        daemon.start()
        lines, count = [], 40000
        while not lines:  # the audit takes long enough for a bar, however fast the machine is
            with artifact.open("wb") as tar:
                for number in range(count):
                    tar.write(block(number))
                tar.write(bytes(1024))
            code, written = self.on_terminal("build", "many", "--wait", columns=120, NO_COLOR="1",
                                             ASSAY_SERVER=daemon.url, ASSAY_TOKEN=daemon.token)
            self.assertIn(code, (0, 1), written)
            self.assertNotIn(b"\x1b[31m", written)
            drawn = re.findall(r"\r(\[[^\r\x1b]+)\x1b\[K", written.decode())
            lines = [re.fullmatch(r"\[#* *\] +" + NUMBERS, line) for line in drawn]
            count *= 2
        self.assertNotIn(None, lines, drawn)
        for shown in lines:
            self.assertRegex(shown["path"], r"^(ev\?\[31mil ä/\d+|\(headers\))$")
        self.assertGreater(int(lines[-1]["entries"].replace(",", "")), 0)


if __name__ == "__main__":
    unittest.main()
