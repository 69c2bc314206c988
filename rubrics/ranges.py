"""What values a rubric can take at all, exactly."""

from __future__ import annotations

from fractions import Fraction

from assay.rubrics.base import Part, Rubric
from assay.rubrics.criterion import Criterion
from assay.rubrics.ops import EXACT

UNIT = (Fraction(0), Fraction(1))


def part_range(part: Part) -> tuple[Fraction, Fraction]:
    """Lowest and highest value, every criterion anywhere in [0, 1]: exact, by monotony."""
    if isinstance(part, Criterion):
        return UNIT
    return rubric_range(part)


def rubric_range(rubric: Rubric) -> tuple[Fraction, Fraction]:
    """As `part_range`; of a rubric that chooses, over all its cases."""
    ranges = {name: part_range(part) for name, part in rubric.parts().items()}
    if rubric.chooses:
        return min(r[0] for r in ranges.values()), max(r[1] for r in ranges.values())
    low = {k: r[0] if rubric.sign(k) > 0 else r[1] for k, r in ranges.items()}
    high = {k: r[1] if rubric.sign(k) > 0 else r[0] for k, r in ranges.items()}
    return rubric.formula(EXACT, low), rubric.formula(EXACT, high)
