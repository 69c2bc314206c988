"""What can vary: one verifier with equal params is one variable, wherever it stands."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from assay.rubrics.compiled.evaluate import evaluate, span, standard, values_of
from assay.rubrics.compiled.leaf import Leaf
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.written.ranges import Levels

State: TypeAlias = Mapping[str, Any]
"""Criterion's key -> the score that the formula sees, for the criteria of one variable."""

COMBINATIONS = 20_000
"""Most combinations of states that are evaluated, some 20 microseconds each."""


class TooMany(Exception):
    """More combinations than are tried."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One verifier with its params, and every criterion that reads its score."""

    leaves: tuple[Leaf, ...]

    @property
    def key(self) -> str:
        """Of its first criterion."""
        return self.leaves[0].key

    @property
    def levels(self) -> Levels:
        """The scores that the verifier can give; None: an interval."""
        return self.leaves[0].levels

    @property
    def sign(self) -> int:
        """1 or -1 where the value rises or falls with it everywhere; else 0."""
        signs = {leaf.sign for leaf in self.leaves}
        return signs.pop() if len(signs) == 1 else 0

    def at(self, value: Any) -> State:
        """All its criteria at one score."""
        return {leaf.key: value for leaf in self.leaves}

    @property
    def missing(self) -> State | None:
        """What its criteria see where the verifier gives no score; None where that adds nothing.

        Each criterion has a stand-in of its own, so this can be what no single score is. Without
        the rubric's key there is no reward.
        """
        if any(leaf.is_key for leaf in self.leaves):
            return None
        stand_ins = {leaf.key: leaf.lowest for leaf in self.leaves}
        values = set(stand_ins.values())
        if len(values) == 1 and (self.levels is None or values <= set(self.levels)):
            return None
        return stand_ins

    def states(self) -> list[State] | None:
        """Every state; None: an interval of them."""
        if self.levels is None:
            return None
        found = [self.at(level) for level in self.levels]
        return found if self.missing is None else [*found, self.missing]

    def ends(self, highest: bool, affine: bool) -> list[State] | None:
        """The states among which the highest (lowest) value is; None where it may be between.

        Args:
            highest: Which end is wanted.
            affine: Whether the formula is a sum, of which the ends suffice.
        """
        low, high = span(self.leaves[0]) if len(self.leaves) == 1 else self.leaves[0].ends
        if self.sign:
            end = high if (self.sign > 0) == highest else low
            return self._with_missing(self.at(end), highest)
        states = self.states()
        if states is not None:
            return states
        extra = [] if self.missing is None else [self.missing]
        if affine:
            return [self.at(low), self.at(high), *extra]
        if len(self.leaves) == 1 and self.leaves[0].cells is not None:
            return [*(self.at(v) for v in self.leaves[0].cells), *extra]
        return None

    def _with_missing(self, end: State, highest: bool) -> list[State]:
        """The end, the state of a missing score, or both, where neither is beyond the other."""
        other = self.missing
        if other is None:
            return [end]
        gains = [(other[x.key] - end[x.key]) * x.sign * (1 if highest else -1) for x in self.leaves]
        if all(g <= 0 for g in gains):
            return [end]
        return [other] if all(g >= 0 for g in gains) else [end, other]

    def split(self) -> list[Variable]:
        """Its criteria taken for independent ones: what they can reach together only widens."""
        return [Variable((leaf,)) for leaf in self.leaves]


def variables(plan: Plan) -> list[Variable]:
    """The variables of a plan, in the order of their first criteria."""
    found: dict[str, list[Leaf]] = {}
    for leaf in plan.leaves:
        found.setdefault(leaf.variable or leaf.key, []).append(leaf)
    return [Variable(tuple(leaves)) for leaves in found.values()]


def variable_of(plan: Plan, leaf: Leaf) -> Variable:
    """The one that a criterion reads."""
    return next(v for v in variables(plan) if any(x is leaf for x in v.leaves))


@dataclass(frozen=True, slots=True)
class End:
    """The lowest or highest value, and the scores it is paid for."""

    value: Fraction
    scores: Mapping[str, Any]
    attained: bool = True
    """Whether the scores can occur; else the value is a bound that may not be reached."""


def extreme(plan: Plan, fixed: State, free: Sequence[Variable], *, highest: bool) -> End:
    """The highest or lowest value of a plan, exactly, with some criteria fixed.

    Where that cannot be decided by trying states, criteria of one variable are taken for
    independent ones, and the end is a bound.

    Raises:
        TooMany: more combinations than are tried.
    """
    ends = [v.ends(highest, plan.affine) for v in free]
    known = [states for states in ends if states is not None]
    attained = len(known) == len(ends)
    if not attained or math.prod(len(states) for states in known) > COMBINATIONS:
        attained = False
        known = []
        for variable, states in zip(free, ends, strict=True):
            if states is not None and len(states) == 1:
                known.append(states)
                continue
            for part in variable.split():
                found = part.ends(highest, plan.affine)
                if found is None:
                    raise TooMany(f"{part.key} has no list of scores to try")
                known.append(found)
    if math.prod(len(states) for states in known) > COMBINATIONS:
        raise TooMany(f"more than {COMBINATIONS} combinations of scores")
    pick: Callable[..., Any] = max if highest else min
    options = (
        {**fixed, **{k: v for state in states for k, v in state.items()}}
        for states in itertools.product(*known)
    )
    value, scores = pick(((evaluate(plan, s), s) for s in options), key=lambda pair: pair[0])
    return End(standard(value), scores, attained)


def plan_range(plan: Plan) -> tuple[Fraction, Fraction] | None:
    """Lowest and highest reward; None where there is no bound, or too much to try."""
    if any(leaf.unbounded for leaf in plan.leaves):
        return None
    free = variables(plan)
    try:
        low, high = (extreme(plan, {}, free, highest=end) for end in (False, True))
    except TooMany:
        return None
    return low.value, high.value


__all__ = [
    "End",
    "TooMany",
    "Variable",
    "extreme",
    "plan_range",
    "values_of",
    "variable_of",
    "variables",
]
