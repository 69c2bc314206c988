"""Does the answer have enough words?"""

import os

from assay import Sample, Verdict
from assay_demo_plugin.params import Limits


class Words:
    """Judges the number of words."""

    def __init__(self, params: Limits) -> None:
        self._params = params

    def verify(self, sample: Sample) -> Verdict:
        """min(1, words / wanted)."""
        count = len(sample.answer.split())
        return Verdict.judged(
            "demo.words@2",
            min(1.0, count / self._params.words),
            f"{count} of {self._params.words} words",
            details={"pid": os.getpid()},
        )
