"""Pairs within groups: concordant, discordant, tied; exactly, in one sort and a few passes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from assay.audit.frame import Codes, Floats
    from assay.audit.groups import Groups


SMALL = 24
"""Rows of the largest group up to which pairs are looked at one by one."""


class PairCounts(NamedTuple):
    """(g,) counts of the pairs of each group."""

    concordant: Floats
    discordant: Floats
    """x and y both differ, in opposite directions."""
    tied_x: Floats
    """Equal in x, whatever y."""
    tied_y: Floats
    all: Floats

    @property
    def decided_y(self) -> Floats:
        """Pairs that differ in y."""
        return self.all - self.tied_y

    @property
    def decided_x(self) -> Floats:
        """Pairs that differ in x."""
        return self.all - self.tied_x


def pairs(groups: Groups, x: Floats, y: Floats) -> PairCounts:
    """How the pairs of each group are ordered by x and by y.

    Cost: a sort, and one pass for each binary digit of the most distinct values of y in one
    group: two for binary outcomes in groups of any size, 20 for a million rows in one group.

    Args:
        groups: Of m rows.
        x: (m,) in the order of ``groups.rows``, without NaN.
        y: The same.

    Source:
        Knight 1966, "A computer method for calculating Kendall's tau with ungrouped data": the
        discordant pairs are the inversions of y once sorted by x, ties by y. They are counted
        digit by digit, as a radix sort of y meets them.
    """
    g = len(groups)
    sizes = groups.sizes.astype(float)
    every = sizes * (sizes - 1) / 2
    if g == 0:
        return PairCounts(every, every, every, every, every)
    if int(groups.sizes.max()) <= SMALL:
        return _pair_by_pair(groups, x, y, every)
    group = groups.of_row
    order = np.lexsort((y, x, group))  # groups stay where they are
    xs, ys = x[order], y[order]
    first = np.zeros(len(xs), bool)
    first[groups.starts] = True
    new_x = first | np.diff(xs, prepend=np.nan).astype(bool)
    new_xy = new_x | np.diff(ys, prepend=np.nan).astype(bool)
    tied_x = _tied(new_x, group)
    tied_both = _tied(new_xy, group)
    by_y = np.lexsort((ys, group))
    sorted_y = ys[by_y]
    new_y = first | np.diff(sorted_y, prepend=np.nan).astype(bool)
    tied_y = _tied(new_y, group)
    dense = np.cumsum(new_y)
    rank = np.empty(len(ys), np.int64)
    rank[by_y] = dense - np.repeat(dense[groups.starts], groups.sizes)
    discordant = _inversions(rank, groups)
    concordant = every - tied_x - tied_y + tied_both - discordant
    return PairCounts(concordant, discordant, tied_x, tied_y, every)


def _pair_by_pair(groups: Groups, x: Floats, y: Floats, every: Floats) -> PairCounts:
    """As `pairs`, for groups so small that looking at each pair is quicker than sorting."""
    of_row = groups.of_row
    counts = np.zeros((4, len(of_row)), np.int16)
    for apart in range(1, int(groups.sizes.max())):
        same = of_row[apart:] == of_row[:-apart]
        above_x, above_y = x[apart:] > x[:-apart], y[apart:] > y[:-apart]
        below_x, below_y = x[apart:] < x[:-apart], y[apart:] < y[:-apart]
        counts[0, apart:] += same & ((above_x & above_y) | (below_x & below_y))
        counts[1, apart:] += same & ((above_x & below_y) | (below_x & above_y))
        counts[2, apart:] += same & ~(above_x | below_x)
        counts[3, apart:] += same & ~(above_y | below_y)
    sums = np.add.reduceat(counts, groups.starts, axis=1, dtype=np.int64).astype(float)
    return PairCounts(sums[0], sums[1], sums[2], sums[3], every)


def _tied(new: np.ndarray[tuple[int], np.dtype[np.bool_]], group: Codes) -> Floats:
    """(g,) pairs within runs of equal values; `new` marks where each run begins."""
    starts = np.flatnonzero(new)
    sizes = np.diff(starts, append=len(new)).astype(float)
    counted = np.bincount(group[starts], weights=sizes * (sizes - 1) / 2)
    return np.asarray(counted, float)


def _inversions(rank: Codes, groups: Groups) -> Floats:
    """(g,) pairs of a group whose earlier rank is the higher; ranks from 0 in each group."""
    found = np.zeros(len(groups))
    here = rank
    start = np.repeat(groups.starts, groups.sizes)  # of the block that each place is in
    place = np.arange(len(rank))
    for digit in range(int(rank.max()).bit_length() - 1, -1, -1):
        one = (here >> digit) & 1
        before = np.cumsum(one) - one
        ones = before - before[start]  # in the same block, earlier
        found += np.add.reduceat(np.where(one == 1, 0, ones), groups.starts)
        if digit == 0:
            break
        # each block is parted, stably: zeros, then ones; both are blocks of the next digit
        last = np.flatnonzero(np.append(start[1:] != start[:-1], True))
        size = np.diff(last, prepend=-1)
        zeros = np.repeat(size - (ones + one)[last], size)
        middle = start + zeros
        at = np.where(one == 1, middle + ones, place - ones)
        block = np.where(one == 1, middle, start)
        moved: Codes = np.empty_like(here)
        begins: Codes = np.empty_like(start)
        moved[at], begins[at] = here, block
        here, start = moved, begins
    return found


def regret(groups: Groups, x: Floats, y: Floats) -> Floats:
    """(g,) how much less y the row of highest x has than the best of its group.

    Where several rows share the highest x, the mean of their y: one is taken at random.
    """
    top = (x == groups.spread(groups.high(x))).astype(float)
    taken = groups.sum(top * y) / groups.sum(top)
    lost: Floats = np.maximum(groups.high(y) - taken, 0.0)  # a mean of equals may round above them
    return lost


PAIRS = 200_000
"""Pairs that are looked at together, about."""

MEMBERS = 64
"""Rows of a group of which every pair is looked at."""


def thinned(groups: Groups) -> Groups:
    """Groups of at most `MEMBERS` rows: of larger ones, rows evenly spaced."""
    if len(groups) == 0 or int(groups.sizes.max()) <= MEMBERS:
        return groups
    size = groups.spread(groups.sizes.astype(float))
    place = np.arange(len(groups.rows)) - groups.spread(groups.starts.astype(float))
    share = np.minimum(MEMBERS / size, 1.0)
    kept = np.floor((place + 1) * share) > np.floor(place * share)
    counts = np.add.reduceat(kept.astype(np.int64), groups.starts)
    return type(groups)(groups.rows[kept], np.cumsum(counts) - counts)


def each_pair(groups: Groups) -> Iterator[tuple[Codes, Codes]]:
    """Every pair of a group once, some at a time: places in ``groups.rows``, the first smaller.

    Groups of thousands of rows are better `thinned` before.
    """
    of_row = groups.of_row
    if len(groups) == 0:
        return
    for apart in range(1, int(groups.sizes.max())):
        for start in range(0, len(of_row) - apart, PAIRS):
            one = np.arange(start, min(start + PAIRS, len(of_row) - apart))
            one = one[of_row[one] == of_row[one + apart]]
            if len(one):
                yield one, one + apart
