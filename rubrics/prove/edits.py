"""The smallest change that would make a rubric provable."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from assay.errors import RubricError
from assay.rubrics.compiled.leaf import Leaf
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.compiled.variables import variable_of
from assay.rubrics.prove.coupled import linear_extreme
from assay.rubrics.prove.couplings import Coupling
from assay.rubrics.prove.floats import linear_weights
from assay.rubrics.prove.steps import at_steps
from assay.rubrics.results.certificate import CaseCertificate, shown
from assay.rubrics.written.criterion import Criterion
from assay.rubrics.written.kinds import Process, Weighted
from assay.rubrics.written.number import Number
from assay.rubrics.written.rubric import Rubric, RubricPart

Check = Callable[[RubricPart, Mapping[str, Any], str, Mapping[str, str]], "CaseCertificate | None"]


def edit_for(
    plan: Plan,
    leaf: Leaf,
    outcome: CaseCertificate,
    check: Check,
    couplings: Sequence[Coupling] = (),
) -> str:
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
    raised = _raise(plan, leaf, check, couplings)
    return f"{raised}, or {gate}" if raised else gate


def _raise(plan: Plan, leaf: Leaf, check: Check, couplings: Sequence[Coupling]) -> str:
    """The weight of the key above which a sum is proved, under what is given."""
    root = plan.root
    if not plan.affine or not isinstance(root, Weighted | Process) or plan.chosen:
        return ""
    if isinstance(root, Process):
        if leaf.key != "outcome":
            return ""
        # alpha (top - v) > (1 - alpha) D, D being what the steps can make up for
        half = Plan(root.model_copy(update={"alpha": Number("1/2")}), (), *_known(plan))
        short = _most(half, leaf, couplings)
        if short is None:
            return ""
        least = short[0] / (1 + short[0])
        edited: Rubric = root.model_copy(update={"alpha": Number((least + 1) / 2)})
        noted = f"raise alpha from {shown(root.alpha.exact)} to {_more(*short)}{shown(least)}"
        return noted if _proved(edited, plan, leaf.key, check) else ""
    part = root.criteria.get(leaf.key)
    if not isinstance(part, Criterion) or part.weight.exact <= 0:
        return ""
    # Normalised or not, all weights share one factor: the ratio decides.
    plain = Plan(root.model_copy(update={"normalise": False}), (), *_known(plan))
    short = _most(plain, leaf, couplings)
    if short is None:
        return ""
    last = at_steps(plain)[-1]
    weights = dict(zip((x.key for x in last.leaves), linear_weights(last), strict=True))
    key = variable_of(last, leaf_of(last, leaf.key))
    others = sum((weights[x.key] for x in key.leaves if x.key != leaf.key), Fraction(0))
    least = short[0] - others
    if least < part.weight.exact:  # enough on paper: what is in the way are floats
        return ""
    heavier = part.model_copy(update={"weight": Number(least * Fraction(1001, 1000))})
    edited = root.model_copy(update={"criteria": {**root.criteria, leaf.key: heavier}})
    noted = f"raise {leaf.key} from {shown(part.weight.exact)} to {_more(*short)}{shown(least)}"
    return noted if _proved(edited, plan, leaf.key, check) else ""


def _more(least: Fraction, reached: bool) -> str:
    return "more than " if reached else "at least "


def _known(plan: Plan) -> tuple[Mapping[str, Any], Mapping[str, str], Any, Mapping[str, str]]:
    """What an edited rubric is compiled with: the same levels, verifiers, cases and params."""
    return {x.key: x.levels for x in plan.leaves}, {}, {}, plan.same


def leaf_of(plan: Plan, key: str) -> Leaf:
    """The criterion with a key."""
    return next(x for x in plan.leaves if x.key == key)


def _most(plan: Plan, leaf: Leaf, couplings: Sequence[Coupling]) -> tuple[Fraction, bool] | None:
    """`_shortfall` at the step of training where it is most."""
    found = [_shortfall(at, leaf, couplings) for at in at_steps(plan)]
    known = [short for short in found if short is not None]
    return max(known) if len(known) == len(found) else None


def _shortfall(
    plan: Plan, leaf: Leaf, couplings: Sequence[Coupling]
) -> tuple[Fraction, bool] | None:
    """The weight that the key's verifier needs in all, in the units of the others' weights.

    With W its weight now, a correct completion is paid at least ``W top + L`` and one at level v
    at most ``W v + H``, L and H being what the others bring; W must exceed ``(H - L) / (top - v)``.

    Returns:
        That number, and whether the ends are reached, so that the weight must be more than it;
        None where it is not known.
    """
    leaf = leaf_of(plan, leaf.key)
    key = variable_of(plan, leaf)
    levels = leaf.levels or ()
    weights = dict(zip((x.key for x in plan.leaves), linear_weights(plan), strict=True))
    weight = sum((weights[x.key] for x in key.leaves), Fraction(0))
    low = linear_extreme(plan, key.at(levels[-1]), couplings, highest=False)
    if low is None or not low.attained:
        return None
    found: list[tuple[Fraction, bool]] = []
    for level in levels[:-1]:
        high = linear_extreme(plan, key.at(level), couplings, highest=True)
        if high is None:
            continue
        if not high.attained:
            return None
        others = high.value - weight * level - (low.value - weight * levels[-1])
        reached = low.inner is None and high.inner is None
        found.append((others / (levels[-1] - level), reached))
    return max(found, default=None)


def _proved(rubric: Rubric, plan: Plan, key: str, check: Check) -> bool:
    try:
        outcome = check(rubric, {x.key: x.levels for x in plan.leaves}, key, plan.same)
    except RubricError:
        return False
    return outcome is not None and outcome.ruling == "proved"
