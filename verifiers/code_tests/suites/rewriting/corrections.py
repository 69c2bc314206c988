"""Published suites that judge nothing at some point, put right. Each with its reason.

Keyed by the SHA-256 of the suite's text, stripped, so that a data set that has mended it is left
alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Correction:
    """What a suite should have said."""

    why: str
    expected: Mapping[str, Any]
    """The call, as `ast.unparse` writes it, -> the value that it should have."""


CORRECTIONS: dict[str, Correction] = {
    "a32d31079ac2ce9e1082378cb96b94e1dcf61d72cd44343736ae76faf0a99912": Correction(
        "HumanEval/33 compares the program with itself in three of its assertions, so that any"
        " deterministic function satisfies them. The values follow from the problem's statement.",
        {
            "candidate([1, 2, 3])": [1, 2, 3],
            "candidate([5, 3, -5, 2, -3, 3, 9, 0, 123, 1, -10])": [
                1, 3, -5, 2, -3, 3, 5, 0, 123, 9, -10,
            ],
            "candidate([5, 8, -12, 4, 23, 2, 3, 11, 12, -10])": [
                -10, 8, -12, 3, 23, 2, 4, 11, 12, 5,
            ],
        },
    ),
}  # fmt: skip
