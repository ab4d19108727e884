"""Recall and false alarms on the labelled corpus: the figures that ./dev bench detection prints."""
import os
import sys
import unittest
from collections import Counter
from pathlib import Path

BIN = Path(os.environ["ASSAY_BIN"])
SOURCE = Path(os.environ["ASSAY_SOURCE"])
sys.path.insert(0, str(SOURCE / "tests" / "bench"))
import detection  # noqa: E402


class Detection(unittest.TestCase):
    def test_recall_and_false_alarms(self):
        results, lines = detection.measure(BIN / "assay")
        whole = detection.total(results)
        shown = "\n".join([detection.table(results), *lines])
        self.assertGreaterEqual(whole.positives, 1500)
        self.assertGreaterEqual(whole.near, 1500)
        self.assertGreaterEqual(whole.recall, 0.98, shown)
        self.assertLessEqual(whole.alarm_rate, 0.005, shown)

    def test_the_corpus_is_the_same_on_each_run(self):
        once, again = (detection.corpus.samples() for _ in range(2))
        self.assertEqual(once, again)
        self.assertEqual([kind for kind, count in Counter(
            (sample.family, sample.content) for sample in once if sample.label != "clean").items()
            if count > 1], [], "the same secret twice measures nothing twice")


if __name__ == "__main__":
    unittest.main()
