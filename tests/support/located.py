"""A ruling on a whole response: does the answer in it earn the reference's point?"""

from __future__ import annotations

from typing import NamedTuple

from assay import Sample
from assay.verifiers.math_answer.verifier import MathAnswer


class Ruling(NamedTuple):
    reference: str
    completion: str
    right: bool
    why: str


def judged(ruling: Ruling) -> bool:
    """Whether `math.answer` pays it."""
    sample = Sample(completion=ruling.completion, reference=ruling.reference)
    return MathAnswer().verify(sample).score == 1.0
