"""The best and the worst a completion can be paid when its criteria are tied to each other."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from assay.rubrics.plan import Leaf, Plan
from assay.rubrics.prove.couplings import Coupling
from assay.rubrics.prove.evaluate import evaluate, span, values_of
from assay.rubrics.prove.linear import FORMS, Form, form
from assay.rubrics.prove.simplex import maximise

COMBINATIONS = 4096
"""Most combinations of levels that are tried one by one."""


@dataclass(frozen=True, slots=True)
class Extreme:
    """An end of what can be paid, and the scores it is paid for."""

    value: Fraction
    scores: Mapping[str, Fraction]
    attained: bool = True
    """Whether the scores can occur; else the value is only a bound."""


def linear_extreme(
    plan: Plan,
    fixed: Mapping[str, Fraction],
    couplings: Sequence[Coupling],
    *,
    highest: bool,
) -> Extreme | None:
    """The highest or lowest reward under the couplings, with some criteria fixed.

    Criteria with levels that a coupling names are tried level by level, the others are linear
    programmes; where there are too many levels, an interval stands for them, and the end is a
    bound.

    Returns:
        None where no scores satisfy the couplings.

    Raises:
        NotLinear: fixing what is fixed does not make the formula a linear form.
    """
    values: dict[str, Form] = {}
    free: list[Leaf] = []
    for leaf in plan.leaves:
        if leaf.key in fixed:
            values[leaf.key] = Form(fixed[leaf.key])
        else:
            values[leaf.key] = Form(Fraction(0), {leaf.key: Fraction(1)})
            free.append(leaf)
    objective = form(evaluate(plan, values, FORMS))
    named = {name for coupling in couplings for name in coupling.terms}
    stepped = [leaf for leaf in free if leaf.key in named and leaf.levels is not None]
    lists = [values_of(leaf) or () for leaf in stepped]
    attained = math.prod(len(v) for v in lists) <= COMBINATIONS
    if not attained:
        stepped, lists = [], []
    best: Extreme | None = None
    for combination in itertools.product(*lists):
        pinned = {leaf.key: v for leaf, v in zip(stepped, combination, strict=True)}
        found = _programme(objective, free, {**fixed, **pinned}, couplings, highest)
        if found is not None and (
            best is None or (found.value > best.value if highest else found.value < best.value)
        ):
            best = Extreme(found.value, found.scores, attained)
    return best


def _programme(
    objective: Form,
    free: Sequence[Leaf],
    fixed: Mapping[str, Fraction],
    couplings: Sequence[Coupling],
    highest: bool,
) -> Extreme | None:
    names = [leaf.key for leaf in free]
    rows = [
        (
            [c.terms.get(n, Fraction(0)) if n not in fixed else Fraction(0) for n in names],
            c.limit - sum((k * fixed[n] for n, k in c.terms.items() if n in fixed), Fraction(0)),
        )
        for c in couplings
    ]
    bounds = [(fixed[x.key], fixed[x.key]) if x.key in fixed else span(x) for x in free]
    for i, name in enumerate(names):  # what is pinned is in the bounds: give its share back
        if name in fixed:
            for j, c in enumerate(couplings):
                share = c.terms.get(name, Fraction(0))
                rows[j][0][i] = share
                rows[j] = (rows[j][0], rows[j][1] + share * fixed[name])
    sign = 1 if highest else -1
    found = maximise([sign * objective.terms.get(n, Fraction(0)) for n in names], rows, bounds)
    if found is None:
        return None
    scores = {**fixed, **dict(zip(names, found.point, strict=True))}
    return Extreme(objective.constant + sign * found.value, scores)
