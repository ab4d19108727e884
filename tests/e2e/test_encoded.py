"""assay scan on secrets and names that are encoded: all are found, said how, and never shown."""
import base64
import gzip
import io
import json
import tarfile
import unittest
import zlib
from urllib.parse import quote

from cli_harness import CliTest

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ADDRESS = "ottilie.brandvold@corp.example"


# A token as GitHub makes them: the last six characters are a checksum of the thirty before.
def github_token():
    body, checksum = "Kx7TqPzWv3RmYd9LsHb2NcJf8GuEa5", ""
    number = zlib.crc32(body.encode())
    while number:
        number, digit = divmod(number, 62)
        checksum = ALPHABET[digit] + checksum
    return "ghp_" + body + checksum.rjust(6, "0")


TOKEN = github_token()
TEXT = f"user = {ADDRESS}\ntoken = {TOKEN}\n"


def b64(data):
    return base64.b64encode(data if isinstance(data, bytes) else data.encode())


def secret_manifest(data):
    return b"apiVersion: v1\nkind: Secret\ndata:\n  config: " + b64(data) + b"\ntype: Opaque\n"


def escaped_json():
    """JSON within JSON, "@" and "_" as escapes: what a state file of a deployment tool holds."""
    inner = json.dumps({"user": ADDRESS, "token": TOKEN})
    return json.dumps({"id": 1, "content": inner}).replace("@", "\\u0040").replace("_", "\\u005f")


FILES = {
    "windows/reg.txt": ("utf-16le", TEXT.encode("utf-16")),
    "windows/strings.bin": ("utf-16le", b"MZ\x90\0" + TEXT.encode("utf-16le") + b"\0\0\xff\xfe"),
    "windows/be.txt": ("utf-16be", b"\xfe\xff" + TEXT.encode("utf-16be")),
    "k8s/secret.yaml": ("base64", secret_manifest(TEXT)),
    "mail/message.eml": ("base64", b"Subject: x\r\n\r\n" + b"\r\n".join(
        b64("Some lines of text stand before what matters here.\n" * 4 + TEXT)[i:i + 76]
        for i in range(0, 500, 76)) + b"\r\n"),
    "url.txt": ("base64", b"https://x.example/?state=" + base64.urlsafe_b64encode(TEXT.encode())),
    "helm/release": ("base64 ▸ base64 ▸ gzip", secret_manifest(b64(gzip.compress(TEXT.encode())))),
    "cloud/user-data": ("base64 ▸ gzip", b"data: " + b64(gzip.compress(TEXT.encode())) + b"\n"),
    "run.ps1": ("base64 ▸ utf-16le", b"powershell -e " + b64(TEXT.encode("utf-16le")) + b"\n"),
    "dump.hex": ("hex", TEXT.encode().hex().encode()),
    "access.log": ("percent", f"GET /?a={quote(ADDRESS)}&t={TOKEN.replace('_', '%5F')}\n".encode()),
    "state.json": ("escape", escaped_json().encode()),
    "main.c": ("escape", TEXT.replace("@", "\\x40").replace("_", "\\137").replace("\n", " ").encode()),
}


def archive():
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for name, (_, content) in FILES.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        link = tarfile.TarInfo("tokens/" + b64("the token is " + TOKEN).decode().rstrip("="))
        link.type = tarfile.SYMTYPE
        link.linkname = "https:" + quote(ADDRESS, safe="")
        tar.addfile(link)
    return data.getvalue()


class Encoded(CliTest):
    def setUp(self):
        super().setUp()
        (self.home / "image.tar").write_bytes(archive())
        (self.home / "policy.json").write_text(json.dumps({
            "schema": "assay.policy/1", "name": "test", "extends": "base",
            "identities": [{"kind": "email", "value": ADDRESS}]}))

    def scan(self, *args):
        return self.assay("scan", "image.tar", "--policy", "policy.json", *args, code=1)[0]

    def test_every_encoding_is_looked_into(self):
        report = json.loads(self.scan("--format", "json"))
        self.assertEqual(report["verdict"], "reject")
        findings = {finding["rule"]: finding for finding in report["findings"]}
        for rule in ("forges.github-pat", "identity.email"):
            finding = findings[rule]
            all_places = [finding, *finding.get("places", [])]
            places = {place["path"]: place for place in all_places}
            self.assertEqual(len(places), len(all_places))
            for name, (decoded, _) in FILES.items():
                self.assertEqual(places["/" + name].get("decoded"), decoded, (rule, name))
            self.assertTrue([path for path, place in places.items() if place["offset"] == -1])
        self.assertEqual(len(findings), 2, findings.keys())

    def test_nothing_of_it_is_shown(self):
        for shown in (self.scan(), self.scan("--format", "json"), self.scan("--verbose")):
            for secret in (TOKEN, TOKEN[4:34], ADDRESS, quote(ADDRESS, safe=""), TOKEN.encode().hex(),
                           b64("the token is " + TOKEN).decode().rstrip("=")):
                self.assertNotIn(secret, shown)

    def test_the_text_says_how_it_was_encoded(self):
        self.assertIn("helm/release:4, encoded: base64 ▸ base64 ▸ gzip", self.scan("--verbose"))


if __name__ == "__main__":
    unittest.main()
