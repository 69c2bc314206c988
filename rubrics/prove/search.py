"""Where nothing can be proved: look for a counterexample, and say how hard one looked."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from assay.rubrics.compiled.plan import Plan
from assay.rubrics.compiled.variables import State, Variable, variables
from assay.rubrics.prove.couplings import Coupling

GRID = 1000
"""Scores between the ends are taken from this grid."""


Met: TypeAlias = tuple[dict[str, Fraction], float]
"""Scores, and their reward."""


@dataclass(frozen=True, slots=True)
class Extremes:
    """The worst correct and the best wrong completion met."""

    correct: Mapping[str, Fraction]
    wrong: Mapping[str, Fraction]
    rewards: tuple[float, float]
    trials: int


def search(
    plan: Plan,
    key: str,
    top: Fraction,
    wrong: Sequence[Fraction],
    couplings: Sequence[Coupling],
    trials: int,
) -> Extremes | None:
    """Random corners and points, then steps from the best met; seeded, so the same every time.

    Returns:
        None where no trial satisfied the couplings on both sides.
    """
    pick = random.Random(0)  # noqa: S311 - a search, no secret
    points = 0
    known = variables(plan)

    def point(level: Fraction) -> dict[str, Fraction]:
        corner = pick.random() < 0.5
        scores: dict[str, Fraction] = {}
        for variable in known:
            fixed = any(leaf.key == key for leaf in variable.leaves)
            scores.update(variable.at(level) if fixed else _draw(pick, variable, corner))
        return scores

    def worth(scores: Mapping[str, Fraction]) -> float:
        return plan.value([float(scores[leaf.key]) for leaf in plan.leaves])

    def hunt(
        levels: Sequence[Fraction], sign: int, budget: int
    ) -> tuple[dict[str, Fraction], float] | None:
        nonlocal points
        best: Met | None = None
        for i in range(budget):
            if best is not None and i % 2:
                scores = dict(best[0])
                variable = pick.choice(known)
                if all(leaf.key != key for leaf in variable.leaves):
                    scores.update(_draw(pick, variable, pick.random() < 0.5))
            else:
                scores = point(pick.choice(levels))
            if not all(c.holds(scores) for c in couplings):
                continue
            points += 1
            value = worth(scores)
            if best is None or sign * value > sign * best[1]:
                best = scores, value
        return best

    low = hunt([top], -1, trials // 2)
    high = hunt(wrong, 1, trials - trials // 2) if wrong else None
    if low is None or high is None:
        return None
    return Extremes(low[0], high[0], (low[1], high[1]), points)


def _draw(pick: random.Random, variable: Variable, corner: bool) -> State:
    states = variable.states()
    if states is not None:
        return pick.choice(states)
    low, high = variable.leaves[0].ends
    if corner:
        missing = variable.missing
        ends = [variable.at(low), variable.at(high)]
        return pick.choice(ends if missing is None else [*ends, missing])
    return variable.at(low + (high - low) * Fraction(pick.randrange(GRID + 1), GRID))
