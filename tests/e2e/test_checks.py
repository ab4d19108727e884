"""The system checks on whole artifacts: a tree with a flaw of each kind, and what is no WSL image."""
import io
import json
import tarfile
import unittest

from cli_harness import CliTest

# Self-signed, good from 2020-01-01 to 2021-01-01.
EXPIRED = """-----BEGIN CERTIFICATE-----
MIHCMHYCAQEwBQYDK2VwMA4xDDAKBgNVBAMMA29sZDAeFw0yMDAxMDEwMDAwMDBa
Fw0yMTAxMDEwMDAwMDBaMA4xDDAKBgNVBAMMA29sZDAqMAUGAytlcAMhAFlyPsr4
JZJCT6CC8aU7BnOunePmYBRRNLhnitXjFI7XMAUGAytlcANBAOhWspj3kWYm3cCz
PUw3SHdgCl+woq98DSINsQJKZbMhR24Ab08zcfx9ZOXm2qiDJ13CmrfCpzX8VT5Z
0T4P1wM=
-----END CERTIFICATE-----
"""


class Checks(CliTest):
    def tar(self, name, files):
        """Writes a tar of files and links: {path: (content or ("link", target), mode)}."""
        with tarfile.open(self.home / name, "w:gz") as tar:
            for path, (content, mode) in files.items():
                member = tarfile.TarInfo("./" + path)
                member.mode = mode
                if isinstance(content, tuple):
                    member.type, member.linkname = tarfile.SYMTYPE, content[1]
                    tar.addfile(member)
                else:
                    member.size = len(content.encode())
                    tar.addfile(member, io.BytesIO(content.encode()))

    def scan(self, name, code, *more):
        """{rule: path of the first place}"""
        out, _ = self.assay("scan", name, "--format", "json", *more, code=code)
        return {finding["rule"]: finding["path"] for finding in json.loads(out)["findings"]}

    def test_flaws_of_a_tree_are_found(self):
        store = "nix/store/0123456789abcdfghijklmnpqrsvwxyz-"
        self.tar("image.wsl", {
            "etc/static": (("link", f"/{store}etc/etc"), 0o777),
            "etc/wsl.conf": (("link", "/etc/static/wsl.conf"), 0o777),
            "etc/sudoers": ("%wheel ALL=(ALL) NOPASSWD: ALL\n", 0o440),
            "etc/passwd": ("root:x:0:0::/root:/bin/sh\n", 0o644),
            "etc/resolv.conf": ("", 0o644),
            f"{store}etc/etc/wsl.conf": (("link", f"/{store}etc-wsl.conf"), 0o777),
            f"{store}etc-wsl.conf": ("[boot]\nsystemd=true\n[user]\ndefault=mira\n", 0o444),
            f"{store}cacert/etc/ssl/certs/ca-bundle.crt": (EXPIRED, 0o444),
            "srv/tool": ("x", 0o4755),
            "srv/shared": ("x", 0o666),
            "var/lib/systemd/random-seed": ("0123456789abcdef", 0o600),
        })
        found = self.scan("image.wsl", 1)
        self.assertEqual(found["hygiene.ca-expired"],
                         f"/{store}cacert/etc/ssl/certs/ca-bundle.crt")
        self.assertEqual(found["hygiene.setuid"], "/srv/tool")
        self.assertEqual(found["hygiene.world-writable"], "/srv/shared")
        self.assertEqual(found["wsl.user-missing"], "/etc/wsl.conf")
        for rule in ("hygiene.random-seed", "hygiene.sudo-nopasswd", "wsl.distribution-conf",
                     "wsl.init", "wsl.resolv-conf", "wsl.shadow", "wsl.shell", "wsl.true"):
            self.assertIn(rule, found)
        self.assertNotIn("wsl.file-mode", found)  # the base policy excepts the store's modes

    def test_a_plain_root_is_no_broken_wsl_image(self):
        self.tar("root.tar.gz", {"etc/passwd": ("root:x:0:0::/root:/bin/sh\n", 0o644),
                                 "boot/vmlinuz-6.1.0": ("MZ", 0o644)})
        self.assertEqual(self.scan("root.tar.gz", 0), {})

    def test_a_policy_sets_limits_and_exceptions(self):
        self.tar("root.tar.gz", {"srv/shared": ("x", 0o666), "srv/tool": ("x", 0o4755)})
        (self.home / "policy.json").write_text(json.dumps({
            "schema": "assay.policy/1", "name": "small", "limits": {"image_size": 10},
            "exceptions": [{"check": "hygiene.setuid", "path": "/srv/tool", "reason": "known"}]}))
        found = self.scan("root.tar.gz", 1, "--policy", "policy.json")
        self.assertEqual(sorted(found), ["hygiene.image-size", "hygiene.world-writable"])


if __name__ == "__main__":
    unittest.main()
