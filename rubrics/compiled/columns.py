"""A compiled rubric over columns of scores: the formulas of rewards, a million rows at a time.

Needs numpy, which is an extra: import this module only where that is at hand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from assay.rubrics.compiled.column_sums import fsum
from assay.rubrics.compiled.evaluate import evaluate
from assay.rubrics.written.arithmetic import SLACK
from assay.rubrics.written.kinds import OURS

if TYPE_CHECKING:
    from assay.rubrics.compiled.column_sums import Floats
    from assay.rubrics.compiled.plan import Plan
    from assay.rubrics.written.number import Number


class TooManyRows(Exception):
    """More distinct rows than may be composed one by one; `args[0]` is how many."""


class ColumnOps:
    """The arithmetic of rewards, over columns: every result is bit for bit that of one row."""

    @staticmethod
    def num(constant: Number) -> float:
        """A constant of the rubric."""
        return float(constant)

    @staticmethod
    def sum(values: Sequence[Any]) -> Any:
        """The sum, rounded once."""
        return fsum(values)

    @staticmethod
    def least(values: Sequence[Any]) -> Any:
        """The smallest, row by row."""
        found = values[0]
        for value in values[1:]:
            found = np.minimum(found, value)
        return found

    @staticmethod
    def greatest(values: Sequence[Any]) -> Any:
        """The largest, row by row."""
        found = values[0]
        for value in values[1:]:
            found = np.maximum(found, value)
        return found

    @staticmethod
    def sigmoid(value: Any) -> Any:
        """``1 / (1 + exp(-value))``, by the exponential of rewards: numpy's may round otherwise."""
        distinct, where = np.unique(np.asarray(value, float), return_inverse=True)
        worth = np.array([1.0 / (1.0 + math.exp(-v)) for v in distinct.tolist()])
        return worth[where.reshape(np.shape(value))]

    @staticmethod
    def at_least(value: Any, threshold: Any, then: Any, otherwise: Any) -> Any:
        """`then` where value >= threshold, a rounding error short included."""
        return np.where(np.asarray(value) >= threshold - SLACK, then, otherwise)


COLUMNS = ColumnOps()


def evaluated(plan: Plan, values: Mapping[str, Floats], most: int | None = None) -> Floats:
    """(m,) the plan's value over columns, as its receipt gives it.

    Args:
        plan: Compiled, with all switches standing.
        values: Criterion's key -> (m,) its scores, none missing.
        most: Distinct rows for which a composer of a plugin, whose formula may branch on its
            values, is called; by default any number.

    Raises:
        TooManyRows: there are more.
    """
    if plan.linear:
        return fsum([leaf.coefficient * values[leaf.key] + 0.0 for leaf in plan.leaves])
    if not all(type(part) in OURS for part in plan.lowered.values()):
        return _one_by_one(plan, values, most)
    size = len(next(iter(values.values())))
    return np.array(np.broadcast_to(evaluate(plan, values, COLUMNS), size), float)


def _one_by_one(plan: Plan, values: Mapping[str, Floats], most: int | None) -> Floats:
    """A stranger's formula may branch on its values: each distinct row of scores is composed."""
    matrix = np.stack([values[leaf.key] for leaf in plan.leaves], axis=1)
    distinct, where = np.unique(matrix, axis=0, return_inverse=True)
    if most is not None and len(distinct) > most:
        raise TooManyRows(len(distinct))
    worth = np.array([plan.receipt(row.tolist())[0] for row in distinct])
    return np.asarray(worth[where.reshape(-1)])
