"""Ranks within groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from assay.audit.frame import Floats
    from assay.audit.groups import Groups

CELLS = 4_000_000
"""Of one ranking, in memory at a time."""


def group_ranks(groups: Groups, values: Floats) -> Floats:
    """(m,) ranks within each group as shares of its size, ties at their mean, centred.

    A group that lacks a value counts as one in which nothing differs: all zeros. In
    (-0.5, 0.5); exactly 0 where all are equal. One pass over the groups of each size.
    """
    ranks: Floats = np.zeros(len(values))
    known = values[np.isfinite(values)]
    low, high = known.min(initial=np.inf), known.max(initial=-np.inf)
    if bool(np.all((known == low) | (known == high))):
        # What most verifiers give: the ranks of two values are the values, scaled.
        if low < high:
            found = groups.centred((values == high).astype(float)) * 0.5
            ranks = np.where(groups.spread(np.isnan(groups.sum(values))), 0.0, found)
        return ranks
    for size in np.unique(groups.sizes).tolist():
        starts = groups.starts[groups.sizes == size]
        step = max(1, CELLS // size)
        for first in range(0, len(starts), step):
            where = starts[first : first + step, None] + np.arange(size)
            block = values[where]
            whole = np.isfinite(block).all(axis=1)
            found = stats.rankdata(block[whole], axis=1) - (size + 1) / 2.0
            ranks[where[whole]] = found / size
    return ranks
