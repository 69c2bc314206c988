"""Do the rewards keep their order where the trainer stores them?"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from assay.rubrics.compiled.evaluate import evaluate
from assay.rubrics.compiled.leaf import Leaf
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.compiled.variables import (
    State,
    TooMany,
    extreme,
    variable_of,
    variables,
)
from assay.rubrics.results.certificate import CaseCertificate, CastCheck, Witness, frozen, shown
from assay.rubrics.written.dtypes import DTYPES, cast

LISTED = 4096
"""Most corners that are listed; composers that are not a sum cost more, and list a quarter."""


def corner_states(plan: Plan) -> list[Sequence[State]]:
    """For each variable the states its corners have: all its levels, or the ends."""
    found: list[Sequence[State]] = []
    for variable in variables(plan):
        states = variable.states()
        if states is None:
            low, high = variable.leaves[0].ends
            cells = variable.leaves[0].cells if len(variable.leaves) == 1 else None
            states = [variable.at(v) for v in dict.fromkeys((low, *(cells or ()), high))]
            if variable.missing is not None:
                states.append(variable.missing)
        found.append(states)
    return found


def corners(plan: Plan, most: int = LISTED) -> list[tuple[Fraction, float]] | None:
    """Every corner's reward, exactly and as `compose` gives it; None where there are too many."""
    states = corner_states(plan)
    if math.prod(len(s) for s in states) > (most if plan.affine else most // 4):
        return None
    if plan.linear:
        return _sums(plan, states)
    found: list[tuple[Fraction, float]] = []
    for corner in itertools.product(*states):
        scores = {k: v for state in corner for k, v in state.items()}
        exact = Fraction(evaluate(plan, scores))
        found.append((exact, paid(plan, scores)))
    return found


def _sums(plan: Plan, states: Sequence[Sequence[State]]) -> list[tuple[Fraction, float]]:
    """Of a sum, in whole numbers of the smallest unit: some ten times as fast as fractions."""
    weights = dict(zip((leaf.key for leaf in plan.leaves), linear_weights(plan), strict=True))
    floats = {leaf.key: leaf.coefficient for leaf in plan.leaves}
    exact = [[sum((weights[k] * v for k, v in s.items()), Fraction(0)) for s in o] for o in states]
    unit = math.lcm(*(value.denominator for option in exact for value in option))
    steps = [[int(value * unit) for value in option] for option in exact]
    parts = [[[floats[k] * float(v) for k, v in s.items()] for s in option] for option in states]
    found = []
    for whole, terms in zip(itertools.product(*steps), itertools.product(*parts), strict=True):
        found.append((Fraction(sum(whole), unit), math.fsum(itertools.chain(*terms))))
    return found


def paid(plan: Plan, scores: Mapping[str, Fraction]) -> float:
    """What `compose` pays for scores."""
    floats = [float(scores[leaf.key]) for leaf in plan.leaves]
    if plan.linear:
        return math.fsum(x.coefficient * s for x, s in zip(plan.leaves, floats, strict=True))
    return plan.value(floats)


def linear_weights(plan: Plan) -> list[Fraction]:
    """The exact weight of each criterion of a plan that is a sum, a constant besides it or not."""
    zero: Mapping[str, Fraction] = {leaf.key: Fraction(0) for leaf in plan.leaves}
    start = Fraction(evaluate(plan, zero))
    return [
        Fraction(evaluate(plan, {**zero, leaf.key: Fraction(1)})) - start for leaf in plan.leaves
    ]


def with_casts(plan: Plan, leaf: Leaf, outcome: CaseCertificate) -> CaseCertificate:
    """The outcome with its rewards in every float type; what 64 bits cannot tell is a tie."""
    if outcome.how not in ("corners", "every combination", "linear programme") or leaf.read:
        return outcome
    if outcome.correct is None or outcome.wrong is None:
        return outcome
    low, high = float(outcome.correct[0]), float(outcome.wrong[1])
    pair = None
    if outcome.how == "corners" and not outcome.bound and leaf.levels is not None:
        pair = _pair(plan, leaf)
    if pair is not None:
        low, high = (paid(plan, scores) for scores in pair)
    outcome = replace(outcome, casts=cast_checks(plan, low, high))
    if outcome.ruling != "proved" or pair is None or low > high:
        return outcome
    rewards = Fraction(evaluate(plan, pair[0])), Fraction(evaluate(plan, pair[1]))
    return replace(
        outcome,
        ruling="tie" if low == high else "refuted",
        witness=Witness(frozen(pair[0]), frozen(pair[1]), rewards),
        price=Fraction(1),
        because=f"on paper the margin is {shown(rewards[0] - rewards[1])}, but rewards are 64-bit "
        f"floats: the correct completion is paid {low!r}, the wrong one {high!r}",
    )


def _pair(plan: Plan, leaf: Leaf) -> tuple[Mapping[str, Fraction], Mapping[str, Fraction]] | None:
    """The correct completion paid least, and the wrong one paid most."""
    key = variable_of(plan, leaf)
    others = [v for v in variables(plan) if v != key]
    levels = leaf.levels or ()
    try:
        low = extreme(plan, key.at(levels[-1]), others, highest=False)
        highs = [extreme(plan, key.at(v), others, highest=True) for v in levels[:-1]]
    except TooMany:
        return None
    best = max(highs, key=lambda e: (e.value, paid(plan, e.scores)))
    return (low.scores, best.scores) if low.attained and best.attained else None


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
