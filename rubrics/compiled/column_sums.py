"""Sums of columns as `math.fsum` gives them, a million rows at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

UNIT = float(np.finfo(np.float64).eps)

BLOCK = 1 << 14
"""Rows at a time: what is computed on the way stays in the processor's cache."""


def fsum(columns: Sequence[Floats]) -> Floats:
    """(n,) the sum of (n,) columns, row by row, rounded once: bit for bit `math.fsum`'s.

    Sums that plain addition rounds differently in another order would split groups of equal
    rewards. Errors of the additions are summed beside them; where that does not decide how the
    sum rounds (about never), the row is summed by `math.fsum` itself.

    Source:
        Ogita, Rump, Oishi 2005, "Accurate sum and dot product", algorithm Sum2 and its bound.
    """
    if not columns:
        return np.zeros(0)
    arrays = np.broadcast_arrays(*[np.asarray(c, float) for c in columns])
    if len(arrays) == 1:
        return arrays[0] + 0.0
    found = np.empty(arrays[0].shape)
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(found), BLOCK):
            block = slice(start, start + BLOCK)
            found[block] = _block([column[block] for column in arrays])
    return found


def _block(columns: Sequence[Floats]) -> Floats:
    total = columns[0] + 0.0
    error = np.zeros_like(total)
    left = np.zeros_like(total)
    for column in columns[1:]:
        total, lost = _two_sum(total, column)
        error, lost = _two_sum(error, lost)
        left += np.abs(lost)
    found, rest = _two_sum(total, error)
    doubtful = np.flatnonzero(left)  # where the errors' own sum is exact, it was rounded but once
    if len(doubtful):
        at, off, wide = found[doubtful], rest[doubtful], left[doubtful] * (1 + len(columns) * UNIT)
        above = (np.nextafter(at, np.inf) - at) / 2
        below = (at - np.nextafter(at, -np.inf)) / 2
        unsure = ~((off + wide < above) & (off - wide > -below)) & np.isfinite(at)
        for row in doubtful[unsure]:
            found[row] = math.fsum(float(column[row]) for column in columns)
    return np.asarray(found)


def _two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """The rounded sum, and exactly what rounding lost (Knuth)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)
