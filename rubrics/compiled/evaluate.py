"""A plan's formula over any arithmetic: fractions, numbers just below, linear forms, z3 terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from assay.rubrics.compiled.leaf import Leaf
from assay.rubrics.written.arithmetic import EXACT, Ops
from assay.rubrics.written.criterion import Criterion
from assay.rubrics.written.rubric import RubricPart

if TYPE_CHECKING:
    from assay.rubrics.compiled.plan import Plan


def evaluate(plan: Plan, values: Mapping[str, Any], ops: Ops = EXACT) -> Any:
    """The value of the plan's rubric.

    Args:
        plan: Compiled, with all switches standing.
        values: Criterion's key -> its score, in the arithmetic of `ops`.
        ops: The arithmetic.
    """

    def value(part: RubricPart, path: tuple[str, ...]) -> Any:
        if isinstance(part, Criterion):
            return values["/".join(path) or part.use]
        part = plan.lowered[path]
        if part.chooses:
            name = plan.chosen[path]
            return value(part.parts()[name], (*path, name))
        found = {name: value(child, (*path, name)) for name, child in part.parts().items()}
        return part.formula(ops, found)

    return value(plan.root, plan.prefix)


def span(leaf: Leaf) -> tuple[Fraction, Fraction]:
    """Lowest and highest score that the formula can see, a stand-in for a missing one included."""
    low, high = (leaf.levels[0], leaf.levels[-1]) if leaf.levels else leaf.reach
    if leaf.criterion.missing is not None:
        low = min(low, leaf.criterion.missing.exact)
        high = max(high, leaf.criterion.missing.exact)
    return low, high


def values_of(leaf: Leaf) -> tuple[Fraction, ...] | None:
    """Every score the formula can see, ascending; None: an interval."""
    if leaf.levels is None:
        return None
    missing = leaf.criterion.missing
    return tuple(sorted({*leaf.levels, *([missing.exact] if missing is not None else [])}))


@dataclass(frozen=True, slots=True)
class Near:
    """A fraction plus a multiple of an infinitely small positive number.

    ``Near(1, -1)`` is just below 1: the supremum of a key without declared levels that is not at
    its top, so that what a gate at 1 does to it is seen.
    """

    standard: Fraction
    tiny: Fraction = Fraction(0)

    def __add__(self, other: Any) -> Near:
        o = _near(other)
        return Near(self.standard + o.standard, self.tiny + o.tiny)

    __radd__ = __add__

    def __neg__(self) -> Near:
        return Near(-self.standard, -self.tiny)

    def __sub__(self, other: Any) -> Near:
        return self + -_near(other)

    def __rsub__(self, other: Any) -> Near:
        return _near(other) + -self

    def __mul__(self, other: Any) -> Near:
        o = _near(other)
        return Near(self.standard * o.standard, self.standard * o.tiny + self.tiny * o.standard)

    __rmul__ = __mul__

    def __truediv__(self, other: int) -> Near:
        return Near(self.standard / other, self.tiny / other)

    def _pair(self) -> tuple[Fraction, Fraction]:
        return self.standard, self.tiny

    def __lt__(self, other: Any) -> bool:
        return self._pair() < _near(other)._pair()

    def __le__(self, other: Any) -> bool:
        return self._pair() <= _near(other)._pair()

    def __gt__(self, other: Any) -> bool:
        return self._pair() > _near(other)._pair()

    def __ge__(self, other: Any) -> bool:
        return self._pair() >= _near(other)._pair()


def _near(value: Any) -> Near:
    return value if isinstance(value, Near) else Near(Fraction(value))


def standard(value: Any) -> Fraction:
    """The fraction that a number is, or is infinitely near."""
    return value.standard if isinstance(value, Near) else Fraction(value)
