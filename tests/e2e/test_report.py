"""Reports of a real scan in the formats that others read.

sarif-schema-2.1.0.json is the OASIS TC's schema (SARIF 2.1.0), as the Rust crate serde-sarif 0.8.0
carries it.
"""
import gzip
import io
import json
import random
import tarfile
import unittest
import urllib.parse
from pathlib import Path

import jsonschema

from cli_harness import CliTest
from test_cli_scan import TOKEN, archive

SCHEMA = json.loads((Path(__file__).parent / "sarif-schema-2.1.0.json").read_text())
HOSTILE = "srv/<script>alert(1)</script>&amp;\"'/a\u202eb\x1b[31m\n.env"


def image():
    """Secrets at several places, one of them nested, one in a hostile path; and a broken file."""
    line = f"T={TOKEN}\n".encode()
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as tar:
        for name, content in (
                ("srv/deploy", line), ("srv/copy", line),
                ("backup/old home.tgz", archive("w:gz", etc__x=line)),
                (HOSTILE, b"-----BEGIN RSA PRIVATE KEY-----\n" + b"MIIEpAIBAAKCAQEA" * 20 +
                 b"\n-----END RSA PRIVATE KEY-----\n"),
                ("broken.gz", gzip.compress(random.Random(1).randbytes(9999))[:200])):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return data.getvalue()


class Reports(CliTest):
    def setUp(self):
        super().setUp()
        (self.home / "leaky.wsl").write_bytes(image())

    def scan(self, *args, code=1):
        return self.assay("scan", "leaky.wsl", *args, code=code)[0]


class Sarif(Reports):
    def test_a_scan_fits_the_official_schema(self):
        text = self.scan("--format", "sarif")
        self.assertNotIn(TOKEN, text)
        log = json.loads(text)
        check = jsonschema.Draft7Validator(SCHEMA, format_checker=jsonschema.draft7_format_checker)
        self.assertEqual([f"{list(e.path)}: {e.message}" for e in check.iter_errors(log)], [])
        [run] = log["runs"]
        rules = run["tool"]["driver"]["rules"]
        for result in run["results"]:
            self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
            for place in result["locations"] + result["relatedLocations"]:
                uri = place["physicalLocation"]["artifactLocation"]["uri"]
                self.assertRegex(uri, r"^([A-Za-z0-9\-._~!/@+,=]|%[0-9A-F]{2})+$")
                self.assertEqual(urllib.parse.urljoin("file:///base/", uri)[:13], "file:///base/")
        [token] = [r for r in run["results"] if r["ruleId"] == "forges.github-pat"]
        self.assertEqual(token["occurrenceCount"], 3)
        places = token["locations"] + token["relatedLocations"]
        uris = {place["physicalLocation"]["artifactLocation"]["uri"] for place in places}
        self.assertEqual(uris, {"srv/deploy", "srv/copy", "backup/old%20home.tgz!etc/x"})
        self.assertIn("[2](1), [3](2)", token["message"]["text"])
        notices = [n["descriptor"]["id"] for n in
                   run["invocations"][0]["toolExecutionNotifications"]]
        self.assertEqual(notices, ["unread"])


class Output(Reports):
    def test_a_file_is_written_whole_and_its_ending_names_the_format(self):
        self.assertEqual(self.scan("-o", "r.sarif"), "")
        self.assertEqual(json.loads((self.home / "r.sarif").read_text())["version"], "2.1.0")
        self.scan("-o", "r.txt", "--format", "json")
        self.assertEqual(json.loads((self.home / "r.txt").read_text())["verdict"], "reject")
        self.assertEqual(self.scan("-o", "/dev/stdout")[:6], "REJECT")

    def test_wrong_use_is_told_with_the_mend(self):
        for args, said in ((["--format", "serif"], 'did you mean "sarif"?'),
                           (["--format", "xml"], "json"),
                           (["-o", "none/r.json"], "none/r.json")):
            with self.subTest(args=args):
                self.assertIn(said, self.assay("scan", "leaky.wsl", *args, code=2)[1])


if __name__ == "__main__":
    unittest.main()
