"""What a compiled rubric can pay at all, one verifier being one variable."""

from __future__ import annotations

from fractions import Fraction

from assay.rubrics.compiled.plan import Plan
from assay.rubrics.compiled.variables import plan_range
from assay.rubrics.prove.ruling import ruled
from assay.rubrics.prove.steps import at_steps
from assay.rubrics.written.ranges import Range


def reach_of(plan: Plan) -> Range | None:
    """Lowest and highest reward, over all steps of training; None where there is no bound.

    Where a formula bends in a verifier that stands in several places, the ends may be wider than
    what occurs.
    """
    if any(leaf.unbounded for leaf in plan.leaves):
        return None
    ends: list[Fraction] = []
    for at in at_steps(plan):
        outcome = ruled(at, next(leaf for leaf in at.leaves if leaf.is_key), (), 0)
        if outcome.correct is not None and outcome.wrong is not None:
            ends += [*outcome.correct, *outcome.wrong]
            continue
        found = plan_range(at)
        if found is None:
            return None
        ends += found
    return min(ends), max(ends)
