"""Identities that a policy takes from the flake's git history and from this machine."""
import io
import json
import os
import socket
import subprocess
import tarfile
import unittest
from pathlib import Path

from cli_harness import CliTest


def archive(text):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        entry = tarfile.TarInfo("srv/notes")
        entry.size = len(text.encode())
        tar.addfile(entry, io.BytesIO(text.encode()))
    return data.getvalue()


class Harvest(CliTest):
    def report(self, text, source, *args, code=0, severity="high"):
        (self.home / "a.tar").write_bytes(archive(text))
        (self.home / "p.json").write_text(json.dumps({
            "schema": "assay.policy/1", "name": "p",
            "identities": [{"from": [source], "severity": severity}]}))
        return json.loads(self.assay("scan", "a.tar", "--policy", "p.json", "--format", "json",
                                     *args, code=code)[0])

    def git(self, folder, *args, **env):
        subprocess.run(["git", "-C", str(folder), *args], check=True, capture_output=True,
                       env={"PATH": os.environ["PATH"], "HOME": str(self.home), **env})

    def repository(self):
        folder = self.home / "flake"
        folder.mkdir()
        self.git(folder, "init", "-q")
        people = [("Ottilie Brandvold", "ottilie@tiger.example"), ("root", "root@localhost"),
                  ("Jürgen Müller", "jm@lion.example"), ("dependabot[bot]", "bot@github.example")]
        for name, address in people:
            self.git(folder, "commit", "-q", "--allow-empty", "-m", "x",
                     GIT_AUTHOR_NAME=name, GIT_AUTHOR_EMAIL=address,
                     GIT_COMMITTER_NAME="Mira Holt", GIT_COMMITTER_EMAIL="mira@tiger.example")
        return folder

    def test_authors_and_committers_are_found(self):
        text = ("by O. Brandvold\nJuergen Mueller did it\nMira Holt as well\n"
                "to ottilie@tiger.example\nroot runs it, root@localhost\n")
        folder = self.repository()
        for flake in (str(folder), f"git+file://{folder}?ref=main", f"path:{folder}#x", "flake/."):
            args = ("--flake", flake if flake[0] in "/gp" else "./" + flake)
            report = self.report(text, "flake-authors", *args, code=1)
            self.assertEqual(sorted(f["rule"] for f in report["findings"]),
                             ["identity.email"] + 3 * ["identity.name"])
            harvested = report["policy"]["harvested"]
            # Ottilie, Jürgen and Mira, each with an address, and the address of the robot.
            self.assertEqual(harvested, [{"from": "flake-authors", "count": 7}])
        self.assertNotIn("randvold", json.dumps(report))
        stdout = self.assay("scan", "a.tar", "--policy", "p.json", "--flake", str(folder),
                            code=1)[0]
        self.assertIn("harvested 7 identities from flake-authors", stdout)
        page = self.assay("scan", "a.tar", "--policy", "p.json", "--flake", str(folder),
                          "--format", "html", code=1)[0]
        self.assertIn("<dt>identities harvested</dt><dd>7 from flake-authors</dd>", page)

    def test_a_flake_without_history_is_told(self):
        for flake, problem in (("github:tiger/flake", "fetched from elsewhere"),
                               (str(self.home), "is it a git repository?")):
            report = self.report("nothing\n", "flake-authors", "--flake", flake)
            one, = report["policy"]["harvested"]
            self.assertEqual(one["count"], 0)
            self.assertIn(problem, one["problem"])

    def test_what_the_repository_configures_is_not_run(self):
        folder = self.repository()
        for key in ("core.fsmonitor", "core.pager", "gpg.program", "core.sshCommand"):
            self.git(folder, "config", key, f"touch {self.home}/ran; true")
        self.git(folder, "config", "log.showSignature", "true")
        self.report("nothing\n", "flake-authors", "--flake", str(folder))
        self.assertFalse((self.home / "ran").exists())

    def test_this_machine_is_found(self):
        machine = Path("/etc/machine-id")
        cards = [(Path("/sys/class/net") / n / "address").read_text().strip()
                 for n in os.listdir("/sys/class/net") if n != "lo"]
        cards = [c for c in cards if len(c) == 17 and not c.startswith(("02:42", "00:00:00:00"))
                 and int(c[:2], 16) % 2 == 0]
        lines = {"identity.mac-address": cards[:1], "identity.hostname": [socket.gethostname()],
                 "identity.machine-id": machine.read_text().split() if machine.exists() else []}
        text = "".join(f"{v}\n" for values in lines.values() for v in values)
        (self.home / "a.tar").write_bytes(archive(text))
        report = self.report(text + "root nixos localhost\n", "build-host", code=1)
        found = {f["rule"] for f in report["findings"]}
        ordinary = socket.gethostname().split(".")[0] in ("localhost", "debian", "vm", "runner")
        for rule, values in lines.items():
            if values and not (rule == "identity.hostname" and ordinary):
                self.assertIn(rule, found)
        one, = report["policy"]["harvested"]
        self.assertGreaterEqual(one["count"], len(found))
        self.assertNotIn(text.split()[0], json.dumps(report))

    def test_a_source_is_no_identity_besides(self):
        (self.home / "p.json").write_text(json.dumps({
            "schema": "assay.policy/1", "name": "p",
            "identities": [{"from": ["build-host"], "kind": "name"}]}))
        stderr = self.assay("policy", "check", "p.json", code=2)[1]
        self.assertIn("identities[0].from", stderr)


if __name__ == "__main__":
    unittest.main()
