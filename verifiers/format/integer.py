"""Is the answer a whole number, written in digits?

Source:
    `int_reward` of W. Brown's GRPO demo, and of GDPO's GSM8K experiment (arXiv:2601.05242).
"""

from __future__ import annotations

import re

from assay.model import Sample, Verdict
from assay.verifiers.format.boxed import BOX, braced
from assay.verifiers.format.params import IntegerParams

NAME = "format.integer@1"

_INTEGER = re.compile(r"[+-]?\d+")


class FormatInteger:
    """Judges what stands in the last tag, or else in the last box."""

    def __init__(self, params: IntegerParams | None = None) -> None:
        self._tag = (params or IntegerParams()).tag

    def verify(self, sample: Sample) -> Verdict:
        """1 if it is digits, with a sign or without; else 0."""
        text = self._stated(sample.text)
        if text is None:
            return Verdict.judged(NAME, 0.0, f"no <{self._tag}> and no \\boxed{{...}}")
        right = _INTEGER.fullmatch(text) is not None
        because = f"{text[:40]!r} is {'' if right else 'not '}a whole number"
        return Verdict.judged(NAME, float(right), because)

    def _stated(self, text: str) -> str | None:
        opening, closing = f"<{self._tag}>", f"</{self._tag}>"
        start = text.rfind(opening)
        if start >= 0:
            return text[start + len(opening) :].partition(closing)[0].strip()
        boxes = [m.end() for m in BOX.finditer(text)]
        content = braced(text, boxes[-1]) if boxes else None
        return None if content is None else content.strip()
