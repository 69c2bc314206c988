r"""Does the answer hold a closed, non-empty ``\boxed{...}``?

Linear in the length of the text. What stands in the box is for other verifiers to judge.
"""

from __future__ import annotations

import re

from assay.model import Sample, Verdict
from assay.verifiers.format.params import BoxedParams

NAME = "format.boxed@1"

BOX = re.compile(r"\\boxed\s*\{")
_TOKEN = re.compile(r"\\.|[{}]", re.DOTALL)  # an escaped brace is not a brace


class FormatBoxed:
    """Judges the last box outside the reasoning block."""

    def __init__(self, params: BoxedParams | None = None) -> None:
        self._params = params or BoxedParams()

    def verify(self, sample: Sample) -> Verdict:
        """1 if the last box is closed and holds something; else 0."""
        text = sample.answer
        starts = [m.end() for m in BOX.finditer(text)]
        if not starts:
            where = " outside the reasoning" if "\\boxed" in sample.text else ""
            return Verdict.judged(NAME, 0.0, f"no \\boxed{{...}}{where}")
        if self._params.once and len(starts) > 1:
            return Verdict.judged(NAME, 0.0, f"{len(starts)} boxes where one was asked for")
        content = braced(text, starts[-1])
        if content is None:
            return Verdict.judged(NAME, 0.0, "the last \\boxed{ is never closed")
        if not content.strip():
            return Verdict.judged(NAME, 0.0, "the last \\boxed{} is empty")
        return Verdict.judged(NAME, 1.0, f"\\boxed{{{content[:80]}}}")


def braced(text: str, start: int) -> str | None:
    r"""What stands between the brace that ends at `start` and its partner; None: no partner.

    >>> braced(r"{a{b}\}c} d", 1)
    'a{b}\\}c'
    """
    depth = 1
    for token in _TOKEN.finditer(text, start):
        if token.group() == "{":
            depth += 1
        elif token.group() == "}":
            depth -= 1
            if depth == 0:
                return text[start : token.start()]
    return None
