"""assay scan: auditing local files with no server; wrong use of it."""
import hashlib
import io
import json
import os
import random
import shutil
import stat
import subprocess
import tarfile
import unittest
import zlib

from cli_harness import CliTest


# A token as GitHub makes them: the last six characters are a checksum of the thirty before.
def github_token():
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    body = "Kx7TqPzWv3RmYd9LsHb2NcJf8GuEa5"
    number, checksum = zlib.crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        checksum = alphabet[digit] + checksum
    return "ghp_" + body + checksum.rjust(6, "0")


TOKEN = github_token()


def archive(mode="w", **files):
    """A tar in memory; a "__" in a name is a slash."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode) as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name.replace("__", "/"))
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return data.getvalue()


class Content(CliTest):
    def put(self, name, data):
        (self.home / name).write_bytes(data)
        return name

    def report(self, *args, code=0, **more):
        """The report that --format json prints: nothing else is on stdout."""
        return json.loads(self.assay("scan", *args, "--format", "json", code=code, **more)[0])

    def test_a_clean_archive_passes(self):
        data = archive(etc__motd=b"Welcome.\n", srv__notes=b"nothing to see\n")
        report = self.report(self.put("clean.tar", data))
        self.assertEqual((report["verdict"], report["artifact"]["name"], report["findings"]),
                         ("pass", "clean.tar", []))
        self.assertEqual(report["artifact"]["sha256"], hashlib.sha256(data).hexdigest())
        self.assertEqual(report["artifact"]["size"], len(data))
        self.assay("scan", "clean.tar")

    def test_what_was_deleted_says_so(self):
        """On FAT, which keeps a deleted file's name: under that, and in the free space."""
        self.put("kept", b"nothing to see\n" * 1000)
        self.put("gone", b"T=" + TOKEN.encode() + b"\n")
        image = str(self.home / "disk.img")
        environment = dict(os.environ, MTOOLS_SKIP_CHECK="1")
        for command in (["/usr/sbin/mkfs.vfat", "-F", "16", "-C", image, "20000"],
                        ["mcopy", "-i", image, str(self.home / "kept"), "::/kept.text"],
                        ["mcopy", "-i", image, str(self.home / "gone"), "::/netrc.text"],
                        ["mdel", "-i", image, "::/netrc.text"]):
            subprocess.run(command, check=True, capture_output=True, env=environment)
        report = self.report("disk.img", code=1)
        [finding] = [f for f in report["findings"] if f["class"] == "secret"]
        places = {(p["path"], p.get("in")) for p in [finding] + finding.get("places", [])}
        self.assertEqual(places, {("/netrc.text (deleted)", "deleted"), ("/(free)", "unallocated")})
        text = self.assay("scan", "disk.img", code=1)[0]
        for words in ("in a deleted file", "in unallocated space", "zerofree"):
            self.assertIn(words, text)

    def test_a_planted_token_is_found_and_never_shown(self):
        self.put("bad.tar.gz", archive("w:gz", srv__app__deploy=f"T={TOKEN}\n".encode()))
        text = self.assay("scan", "bad.tar.gz", code=1)
        self.assertIn("srv/app/deploy", text[0])
        report = self.report("bad.tar.gz", code=1)
        self.assertEqual(report["verdict"], "reject")
        self.assertIn("/srv/app/deploy", [finding["path"] for finding in report["findings"]])
        _, terminal = self.on_terminal("scan", "bad.tar.gz")
        for shown in (*text, json.dumps(report), terminal.decode()):
            self.assertNotIn(TOKEN, shown)
            self.assertNotIn(TOKEN[4:34], shown)

    def test_fingerprints_are_the_same_from_scan_to_scan_and_differ_between_homes(self):
        self.keep_at_home()
        self.put("bad.tar", archive(srv__deploy=f"T={TOKEN}\n".encode()))
        once, again = (self.report("bad.tar", code=1)["findings"][0]["fingerprint"]
                       for _ in range(2))
        self.assertEqual(once, again)
        key = self.home / ".local/state/assay/fingerprint.key"
        self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600)
        other = self.report("bad.tar", code=1, XDG_STATE_HOME=str(self.home / "other"))
        self.assertNotEqual(other["findings"][0]["fingerprint"], once)

    def test_what_cannot_be_read_in_full_is_3(self):
        whole = archive("w:gz", srv__noise=random.Random(1).randbytes(300000))
        self.put("cut.tar.gz", whole[:len(whole) // 2])
        report = self.report("cut.tar.gz", code=3)
        self.assertEqual(report["verdict"], "incomplete")
        self.assertTrue(report["coverage"]["unread"])
        self.assertIn("cut.tar.gz", self.assay("scan", "cut.tar.gz", code=3)[0])

    def test_stdin_is_audited_like_a_file(self):
        self.keep_at_home()
        data = archive("w:gz", srv__deploy=f"T={TOKEN}\n".encode())
        report = self.report("-", code=1, stdin=data)
        self.assertEqual((report["artifact"]["name"], report["artifact"]["sha256"]),
                         ("stdin", hashlib.sha256(data).hexdigest()))
        self.assertEqual({path.name for path in self.home.iterdir()}, {".cache", ".local"})

    def test_what_is_kept_changes_no_report_and_can_be_turned_off_or_removed(self):
        self.keep_at_home()
        text = "".join(f"line {i}\n" for i in range(20000)) + f"T={TOKEN}\n"
        self.put("bad.tar", archive(srv__deploy=text.encode()))

        def lasting(*arguments):
            report = self.report("bad.tar", *arguments, code=1)
            return {key: report[key] for key in report if key not in ("started", "seconds")}

        without = lasting("--no-cache")
        cache = self.home / ".cache/assay"
        self.assertFalse(cache.exists())
        for _ in range(2):
            self.assertEqual(lasting(), without)
        names = sorted(path.name.split("-")[0] for path in cache.iterdir())
        self.assertEqual(names, ["rules", "seen"])
        for path in cache.iterdir():
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
            path.write_bytes(b"")
        self.assertEqual(lasting(), without)
        shutil.rmtree(cache)
        self.assertEqual(lasting(), without)

    def test_a_policy_decides_what_blocks(self):
        self.put("bad.tar", archive(srv__deploy=f"T={TOKEN}\n".encode()))
        policy = {"schema": "assay.policy/1", "name": "lax", "extends": "base",
                  "block": {"secret": "never"}}
        self.put("lax.json", json.dumps(policy).encode())
        report = self.report("bad.tar", "--policy", "lax.json")
        self.assertEqual((report["verdict"], report["policy"]["name"]), ("pass", "lax"))
        self.assertEqual(report["findings"][0]["status"], "informational")


class Use(CliTest):
    def test_what_cannot_be_scanned_is_wrong_use_with_the_mend(self):
        (self.home / "folder").mkdir()
        (self.home / "file").write_bytes(b"x")
        os.mkfifo(self.home / "pipe")
        for args, said in ((["none"], "none"), (["folder"], "tar -c folder | assay scan -"),
                           (["pipe"], "assay scan -"), ([], "missing"),
                           (["file", "--format", "xml"], "xml"),
                           (["file", "--polcy=base"], "--policy"),
                           (["file", "--policy", "none.json"], "none.json")):
            with self.subTest(args=args):
                out, err = self.assay("scan", *args, code=2)
                self.assertEqual(out, "")
                self.assertIn(said, err)

    def test_the_fingerprint_key_needs_a_home(self):
        self.keep_at_home()
        (self.home / "file").write_bytes(b"x")
        self.assertIn("XDG_STATE_HOME", self.assay("scan", "file", code=2, HOME="")[1])


if __name__ == "__main__":
    unittest.main()
