"""assay scan: wrong use, before any artifact is read."""
import os
import unittest

from cli_harness import CliTest


class Use(CliTest):
    def test_what_cannot_be_scanned_is_wrong_use_with_the_mend(self):
        (self.home / "folder").mkdir()
        (self.home / "file").write_bytes(b"x")
        os.mkfifo(self.home / "pipe")
        for args, said in ((["none"], "none"), (["folder"], "tar -c folder | assay scan -"),
                           (["pipe"], "assay scan -"), ([], "missing"),
                           (["file", "--format", "xml"], "xml"),
                           (["file", "--polcy=base"], "--policy"),
                           (["file", "--policy", "none.json"], "none.json")):
            with self.subTest(args=args):
                out, err = self.assay("scan", *args, code=2)
                self.assertEqual(out, "")
                self.assertIn(said, err)

    def test_the_fingerprint_key_needs_a_home(self):
        (self.home / "file").write_bytes(b"x")
        self.assertIn("XDG_STATE_HOME", self.assay("scan", "file", code=2, HOME="")[1])


if __name__ == "__main__":
    unittest.main()
