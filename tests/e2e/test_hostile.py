"""Artifacts that want to exhaust, trap or deceive the auditor, through the real worker: the audit
ends, says what was not read and why, never passes, and leaves nothing behind."""
import bz2
import gzip
import json
import lzma
import os
import subprocess
import unittest
from pathlib import Path

from bombs import (MIB, gzip_bomb, nested, tar_header, tar_of, zip_of, zip_overlapping, zip_tree,
                   zstd_window)
from cli_harness import CliTest
from test_cli_scan import TOKEN

SECRET = f"token={TOKEN}\n".encode()


def holding(folder):
    """The processes that work on files in `folder`: {id: command}."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            held = {os.readlink(link) for link in (process / "fd").iterdir()}
            command = (process / "cmdline").read_bytes()
        except OSError:  # it has ended
            continue
        if any(path.startswith(str(folder)) for path in held):
            found[int(process.name)] = command
    return found


class Hostile(CliTest):
    def setUp(self):
        super().setUp()
        (self.home / "tmp").mkdir()
        self.env["TMPDIR"] = str(self.home / "tmp")
        self.env["PATH"] += ":/usr/sbin:/sbin"

    def sh(self, script):
        done = subprocess.run(["bash", "-ec", script], cwd=self.home, env=self.env,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())

    def scan(self, artifact, code=3, **budget):
        """The report on `artifact`, bytes or the name of a file here. A secret is beside whatever
        is hostile where `code` is 1. Checks what is promised of every hostile artifact."""
        if isinstance(artifact, bytes):
            (self.home / "artifact").write_bytes(artifact)
            artifact = "artifact"
        (self.home / "policy.json").write_text(json.dumps(
            {"schema": "assay.policy/1", "name": "test", "extends": "base", "budget": budget}))
        out, err = self.assay("scan", artifact, "--format", "json", "--policy", "policy.json",
                              code=code)
        report = json.loads(out)
        self.assertEqual(report["verdict"], {1: "reject", 3: "incomplete"}[code])
        self.assertNotIn(TOKEN, out + err)
        self.assertTrue(report["coverage"]["unread"])
        self.assertEqual(holding(self.home), {})
        self.assertEqual(os.listdir(self.home / "tmp"), [])
        self.assertIs(report["sandbox"]["seccomp"], True)
        rules = [finding["rule"] for finding in report["findings"]]
        self.assertEqual("forges.github-pat" in rules, code == 1, rules)
        for place in report["coverage"]["unread"]:
            self.assertIn("unaudited." + place["reason"], rules)
        return report

    def unread(self, report, where, reason, *details):
        """That exactly one place was not read: `where` it is, and why, in words."""
        places = report["coverage"]["unread"]
        self.assertEqual([(place["where"], place["reason"]) for place in places], [(where, reason)],
                         places)
        for detail in details:
            self.assertIn(detail, places[0]["detail"])

    def bomb(self, name, data):
        """`data`, a bomb, alone and in a tar before a secret: stopped, and the walk goes on."""
        with self.subTest(name):
            self.unread(self.scan(data), "", "budget", "200 times its size")
            report = self.scan(tar_of(**{name: data, "srv__token": SECRET}), code=1)
            self.unread(report, name, "budget", "200 times its size")


class Bombs(Hostile):
    def packed(self, command):
        """What `command` makes of 300 MiB of zeros."""
        self.sh(f"head -c {300 * MIB} /dev/zero | {command} >packed")
        return (self.home / "packed").read_bytes()

    def test_streams_that_expand(self):
        self.bomb("gzip", gzip_bomb(10240 * MIB))
        self.bomb("gzip-9", self.packed("gzip -9"))
        self.bomb("bzip2", self.packed("bzip2 -9"))
        self.bomb("xz", self.packed("xz -0"))
        self.bomb("zstd", self.packed("zstd -19"))

    def test_a_window_larger_than_memory(self):
        data = zstd_window(31, b"a few bytes\n")
        self.unread(self.scan(data), "", "corrupt", "window of more than 128 MiB")
        report = self.scan(tar_of(window=data, token=SECRET), code=1)
        self.unread(report, "window", "corrupt", "window of more than 128 MiB")

    def test_zips_in_zips(self):
        data = zip_tree(6, 16, bytes(MIB))
        report = self.scan(data, entries=2000)
        self.assertIn("entries", report["coverage"]["unread"][0]["detail"])
        self.assertEqual(report["coverage"]["entries"], 2000)
        report = self.scan(tar_of(token=SECRET, bomb=data), code=1, expanded=100 * MIB)
        self.assertIn("bytes", report["coverage"]["unread"][0]["detail"])

    def test_members_that_overlap(self):
        data = zip_overlapping(200, bytes(8 * MIB))
        report = self.scan(tar_of(bomb=data, token=SECRET), code=1)
        self.assertIn({"where": "bomb", "reason": "budget",
                       "detail": "its members expand to more than 200 times its size"},
                      report["coverage"]["unread"])
        self.assertLess(report["coverage"]["bytes"], 200 * MIB)

    def test_containers_too_deep(self):
        for name, pack in (("gzip", lambda data: gzip.compress(data, mtime=0)),
                           ("bzip2", bz2.compress), ("xz", lzma.compress),
                           ("tar", lambda data: tar_of(tar=data)),
                           ("zip", lambda data: zip_of([("zip", data)]))):
            with self.subTest(name):
                data = nested(pack, b"at the bottom", 40)
                report = self.scan(tar_of(deep=data, token=SECRET), code=1)
                places = report["coverage"]["unread"]
                self.assertEqual(len(places), 1, places)
                self.assertTrue(places[0]["where"].startswith("deep"), places)
                self.assertIn("more than 8 deep", places[0]["detail"])


if __name__ == "__main__":
    unittest.main()
