"""A compiled rubric over columns: the formulas of rewards, a million rows at a time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from assay.audit.stats.sums import fsum
from assay.rubrics.written.arithmetic import SLACK
from assay.rubrics.written.criterion import Criterion
from assay.rubrics.written.kinds import OURS

if TYPE_CHECKING:
    from assay.audit.frame import Floats
    from assay.rubrics.compiled.plan import Plan
    from assay.rubrics.written.number import Number
    from assay.rubrics.written.rubric import Part


def evaluated(plan: Plan, values: Mapping[str, Floats]) -> Floats:
    """(m,) the plan's value over columns, as its receipt gives it."""
    if plan.linear:
        return fsum([leaf.coefficient * values[leaf.key] + 0.0 for leaf in plan.leaves])
    if not all(type(part) in OURS for part in plan.lowered.values()):
        return _one_by_one(plan, values)

    def value(part: Part, path: tuple[str, ...]) -> Any:
        if isinstance(part, Criterion):
            return values["/".join(path) or part.use]
        part = plan.lowered[path]
        if part.chooses:
            name = plan.chosen[path]
            return value(part.parts()[name], (*path, name))
        found = {name: value(child, (*path, name)) for name, child in part.parts().items()}
        if part.linear:
            shares = part.shares()
            return fsum([float(shares[name]) * v for name, v in found.items()])
        return part.formula(COLUMNS, found)

    size = len(next(iter(values.values())))
    return np.array(np.broadcast_to(value(plan.root, plan.prefix), size), float)


def _one_by_one(plan: Plan, values: Mapping[str, Floats]) -> Floats:
    """A stranger's formula may branch on its values: each distinct row of scores is composed."""
    matrix = np.stack([values[leaf.key] for leaf in plan.leaves], axis=1)
    distinct, where = np.unique(matrix, axis=0, return_inverse=True)
    worth = np.array([plan.receipt(row.tolist())[0] for row in distinct])
    return np.asarray(worth[where.reshape(-1)])


class ColumnOps:
    """The arithmetic of rewards, over columns."""

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
        """The smallest."""
        found = values[0]
        for value in values[1:]:
            found = np.minimum(found, value)
        return found

    @staticmethod
    def greatest(values: Sequence[Any]) -> Any:
        """The largest."""
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
