"""Rulings over the whole of a schedule, and of costs that have no bound."""

from __future__ import annotations

import copy
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from assay.rubrics.compiled.leaf import Leaf
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.results.certificate import ORDER, CaseCertificate, shown
from assay.rubrics.written.kinds import Schedule
from assay.rubrics.written.ranges import Range

Rule = Callable[[Plan], CaseCertificate]


def over_steps(plan: Plan, rule: Rule) -> tuple[CaseCertificate, Plan]:
    """The worst ruling over all steps of training, and the plan at that step.

    Between two steps at which some weight turns, every weight is linear in the step. Where all
    composers above the schedules add, the margin is the least of forms that are linear in the
    weights, hence concave, and is least at an end. Elsewhere the weights of such a stretch are
    also taken for independent ones, which bounds the margin from below.
    """
    schedules = plan.schedules
    if not schedules:
        return rule(plan), plan
    steps = sorted({step for schedule in schedules.values() for step in schedule.steps})
    found: list[tuple[CaseCertificate, Plan, int]] = []
    for step in steps:
        at = pinned(plan, {key: _ends(s, step, step) for key, s in schedules.items()})
        found.append((rule(at), at, step))
    outcome, at, step = max(found, key=lambda f: _rank(f[0]))
    outcome = replace(outcome, because=_also(outcome.because, f"worst at step {step}"))
    if outcome.ruling != "proved" or at.affine:
        return outcome, at
    for first, last in itertools.pairwise(steps):
        wide = pinned(plan, {key: _ends(s, first, last) for key, s in schedules.items()})
        between = rule(wide)
        if between.ruling != "proved":
            because = (
                f"it holds at every step where a weight turns; between steps {first} and {last} "
                "a composer that is not a sum stands above a schedule, and the bound is not enough"
            )
            return replace(outcome, ruling="not_proved", bound=True, because=because), at
    return outcome, at


def at_steps(plan: Plan) -> list[Plan]:
    """The plan at every step at which a weight turns; itself where none does."""
    schedules = plan.schedules
    steps = sorted({step for schedule in schedules.values() for step in schedule.steps})
    return [
        pinned(plan, {key: _ends(s, step, step) for key, s in schedules.items()}) for step in steps
    ] or [plan]


def pinned(plan: Plan, reach: Mapping[str, Range]) -> Plan:
    """The plan with some criteria held within a range, or at one value."""
    other = copy.copy(plan)
    other.leaves = [
        replace(
            leaf,
            reach=reach[leaf.key],
            levels=(reach[leaf.key][0],) if len(set(reach[leaf.key])) == 1 else None,
            lowest=reach[leaf.key][0] if leaf.sign > 0 else reach[leaf.key][1],
            unbounded=False,
        )
        if leaf.key in reach
        else leaf
        for leaf in plan.leaves
    ]
    other.affine = all(
        part.linear or part.constant or (isinstance(part, Schedule) and _fixed(other, path))
        for path, part in plan.lowered.items()
    )
    return other


def without_bound(
    plan: Plan, leaf: Leaf, rule: Callable[[Plan, Leaf], CaseCertificate]
) -> CaseCertificate:
    """The ruling where a cost has no lowest value: refuted, with the count that does it."""
    open_ = [x for x in plan.leaves if x.unbounded]
    zero = (Fraction(0), Fraction(0))
    free = pinned(plan, {x.key: zero for x in open_})
    outcome = rule(free, next(x for x in free.leaves if x.key == leaf.key))
    if outcome.correct is None or outcome.wrong is None:
        return outcome
    cost = open_[0]
    each = -exact_weight(free, cost)
    room = outcome.correct[0] - outcome.wrong[1]
    count = Fraction(max(1, math.floor((outcome.correct[1] - outcome.wrong[1]) / each) + 1))
    reach = {x.key: zero for x in open_[1:]} | {cost.key: (Fraction(0), count)}
    wide = pinned(plan, reach)
    found = rule(wide, next(x for x in wide.leaves if x.key == leaf.key))
    edit = ""
    if room > 0:
        edit = f"cap it: {cost.key.rpartition('/')[0] or 'the cost'} with a cap below "
        edit += shown(room / each)
    return replace(
        found,
        ruling="refuted",
        margin=None,
        correct=None,
        price=Fraction(1),
        because=f"{cost.key} has no upper bound, so the reward of a correct completion has no "
        f"lower one: {count} faults of {shown(each)} each put it below a wrong one without any",
        edit=edit,
    )


def exact_weight(plan: Plan, leaf: Leaf) -> Fraction:
    """What one more of a score adds to the reward, along a path of sums."""
    share = Fraction(1)
    path = tuple(leaf.key.split("/"))
    for i in range(len(path)):
        part = plan.lowered.get(path[:i])
        if part is not None and not part.chooses:
            share *= part.shares()[path[i]].exact
    return share


def _fixed(plan: Plan, path: Sequence[str]) -> bool:
    key = "/".join((*path, "(weight)"))
    return any(x.key == key and x.levels is not None for x in plan.leaves)


def _ends(schedule: Schedule, first: int, last: int) -> Range:
    a, b = schedule.weight_at(first), schedule.weight_at(last)
    return min(a, b), max(a, b)


def _rank(outcome: CaseCertificate) -> tuple[int, Fraction]:
    return ORDER.index(outcome.ruling), -(outcome.margin or Fraction(0))


def _also(because: str, more: str) -> str:
    return f"{because}; {more}" if because else more
