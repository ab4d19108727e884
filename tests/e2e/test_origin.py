"""What stands in a store path that a trusted key signed, byte for byte, is public: a real Nix
store, signed by Nix, packed by tar as the NixOS-WSL builder does, and audited."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

BIN = Path(os.environ["ASSAY_BIN"])
TOKEN = "ghp_8t" + "ViZ1sMxLgpn3J1RJiuLyktiYJBiA0TESSq"
NIX = {**os.environ, "NIX_CONFIG": "experimental-features = nix-command\nsubstituters =\n"
       "build-users-group =\n"}


def run(*command, **options):
    return subprocess.run(command, check=True, env=NIX, stdout=subprocess.PIPE, text=True,
                          **options).stdout.strip()


class Origin(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="assay-origin-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.root = self.folder / "root"
        self.key = self.new_key("cache.example-1")

    def new_key(self, name):
        """Makes a key pair and returns the public half."""
        secret = self.folder / name
        secret.write_text(run("nix", "key", "generate-secret", "--key-name", name))
        with open(secret, encoding="utf-8") as file:
            return run("nix", "key", "convert-secret-to-public", stdin=file)

    def add(self, name, files, sign="cache.example-1"):
        """Adds a store path of the given files; returns its folder in the image."""
        tree = self.folder / name
        for path, content in files.items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_bytes(content)
        path = run("nix-store", "--store", str(self.root), "--add", str(tree))
        if sign:
            run("nix", "store", "sign", "--store", str(self.root), "-k", str(self.folder / sign),
                path, stderr=subprocess.DEVNULL)
        return self.root / path.lstrip("/")

    def scan(self, keys=None, below=None, tar=("--numeric-owner", "."),
             hard=("--hard-dereference",)):
        """The report of the root, packed."""
        run("tar", "-czf", str(self.folder / "image.wsl"), "--sort=name", *hard, *tar,
            cwd=self.root)
        return self.audit(self.folder / "image.wsl", keys or [self.key], below)

    def audit(self, image, keys, below=None):
        policy = {"schema": "assay.policy/1", "name": "origin", "trusted_keys": keys,
                  "block": {"hygiene": "never", "wsl": "never"}}
        if below:
            (self.folder / "below.json").write_text(json.dumps(
                {"schema": "assay.policy/1", "name": "below", **below}))
            policy["extends"] = "below.json"
        (self.folder / "policy.json").write_text(json.dumps(policy))
        result = subprocess.run([BIN / "assay", "scan", image, "--format", "json", "--policy", self.folder / "policy.json"],
                                stdout=subprocess.PIPE, check=False)
        report = json.loads(result.stdout)
        self.assertEqual(report["verdict"], {0: "pass", 1: "reject", 3: "incomplete"}[
            result.returncode])
        return report

    def tokens(self, report):
        return [finding for finding in report["findings"] if finding["class"] == "secret"]

    def test_signed_content_is_public(self):
        self.add("tests", {"lib/test_key.py": f"KEY = '{TOKEN}'\n".encode()})
        self.add("other", {"bin/tool": b"#!/bin/sh\n"}, sign=None)
        report = self.scan()
        (finding,) = self.tokens(report)
        self.assertEqual((finding["origin"], finding["signed_by"], finding["severity"],
                          finding["status"]),
                         ("upstream", "cache.example-1", "info", "informational"))
        self.assertEqual(report["verdict"], "pass")
        self.assertEqual(report["coverage"]["store"], {"paths": 2, "hashed": 2, "signed": 1})

    def test_an_archive_in_a_signed_path_is_public_with_what_is_in_it(self):
        tree = self.folder / "inner"
        tree.mkdir()
        (tree / "key").write_text(TOKEN)
        packed = run("tar", "-czf", str(self.folder / "inner.tgz"), "-C", str(tree), "key")
        self.assertEqual(packed, "")
        self.add("fixtures", {"fixtures.tar.gz": (self.folder / "inner.tgz").read_bytes()})
        (finding,) = self.tokens(self.scan())
        self.assertIn("fixtures.tar.gz!", finding["path"])
        self.assertEqual(finding["origin"], "upstream")

    def test_the_same_secret_elsewhere_is_local(self):
        self.add("tests", {"key": TOKEN.encode()})
        (self.root / "etc").mkdir()
        (self.root / "etc/token").write_text(TOKEN)
        report = self.scan()
        (finding,) = self.tokens(report)
        self.assertEqual((finding["origin"], finding["status"]), ("local", "blocking"))
        self.assertEqual(report["verdict"], "reject")

    def test_unsigned_and_otherwise_signed_paths_are_local(self):
        self.new_key("other-1")
        self.add("local", {"key": TOKEN.encode()}, sign=None)
        self.assertEqual(self.tokens(self.scan())[0]["origin"], "local")
        self.add("signed", {"key": TOKEN.encode()}, sign="other-1")
        self.assertEqual(self.tokens(self.scan())[0]["origin"], "local")

    def test_a_path_that_is_not_what_was_signed_is_critical(self):
        path = self.add("tests", {"key": b"nothing"})
        os.chmod(path, 0o755)
        os.chmod(path / "key", 0o644)
        (path / "key").write_text(TOKEN)
        report = self.scan()
        found = {finding["rule"]: finding for finding in report["findings"]}
        self.assertEqual(found["nixos.store-path-altered"]["severity"], "critical")
        self.assertEqual(found["nixos.store-path-altered"]["path"],
                         f"/nix/store/{path.name}")
        self.assertEqual(self.tokens(report)[0]["origin"], "local")

    def test_a_file_that_is_added_to_a_signed_path_is_noticed(self):
        path = self.add("tests", {"a": b"a", "b": b"b"})
        os.chmod(path, 0o755)
        (path / "added").write_text(TOKEN)
        report = self.scan()
        self.assertIn("nixos.store-path-altered", [f["rule"] for f in report["findings"]])
        self.assertEqual(self.tokens(report)[0]["origin"], "local")

    def test_what_no_signature_covers_is_local(self):
        self.add("tests", {"a": b"a"})
        report = self.scan(tar=["--format=posix", f"--owner={TOKEN}:0", "."])
        self.assertEqual({f["origin"] for f in self.tokens(report)}, {"local"})
        self.assertEqual(report["coverage"]["store"]["signed"], 1)

    def pack(self, *names):
        """Scans a tar of the given names in the given order, and the database."""
        return self.scan(tar=["--no-recursion", *names, "./nix/var/nix/db/db.sqlite"])

    def test_the_order_of_entries_does_not_matter(self):
        path = self.add("tests", {"a": TOKEN.encode(), "b/c": b"c", "b.d": b"d"})
        other = self.add("other", {"x": b"x", "y": b"y"})
        here, there = (f"./nix/store/{p.name}" for p in (path, other))
        for names in ([here, f"{here}/b.d", f"{here}/b", f"{here}/b/c", f"{here}/a"],
                      [f"{here}/a", f"{here}/b/c", here, f"{here}/b", f"{here}/b.d"],
                      [f"{here}/a", there, f"{there}/x", f"{here}/b/c", here, f"{there}/y",
                       f"{here}/b", f"{here}/b.d"]):
            with self.subTest(names=names):
                report = self.pack(*names)
                self.assertEqual(self.tokens(report)[0]["origin"], "upstream")
                paths = len({name.split("/")[3] for name in names})
                store = report["coverage"]["store"]
                self.assertEqual(store["signed"], store["paths"])
                self.assertGreaterEqual(store["signed"], paths)
                self.assertNotIn("nixos.store-path-altered",
                                 [f["rule"] for f in report["findings"]])

    def test_what_comes_later_to_a_path_alters_it(self):
        path = self.add("tests", {"a": b"a", "b": b"b"})
        (self.root / "more").mkdir()
        (self.root / "more/added").write_text(TOKEN)
        report = self.pack("./nix", "./nix/store", f"./nix/store/{path.name}",
                           f"./nix/store/{path.name}/a", f"./nix/store/{path.name}/b", "./more",
                           f"--transform=s,^./more/,./nix/store/{path.name}/,", "./more/added")
        self.assertEqual([(f["severity"], f["path"]) for f in report["findings"]
                          if f["rule"] == "nixos.store-path-altered"][:1],
                         [("critical", f"/nix/store/{path.name}")])
        self.assertEqual(self.tokens(report)[0]["origin"], "local")

    def test_a_path_of_which_something_is_missing_is_altered(self):
        path = self.add("tests", {"a": TOKEN.encode(), "b": b"b"})
        report = self.pack(f"./nix/store/{path.name}", f"./nix/store/{path.name}/a")
        self.assertIn("nixos.store-path-altered", [f["rule"] for f in report["findings"]])
        self.assertEqual(self.tokens(report)[0]["origin"], "local")

    def test_a_name_that_comes_twice_vouches_for_nothing(self):
        path = self.add("tests", {"a": b"a", "b": b"b"})
        (self.root / "more").mkdir()
        (self.root / "more/a").write_text(TOKEN)
        report = self.pack(f"./nix/store/{path.name}", f"./nix/store/{path.name}/a",
                           f"./nix/store/{path.name}/b",
                           f"--transform=s,^./more/,./nix/store/{path.name}/,", "./more/a")
        self.assertEqual(self.tokens(report)[0]["origin"], "local")
        self.assertEqual(report["coverage"]["store"]["signed"], 0)

    def test_hard_links_are_followed(self):
        path = self.add("tests", {"a": TOKEN.encode(), "bin/b": b"#!/bin/sh\n"})
        other = self.add("other", {"a": TOKEN.encode(), "c": b"c"})
        links = self.root / "nix/store/.links"
        links.mkdir(exist_ok=True)
        for folder in (path, other):
            os.chmod(folder, 0o755)
        (other / "a").unlink()
        os.link(path / "a", other / "a")
        os.link(path / "a", links / "0shared")  # as `nix store optimise` leaves it
        for folder in (path, other):
            os.chmod(folder, 0o555)
        report = self.scan(hard=())
        self.assertEqual(report["coverage"]["store"], {"paths": 2, "hashed": 2, "signed": 2})
        places = {place["path"] for f in self.tokens(report) for place in
                  [f, *f.get("places", [])]}
        # The content stands in the first of the links, which no signature covers.
        self.assertEqual(places, {"/nix/store/.links/0shared"})
        self.assertEqual(self.tokens(report)[0]["origin"], "local")

    def test_a_path_that_is_not_what_was_registered_is_told(self):
        path = self.add("tests", {"key": b"nothing"}, sign=None)
        self.assertNotIn("nixos.store-path-unlike",
                         [f["rule"] for f in self.scan()["findings"]])
        registration = run("nix-store", "--store", str(self.root), "--dump-db") + "\n"
        os.chmod(path / "key", 0o644)
        (path / "key").write_text("something")
        (self.root / "nix-path-registration").write_text(registration)
        for database in (True, False):
            if not database:
                shutil.rmtree(self.root / "nix/var")
            found = {f["rule"]: f for f in self.scan()["findings"]}
            self.assertEqual(found["nixos.store-path-unlike"]["severity"], "high")
            self.assertEqual(found["nixos.store-path-unlike"]["path"], f"/nix/store/{path.name}")

    def test_a_disk_image(self):
        """ext4 keeps no order of names, and may hold hard links."""
        path = self.add("tests", {f"{'x' * (n % 7)}{n}/key": f"{n} {TOKEN}\n".encode()
                                  for n in range(40)})
        image = self.folder / "disk.ext4"
        for command in (["truncate", "-s", "64M", image],
                        ["mke2fs", "-q", "-t", "ext4", "-d", self.root, image]):
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        report = self.audit(image, [self.key])
        (finding,) = self.tokens(report)
        self.assertEqual((finding["origin"], finding["place_count"]), ("upstream", 40))
        self.assertEqual(report["coverage"]["store"], {"paths": 1, "hashed": 1, "signed": 1})

    def test_a_lock_below_stands_against_a_key_above(self):
        self.add("tests", {"key": TOKEN.encode()})
        below = {"rules": {"forges.*": {"locked": True}}}
        (finding,) = self.tokens(self.scan(below=below))
        self.assertEqual((finding["origin"], finding["status"]), ("upstream", "blocking"))
        (finding,) = self.tokens(self.scan(below={**below, "trusted_keys": [self.key]}))
        # The key counts for the layer above too, so that the stricter one holds.
        self.assertEqual(finding["status"], "blocking")

    def test_a_key_that_is_none_is_refused(self):
        (self.folder / "policy.json").write_text(json.dumps(
            {"schema": "assay.policy/1", "name": "origin", "trusted_keys": ["cache:AAAA"]}))
        result = subprocess.run([BIN / "assay", "policy", "check", self.folder / "policy.json"],
                                stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("trusted_keys[0]", result.stderr)


if __name__ == "__main__":
    unittest.main()
