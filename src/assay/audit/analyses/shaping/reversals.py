"""How the reward orders the rollouts of a group, against the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from assay.audit.analyses.blame import between
from assay.audit.context import CONFIDENCE
from assay.audit.groups import Groups
from assay.audit.stats.intervals import (
    FEWEST,
    Estimate,
    bounded,
    cells,
    clopper_pearson,
    cluster_sums,
    inside,
)
from assay.audit.stats.orders import tau_b
from assay.audit.stats.ranks import pairs, regret
from assay.findings import ROLLOUTS, Cell, Finding, FindingKind

if TYPE_CHECKING:
    from assay.audit.context import Context
    from assay.audit.frame import Codes, Floats, Frame

REVERSED = 0.02
"""A share of pairs whose order by reward contradicts the outcome, above which it is reported."""

REGRET = 0.02
"""Outcome lost by taking the best-paid rollout of each group, above which it is reported."""

GRAVE = 0.1
"""Either, above which it is an error."""

REVERSALS = FindingKind(
    id="shaping.reversals",
    title="worse rollouts are paid more than better ones",
    meaning="Within groups, a rollout with the lower outcome got the higher reward. Each such "
    "pair pushes the policy from the better completion to the worse one.",
    formula="pairs in a group with (r_i - r_j)(y_i - y_j) < 0 / pairs in a group with "
    "y_i != y_j; r the reward, y the outcome: the key criterion, and the label where given",
    source="own; discordant pairs of Kendall 1938, within groups. Interval over prompts",
    action="Read the pairs. Where the auxiliaries outweigh the key: raise the key's weight or "
    "gate on it. Where key and label differ: the verifier is at fault, not the weights.",
)

ORDER = FindingKind(
    id="shaping.order",
    title="the reward orders against the outcome",
    meaning="Over all pairs of a group the reward agrees with the outcome less often than it "
    "contradicts it: the run learns the opposite of what was meant.",
    formula="tau-b = sum(C - D) / sqrt(sum(P - T_r) * sum(P - T_y)), sums over groups; C and D "
    "concordant and discordant pairs, P all pairs, T_r and T_y those tied in reward and outcome",
    source="Kendall 1945, tau-b, pooled over groups (of one group: Kendall's own)",
    action="Stop. Look for a sign error, or a label that means the opposite.",
)

LOST = FindingKind(
    id="shaping.regret",
    title="the best-paid rollout is not the best",
    meaning="Who takes the best-paid of each group, as best-of-n does and as training drifts "
    "towards, gets less of the outcome than the group held. Ties in reward count as a draw.",
    formula="mean over groups of max_i y_i - E[y of an i with r_i = max r]; y the outcome",
    source="own; best-of-n by a proxy reward: Gao et al. 2022, arXiv:2210.10760",
    action="Read the rollouts named: what are they paid for? Mend that criterion, or gate it on "
    "the key. Where many rewards tie at the top, make the key finer.",
)


class Judged(NamedTuple):
    """What there is to say of one outcome."""

    findings: list[Finding]
    rows: list[tuple[Cell, ...]]
    read: tuple[int, ...]
    """Rows of the most telling reversed pairs: the one paid more first."""
    notes: list[str]


def outcomes(frame: Frame) -> dict[str, Floats]:
    """What a reward can be held against: the key criterion, and the label."""
    found = {}
    if frame.key is not None:
        found[frame.key] = frame.key_score
    if np.isfinite(frame.label).any():
        found["label"] = frame.label
    return found


def judge(frame: Frame, context: Context, name: str, outcome: Floats, comparisons: int) -> Judged:
    """Reversal rate, tau-b and regret against one outcome."""
    known = (frame.group >= 0) & np.isfinite(frame.reward) & np.isfinite(outcome)
    groups = Groups.of(frame.group, known)
    reward, y = frame.reward[groups.rows], outcome[groups.rows]
    if len(groups) == 0:
        return Judged([], [], (), [])
    counts = pairs(groups, reward, y)
    lost = regret(groups, reward, y)
    prompts = frame.prompt[groups.rows[groups.starts]]
    columns = [
        counts.discordant,
        counts.decided_y,
        counts.concordant,
        counts.decided_x,
        lost,
        np.ones(len(groups)),
    ]
    sums = cluster_sums(prompts, np.stack(columns, axis=1))
    totals = sums.sum(axis=0)
    level = context.alarm(comparisons)
    decided = int((sums[:, 1] > 0).sum())
    rate, rate_alarm = (bounded(sums[:, :2], 0.0, 1.0, c) for c in (CONFIDENCE, level))
    taus = tau_b(sums[:, 2], sums[:, 0], sums[:, 3], sums[:, 1])
    order, order_alarm = (inside(taus.at((), c), -1.0, 1.0) for c in (CONFIDENCE, level))
    reach = float(np.ptp(y))
    gone, gone_alarm = (bounded(sums[:, 4:], 0.0, reach, c) for c in (CONFIDENCE, level))
    rows: list[tuple[Cell, ...]] = [
        (name, "pairs that differ in outcome", int(totals[1]), None, None)
    ]
    notes: list[str] = []
    if totals[1] == 0:
        notes.append(f"no group has two rollouts that differ in {name}: nothing is reversed")
    else:
        if totals[0] == 0:
            bound = clopper_pearson(0, decided).high
            notes.append(
                f"none of {int(totals[1]):,} pairs of {decided:,} prompts is reversed against "
                f"{name}: consistent with an order that holds, and with at most {bound:.2g} of "
                "such prompts having a reversal"
            )
        rows.append((name, "share reversed", *cells(rate)))
        tied = float((totals[1] - totals[0] - totals[2]) / totals[1])
        rows.append((name, "share tied in reward", tied, None, None))
    if np.isfinite(order.value):
        rows.append((name, "tau-b", *cells(order)))
    rows.append((name, "top-1 regret", *cells(gone)))
    read = _telling(groups, reward, y)
    advice = _advice(frame, groups, reward, y, name)
    found: list[Finding] = []
    if decided >= FEWEST and rate_alarm.low > REVERSED:
        title = f"{rate.value:.1%} of pairs are paid against {name}"
        found.append(_found(REVERSALS, title, rate, rate.value > GRAVE, read, name, advice))
    if decided >= FEWEST and order_alarm.high < 0:
        title = f"reward and {name} are ordered against each other: tau-b {order.value:.2f}"
        found.append(_found(ORDER, title, order, True, read, name))
    if len(sums) >= FEWEST and gone_alarm.low > REGRET:
        title = f"the best-paid rollouts have {gone.value:.3f} less {name} than the best"
        grave = gone.value > GRAVE
        best = read or _worst_tops(groups, lost, reward)
        found.append(_found(LOST, title, gone, grave, best, name, advice))
    return Judged(found, rows, read, notes)


def _found(
    kind: FindingKind,
    title: str,
    size: Estimate,
    grave: bool,
    read: tuple[int, ...],
    name: str,
    advice: str = "",
) -> Finding:
    return Finding(
        id=kind.id,
        severity="error" if grave else "warning",
        title=title,
        value=size.value,
        interval=size.interval,
        n=size.n,
        source=kind.source,
        suggestion=advice or kind.action,
        rollouts=read,
        subject=(name,),
    )


def _advice(frame: Frame, groups: Groups, reward: Floats, y: Floats, name: str) -> str:
    """What to change, by the criteria for which worse rollouts are paid more; empty: not known.

    Of each group with a reversal, its best-paid worst rollout against its worst-paid best.
    """
    top, bottom = groups.spread(groups.high(y)), groups.spread(groups.low(y))
    right = np.where(y == top, reward, np.inf)
    wrong = np.where(y == bottom, reward, -np.inf)
    reversed_ = groups.varies(y) & (groups.high(wrong) > groups.low(right))
    more, less = [], []
    for g in np.flatnonzero(reversed_)[:LOOKED_AT]:
        members = slice(groups.starts[g], groups.starts[g] + groups.sizes[g])
        more.append(int(groups.rows[members][np.argmax(wrong[members])]))
        less.append(int(groups.rows[members][np.argmin(right[members])]))
    guilty = between(frame, np.array(more, np.int64), np.array(less, np.int64))
    if not guilty:
        return ""
    many = " and " in guilty
    if frame.key is not None and f"`{frame.key}`" in guilty:
        pay = "pay" if many else "pays"
        return (
            f"{guilty} {pay} the worse rollout of these pairs more, so the verifier or the {name} "
            "is at fault, not the weights. Read the pairs, and correct the one that is wrong."
        )
    advice = (
        f"The worse rollout of these pairs is paid more by {guilty}: gate "
        f"{'them' if many else 'it'} on the key, or lower the weight. Read the pairs first."
    )
    if frame.key is None or name == frame.key:
        return advice
    score = frame.score(frame.key)
    alike = float(np.mean(score[more] == score[less]))
    if alike < MOSTLY:
        return advice
    # a gate would open for both: the key itself does not see what the label says
    return (
        f"`{frame.key}` scores both alike in {alike:.0%} of these pairs, so its verifier or the "
        f"{name} is wrong there: correct that first. {advice}"
    )


MOSTLY = 0.5
"""Share of the pairs from which on what they have in common is said."""

LOOKED_AT = 2000
"""Groups whose reversals are shared out among the criteria."""


def _telling(groups: Groups, reward: Floats, y: Floats) -> tuple[int, ...]:
    """The widest reversals: of each group the best-paid worst and the worst-paid best."""
    top, bottom = groups.spread(groups.high(y)), groups.spread(groups.low(y))
    worst_right = groups.low(np.where(y == top, reward, np.inf))
    best_wrong = groups.high(np.where(y == bottom, reward, -np.inf))
    gap = np.where(groups.varies(y), best_wrong - worst_right, -np.inf)
    read: list[int] = []
    for g in np.argsort(-gap, kind="stable")[: ROLLOUTS // 2]:
        if not gap[g] > 0:
            break
        members = slice(groups.starts[g], groups.starts[g] + groups.sizes[g])
        rows, paid, good = groups.rows[members], reward[members], y[members]
        read.append(int(rows[np.argmax(np.where(good == good.min(), paid, -np.inf))]))
        read.append(int(rows[np.argmin(np.where(good == good.max(), paid, np.inf))]))
    return tuple(read)


def _worst_tops(groups: Groups, lost: Floats, reward: Floats) -> tuple[int, ...]:
    """The best-paid rows of the groups that lose most."""
    worst = np.argsort(-lost, kind="stable")[:ROLLOUTS]
    picked: list[int] = []
    for g in worst[lost[worst] > 0]:
        members: Codes = np.arange(groups.starts[g], groups.starts[g] + groups.sizes[g])
        picked.append(int(groups.rows[members[np.argmax(reward[members])]]))
    return tuple(picked)
