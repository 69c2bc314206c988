"""By how much must the weights change before a right answer is paid less than a wrong one?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from assay.audit.analyses.robustness import variations
from assay.audit.context import CONFIDENCE, Context
from assay.audit.recomposing.matching import together
from assay.audit.stats.intervals import FEWEST, Estimate
from assay.audit.stats.intervals import share as share_of
from assay.audit.stats.right_over_wrong import EQUAL, comparable, outcome_of, right_over_wrong
from assay.findings import AnalysisSpec, Cell, Finding, FindingKind, Outcome, ReportTable, RowCell

if TYPE_CHECKING:
    from assay.audit.frame import Codes, Floats, Frame
    from assay.audit.groups import Groups

CHANGE = 0.1
"""A relative change of weights that is well within what anyone would call the same rubric."""

FRAGILE = 0.05
"""A share of right-over-wrong orders that such a change reverses, above which it is reported."""

CHANGES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""For which the share of orders is shown."""

FRAGILE_ORDERS = FindingKind(
    id="robustness.fragile",
    title="orders that hang on the exact weights",
    meaning="A change of the weights by a tenth would pay some wrong rollouts more than right ones "
    "of their group. Weights are seldom known to a tenth; and drift of the auxiliaries within a "
    "run does what such a change does.",
    formula="Linear rubrics: orders with (r_i - r_j) / sum_k |c_ik - c_jk| < 0.1 / orders with "
    "y_i > y_j and r_i > r_j within a group; c_ik the contribution of criterion k, r its sum, y "
    "the outcome. The left side is the smallest relative change of all weights at once that makes "
    "r_i = r_j. Others: orders that no longer hold with one weight (of all, the worst) changed by "
    "0.1 of itself",
    source="own: the least max |d_k| with sum_k (1 + d_k)(c_ik - c_jk) = 0, by duality of norms",
    action="Raise the key's weight until the orders hold, or gate the auxiliaries on the key; "
    "then weights below the key's matter less.",
)

SPEC = AnalysisSpec(
    name="robustness",
    title="Robustness",
    question="How far are the weights from paying a wrong rollout more than a right one?",
    needs=("criteria", "reward", "groups"),
    kinds=(FRAGILE_ORDERS,),
)


class Orders(NamedTuple):
    """Right-over-wrong orders that hold in the log, and what it takes to break them."""

    change: Floats
    """(p,) the smallest relative change that breaks each."""
    better: Codes
    """(p,) row of the frame."""
    worse: Codes
    group: Codes
    """(p,) group of the pair, in ``groups``."""


def run(frame: Frame, context: Context) -> Outcome:
    """Closed forms where the reward is a sum of contributions; else weight by weight."""
    found = outcome_of(frame)
    if found is None:
        return Outcome(
            SPEC.name, lacks=("the key criterion, or a gold label: --key NAME, or --rubric",)
        )
    name, outcome = found
    shares = _contributions(frame, context)
    if shares is not None:
        return _linear(frame, context, name, outcome, *_by_verifier(frame, context, shares))
    return _bent(frame, context, name, outcome)


def _contributions(frame: Frame, context: Context) -> list[Floats] | None:
    """(n,) for each criterion what it adds, where that is all there is; None where it is not."""
    if context.rubric is not None and not variations.linear(context.rubric):
        return None
    shares = frame.contributions
    if "contributions" not in frame.has:
        if not frame.weights or not set(frame.weights) <= set(frame.criteria):
            return None
        shares = frame.scores * np.array([frame.weights.get(c, 0.0) for c in frame.criteria])
    scored = np.isfinite(frame.reward)
    columns = [np.nan_to_num(shares[:, j]) for j in range(shares.shape[1])]
    size = sum((np.abs(c) for c in columns), np.zeros(frame.n))
    off = np.abs(sum(columns, np.zeros(frame.n)) + frame.constant - frame.reward)
    if (off[scored] > 1e-6 * (size[scored] + EQUAL)).any():
        return None
    return columns


def _by_verifier(
    frame: Frame, context: Context, shares: list[Floats]
) -> tuple[list[Floats], list[tuple[str, float | None]]]:
    """What each verifier adds, under however many keys; and its names with its weight in all.

    Its weights here and there are one: scores that rise together are weighed together.
    """
    sets = [[j] for j in range(len(shares))]
    if context.rubric is not None:
        sets = together(context.rubric, frame.criteria)
    added, named = [], []
    for places in sets:
        added.append(np.sum([shares[j] for j in places], axis=0))
        names = [frame.criteria[j] for j in places]
        known = [frame.weights[c] for c in names if c in frame.weights]
        weight = sum(known) if len(known) == len(names) else None
        named.append((" + ".join(names), weight))
    return added, named


def _linear(
    frame: Frame,
    context: Context,
    name: str,
    outcome: Floats,
    shares: list[Floats],
    named: list[tuple[str, float | None]],
) -> Outcome:
    groups = comparable(frame, outcome)
    inside = [column[groups.rows] for column in shares]
    k = len(inside)
    low, high = np.full(k, np.inf), np.full(k, np.inf)
    halved, doubled = np.zeros(k), np.zeros(k)
    parts: list[Orders] = []
    for better, worse in right_over_wrong(groups, outcome):
        apart = [column[better] - column[worse] for column in inside]
        margin, size = np.zeros(len(better)), np.zeros(len(better))
        for column in apart:
            margin += column
            size += np.abs(column)
        held = margin > EQUAL * size
        margin = margin[held]
        one, other = groups.rows[better[held]], groups.rows[worse[held]]
        parts.append(Orders(margin / size[held], one, other, groups.of_row[better[held]]))
        for j, column in enumerate(apart):
            column = column[held]
            # the relative change at which this weight alone makes the two equal
            with np.errstate(divide="ignore"):
                reach = margin / column
            low[j] = min(low[j], reach[column > 0].min(initial=np.inf))
            high[j] = min(high[j], -reach[column < 0].max(initial=-np.inf))
            halved[j] += np.count_nonzero(margin - column / 2 <= EQUAL)
            doubled[j] += np.count_nonzero(margin + column <= EQUAL)
    orders = _joined(parts)
    if len(orders.change) == 0:
        return _nothing(name)
    count = len(orders.change)
    weights: list[tuple[Cell, ...]] = [
        (
            criterion,
            weight,
            _factor(-low[j]),
            _factor(high[j]),
            float(halved[j]) / count,
            float(doubled[j]) / count,
        )
        for j, (criterion, weight) in enumerate(named)
    ]
    how = "all weights at once"
    least = float(orders.change.min())
    return _noted(frame, context, name, groups, orders, weights, how, 1, least)


def _factor(change: float) -> float | None:
    return float(1.0 + change) if np.isfinite(change) else None


def _finite(change: float) -> float | None:
    return change if np.isfinite(change) else None


def _joined(parts: list[Orders]) -> Orders:
    if not parts:
        none = np.zeros(0, np.int64)
        return Orders(np.zeros(0), none, none, none)
    return Orders(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _nothing(name: str) -> Outcome:
    note = f"no group has a rollout that is better in {name} and paid more: no order to keep"
    return Outcome(SPEC.name, notes=(note,))


def _bent(frame: Frame, context: Context, name: str, outcome: Floats) -> Outcome:
    if context.rubric is None:
        return Outcome(
            SPEC.name,
            lacks=("contributions that sum to the reward, or the rubric: --rubric",),
        )
    groups = variations.sampled(comparable(frame, outcome))
    better, worse = variations.held(frame, groups, outcome)
    if len(better) == 0:
        return _nothing(name)
    turned = variations.turn(context.rubric, frame, context, groups, better, worse)
    if isinstance(turned, str):
        return Outcome(SPEC.name, lacks=(turned,))
    count = len(better)
    weights: list[tuple[Cell, ...]] = [
        (
            knob.name,
            knob.weight,
            _factor(knob.low),
            _factor(knob.high),
            knob.halved / count,
            knob.doubled / count,
        )
        for knob in turned
    ]
    # per order: the smallest change, of those tried, of one weight that breaks it
    change = np.min([knob.breaks for knob in turned], axis=0)
    rows = groups.rows
    orders = Orders(change, rows[better], rows[worse], groups.of_row[better])
    how, least = "one weight, the worst", min(min(-knob.low, knob.high) for knob in turned)
    outcome_ = _noted(
        frame, context, name, groups, orders, weights, how, 2 * len(turned), float(least)
    )
    note = "this rubric is not a sum: weights were changed one at a time, each the worst way"
    return Outcome(SPEC.name, outcome_.findings, outcome_.tables, notes=(*outcome_.notes, note))


def _noted(
    frame: Frame,
    context: Context,
    name: str,
    groups: Groups,
    orders: Orders,
    weights: list[tuple[Cell, ...]],
    how: str,
    comparisons: int,
    least: float,
) -> Outcome:
    prompts = frame.prompt[groups.rows[groups.starts]]
    g = len(groups)
    counts = np.bincount(orders.group, minlength=g).astype(float)

    def share(change: float, confidence: float) -> Estimate:
        flipped = np.bincount(orders.group[orders.change <= change], minlength=g).astype(float)
        return share_of(flipped, counts, prompts, confidence)

    rows: list[tuple[Cell, ...]] = [
        ("right-over-wrong orders that hold", len(orders.change), None, None),
        ("smallest change that breaks one", _finite(least), None, None),
        ("median change that breaks one", _finite(float(np.median(orders.change))), None, None),
    ]
    rows += [(f"share broken within {c:.0%}", *share(c, CONFIDENCE)[:3]) for c in CHANGES]
    tables = {
        "orders": ReportTable(
            "Orders and weights",
            ("figure", "value", "from", "to"),
            tuple(rows),
            f"Relative change of {how}; orders by {name}. Intervals over prompts.",
        ),
        "weights": ReportTable(
            "Region in which every order holds",
            ("criterion", "weight", "from factor", "to factor", "broken at x0.5", "broken at x2"),
            tuple(weights),
            "One weight multiplied by a factor, the others fixed: every right-over-wrong order of "
            "the log holds between the two factors; empty: no bound was found. One verifier under "
            "several keys is one weight.",
        ),
        "nearest": ReportTable(
            "Nearest orders",
            ("change", "better", "worse", "better paid", "worse paid"),
            tuple(
                (
                    _finite(float(orders.change[i])),
                    RowCell(orders.better[i]),
                    RowCell(orders.worse[i]),
                    float(frame.reward[orders.better[i]]),
                    float(frame.reward[orders.worse[i]]),
                )
                for i in np.argsort(orders.change, kind="stable")[:10]
            ),
            f"The orders that the smallest change breaks. Change: relative, of {how}.",
        ),
    }
    findings: tuple[Finding, ...] = ()
    found = share(CHANGE, context.alarm(comparisons))
    if found.n >= FEWEST and found.low > FRAGILE:
        size = share(CHANGE, CONFIDENCE)
        second = np.argsort(orders.change, kind="stable")[:2]
        read = tuple(int(r) for i in second for r in (orders.better[i], orders.worse[i]))
        findings = (
            Finding(
                id=FRAGILE_ORDERS.id,
                severity="warning",
                title=f"{size.value:.1%} of right-over-wrong orders break under a change of "
                f"{CHANGE:.0%} of {how}; the nearest at {least:.2%}",
                value=size.value,
                interval=size.interval,
                n=size.n,
                source=FRAGILE_ORDERS.source,
                suggestion=FRAGILE_ORDERS.action,
                rollouts=read,
                subject=(name,),
            ),
        )
    note = (
        f"every right-over-wrong order by {name} survives a relative change of less than "
        f"{least:.2g} of {how}"
        if np.isfinite(least)
        else f"no change that was tried breaks a right-over-wrong order by {name}"
    )
    notes = [note]
    if len(groups) < len(frame.groups) or len(groups.rows) < len(frame.groups.rows):
        notes.append(
            f"pairs of {len(groups.rows):,} rows in {len(groups):,} groups were looked at, of "
            f"{len(frame.groups.rows):,} in {len(frame.groups):,}"
        )
    return Outcome(SPEC.name, findings, tables, notes=tuple(notes))
