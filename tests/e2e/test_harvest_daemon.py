"""A target's policy takes identities from the target's own flake."""
import json
import tempfile
import unittest
from pathlib import Path

from harness import DaemonTest, image


class HarvestTest(DaemonTest):
    def test_the_report_of_a_build_says_what_was_harvested(self):
        with tempfile.TemporaryDirectory() as folder:
            policy = Path(folder) / "p.json"
            policy.write_text(json.dumps({
                "schema": "assay.policy/1", "name": "p",
                "identities": [{"from": ["flake-authors", "build-host"]}]}))
            daemon = self.daemon({"disk": image("dev-raw", policy=str(policy))}).start()
            build = daemon.build("disk")
            daemon.wait(build)
            harvested = daemon.api("GET", f"/builds/{build}/report")["policy"]["harvested"]
        self.assertEqual([one["from"] for one in harvested], ["flake-authors", "build-host"])
        # The flake stands in this repository, or else in a folder with no history, and that is said.
        self.assertTrue(harvested[0]["count"] > 0 or harvested[0]["problem"])
        self.assertGreater(harvested[1]["count"], 0)


if __name__ == "__main__":
    unittest.main()
