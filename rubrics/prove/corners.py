"""Which corners a rubric has, and what each is paid."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from assay.rubrics.compiled.compiled_turns import TurnsPlan
from assay.rubrics.compiled.evaluate import evaluate
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.prove.floats import corner_states
from assay.rubrics.results.corner_table import Corner, CornerTable
from assay.rubrics.written.faults import Fault

if TYPE_CHECKING:
    from assay.rubrics.compiled.bound import BoundRubric

MOST = 4096
"""Most corners of one case."""


def table(bound: BoundRubric) -> tuple[CornerTable, ...]:
    """A table for each case of a rubric (one where it has no switch); see `Rubric.table`.

    Raises:
        RubricError: more than 4,096 corners.
    """
    return tuple(_tables(bound))


def _tables(bound: BoundRubric) -> Iterator[CornerTable]:
    for names, plan in bound.plans().items():
        inner: Plan = plan.outcome if isinstance(plan, TurnsPlan) else plan
        states = corner_states(inner)
        count = math.prod(len(s) for s in states)
        if count > MOST:
            raise Fault(
                f"{count} corners are more than a table shows ({MOST})",
                fix="`prove` needs no table",
            )
        keys = tuple(leaf.key for leaf in inner.leaves)
        key = next(leaf for leaf in inner.leaves if leaf.is_key)
        top = key.ends[1]
        rows = []
        for corner in itertools.product(*states):
            scores = {k: v for state in corner for k, v in state.items()}
            reward = Fraction(evaluate(inner, scores))
            rows.append(Corner(tuple(scores[k] for k in keys), reward, scores[key.key] == top))
        rows.sort(key=lambda r: (r.reward, r.scores), reverse=True)
        yield CornerTable("/".join(names), key.key, keys, tuple(rows))
