"""Do the rewards keep their order where the trainer stores them?"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from fractions import Fraction

from assay.rubrics.compiled.evaluate import evaluate, span, values_of
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.prove.certificate import CastCheck, shown
from assay.rubrics.written.dtypes import DTYPES, cast

LISTED = 4096
"""Most corners that are listed; composers that are no sum cost more, and list a quarter."""


def corner_values(plan: Plan) -> list[tuple[Fraction, ...]]:
    """For each criterion the scores its corners have: all its levels, or the ends."""
    return [values_of(leaf) or span(leaf) for leaf in plan.leaves]


def corners(plan: Plan, most: int = LISTED) -> list[tuple[Fraction, float]] | None:
    """Every corner's reward, exactly and as `compose` gives it; None where there are too many."""
    values = corner_values(plan)
    limit = most if plan.linear else most // 4
    if math.prod(len(v) for v in values) > limit:
        return None
    found: list[tuple[Fraction, float]] = []
    names = [leaf.key for leaf in plan.leaves]
    if not plan.linear:
        for corner in itertools.product(*values):
            exact = Fraction(evaluate(plan, dict(zip(names, corner, strict=True))))
            found.append((exact, plan.value([float(s) for s in corner])))
        return found
    weights = linear_weights(plan)
    unit = math.lcm(*(w.denominator for w in weights), *(s.denominator for v in values for s in v))
    scale = unit * unit
    steps = [[int(w * s * scale) for s in v] for w, v in zip(weights, values, strict=True)]
    floats = [
        [leaf.coefficient * float(s) for s in v]
        for leaf, v in zip(plan.leaves, values, strict=True)
    ]
    for whole, parts in zip(itertools.product(*steps), itertools.product(*floats), strict=True):
        found.append((Fraction(sum(whole), scale), math.fsum(parts)))
    return found


def linear_weights(plan: Plan) -> list[Fraction]:
    """The exact weight of each criterion of a plan that is one sum."""
    zero: Mapping[str, Fraction] = {leaf.key: Fraction(0) for leaf in plan.leaves}
    return [Fraction(evaluate(plan, {**zero, leaf.key: Fraction(1)})) for leaf in plan.leaves]


def cast_checks(plan: Plan, correct_low: float, wrong_high: float) -> tuple[CastCheck, ...]:
    """For each dtype, whether worst correct and best wrong stay apart, and all corners in order.

    Args:
        plan: Compiled.
        correct_low: What the correct completion paid least gets from `compose`.
        wrong_high: The same of the wrong one paid most.
    """
    listed = corners(plan)
    ordered = sorted(listed) if listed is not None else []
    out: list[CastCheck] = []
    for dtype in DTYPES:
        apart = cast(correct_low, dtype) > cast(wrong_high, dtype)
        collision = ""
        highest = -math.inf  # of all corners of the rewards before
        before: Fraction | None = None
        for exact, group in itertools.groupby(ordered, key=lambda c: c[0]):
            values = [cast(value, dtype) for _, value in group]
            if before is not None and not highest < min(values):
                collision = (
                    f"{shown(before)} and {shown(exact)} become {highest:g} and {values[0]:g}"
                )
                break
            highest, before = max(values), exact
        out.append(CastCheck(dtype, apart, len(ordered), not collision, collision))
    return tuple(out)
