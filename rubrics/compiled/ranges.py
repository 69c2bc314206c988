"""What values a part of a rubric can take at all, exactly."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction
from typing import TypeAlias

from assay.rubrics.written.arithmetic import EXACT
from assay.rubrics.written.criterion import Criterion
from assay.rubrics.written.rubric import Part, Range

Levels: TypeAlias = tuple[Fraction, ...] | None
"""The values something can take, ascending; None: an interval, or too many to list."""

UNIT: Range = (Fraction(0), Fraction(1))

LISTED = 4096
"""Most values, or combinations of values, that are listed."""

NO_LEVELS: Mapping[str, Levels] = {}


def part_range(
    part: Part, path: tuple[str, ...] = (), levels: Mapping[str, Levels] = NO_LEVELS
) -> Range | None:
    """Lowest and highest value: exact, since every composer is monotone in its parts.

    Args:
        part: A criterion or a rubric; of one that chooses, over all its cases.
        path: Its path in the whole rubric.
        levels: Criterion's key -> its levels; others lie anywhere in [0, 1].

    Returns:
        None where the composer depends on levels that are not known.
    """
    if isinstance(part, Criterion):
        known = levels.get("/".join(path))
        return (known[0], known[-1]) if known else UNIT
    if part.lowers:
        below = {n: part_levels(p, (*path, n), levels) for n, p in part.parts().items()}
        if any(found is None for found in list(below.values())[:-1]):
            return None
        part = part.lowered(below)
    found: dict[str, Range] = {}
    for name, child in part.parts().items():
        reach = UNIT if part.reader(name) else part_range(child, (*path, name), levels)
        if reach is None:
            return None
        found[name] = reach
    if part.chooses:
        return min(r[0] for r in found.values()), max(r[1] for r in found.values())
    low = {k: r[0] if part.sign(k) > 0 else r[1] for k, r in found.items()}
    high = {k: r[1] if part.sign(k) > 0 else r[0] for k, r in found.items()}
    return Fraction(part.formula(EXACT, low)), Fraction(part.formula(EXACT, high))


def part_levels(
    part: Part, path: tuple[str, ...] = (), levels: Mapping[str, Levels] = NO_LEVELS
) -> Levels:
    """Every value the part can take, ascending; None where they are no short list."""
    if isinstance(part, Criterion):
        return levels.get("/".join(path))
    found: dict[str, tuple[Fraction, ...]] = {}
    for name, child in part.parts().items():
        below = None if part.reader(name) else part_levels(child, (*path, name), levels)
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
