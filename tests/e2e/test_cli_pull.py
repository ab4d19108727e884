"""assay build, pull, verify and report on what a real assayd published and rejected."""
import hashlib
import json
import os
import subprocess
import unittest

import cli_harness
import harness


class Published(cli_harness.CliTest):
    @classmethod
    def setUpClass(cls):
        cls.daemon = harness.Daemon({"minimal": harness.tarball("minimal"),
                                     "leaky": harness.tarball("leaky")})
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start()
        shown = cls.daemon.wait(cls.daemon.build("minimal"))
        if shown["state"] != "published":
            raise AssertionError(f"minimal: {shown}")
        cls.release = cls.daemon.api("GET", "/releases?target=minimal")[0]

    def setUp(self):
        super().setUp()
        self.env["ASSAY_SERVER"] = self.daemon.url
        self.env["ASSAY_TOKEN"] = self.daemon.token
        self.file = self.home / self.release["name"]
        self.part = self.home / (self.release["name"] + ".part")

    def blob(self):
        sha256 = self.release["sha256"]
        return self.daemon.state / "blobs/sha256" / sha256[:2] / sha256 / "artifact"

    def assert_whole(self):
        self.assertEqual(hashlib.sha256(self.file.read_bytes()).hexdigest(),
                         self.release["sha256"])
        self.assertFalse(self.part.exists())

    def test_pulled_and_verified_with_stock_tools(self):
        for what in ("minimal", "minimal@nightly", f"minimal@{self.release['version']}"):
            self.assay("pull", what)
            self.assert_whole()
            self.file.unlink()
        self.assay("pull", "minimal", "-o", "mine.wsl")
        self.assertIn("minimal", self.assay("verify", "mine.wsl")[0])
        public = self.daemon.request("GET", "/keys/minisign.pub")[2]
        (self.home / "key.pub").write_bytes(public)
        subprocess.run(["minisign", "-V", "-H", "-p", "key.pub", "-m", "mine.wsl"],
                       cwd=self.home, check=True, capture_output=True)
        subprocess.run(["sha256sum", "-c", "mine.wsl.sha256"], cwd=self.home, check=True,
                       capture_output=True)
        served = self.daemon.request("GET", self.release["url"] + ".sha256")[2].decode()
        self.assertEqual(served, f"{self.release['sha256']}  {self.release['name']}\n")
        (self.home / "mine.wsl").write_bytes(b"tampered")
        self.assay("verify", "mine.wsl", code=7)
        self.assay("pull", "minimal@stable", code=2)

    def test_a_download_that_broke_off_is_gone_on_with(self):
        self.part.write_bytes(self.blob().read_bytes()[:self.release["size"] // 2])
        self.assay("pull", "minimal")
        self.assert_whole()
        self.file.unlink()
        self.part.write_bytes(b"the beginning of another file")
        self.assay("pull", "minimal")
        self.assert_whole()

    def test_a_tampered_blob_is_7_and_leaves_what_the_user_had(self):
        blob = self.blob()
        good, mode = blob.read_bytes(), blob.stat().st_mode
        self.file.write_bytes(b"what the user had")
        try:
            os.chmod(blob, 0o644)
            blob.write_bytes(good[:-9] + bytes(9))
            self.assertIn("NOT", self.assay("pull", "minimal", code=7)[1])
        finally:
            blob.write_bytes(good)
            os.chmod(blob, mode)
        self.assertEqual(self.file.read_bytes(), b"what the user had")
        self.assertFalse(self.part.exists())

    def test_a_rejected_build_is_1_and_says_why(self):
        out, err = self.assay("build", "leaky", "--wait", code=1)
        self.assertIn("(leaky): rejected", err)
        number = json.loads(self.assay("builds", "-t", "leaky", "--json")[0])[0]["id"]
        self.assertEqual(self.assay("report", number)[0], out)
        report = json.loads(self.assay("report", number, "--format", "json")[0])
        self.assertEqual(report["verdict"], "reject")
        self.assay("wait", number, code=1)
        self.assay("report", number, "--format", "xml", code=2)
        self.assay("pull", "leaky", code=2)

    def test_a_release_has_the_report_of_its_build(self):
        for name in ("minimal", "minimal@nightly", f"minimal@{self.release['version']}"):
            report = json.loads(self.assay("report", name, "--format", "json")[0])
            self.assertEqual(report["artifact"]["sha256"], self.release["sha256"])
        self.assertIn("assay releases minimal", self.assay("report", "minimal@none", code=2)[1])

    def test_several_targets_exit_with_the_worst(self):
        self.assay("build", "leaky", "minimal", "--wait", code=1)
        self.assertIn("published", self.assay("status")[0])
        self.assertEqual(self.assay("releases", "leaky")[0], "")


if __name__ == "__main__":
    unittest.main()
