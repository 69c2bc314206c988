"""The best and the worst a completion can be paid when its criteria are tied to each other."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from assay.rubrics.compiled.evaluate import evaluate, span, values_of
from assay.rubrics.compiled.leaf import Leaf
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.prove.couplings import Coupling
from assay.rubrics.prove.linear import FORMS, Form, form
from assay.rubrics.prove.simplex import maximise

COMBINATIONS = 4096
"""Most combinations of levels that are tried one by one."""

PROGRAMMES = 256
"""The same, where each leaves a linear programme over the criteria without levels."""


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
    smooth = any(leaf.key in named and leaf.levels is None for leaf in free)
    most = PROGRAMMES if smooth else COMBINATIONS
    attained = math.prod(len(v) for v in lists) <= most
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
    """The end over the criteria that are not fixed; those no coupling names go to their ends."""
    scores = dict(fixed)
    tied: list[Leaf] = []
    named = {name for coupling in couplings for name in coupling.terms}
    for leaf in free:
        if leaf.key in fixed:
            continue
        if leaf.key in named:
            tied.append(leaf)
            continue
        low, high = span(leaf)
        rises = objective.terms.get(leaf.key, Fraction(0)) > 0
        scores[leaf.key] = high if rises == highest else low
    names = [leaf.key for leaf in tied]
    rows = []
    for coupling in couplings:
        taken = sum((k * scores[n] for n, k in coupling.terms.items() if n in scores), Fraction(0))
        row = [coupling.terms.get(n, Fraction(0)) for n in names]
        if not any(row):
            if taken > coupling.limit:
                return None
            continue
        rows.append((row, coupling.limit - taken))
    sign = 1 if highest else -1
    weights = [sign * objective.terms.get(n, Fraction(0)) for n in names]
    if names:
        found = maximise(weights, rows, [span(leaf) for leaf in tied])
        if found is None:
            return None
        scores.update(zip(names, found.point, strict=True))
    value = sum((c * scores[n] for n, c in objective.terms.items()), objective.constant)
    return Extreme(value, scores)
