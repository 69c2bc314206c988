"""Right over wrong: the pairs of a group whose order is the one that was meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from assay.audit.groups import Groups
from assay.audit.stats.ranks import each_pair, thinned

if TYPE_CHECKING:
    from assay.audit.frame import Codes, Floats, Frame

EQUAL = 1e-12
"""Rewards that differ by less, in their own size, are equal but for rounding."""


def outcome_of(frame: Frame) -> tuple[str, Floats] | None:
    """The label where there is one, else the key criterion; None where there is neither."""
    if np.isfinite(frame.label).any():
        return "label", frame.label
    if frame.key is not None:
        return frame.key, frame.key_score
    return None


MOST = 8_000_000
"""Pairs that are looked at; beyond that, of every so many groups."""


def comparable(frame: Frame, *columns: Floats) -> Groups:
    """Groups of rows of which the reward and these (n,) columns are known.

    Large groups are thinned, and where there would be more than `MOST` pairs some groups are left
    out, evenly over the log.
    """
    known = (frame.group >= 0) & np.isfinite(frame.reward)
    for column in columns:
        known &= np.isfinite(column)
    groups = thinned(Groups.of(frame.group, known))
    every = -(-int((groups.sizes * (groups.sizes - 1) // 2).sum()) // MOST)
    return groups if every < 2 else every_so_many(groups, every)


def every_so_many(groups: Groups, every: int) -> Groups:
    """Whole groups, evenly over the log."""
    kept = np.arange(len(groups)) % every == 0
    sizes = groups.sizes[kept]
    return Groups(groups.rows[np.repeat(kept, groups.sizes)], np.cumsum(sizes) - sizes)


def right_over_wrong(groups: Groups, outcome: Floats) -> Iterator[tuple[Codes, Codes]]:
    """Pairs that differ in outcome: places of the better and of the worse, in ``groups.rows``."""
    inside = outcome[groups.rows]
    for one, other in each_pair(groups):
        differ = inside[one] != inside[other]
        one, other = one[differ], other[differ]
        better = inside[one] > inside[other]
        yield np.where(better, one, other), np.where(better, other, one)
