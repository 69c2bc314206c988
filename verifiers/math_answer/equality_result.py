"""What one layer found out about two readings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class EqualityResult(NamedTuple):
    """Equal, different, or not known."""

    equal: bool | None
    by: str
    """The layer that decided: ``text``, ``exact``, ``structure``, ``algebra``, ``numeric``,
    ``rounding``, ``kind`` (the two are not things that could be equal), ``words``, ``sympy``,
    ``bounds`` (too large to compute)."""
    certainty: str
    """``proved``, ``probable`` (agreement at seeded points), ``rounded``, ``unproved``."""
    why: str = ""


UNKNOWN = EqualityResult(None, "none", "unproved", "not shown equal within the bounds")

_RANK = {"proved": 0, "probable": 1, "rounded": 2, "unproved": 3}
_LAYER = ("text", "structure", "exact", "words", "algebra", "numeric", "rounding", "sympy")


def different(why: str, by: str = "kind", certainty: str = "proved") -> EqualityResult:
    """They are not the same."""
    return EqualityResult(False, by, certainty, why)


def every(findings: Iterable[EqualityResult]) -> EqualityResult:
    """Equal if all are; different if any is; the weakest certainty; stops at a difference."""
    weakest = EqualityResult(True, "structure", "proved")
    unknown: EqualityResult | None = None
    for finding in findings:
        if finding.equal is False:
            return finding
        if finding.equal is None:
            unknown = unknown or finding
        elif _RANK[finding.certainty] > _RANK[weakest.certainty] or (
            finding.certainty == weakest.certainty and _later(finding.by, weakest.by)
        ):
            weakest = finding
    return unknown or weakest


def _later(a: str, b: str) -> bool:
    return a in _LAYER and (b not in _LAYER or _LAYER.index(a) > _LAYER.index(b))
