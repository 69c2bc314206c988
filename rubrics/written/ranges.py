"""What values a part of a rubric can take at all, exactly.

A part is a criterion, or a rubric: `written.rubric` stands above this module and is not imported.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from assay.rubrics.written.arithmetic import EXACT
from assay.rubrics.written.criterion import Criterion

Range: TypeAlias = tuple[Fraction, Fraction]
"""Lowest and highest value, exactly."""

Levels: TypeAlias = tuple[Fraction, ...] | None
"""The values something can take, ascending; None: an interval, or too many to list."""

UNIT: Range = (Fraction(0), Fraction(1))

LISTED = 4096
"""Most values, or combinations of values, that are listed."""

NO_LEVELS: Mapping[str, Levels] = {}


def part_range(
    part: Any, path: tuple[str, ...] = (), levels: Mapping[str, Levels] = NO_LEVELS
) -> Range | None:
    """Lowest and highest value, exactly.

    Args:
        part: A criterion or a rubric; of one that chooses, over all its cases.
        path: Its path in the whole rubric.
        levels: Criterion's key -> its levels; others lie anywhere in [0, 1].

    Returns:
        None where the composer depends on levels that are not known, or has no lowest value.
    """
    if isinstance(part, Criterion):
        known = levels.get("/".join(path))
        return (known[0], known[-1]) if known else UNIT
    if part.lowers:
        below = levels_below(part, path, levels)
        if not part.lowerable(below):
            return None
        part = part.lowered(below)
    found: dict[str, Range] = {}
    for name, child in part.parts().items():
        read = part.reader(name) is not None
        reach = part.reading(name) if read else part_range(child, (*path, name), levels)
        if reach is None:
            return None
        found[name] = reach
    if part.chooses:
        return min(r[0] for r in found.values()), max(r[1] for r in found.values())
    low, high = part.reach(found)
    return low, high


def levels_below(
    part: Any, path: tuple[str, ...], levels: Mapping[str, Levels]
) -> dict[str, Levels]:
    """The values each part of a rubric can take, by name."""
    return {
        name: None if part.reader(name) else part_levels(child, (*path, name), levels)
        for name, child in part.parts().items()
    }


def part_levels(
    part: Any, path: tuple[str, ...] = (), levels: Mapping[str, Levels] = NO_LEVELS
) -> Levels:
    """Every value the part can take, ascending; None where they are not a short list."""
    if isinstance(part, Criterion):
        return levels.get("/".join(path))
    found: dict[str, tuple[Fraction, ...]] = {}
    for name, below in levels_below(part, path, levels).items():
        if below is None:
            return None
        found[name] = below
    if part.chooses:
        return tuple(sorted({v for values in found.values() for v in values}))
    count = 1
    for values in found.values():
        count *= len(values)
    if count > LISTED:
        return None
    lowered = part.lowered(dict(found)) if part.lowers else part
    combinations = itertools.product(*found.values())
    return tuple(
        sorted({lowered.formula(EXACT, dict(zip(found, c, strict=True))) for c in combinations})
    )
