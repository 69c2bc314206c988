"""Which rows a report shows, where a log has more than a page can carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assay.audit.report.report_size import MAX_ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.audit.frame import Codes, Frame

RULE = (
    "every rollout that a finding names, with its whole group; then whole groups in the order of "
    "a hash of their number"
)
"""How rows are chosen, as the page tells it."""


def shown_rows(frame: Frame, named: Sequence[int], limit: int = MAX_ROWS) -> Codes:
    """Rows of the frame, ascending; all where they fit.

    Args:
        frame: The log.
        named: Rows that findings name; they come first, then their groups.
        limit: Rows at most. A group is taken whole or not at all, but for the named rows.

    Returns:
        The same rows for the same log, whatever was named being added.
    """
    if frame.n <= limit:
        return np.arange(frame.n)
    chosen = np.zeros(frame.n, bool)
    chosen[np.asarray(named[:limit], np.int64)] = True
    # a row of no group is a group of its own
    alone = frame.group < 0
    top = int(frame.group.max(initial=-1)) + 1
    unit = np.where(alone, top + np.arange(frame.n), frame.group)
    units, unit = np.unique(unit, return_inverse=True)
    sizes = np.bincount(unit, minlength=len(units))
    first = np.zeros(len(units), bool)
    first[unit[chosen]] = True
    order = np.lexsort((_mixed(units), ~first))
    # what a unit still adds: rows that are named are in already
    adds = (sizes - np.bincount(unit[chosen], minlength=len(units)))[order]
    room = limit - int(chosen.sum())
    kept = order[np.cumsum(adds) <= room]
    taken = np.zeros(len(units), bool)
    taken[kept] = True
    return np.flatnonzero(chosen | taken[unit])


def _mixed(numbers: Codes) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """The finaliser of splitmix64 (Steele, Lea and Flood 2014): a hash without a pattern."""
    x = numbers.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
