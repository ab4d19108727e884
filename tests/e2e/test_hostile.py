"""Artifacts that want to exhaust, trap or deceive the auditor, through the real worker: the audit
ends, says what was not read and why, never passes, and leaves nothing behind."""
import bz2
import gzip
import io
import json
import lzma
import os
import signal
import subprocess
import tarfile
import unittest
import zipfile
from pathlib import Path

from bombs import (MIB, gzip_bomb, nested, numbered, tar_header, tar_of, zip_of, zip_overlapping,
                   zip_tree, zstd_window)
from cli_harness import KEPT, CliTest
from harness import BIN, DaemonTest, scripted, tarball
from quines import gzip_quine, zip_quine
from sparse import SPARSE, padded, sparse_1_0
from test_cli_scan import TOKEN
from test_worker import finish, start_scan, stop_reading_worker

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
        """What `command` makes of 100 MiB of zeros."""
        self.sh(f"head -c {100 * MIB} /dev/zero | {command} >packed")
        return (self.home / "packed").read_bytes()

    def test_streams_that_expand(self):
        self.bomb("gzip", gzip_bomb(10240 * MIB))
        self.bomb("gzip-9", self.packed("gzip -9"))
        self.bomb("bzip2", self.packed("bzip2 -9"))
        self.bomb("xz", self.packed("xz -0"))
        self.bomb("zstd", self.packed("zstd -19"))

    def test_a_window_larger_than_memory(self):
        data = zstd_window(31, b"a few bytes\n")
        self.unread(self.scan(data), "", "budget", "too much memory")
        report = self.scan(tar_of(window=data, token=SECRET), code=1)
        self.unread(report, "window", "budget", "too much memory")

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

    def test_files_that_hold_themselves(self):
        gzipped, zipped = gzip_quine(), zip_quine()
        self.assertEqual(gzip.decompress(gzipped), gzipped)
        with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
            name, = archive.namelist()
            self.assertEqual(archive.read(name), zipped)
        self.unread(self.scan(gzipped), "q", "budget", "more than 8 deep")
        self.unread(self.scan(zipped), "!".join([name] * 9), "budget", "more than 8 deep")
        report = self.scan(tar_of(q=gzipped, z=zipped, token=SECRET), code=1)
        self.assertEqual({(place["where"].split("!")[0], place["reason"])
                          for place in report["coverage"]["unread"]},
                         {("q", "budget"), ("z", "budget")})


class Sizes(Hostile):
    """Sizes that lie."""

    def test_a_tar_that_promises_more_than_it_holds(self):
        data = tar_header("token", 1 << 40) + SECRET + bytes(1000)
        report = self.scan(data, code=1)
        self.assertIn(("token", "corrupt"), [(place["where"], place["reason"])
                                             for place in report["coverage"]["unread"]])

    def test_sizes_at_the_end_of_gzip_and_in_zip(self):
        data = bytearray(gzip.compress(b"content " * 100))
        data[-4:] = b"\xff\xff\xff\x7f"
        self.assertEqual(self.scan(bytes(data))["coverage"]["unread"][0]["reason"], "corrupt")
        data = bytearray(zip_of([("a", b"content " * 100)]))
        for at in (22, data.rindex(b"PK\1\2") + 24):
            data[at:at + 4] = b"\0\0\0\1"
        self.assertEqual(self.scan(bytes(data))["coverage"]["unread"][0]["reason"], "corrupt")

    def test_holes_cost_nothing(self):
        self.sh(f"""
            mkdir tree; truncate -s 1T tree/huge; echo 'token={TOKEN}' >tree/token
            tar -cSf sparse.tar tree
            qemu-img create -q -f qcow2 -o cluster_size=2M disk.qcow2 60T""")
        for name, code in (("sparse.tar", 1), ("disk.qcow2", 0)):
            report = json.loads(self.assay("scan", name, "--format", "json", code=code)[0])
            self.assertEqual(report["coverage"]["unread"], [])

    def sparse(self, size, pieces, data=SECRET):
        """A tar of tars, one for each format of sparse files, each with a file of such a map."""
        return tar_of(**{kind.__name__: kind("file", size, pieces, data) + bytes(1024)
                         for kind in SPARSE})

    def places(self, report):
        return {place["path"].strip("/") for finding in report["findings"]
                if finding["rule"] == "forges.github-pat"
                for place in [finding, *finding.get("places", [])]}

    def test_sparse_files_of_8_eib_are_read(self):
        size = (1 << 63) - 1
        for offset in (0, size - len(SECRET)):
            (self.home / "a.tar").write_bytes(
                self.sparse(size, [(offset, len(SECRET)), (size, 0)]))
            report = json.loads(self.assay("scan", "a.tar", "-f", "json", code=1)[0])
            self.assertEqual(report["coverage"]["unread"], [])
            self.assertLessEqual({f"{kind.__name__}!file" for kind in SPARSE}, self.places(report))
            self.assertLess(report["coverage"]["bytes"], MIB)

    def test_maps_of_sparse_files_that_lie(self):
        size = (1 << 63) - 1
        lies = {"more-than-there-is": [(0, size)],
                "over-the-end": [(size - 3, len(SECRET))],
                "no-number-at-all": [((1 << 64) - 9, len(SECRET))],
                "backwards": [(1 << 40, 10), (0, len(SECRET) - 10)]}
        tars = {name: self.sparse(size, pieces) for name, pieces in lies.items()}
        count = sparse_1_0("file", size, [(0, len(SECRET))], SECRET, count=10 ** 17)
        report = self.scan(tar_of(**tars, count=count, token=SECRET), code=1)
        told = {"!".join(place["where"].split("!")[:2])
                for place in report["coverage"]["unread"]}
        self.assertEqual(told, {"count"} | {f"{name}!{kind.__name__}" for name in lies
                                            for kind in SPARSE})

    def test_a_map_of_millions_of_pieces(self):
        """libarchive would keep a dozen times its size in memory."""
        tars = {"map": sparse_1_0("file", len(SECRET), [(0, 0)] * (5 << 20), SECRET)}
        report = self.scan(tar_of(**tars, token=SECRET), code=1)
        (unread,) = report["coverage"]["unread"]
        self.assertIn("the header of an entry has more than 8 MiB", unread["detail"])
        self.assertIn("token", self.places(report))


class Budgets(Hostile):
    """Each limit of the policy, reached."""

    def many(self, count):
        """A tar of `count` empty files, written as it is made."""
        with open(self.home / "many.tar", "wb") as out:
            for i in range(count):
                out.write(tar_header(f"d/{i}", 0))
            out.write(bytes(1024))
        return "many.tar"

    def test_entries(self):
        report = self.scan(self.many(50_000), entries=10_000)
        self.assertEqual(report["coverage"]["entries"], 10_000)
        self.assertEqual(report["coverage"]["unread"][0]["detail"],
                         "more entries than the budget allows")

    def test_many_entries_fit_into_the_worker(self):
        header = tar_header("d/0000000", 0)
        total = sum(header)
        with open(self.home / "many.tar", "wb") as out:
            for i in range(200_000):
                out.write(numbered(header, total, i))
            out.write(bytes(1024))
        out, _ = self.assay("scan", "many.tar", "--format", "json", code=0)
        coverage = json.loads(out)["coverage"]
        self.assertEqual(coverage["unread"], [])
        self.assertGreaterEqual(coverage["entries"], 200_000)

    def test_depth(self):
        data = nested(lambda data: tar_of(tar=data), b"x", 4)
        self.unread(self.scan(data, depth=2), "tar!tar!tar", "budget", "more than 2 deep")

    def test_expanded_bytes(self):
        report = self.scan(gzip_bomb(64 * MIB), expanded=MIB, ratio=100_000)
        self.unread(report, "", "budget", "bytes")

    def test_ratio(self):
        data = gzip.compress(os.urandom(8192) * 8704)
        self.unread(self.scan(data, ratio=1), "", "budget", "more than 1 times its size")

    def test_seconds(self):
        report = self.scan(gzip_bomb(1 << 40), seconds=1, ratio=100_000, expanded=1 << 50)
        self.unread(report, "", "budget", "the time for the audit is used up")


class Names(Hostile):
    def test_a_name_too_long_shows_no_part_of_a_secret(self):
        webhook = "/services/T0" + "1ABCDEF2/B01" + "ABCDEF23/4rT8xKq2" + "LmNp5vWz7YbHc9Jd"
        for name in ("d/" * 2025 + "hooks.slack.com" + webhook, "d/" * 2040 + TOKEN * 100,
                     "n" * 65536, "d" * 65000 + "/" + TOKEN):
            with self.subTest(name[-20:]):
                for data in (self.pax(name), zip_of([(name[:65535], b"x")])):
                    (self.home / "a").write_bytes(data)
                    done = subprocess.run(
                        [self.env["PATH"].split(":")[0] + "/assay", "scan", "a", "-f", "json"],
                        cwd=self.home, env=self.env, capture_output=True, check=False)
                    report = json.loads(done.stdout)
                    self.assertIn(done.returncode, (1, 3), done.stderr)
                    self.assertIn("bytes", report["coverage"]["unread"][0]["detail"])
                    for part in (TOKEN[:10], "1ABCDEF2", "ABCDEF23", "4rT8xKq2"):
                        self.assertNotIn(part.encode(), done.stdout + done.stderr)

    def pax(self, name):
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as tar:
            entry = tarfile.TarInfo(name)
            entry.size = 1
            tar.addfile(entry, io.BytesIO(b"x"))
        return data.getvalue()

    def test_paths_and_links_that_lead_elsewhere(self):
        self.sh(f"""
            mkdir in; cd in; mkdir d; ln -s self self; ln -s ../../../../etc/passwd up
            ln -s / d/root; mkfifo fifo; echo 'token={TOKEN}' >d/token; ln d/token d/hard
            tar -cPf ../a.tar --transform 's,^d/token,../../../../tmp/token,;s,^up,/etc/up,' .
            find . | cpio -o -H newc --quiet >../a.cpio""")
        with tarfile.open(self.home / "a.tar", "a") as tar:
            for name, kind, link in (("l1", tarfile.LNKTYPE, "l2"), ("l2", tarfile.LNKTYPE, "l1"),
                                     ("gone", tarfile.LNKTYPE, "nowhere"),
                                     ("null", tarfile.CHRTYPE, ""), ("disk", tarfile.BLKTYPE, "")):
                entry = tarfile.TarInfo(name)
                entry.type, entry.linkname = kind, link
                tar.addfile(entry)
        (self.home / "a.zip").write_bytes(zip_of([("../../../tmp/token", SECRET),
                                                  ("/etc/passwd", b"x")]))
        for name in ("a.tar", "a.cpio", "a.zip"):
            with self.subTest(name):
                out, _ = self.assay("scan", name, "--format", "json", code=1)
                report = json.loads(out)
                self.assertIn("forges.github-pat", [f["rule"] for f in report["findings"]])
                self.assertEqual(report["verdict"], "reject")
                self.assertFalse(Path("/tmp/token").exists())


class Changing(Hostile):
    """The artifact changes while the worker reads it."""

    def changed(self, change):
        path = self.home / "artifact"
        self.sh("head -c 30M /dev/urandom >a && tar -c a | gzip -1 >artifact && rm a")
        scan = start_scan(path, XDG_CACHE_HOME=KEPT.name, XDG_STATE_HOME=KEPT.name)
        worker = stop_reading_worker(scan)
        with open(path, "r+b") as file:
            change(file)
        os.kill(worker, signal.SIGCONT)
        code, report, err = finish(scan)
        self.assertNotIn("Sanitizer", err)
        self.assertEqual(holding(self.home), {})
        return code, report, err

    def test_it_shrinks(self):
        code, report, err = self.changed(lambda file: file.truncate(100_000))
        self.assertEqual(code, 3, err)
        self.assertTrue(report is None or report["verdict"] == "incomplete", report)
        self.assertTrue(report or "artifact" in err, err)

    def test_it_grows_or_is_written_to(self):
        def grow(file):
            file.seek(0, os.SEEK_END)
            file.write(SECRET)

        def write(file):
            file.seek(20 * MIB)
            file.write(SECRET)

        for change in (grow, write):
            with self.subTest(change.__name__):
                code, report, err = self.changed(change)
                self.assertEqual((code, report["verdict"]), (3, "incomplete"), err)
                self.assertIn("changed while it was read",
                              report["coverage"]["unread"][0]["detail"])

    def test_a_fifo_is_refused(self):
        self.sh("mkfifo fifo")
        _, err = self.assay("scan", "fifo", code=2)
        self.assertIn("not a regular file", err)


SANITIZED = b"__asan_init" in (BIN / "assay-audit").read_bytes()


class Built(DaemonTest):
    @unittest.skipIf(SANITIZED, "the sanitizer's shadow takes more memory than any limit allows")
    def test_a_worker_over_its_memory_is_not_clean(self):
        """The same artifact with enough memory for its window of 128 MiB, and without."""
        for memory, verdict in ((512, "pass"), (112, "incomplete")):
            with self.subTest(memory):
                daemon = self.daemon()
                daemon.config["audit"] = {"memory_mib": memory}
                daemon.config["targets"] = {"window": scripted(
                    daemon.folder / "window",
                    'head -c 1M /dev/zero >noise; tar -c noise | zstd -q --long=27 >"$1"')}
                daemon.start()
                shown = daemon.wait(daemon.build("window"))
                self.assertEqual(shown["verdict"], verdict, daemon.build_log(1))
                self.assertEqual(daemon.request("GET", "/healthz")[0], 200)
                self.assertEqual(daemon.processes(), {})

    def test_a_bomb_is_rejected_and_the_daemon_goes_on(self):
        daemon = self.daemon()
        daemon.config["targets"] = {
            "bomb": scripted(daemon.folder / "bomb", 'head -c 300M /dev/zero | gzip -9 >"$1"'),
            "good": tarball("minimal"),
        }
        daemon.start()
        shown = daemon.wait(daemon.build("bomb"))
        self.assertEqual((shown["state"], shown["verdict"]), ("rejected", "incomplete"),
                         daemon.build_log(1))
        self.assertEqual(daemon.request("GET", "/healthz")[0], 200)
        self.assertEqual(daemon.api("GET", "/releases"), [])
        shown = daemon.wait(daemon.build("good"))
        self.assertEqual(shown["state"], "published", daemon.build_log(2))
        self.assertEqual(daemon.processes(), {})


if __name__ == "__main__":
    unittest.main()
