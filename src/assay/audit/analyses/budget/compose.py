"""A rubric over whole columns of scores, for analyses that ask "what would it pay for ...?"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

from assay.rubrics.compiled.plan import Plan
from assay.rubrics.prove.evaluate import evaluate
from assay.rubrics.written.arithmetic import SLACK

if TYPE_CHECKING:
    from assay.audit.frame import Floats
    from assay.rubrics.compiled.bound import BoundRubric
    from assay.rubrics.written.number import Number

DISTINCT = 50_000
"""Distinct vectors of scores for which a composer that takes no columns is called."""

AGREES = 1e-9
"""By how much the column of a rubric may miss what it pays row by row."""


class NotComposable(Exception):
    """Scores alone do not tell what the rubric pays; the message says why."""


class ColumnOps:
    """The arithmetic of rewards, on columns."""

    @staticmethod
    def num(constant: Number) -> float:
        """A constant of the rubric."""
        return float(constant)

    @staticmethod
    def sum(values: Sequence[Any]) -> Any:
        """The sum."""
        total: Any = 0.0
        for value in values:
            total = total + value
        return total

    @staticmethod
    def least(values: Sequence[Any]) -> Any:
        """The smallest, row by row."""
        first, *rest = values
        for value in rest:
            first = np.minimum(first, value)
        return first

    @staticmethod
    def greatest(values: Sequence[Any]) -> Any:
        """The largest, row by row."""
        first, *rest = values
        for value in rest:
            first = np.maximum(first, value)
        return first

    @staticmethod
    def sigmoid(value: Any) -> Any:
        """``1 / (1 + exp(-value))``."""
        return special.expit(value)

    @staticmethod
    def at_least(value: Any, threshold: Any, then: Any, otherwise: Any) -> Any:
        """`then` where value >= threshold, else `otherwise`; with the slack of rewards."""
        return np.where(value >= threshold - SLACK, then, otherwise)


class Columns:
    """A rubric that pays for scores and nothing else, ready for columns of them.

    Raises:
        NotComposable: switches, phases, turns and steps read more of a row than its scores.
    """

    def __init__(self, rubric: BoundRubric) -> None:
        plans = list(rubric.plans().values())
        if len(plans) != 1 or not isinstance(plans[0], Plan) or not plans[0].simple:
            raise NotComposable("the rubric reads more of a row than its scores")
        self.plan = plans[0]
        self.keys = self.plan.keys
        """The criteria, in the order of the columns."""
        self.places = list(range(len(self.keys)))
        """Where the log has them, among its criteria."""
        self.linear = self.plan.linear
        self.weights = np.array([leaf.coefficient for leaf in self.plan.leaves])
        """Of a linear rubric."""
        self._by_column: bool | None = None

    def filled(self, scores: Floats) -> Floats:
        """Scores with the rubric's stand-ins for what is missing; columns as `keys`."""
        stand_ins = np.array([leaf.stand_in for leaf in self.plan.leaves])
        return np.where(np.isfinite(scores), scores, stand_ins)

    def pay(self, scores: Floats) -> Floats:
        """(m,) the rewards of (m, k) scores, none missing.

        Column by column where the composers allow it, which is tried against single rows once;
        else over the distinct rows.

        Raises:
            NotComposable: more than `DISTINCT` distinct rows, and composers that take no columns.
        """
        if self._by_column is None:
            self._by_column = self._agrees(scores)
        if self._by_column:
            return self._columns(scores)
        distinct, where = np.unique(scores, axis=0, return_inverse=True)
        if len(distinct) > DISTINCT:
            raise NotComposable(
                f"{len(distinct):,} distinct vectors of scores, and a composer that takes one "
                f"at a time: at most {DISTINCT:,}"
            )
        paid = np.array([self.plan.value(row) for row in distinct.tolist()])
        found: Floats = paid[where.reshape(-1)]
        return found

    def _columns(self, scores: Floats) -> Floats:
        values = dict(zip(self.keys, scores.T, strict=True))
        paid = np.asarray(evaluate(self.plan, values, ColumnOps()), float)
        return np.broadcast_to(paid, (len(scores),))

    def _agrees(self, scores: Floats) -> bool:
        if len(scores) == 0:
            return True
        tried = scores[np.linspace(0, len(scores) - 1, 64).astype(int)]
        try:
            paid = self._columns(tried)
        except (TypeError, ValueError, AttributeError):  # it asks a column for one truth
            return False
        rows = [self.plan.value(row) for row in tried.tolist()]
        return bool(np.allclose(paid, rows, rtol=AGREES, atol=AGREES))
