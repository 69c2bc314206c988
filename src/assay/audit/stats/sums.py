"""Sums of columns as `math.fsum` gives them, a million rows at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from assay.audit.frame import Floats

UNIT = float(np.finfo(np.float64).eps)


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
    with np.errstate(over="ignore", invalid="ignore"):
        total = arrays[0] + 0.0
        error = np.zeros_like(total)
        size = np.zeros_like(total)
        count = np.zeros(total.shape, np.int64)
        for column in arrays[1:]:
            total, lost = _two_sum(total, column)
            error += lost
            size += np.abs(lost)
            count += lost != 0
        found, rest = _two_sum(total, error)
        doubt = np.where(count > 1, len(arrays) * UNIT * size, 0.0)
        above = (np.nextafter(found, np.inf) - found) / 2
        below = (found - np.nextafter(found, -np.inf)) / 2
        sure = (doubt == 0) | ((rest + doubt < above) & (rest - doubt > -below))
    for row in np.flatnonzero(~sure & np.isfinite(found)):
        found[row] = math.fsum(column[row] for column in arrays)
    return np.asarray(found)


def _two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """The rounded sum, and exactly what rounding lost (Knuth)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)
