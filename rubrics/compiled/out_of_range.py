"""What no float can hold, and what has no bound: refused when a rubric is compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from assay.rubrics.compiled.leaf import Leaf
from assay.rubrics.written.faults import Fault
from assay.rubrics.written.ranges import UNIT, Range
from assay.rubrics.written.rubric import Rubric

OPEN = ("weighted", "switch", "phases", "turns")
"""Composers in which a part without a lowest value may stand: they add it, or pass it on."""

LARGEST = Fraction(10) ** 300
"""Most that shares may add up to: floats end at 1.8e308, and sums of a few of them must not."""


def as_float(share: Fraction, path: tuple[str, ...]) -> float:
    """What all weights above a part make of it; refused where a float of it would be 0."""
    found = float(share)
    if share and not found:
        raise Fault(
            "the weights above it multiply to 0 as a float, so it would count for nothing",
            path=path,
            got=f"about 1e{len(str(share.numerator)) - len(str(share.denominator))}",
            fix="give it and what it stands in larger weights, or leave it out",
        )
    return found


def check_bounds(leaves: Sequence[Leaf], lowered: Mapping[tuple[str, ...], Rubric]) -> None:
    """A cost without bound must reach the reward as it is: anything else could turn it."""
    for leaf in leaves:
        if not leaf.unbounded:
            continue
        path = tuple(leaf.key.split("/"))
        above = [lowered[path[:i]] for i in range(len(path) - 1) if path[:i] in lowered]
        if leaf.sign > 0 or any(part.noun not in OPEN for part in above):
            raise Fault(
                "a cost without `cap` has no lowest value, and can only be added",
                path=path,
                fix="give it a `cap`, or put it into the weighted sum at the top",
            )


def check_size(part: Rubric, reach: Mapping[str, Range | None], path: tuple[str, ...]) -> None:
    """What is added up must stay far from the largest float, in any order of addition."""
    if part.chooses:
        return
    try:
        shares = part.shares()
    except ValueError:  # reported by the caller
        return
    total = Fraction(0)
    for name, found in reach.items():
        ends = found or UNIT
        total += abs(shares[name].exact) * max(abs(ends[0]), abs(ends[1]), Fraction(1))
    if total > LARGEST:
        raise Fault(
            "the weights add up to more than a float can hold",
            path=path,
            got=f"up to 1e{len(str(int(total))) - 1}",
            fix="divide all weights by the same number: only their ratios matter",
        )
