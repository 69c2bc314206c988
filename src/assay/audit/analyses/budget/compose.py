"""A rubric over whole columns of scores, for analyses that ask "what would it pay for ...?"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assay.rubrics.compiled.columns import TooManyRows, evaluated
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.compiled.variables import variables

if TYPE_CHECKING:
    from assay.audit.frame import Floats
    from assay.rubrics.compiled.bound import BoundRubric

DISTINCT = 50_000
"""Distinct vectors of scores for which a composer that takes no columns is called."""


class NotComposable(Exception):
    """Scores alone do not tell what the rubric pays; the message says why."""


class ColumnRubric:
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
        index = {leaf.key: i for i, leaf in enumerate(self.plan.leaves)}
        self.together = [[index[x.key] for x in v.leaves] for v in variables(self.plan)]
        """Columns of one verifier with equal params, which change as one."""
        self.linear = self.plan.linear
        self.weights = np.array([leaf.coefficient for leaf in self.plan.leaves])
        """Of a linear rubric."""

    def filled(self, scores: Floats) -> Floats:
        """Scores with the rubric's stand-ins for what is missing; columns as `keys`."""
        stand_ins = np.array([leaf.stand_in for leaf in self.plan.leaves])
        return np.where(np.isfinite(scores), scores, stand_ins)

    def pay(self, scores: Floats) -> Floats:
        """(m,) the rewards of (m, k) scores, none missing.

        Raises:
            NotComposable: more than `DISTINCT` distinct rows, and composers that take no columns.
        """
        values = dict(zip(self.keys, scores.T, strict=True))
        try:
            return evaluated(self.plan, values, DISTINCT)
        except TooManyRows as err:
            raise NotComposable(
                f"{err.args[0]:,} distinct vectors of scores, and a composer that takes one "
                f"at a time: at most {DISTINCT:,}"
            ) from None
