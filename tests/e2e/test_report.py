"""Reports of a real scan in the formats that others read.

sarif-schema-2.1.0.json is the OASIS TC's schema (SARIF 2.1.0), as the Rust crate serde-sarif 0.8.0
carries it.
"""
import gzip
import html.parser
import io
import json
import random
import re
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


class Page(html.parser.HTMLParser):
    """Parses strictly: every tag is known, closed in its order, and has the attributes it may."""

    TAGS = set("html head meta style title body a header div p h1 h2 h3 h4 ul ol li b strong main "
               "nav section span code article details summary small table thead tbody tr th td dl "
               "dt dd footer".split())
    ATTRIBUTES = set("lang charset name content http-equiv class href id scope aria-labelledby"
                     .split())

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.text, self.ids, self.links, self.folded = [], "", [], [], 0
        self.feed(text)
        self.close()
        if self.open:
            raise AssertionError(f"left open: {self.open}")

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        if tag not in self.TAGS or set(names) - self.ATTRIBUTES or len(set(names)) < len(names):
            raise AssertionError(self.get_starttag_text())
        self.ids += [value for name, value in attrs if name == "id"]
        self.links += [value for name, value in attrs if name == "href"]
        self.folded += tag == "details"
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        if self.open.pop() != tag:
            raise AssertionError(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text += data

    def handle_comment(self, data):
        raise AssertionError(data)

    def unknown_decl(self, data):
        raise AssertionError(data)


class Html(Reports):
    def test_the_page_of_a_scan_is_strict_and_says_what_was_found(self):
        self.scan("-o", "report.html")
        text = (self.home / "report.html").read_text()
        self.assertNotIn(TOKEN, text)
        page = Page(text)
        for words in ("REJECT", "leaky.wsl", "forges.github-pat", "/srv/copy, line 1",
                      "backup/old home.tgz!etc/x", "ghp_…(40)", "1 finding, 3 places",
                      "srv/<script>alert(1)</script>&amp;\"'/a\\u{202e}b\\x1b[31m\\n.env",
                      "broken.gz", "corrupt"):
            self.assertIn(words, page.text)
        self.assertEqual(len(set(page.ids)), len(page.ids))
        for link in page.links:
            self.assertEqual(link[0], "#")
            self.assertIn(link[1:], page.ids)
        self.assertIsNone(re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text))


class Output(Reports):
    def test_a_file_is_written_whole_and_its_ending_names_the_format(self):
        self.assertEqual(self.scan("-o", "r.sarif"), "")
        self.assertEqual(json.loads((self.home / "r.sarif").read_text())["version"], "2.1.0")
        self.scan("-o", "r.txt", "--format", "json")
        self.assertEqual(json.loads((self.home / "r.txt").read_text())["verdict"], "reject")
        self.assertEqual(self.scan("-o", "/dev/stdout")[:6], "REJECT")

    def test_wrong_use_is_told_with_the_mend(self):
        for args, said in ((["--format", "serif"], 'did you mean "sarif"'),
                           (["--format", "xml"], "json"),
                           (["-o", "none/r.json"], "none/r.json")):
            with self.subTest(args=args):
                self.assertIn(said, self.assay("scan", "leaky.wsl", *args, code=2)[1])


if __name__ == "__main__":
    unittest.main()
