"""The values a part of a rubric can take, where they are few enough to list."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction

from assay.rubrics.base import Part
from assay.rubrics.criterion import Criterion
from assay.rubrics.ops import EXACT

LISTED = 4096
"""Most values, or combinations of values, that are listed."""


def part_levels(
    part: Part, path: tuple[str, ...], levels: Mapping[str, tuple[Fraction, ...] | None]
) -> tuple[Fraction, ...] | None:
    """The values, ascending; None where they fill an interval or are too many to list.

    Args:
        part: A criterion or a nested rubric.
        path: Its path in the whole rubric.
        levels: Criterion's key -> its levels.
    """
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
    lowered = part.lowered(dict(found))
    combinations = itertools.product(*found.values())
    return tuple(
        sorted({lowered.formula(EXACT, dict(zip(found, c, strict=True))) for c in combinations})
    )
