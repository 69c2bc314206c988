"""The smallest change that would make a rubric provable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from assay.errors import RubricError
from assay.rubrics.compiled.evaluate import best, worst
from assay.rubrics.compiled.leaf import Leaf
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.prove.certificate import Outcome, shown
from assay.rubrics.prove.floats import linear_weights
from assay.rubrics.written.criterion import Criterion
from assay.rubrics.written.kinds import Process, Weighted
from assay.rubrics.written.number import Number
from assay.rubrics.written.rubric import Part, Rubric

Check = Callable[[Part, Mapping[str, Any], str], "Outcome | None"]


def edit_for(plan: Plan, leaf: Leaf, outcome: Outcome, check: Check) -> str:
    """One sentence, of edits that were themselves proved; empty where none is known."""
    gate = (
        f'gate on it: {{kind = "gate", gate = "{leaf.criterion.use}", then = ...}} '
        "with the other criteria behind it"
    )
    if outcome.how == "search":
        return "use composers of Assay's, whose shape is known"
    if leaf.levels is None:
        if leaf.read is not None:
            return "name another key: steps have no levels"
        return f"score {leaf.key} all-or-nothing, declare its levels, or {gate}"
    if len(leaf.levels) < 2:
        return ""
    raised = _raise(plan, leaf, check)
    return f"{raised}, or {gate}" if raised else gate


def _raise(plan: Plan, leaf: Leaf, check: Check) -> str:
    """The weight of the key above which a sum is proved."""
    root = plan.root
    if not plan.linear or not isinstance(root, Weighted | Process) or plan.chosen:
        return ""
    weights = dict(zip((x.key for x in plan.leaves), linear_weights(plan), strict=True))
    levels = leaf.levels or ()
    gap = levels[-1] - levels[-2]
    moved = sum(
        (abs(weights[x.key] * (best(x) - worst(x))) for x in plan.leaves if x is not leaf),
        Fraction(0),
    )
    known = {x.key: x.levels for x in plan.leaves}
    if isinstance(root, Process):
        if leaf.key != "outcome":
            return ""
        # (1 - alpha) W < alpha gap, W the range of the steps
        least = 1 / (1 + gap)
        edited: Rubric = root.model_copy(update={"alpha": Number((least + 1) / 2)})
        told = f"raise alpha from {shown(root.alpha.exact)} to more than {shown(least)}"
        return told if _proved(edited, known, leaf.key, check) else ""
    part = root.criteria.get(leaf.key)
    if not isinstance(part, Criterion) or weights[leaf.key] <= 0 or not moved:
        return ""
    # Normalised or not: all weights share one factor, so the ratio decides.
    least = part.weight.exact * moved / (weights[leaf.key] * gap)
    heavier = part.model_copy(update={"weight": Number(least * Fraction(1001, 1000))})
    edited = root.model_copy(update={"criteria": {**root.criteria, leaf.key: heavier}})
    told = f"raise {leaf.key} from {shown(part.weight.exact)} to more than {shown(least)}"
    return told if _proved(edited, known, leaf.key, check) else ""


def _proved(rubric: Rubric, levels: Mapping[str, Any], key: str, check: Check) -> bool:
    try:
        outcome = check(rubric, levels, key)
    except RubricError:
        return False
    return outcome is not None and outcome.ruling == "proved"
