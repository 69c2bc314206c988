"""The best and the worst a completion can be paid when its criteria are tied to each other."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from assay.rubrics.compiled.evaluate import evaluate
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.compiled.variables import State, Variable, variables
from assay.rubrics.prove.couplings import Coupling
from assay.rubrics.prove.linear import FORMS, Form, form
from assay.rubrics.prove.simplex import maximise

COMBINATIONS = 4096
"""Most combinations of levels that are tried one by one."""

PROGRAMMES = 256
"""The same, where each leaves a linear programme over the criteria without levels."""

Scores = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Extreme:
    """An end of what can be paid, and the scores it is paid for."""

    value: Fraction
    scores: Scores
    attained: bool = True
    """Whether the levels of the scores can occur; else the value is only a bound."""
    inner: Scores | None = None
    """Where a strict coupling keeps the end from being reached: scores that satisfy all, from
    which one can come as near to the end as one likes."""


def linear_extreme(
    plan: Plan, fixed: State, couplings: Sequence[Coupling], *, highest: bool
) -> Extreme | None:
    """The highest or lowest reward under the couplings, with some criteria fixed.

    Variables with levels that a coupling names are tried level by level, the others are linear
    programmes; where there are too many levels, an interval stands for them, and the end is a
    bound.

    Returns:
        None where no scores satisfy the couplings.

    Raises:
        NotLinear: fixing what is fixed does not make the formula a linear form.
    """
    pick: Callable[[Fraction, Fraction], bool] = (
        (lambda a, b: a > b) if highest else (lambda a, b: a < b)
    )
    best: Extreme | None = None
    for case in _cases(plan, fixed, couplings):
        objective = form(evaluate(plan, case.values, FORMS))
        found = _programme(objective, case, couplings, highest)
        if found is None:
            continue
        nearer = best is None or pick(found.value, best.value)
        reached = best is not None and found.value == best.value and best.inner is not None
        if nearer or (reached and found.inner is None):
            best = found
    return best


def feasible(plan: Plan, fixed: State, couplings: Sequence[Coupling]) -> bool | None:
    """Whether some scores satisfy the couplings, whatever the formula; None: not known."""
    exact = True
    for case in _cases(plan, fixed, couplings):
        found = _programme(Form(), case, couplings, True)
        if found is not None and found.attained:
            return True
        exact = exact and (found is None)
    return False if exact else None


@dataclass(frozen=True, slots=True)
class PartialAssignment:
    """Some variables fixed, the others free between their ends."""

    values: Mapping[str, Form]
    """Criterion's key -> its score as a form over variables."""
    free: Mapping[str, tuple[Fraction, Fraction]]
    """Variable -> its ends."""
    attained: bool


def _cases(plan: Plan, fixed: State, couplings: Sequence[Coupling]) -> Iterator[PartialAssignment]:
    """Every way the variables with levels can stand that a coupling names."""
    named = {name for coupling in couplings for name in coupling.terms}
    loose = [v for v in variables(plan) if not any(x.key in fixed for x in v.leaves)]
    bound = [v for v in loose if any(x.key in named for x in v.leaves)]
    smooth = any(v.levels is None for v in bound)
    options: list[tuple[Variable, list[State | None]]] = []
    for variable in loose:
        states: list[State | None] = [None]
        listed = variable.states()
        if listed is not None and (variable in bound or len(listed) == 1):
            states = list(listed)
        elif variable.missing is not None:
            states = [None, variable.missing]
        options.append((variable, states))
    attained = math.prod(len(s) for _, s in options) <= (PROGRAMMES if smooth else COMBINATIONS)
    if not attained:
        options = [(v, s if len(s) == 1 else [None]) for v, s in options]
    for combination in itertools.product(*(states for _, states in options)):
        values = {key: Form(value) for key, value in fixed.items()}
        free: dict[str, tuple[Fraction, Fraction]] = {}
        for (variable, _), state in zip(options, combination, strict=True):
            if state is not None:
                values.update({key: Form(value) for key, value in state.items()})
                continue
            if attained or variable.missing is None:
                shared: list[Variable] = [variable]
            else:  # what stands in for a missing score is not a score of all its criteria
                shared = variable.split()
            for part in shared:
                low, high = part.leaves[0].ends
                missing = [x.lowest for x in part.leaves if not attained]
                free[part.key] = min([low, *missing]), max([high, *missing])
                values.update(
                    {x.key: Form(Fraction(0), {part.key: Fraction(1)}) for x in part.leaves}
                )
        yield PartialAssignment(values, free, attained)


def _programme(
    objective: Form, case: PartialAssignment, couplings: Sequence[Coupling], highest: bool
) -> Extreme | None:
    """The end over what is free; variables that no coupling names go to their ends."""
    rows: list[tuple[dict[str, Fraction], Fraction, bool]] = []
    for coupling in couplings:
        total = Form()
        for name, factor in coupling.terms.items():
            total = total + case.values[name] * factor
        left = coupling.limit - total.constant
        terms = {k: v for k, v in total.terms.items() if v}
        if not terms:
            if left < 0 or (coupling.strict and left == 0):
                return None
            continue
        rows.append((terms, left, coupling.strict))
    tied = [name for name in case.free if any(name in terms for terms, _, _ in rows)]
    point: dict[str, Fraction] = {}
    for name, (low, high) in case.free.items():
        if name not in tied:
            rises = objective.terms.get(name, Fraction(0)) > 0
            point[name] = high if rises == highest else low
    sign = 1 if highest else -1
    weights = [sign * objective.terms.get(n, Fraction(0)) for n in tied]
    spans = [case.free[n] for n in tied]
    plain = [([terms.get(n, Fraction(0)) for n in tied], left) for terms, left, _ in rows]
    strict = [s for _, _, s in rows]
    inner: dict[str, Fraction] | None = None
    if tied:
        if any(strict):
            slack = _inside(plain, strict, spans)
            if slack is None:
                return None
            inner = {**point, **dict(zip(tied, slack, strict=True))}
        found = maximise(weights, plain, spans)
        if found is None:
            return None
        at = found.point
        if inner is not None:
            # Is there a point as good that keeps the strict couplings?
            level = ([-w for w in weights], -found.value)
            reached = _inside([*plain, level], [*strict, False], spans)
            if reached is not None:
                at, inner = reached, None
        point.update(zip(tied, at, strict=True))
    value = sum((c * point[n] for n, c in objective.terms.items()), objective.constant)
    scores = _scores(case, point)
    return Extreme(value, scores, case.attained, None if inner is None else _scores(case, inner))


def _inside(
    rows: Sequence[tuple[Sequence[Fraction], Fraction]],
    strict: Sequence[bool],
    spans: Sequence[tuple[Fraction, Fraction]],
) -> tuple[Fraction, ...] | None:
    """A point that keeps strict rows strictly: the one with the most room, if there is room."""
    wider = [
        ([*row, Fraction(1 if tight else 0)], limit)
        for (row, limit), tight in zip(rows, strict, strict=True)
    ]
    room = (Fraction(0), Fraction(1))
    goal = [Fraction(0)] * len(spans) + [Fraction(1)]
    found = maximise(goal, wider, [*spans, room])
    return None if found is None or found.value <= 0 else found.point[:-1]


def _scores(case: PartialAssignment, point: Scores) -> dict[str, Fraction]:
    return {
        key: sum((c * point[n] for n, c in f.terms.items()), f.constant)
        for key, f in case.values.items()
    }


def nearer(end: Extreme, times: int) -> Extreme:
    """A point inside whose value is near the end: `times` halvings of the way from `inner`."""
    if end.inner is None:
        return end
    share = Fraction(1, 2**times)
    scores = {k: v + (end.inner[k] - v) * share for k, v in end.scores.items()}
    return replace(end, scores=scores, inner=None)
