"""./dev bench detection: recall and false alarms on the labelled corpus of tests/corpus, as a
Markdown table per family. With --misses, every miss and every false alarm below it."""

import argparse
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "corpus"))
import corpus  # noqa: E402  (in the folder above)

# What only has the shape of personal data is no alarm but in that family: the base policy reports it
# and blocks nothing for it.
BLOCKING = ("secret", "identity", "personal")


def write_archive(samples, path):
    """A tar with each sample in a folder of its own, named by its number."""
    with tarfile.open(path, "w") as tar:
        for number, sample in enumerate(samples):
            entry = tarfile.TarInfo(f"srv/{number}/{sample.name}")
            entry.size, entry.mode = len(sample.content), 0o644
            tar.addfile(entry, io.BytesIO(sample.content))


def scan(binary, archive, policy, home):
    done = subprocess.run(
        [binary, "scan", archive, "--policy", policy, "--format", "json"], capture_output=True,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"}, check=False)
    if done.returncode not in (0, 1, 3):
        sys.exit(f"detection: assay ended with {done.returncode}: {done.stderr.decode()}")
    report = json.loads(done.stdout)
    if report["summary"]["dropped"]:
        sys.exit("detection: the report was full, findings are missing from it")
    return report


@dataclass
class Place:
    """Where a blocking finding stands, and the bytes it is about as far as they are told."""

    rule: str
    path: str
    offset: int
    size: int
    decoded: str


def places_by_sample(report):
    """The places of what blocks, by the sample's number."""
    found = defaultdict(list)
    for finding in report["findings"]:
        if finding["class"] not in BLOCKING or finding["status"] != "blocking":
            continue
        listed = [finding, *finding.get("places", [])]
        if finding["place_count"] != len(listed):
            sys.exit(f"detection: {finding['rule']} at {finding['path']} stands in "
                     f"{finding['place_count']} places of which the report lists {len(listed)}")
        size = re.search(r"\((\d+)\)$", finding.get("redacted", ""))
        for place in listed:
            number = re.match(r"/?srv/(\d+)/", place["path"])
            if number:
                found[int(number.group(1))].append(
                    Place(finding["rule"], place["path"], place["offset"],
                          int(size.group(1)) if size else 1, place.get("decoded", "")))
    return found


def covers(sample, place):
    """Whether a finding is about the sample's secret. Of what was decoded the offset is where the
    encoded text begins, which may be before the secret; in a container it is another file's."""
    if "!" in place.path:
        return True
    start, end = sample.secret
    if place.decoded.startswith("utf-16"):
        return True  # of a whole file, that has no other secret
    if place.decoded:
        return max(sample.content.rfind(b"\n", 0, start) - 1, 0) <= place.offset < end
    return place.offset < end and start < place.offset + place.size


class Result:
    """One family's counts."""

    def __init__(self):
        self.positives = self.found = self.near = self.alarms = 0

    def add(self, other):
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    @property
    def recall(self):
        return self.found / self.positives if self.positives else 1.0

    @property
    def alarm_rate(self):
        return self.alarms / self.near if self.near else 0.0


def judge(samples, found):
    """Returns results by family, and a line for each miss and false alarm."""
    results, lines = defaultdict(Result), []
    for number, sample in enumerate(samples):
        result = results[sample.family]
        places = [place for place in found.get(number, [])
                  if sample.family == "personal" or not place.rule.startswith("personal.")]
        what = f"{sample.family}: {sample.kind} ({number}/{sample.name})"
        if sample.label == "clean":
            result.near += 1
            if places:
                result.alarms += 1
                lines.append(f"false alarm  {what}: {', '.join(sorted({place.rule for place in places}))}")
            continue
        result.positives += 1
        if any(covers(sample, place) for place in places):
            result.found += 1
        else:
            beside = ", ".join(f"{place.rule} at {place.offset}" for place in places)
            lines.append(f"miss         {what}" + (f": only {beside}" if beside else ""))
    return results, lines


def total(results):
    whole = Result()
    for result in results.values():
        whole.add(result)
    return whole


def table(results):
    rows = ["| family | positives | found | recall | near misses | false alarms | |",
            "|---|---:|---:|---:|---:|---:|---:|"]
    for name, result in [*sorted(results.items()), ("**all**", total(results))]:
        secrets = (f"{result.positives} | {result.found} | {result.recall:.1%}"
                   if result.positives else " | | ")
        near = f"{result.near} | {result.alarms} | {result.alarm_rate:.1%}" if result.near else " | | "
        rows.append(f"| {name} | {secrets} | {near} |")
    return "\n".join(rows)


def measure(binary, keep=None):
    """Scans the corpus once; returns what judge() does."""
    samples = corpus.samples()
    with tempfile.TemporaryDirectory(prefix="assay-detection-") as folder:
        folder = Path(keep or folder)
        write_archive(samples, folder / "corpus.tar")
        policy = folder / "policy.json"
        policy.write_text(json.dumps({"schema": "assay.policy/1", "name": "detection",
                                      "block": {"personal": "low"},
                                      "identities": corpus.identities()}))
        report = scan(binary, folder / "corpus.tar", policy, folder)
        if keep:
            (folder / "report.json").write_text(json.dumps(report, indent=1))
    return judge(samples, places_by_sample(report))


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--misses", action="store_true", help="list each miss and false alarm")
    options.add_argument("--keep", metavar="FOLDER", help="leave archive and report there")
    options.add_argument("--assay", default=ROOT / "build/bin/assay", help="the program to measure")
    options = options.parse_args()
    results, lines = measure(options.assay, options.keep)
    print(table(results))
    if options.misses:
        print("\n".join(["", *lines]))


if __name__ == "__main__":
    main()
