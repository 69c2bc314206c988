"""Pairs within groups: concordant, discordant, tied; exactly, in one sort and a few passes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from assay.audit.frame import Codes, Floats
    from assay.audit.groups import Groups


class Pairs(NamedTuple):
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


def pairs(groups: Groups, x: Floats, y: Floats) -> Pairs:
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
        return Pairs(every, every, every, every, every)
    group = groups.of_row
    order = np.lexsort((y, x, group))  # groups stay where they are
    xs, ys = x[order], y[order]
    first = np.zeros(len(xs), bool)
    first[groups.starts] = True
    new_x = first | np.diff(xs, prepend=np.nan).astype(bool)
    new_xy = new_x | np.diff(ys, prepend=np.nan).astype(bool)
    tied_x = _tied(new_x, group, g)
    tied_both = _tied(new_xy, group, g)
    by_y = np.lexsort((ys, group))
    sorted_y = ys[by_y]
    new_y = first | np.diff(sorted_y, prepend=np.nan).astype(bool)
    tied_y = _tied(new_y, group, g)
    dense = np.cumsum(new_y)
    rank = np.empty(len(ys), np.int64)
    rank[by_y] = dense - np.repeat(dense[groups.starts], groups.sizes)
    discordant = _inversions(rank, groups)
    concordant = every - tied_x - tied_y + tied_both - discordant
    return Pairs(concordant, discordant, tied_x, tied_y, every)


def _tied(new: np.ndarray[tuple[int], np.dtype[np.bool_]], group: Codes, g: int) -> Floats:
    """(g,) pairs within runs of equal values; `new` marks where each run begins."""
    starts = np.flatnonzero(new)
    sizes = np.diff(starts, append=len(new)).astype(float)
    counted = np.bincount(group[starts], weights=sizes * (sizes - 1) / 2, minlength=g)
    return np.asarray(counted, float)


def _inversions(rank: Codes, groups: Groups) -> Floats:
    """(g,) pairs of a group whose earlier rank is the higher; ranks from 0 in each group."""
    found = np.zeros(len(groups))
    here = rank
    start = np.repeat(groups.starts, groups.sizes)  # of the block that each place is in
    place = np.arange(len(rank))
    for digit in range(int(rank.max(initial=0)).bit_length() - 1, -1, -1):
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
    lost: Floats = groups.high(y) - taken
    return lost
