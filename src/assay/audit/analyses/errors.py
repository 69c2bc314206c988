"""What could not be judged: how much, of whom, when, and what each way to treat it would pay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assay.audit.context import Context
from assay.audit.frame import STATUSES
from assay.audit.groups import Groups
from assay.audit.stats.intervals import (
    PSEUDO,
    TOO_FEW,
    cluster_sums,
    inside,
    jackknifed,
    share,
)
from assay.audit.stats.slopes import slope
from assay.findings import ROLLOUTS, AnalysisSpec, Cell, Finding, FindingKind, Outcome, ReportTable
from assay.plugins.spec import Severity

if TYPE_CHECKING:
    from assay.audit.frame import Floats, Frame

UNSCORED = 0.05
"""Share of rows without a reward, above which a run is a sample of what was easy to judge."""

BIASED = 0.05
"""Difference between that share among right and among wrong completions."""

RISING = 0.05
"""Rise of that share from the first step to the last."""

UNSCORED_ROWS = FindingKind(
    id="errors.unscored",
    title="rows without a reward",
    meaning="So many rollouts have no score that the rest is not a fair picture of the policy. A "
    "trainer that drops them learns from what happened to be judged; one that pays 0 punishes "
    "the completion for a fault that is not its own.",
    formula="rows whose status is unscored or invalid / rows",
    source="own: a share",
    action="Read the commonest cause in the verdicts; correct references and limits; score again "
    "with `assay verify`, which changes nothing for rows that could be judged.",
)

BIASED_ROWS = FindingKind(
    id="errors.biased",
    title="the share without a reward depends on correctness",
    meaning="Right and wrong completions go unscored at different rates, so dropping the rows "
    "shifts what is rewarded. Where wrong ones vanish more often, being unreadable pays.",
    formula="share unscored among label = 0, less share unscored among label = 1",
    source='own; data missing not at random, Rubin 1976, "Inference and missing data"',
    action="Find what the unscored ones have in common. What a completion causes itself should "
    "be judged 0, not left out.",
)

RISING_ROWS = FindingKind(
    id="errors.rising",
    title="ever more rows go without a reward",
    meaning="The share of rollouts that cannot be judged grows as training goes on: the machine "
    "is overloaded, or the policy has found a way to escape judgement.",
    formula="least-squares slope of (row is unscored) on step, times the range of steps; "
    "clusters are steps",
    source="own: a linear probability model",
    action="Look at late unscored rollouts. Longer programs or answers: raise limits. The same "
    "trick again and again: judge it 0.",
)

CRASHES = FindingKind(
    id="errors.crashed",
    title="a verifier crashed",
    meaning="A bug in a verifier or on the machine, not in the completion. No such row has a "
    "score, and a bug that a completion can trigger will be found by the policy.",
    formula="verdicts with status crashed / verdicts of the criterion; exact for this log",
    source="own: a count",
    action="Read the traceback in `details` of the verdict, and fix the verifier.",
)

SPEC = AnalysisSpec(
    name="errors",
    title="What could not be judged",
    question="How much went unjudged, of whom, and what would each way to treat it have paid?",
    needs=(),
    kinds=(UNSCORED_ROWS, BIASED_ROWS, RISING_ROWS, CRASHES),
)


def run(frame: Frame, context: Context) -> Outcome:
    """Shares over rows, with intervals over prompts; over steps for the rise."""
    unscored = (~np.isfinite(frame.reward)).astype(float)
    findings: list[Finding] = []
    tables = {"policies": _policies(frame)}
    lacks: list[str] = []
    if frame.n:
        findings += _share(frame, unscored, context)
    if "label" in frame.has:
        findings += _bias(frame, unscored, context)
        tables["by_label"] = _by_label(frame, unscored)
    else:
        lacks.append("whether right or wrong ones are lost: a gold `label` in the rows")
    if "steps" in frame.has:
        findings += _rise(frame, unscored, context)
    else:
        lacks.append("whether it grows: `step` of training in the rows")
    if "statuses" in frame.has:
        findings += _crashes(frame)
        tables["statuses"] = _statuses(frame)
    elif len(frame.criteria):
        lacks.append("why rows went unjudged: score the log with `assay verify`")
    return Outcome(SPEC.name, tuple(findings), tables, tuple(lacks))


def _share(frame: Frame, unscored: Floats, context: Context) -> list[Finding]:
    ones = np.ones(frame.n)
    if unscored.all():  # a fact of the log, however few prompts it has
        return [
            Finding(
                id=UNSCORED_ROWS.id,
                severity="error",
                title=f"no row has a reward, of {frame.n:,}",
                value=1.0,
                interval=None,
                n=frame.n,
                source=UNSCORED_ROWS.source,
                suggestion=UNSCORED_ROWS.action,
                rollouts=tuple(range(min(ROLLOUTS, frame.n))),
            )
        ]
    if share(unscored, ones, frame.prompt, context.alarm()).low <= UNSCORED:
        return []
    found = share(unscored, ones, frame.prompt)
    title = f"{found.value:.1%} of {frame.n:,} rows have no reward"
    severity: Severity = "error" if found.value > 0.25 else "warning"
    return [Finding.of(UNSCORED_ROWS, severity, title, found, np.flatnonzero(unscored))]


def _bias(frame: Frame, unscored: Floats, context: Context) -> list[Finding]:
    wrong, right = _wrong_right(frame)
    if not wrong.any() or not right.any():
        return []
    columns = np.stack([unscored * wrong, wrong, unscored * right, right], axis=1)
    sums = cluster_sums(frame.prompt, columns)

    def difference(s: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            gap: Floats = s[..., 0] / s[..., 1] - s[..., 2] / s[..., 3]
        return gap

    _, w, _, r = PSEUDO * sums.sum(axis=0) / len(sums)
    plus = np.array([[w, w, 0.0, r], [0.0, w, r, r]])
    measured = jackknifed(difference, sums, plus=plus, fewest=TOO_FEW)
    alarm = measured.at((), context.alarm())
    if alarm.low <= BIASED and alarm.high >= -BIASED:
        return []
    found = inside(measured.at(), -1.0, 1.0)
    who = ("wrong", "right") if found.value > 0 else ("right", "wrong")
    title = (
        f"{who[0]} completions go unscored more often than {who[1]} ones, "
        f"by {100 * abs(found.value):.1f} percentage points"
    )
    rows = np.flatnonzero(unscored * (wrong if found.value > 0 else right))
    return [Finding.of(BIASED_ROWS, "error", title, found, rows)]


def _rise(frame: Frame, unscored: Floats, context: Context) -> list[Finding]:
    timed = np.isfinite(frame.step)
    step = frame.step[timed]
    span = float(step.max() - step.min())
    _, codes = np.unique(step, return_inverse=True)
    x = (step - step.min()) / span
    if slope(x, unscored[timed], codes, context.alarm()).low <= RISING:
        return []
    found = slope(x, unscored[timed], codes)
    title = (
        f"the share without a reward rose by {100 * found.value:.1f} percentage points over the run"
    )
    late = np.flatnonzero(unscored * timed)
    late = late[np.argsort(-frame.step[late], kind="stable")]
    return [Finding.of(RISING_ROWS, "warning", title, found, late)]


def _crashes(frame: Frame) -> list[Finding]:
    findings = []
    for j, name in enumerate(frame.criteria):
        status = frame.statuses[:, j]
        crashed = status == STATUSES.index("crashed")
        count, cases = int(crashed.sum()), int((status >= 0).sum())
        if count:
            findings.append(
                Finding(
                    id=CRASHES.id,
                    severity="error",
                    title=f"{name} crashed on {count:,} of {cases:,} rows",
                    value=count / cases,
                    interval=None,
                    n=cases,
                    source=CRASHES.source,
                    suggestion=CRASHES.action,
                    rollouts=tuple(int(r) for r in np.flatnonzero(crashed)[:ROLLOUTS]),
                    subject=(name,),
                )
            )
    return findings


def _wrong_right(frame: Frame) -> tuple[Floats, Floats]:
    return (frame.label < 0.5).astype(float), (frame.label >= 0.5).astype(float)


def _by_label(frame: Frame, unscored: Floats) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    for name, who in zip(("wrong", "right"), _wrong_right(frame), strict=True):
        if who.any():
            found = share(unscored * who, who, frame.prompt)
            rows.append((name, int(who.sum()), found.value, found.low, found.high))
    return ReportTable("Unscored, by label", ("label", "rows", "share", "from", "to"), tuple(rows))


def _statuses(frame: Frame) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    for j, name in enumerate(frame.criteria):
        status = frame.statuses[:, j]
        rows.append((name, *(int((status == i).sum()) for i in range(len(STATUSES)))))
    return ReportTable("Verdicts, by status", ("criterion", *STATUSES), tuple(rows))


def _policies(frame: Frame) -> ReportTable:
    """What a trainer would see if it paid 0, dropped the row, or masked its loss."""
    scored = np.isfinite(frame.reward)
    zero = np.where(scored, frame.reward, 0.0)
    grouped = frame.group >= 0
    rows: list[tuple[Cell, ...]] = []
    kept = Groups.of(frame.group, scored & grouped)
    every = Groups.of(frame.group, grouped)
    scored_rows = max(1, int(scored.sum()))
    for name, reward, groups, count in (
        ("zero: unscored rows are paid 0", zero, every, frame.n),
        ("exclude: they leave the group and the batch", frame.reward, kept, scored_rows),
        ("mask: they stay in the batch with advantage 0", frame.reward, kept, frame.n),
    ):
        mean = float(np.nanmean(reward)) if np.isfinite(reward).any() else None
        values = reward[groups.rows]
        signal = float(groups.varies(values).mean()) if len(groups) else None
        square = float((groups.centred(values) ** 2).sum() / max(1, count)) if len(groups) else None
        rows.append((name, mean, signal, square))
    note = "squared advantage is (r - group mean)^2, a row of the batch on average"
    columns = ("policy", "mean reward", "groups with a signal", "squared advantage")
    return ReportTable("What each treatment would have paid", columns, tuple(rows), note)
