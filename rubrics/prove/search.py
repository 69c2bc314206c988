"""Where nothing can be proved: look for a counterexample, and say how hard one looked."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from assay.rubrics.compiled.evaluate import span, values_of
from assay.rubrics.compiled.leaf import Leaf
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.prove.couplings import Coupling

GRID = 1000
"""Scores between the ends are taken from this grid."""


Met: TypeAlias = tuple[dict[str, Fraction], float]
"""Scores, and their reward."""


@dataclass(frozen=True, slots=True)
class Found:
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
) -> Found | None:
    """Random corners and points, then steps from the best met; seeded, so the same every time.

    Returns:
        None where no trial satisfied the couplings on both sides.
    """
    pick = random.Random(0)  # noqa: S311 - a search, no secret
    points = 0

    def point(level: Fraction) -> dict[str, Fraction]:
        corner = pick.random() < 0.5
        return {
            leaf.key: level if leaf.key == key else _draw(pick, leaf, corner)
            for leaf in plan.leaves
        }

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
                leaf = pick.choice(plan.leaves)
                if leaf.key != key:
                    scores[leaf.key] = _draw(pick, leaf, pick.random() < 0.5)
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
    return Found(low[0], high[0], (low[1], high[1]), points)


def _draw(pick: random.Random, leaf: Leaf, corner: bool) -> Fraction:
    levels = values_of(leaf)
    if levels is not None:
        return pick.choice(levels)
    low, high = span(leaf)
    if corner:
        return pick.choice((low, high))
    return low + (high - low) * Fraction(pick.randrange(GRID + 1), GRID)
