"""The locked-down worker on real artifacts, by `assay scan`: what it may hold, what becomes of the
audit when it is killed, and virtual disks, which it reads through qemu-nbd."""
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

ASSAY = os.path.join(os.environ["ASSAY_BIN"], "assay")
# In two halves, so that no scanner trips over this file.
TOKEN = "ghp_8t" + "ViZ1sMxLgpn3J1RJiuLyktiYJBiA0TESSq"
PATIENCE = 60  # seconds until a test gives up


def start_scan(path, **more):
    environment = dict(os.environ, XDG_CONFIG_HOME=str(path.parent), HOME=str(path.parent), **more)
    return subprocess.Popen([ASSAY, "scan", str(path), "--format", "json"], env=environment,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(scan):
    out, err = scan.communicate(timeout=300)
    return scan.returncode, json.loads(out) if out else None, err


def children(pid):
    return pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def status(pid):
    """/proc/PID/status as a dictionary; empty when the process is gone."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return {}
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def stop_reading_worker(scan):
    """Stops the scan's worker as soon as it reads the artifact, locked down and with a thread that
    decompresses, and returns its process id."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and scan.poll() is None:
        for pid in children(scan.pid):
            seen = status(pid)
            if seen.get("Seccomp") == "2" and int(seen["Threads"]) > 1:
                os.kill(int(pid), signal.SIGSTOP)
                return int(pid)
    raise AssertionError("no worker was seen reading")


class Worker(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_in(self, command):
        subprocess.run(command, shell=True, check=True, cwd=self.folder)

    def scan(self, name):
        return finish(start_scan(self.folder / name))

    def rules(self, report):
        return {finding["rule"] for finding in report["findings"]}

    def test_the_report_says_how_the_worker_was_held(self):
        self.run_in("echo hello >a && tar -czf a.wsl a")
        code, report, err = self.scan("a.wsl")
        self.assertEqual(code, 0, err)
        self.assertIs(report["sandbox"]["seccomp"], True)

    def test_the_kernel_shows_the_lock_down(self):
        self.run_in("head -c 30M /dev/urandom >a && tar -c a | gzip -1 >a.wsl")
        scan = start_scan(self.folder / "a.wsl")
        pid = stop_reading_worker(scan)
        seen = status(pid)
        os.kill(pid, signal.SIGCONT)
        code, _, err = finish(scan)
        self.assertEqual(code, 0, err)
        self.assertEqual(seen["NoNewPrivs"], "1")
        for kind in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
            self.assertEqual(int(seen[kind], 16), 0, kind)

    def test_a_worker_that_is_killed_leaves_the_audit_incomplete(self):
        self.run_in("head -c 30M /dev/urandom >a && tar -c a | gzip -1 >a.wsl")
        scan = start_scan(self.folder / "a.wsl")
        os.kill(stop_reading_worker(scan), signal.SIGKILL)
        code, report, err = finish(scan)
        self.assertEqual(code, 3, err)
        self.assertEqual(report["verdict"], "incomplete")
        self.assertEqual(self.rules(report), {"unaudited.worker"})
        self.assertIn("signal 9", report["findings"][0]["message"])

    def test_no_worker_outlives_the_scan(self):
        self.run_in("head -c 30M /dev/urandom >a && tar -c a | gzip -1 >a.wsl")
        scan = start_scan(self.folder / "a.wsl")
        pid = stop_reading_worker(scan)
        scan.kill()
        scan.communicate()
        end = time.monotonic() + PATIENCE
        while status(pid).get("State", "Z")[0] not in "ZX":
            self.assertLess(time.monotonic(), end, "the worker is still there")

    def make_disk(self):
        """A raw ext4 image that holds a token."""
        self.run_in(f"mkdir -p tree/etc && echo token={TOKEN} >tree/etc/netrc &&"
                    " truncate -s 16M raw && mke2fs -q -t ext4 -d tree raw")

    def test_a_qcow2_image_is_read_through_qemu_nbd(self):
        self.make_disk()
        self.run_in("qemu-img convert -f raw -O qcow2 -c raw disk.qcow2 && rm -r tree raw")
        code, report, err = self.scan("disk.qcow2")
        self.assertEqual(code, 1, err)
        self.assertIn("qcow2", report["artifact"]["format"])
        found = [f for f in report["findings"] if f["rule"] == "forges.github-pat"]
        self.assertTrue(found, report)
        self.assertTrue(any(place["path"].endswith("etc/netrc")
                            for f in found for place in [f, *f.get("places", [])]))
        self.assertNotIn(TOKEN, json.dumps(report))

    def test_virtual_disks_in_other_containers_are_read(self):
        self.make_disk()
        self.run_in("qemu-img convert -f raw -O vmdk -o subformat=streamOptimized raw a.vmdk &&"
                    " qemu-img convert -f raw -O vhdx raw b.vhdx && echo x >a.ovf &&"
                    " tar -cf all.ova a.ovf a.vmdk b.vhdx && rm -r tree raw a.* b.*")
        code, report, err = self.scan("all.ova")
        self.assertEqual(code, 1, err)
        self.assertEqual(report["coverage"]["unread"], [])
        places = {place["path"].lstrip("/") for f in report["findings"]
                  if f["rule"] == "forges.github-pat" for place in [f, *f.get("places", [])]}
        self.assertLessEqual({"a.vmdk!etc/netrc", "b.vhdx!etc/netrc"}, places)

    def test_more_virtual_disks_than_are_opened_are_reported(self):
        self.run_in("qemu-img create -q -f qcow2 one 1M && mkdir d && for i in $(seq 260); do"
                    " ln one d/$i; done && tar -c --hard-dereference -f many.tar d && rm -r d one")
        code, report, err = self.scan("many.tar")
        self.assertEqual(code, 3, err)
        unread = report["coverage"]["unread"]
        self.assertEqual(len(unread), 4)
        for place in unread:
            self.assertEqual(place["reason"], "budget")
            self.assertIn("256 virtual disks", place["detail"])

    def test_a_backing_file_elsewhere_is_refused(self):
        self.make_disk()
        self.run_in(f"qemu-img create -q -f qcow2 -b {self.folder}/raw -F raw disk.qcow2")
        code, report, err = self.scan("disk.qcow2")
        self.assertEqual(code, 3, err)
        self.assertIn("unaudited.refused", self.rules(report))
        self.assertNotIn("forges.github-pat", self.rules(report))


if __name__ == "__main__":
    unittest.main()
