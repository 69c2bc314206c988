"""What would this log have been paid under another rubric, or under the next phase's?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from assay.audit.analyses.counterfactual.compared import (
    REVERSED,
    RIGHT,
    RIGHT_AFTER,
    RIGHT_BEFORE,
    TAU,
    TAU_AFTER,
    TAU_BEFORE,
    TOP,
    Compared,
    compare,
)
from assay.audit.context import Context
from assay.audit.recomposing.recompose import Recomposer, rows_of
from assay.audit.stats.intervals import FEWEST
from assay.audit.stats.right_over_wrong import outcome_of
from assay.findings import AnalysisSpec, Cell, Finding, FindingKind, Outcome, ReportTable
from assay.rubrics import BoundRubric, Phases, Rubric, Weighted

if TYPE_CHECKING:
    from assay.audit.frame import Codes, Floats, Frame

CHANGED = 0.05
"""A share of orders, or of best-paid rollouts, that change, above which it is reported."""

APART = 0.01
"""A difference in tau-b, and in right minus reversed, beyond which it is reported."""

NEAR = 20_000
"""Rows on either side of a change of phase that are compared, about."""

SOURCE = "own: rewards composed again from stored scores; discordant pairs of Kendall 1938"

ORDERS = FindingKind(
    id="counterfactual.orders",
    title="another rubric orders rollouts otherwise",
    meaning="Pairs of a group that this log's reward puts in one order, the other rubric puts in "
    "the opposite one. On these pairs the two rubrics train against each other.",
    formula="pairs in a group with (r_i - r_j)(r'_i - r'_j) < 0 / pairs with r_i != r_j; r the "
    "logged reward, r' the other rubric's from the same scores",
    source=SOURCE,
    action="Read the rollouts named: which of each pair should be paid more? The rubric that "
    "agrees is the one to train with.",
)

BEST = FindingKind(
    id="counterfactual.top",
    title="another rubric picks other winners",
    meaning="In these groups no rollout is best-paid under both rubrics.",
    formula="groups in which {i: r_i = max r} and {i: r'_i = max r'} share no rollout / groups",
    source=SOURCE,
    action="As for orders: the winners are what training moves towards.",
)

AGREEMENT = FindingKind(
    id="counterfactual.outcome",
    title="one rubric agrees better with the outcome",
    meaning="Held against the label, or the key criterion where there is no label, one of the two "
    "orders rollouts better than the other. A reward that pays all alike orders nothing: it is "
    "never reversed, and never right.",
    formula="tau-b' - tau-b, under the other rubric and under the log's; tau-b = sum(C - D) / "
    "sqrt(sum(P - T_r) * sum(P - T_y)), C and D the pairs of a group paid in the outcome's order "
    "and against it, P all pairs, T_r and T_y those tied in reward and in outcome; 0 for a "
    "constant reward. Raised where (C - D) / (P - T_y), right minus reversed, differs in the same "
    "direction; below 0: the other is worse",
    source=SOURCE + "; tau-b: Kendall 1945; of the same prompts, so the difference is paired",
    action="Train with the one that agrees better, once the rollouts named confirm it.",
)

NEITHER = (
    "Train with neither: the other rubric is only less wrong, and does not itself order rollouts "
    "by the outcome. Find what reverses the log's reward (its sign, its key criterion) and "
    "correct it."
)

CHANGE_OVER = FindingKind(
    id="counterfactual.phases",
    title="a change of phase reverses orders",
    meaning="Rollouts near the change, composed under the rubric before it and the one after it, "
    "come in opposite orders: what was just reinforced is then pushed back.",
    formula="as counterfactual.orders, with r under the phase before the change and r' under the "
    "one after, on the same rows: those of the steps nearest to the change",
    source=SOURCE,
    action="Blend the phases (a mixed rubric in between), or move the change to a step at which "
    "fewer orders depend on it.",
)

SPEC = AnalysisSpec(
    name="counterfactual",
    title="Counterfactual",
    question="Which orders would change under another rubric?",
    needs=("criteria", "reward", "groups"),
    kinds=(ORDERS, BEST, AGREEMENT, CHANGE_OVER),
)


def run(frame: Frame, context: Context) -> Outcome:
    """The log under ``context.against``; and, for phases, the rows near each change."""
    findings: list[Finding] = []
    tables: dict[str, ReportTable] = {}
    lacks: list[str] = []
    notes: list[str] = []
    noted = outcome_of(frame)
    if context.against is None:
        lacks.append("another rubric to compare with: --against RUBRIC")
    else:
        _against(frame, context, context.against, noted, (findings, tables, lacks, notes))
    if context.rubric is not None and isinstance(context.rubric.rubric, Phases):
        _phases(frame, context, context.rubric, noted, (findings, tables, lacks, notes))
    return Outcome(SPEC.name, tuple(findings), tables, tuple(lacks), tuple(notes))


Said = tuple[list[Finding], dict[str, ReportTable], list[str], list[str]]
"""Findings, tables, lacks and notes so far."""


def _against(
    frame: Frame,
    context: Context,
    against: BoundRubric,
    noted: tuple[str, Floats] | None,
    said: Said,
) -> None:
    findings, tables, lacks, notes = said
    recomposer = Recomposer(against, frame, context)
    after = recomposer.rewards
    lacks += recomposer.lacks
    known, there = np.isfinite(frame.reward), np.isfinite(after)
    compared = compare(frame, context, frame.reward, after, noted[1] if noted else None)
    rows: list[tuple[Cell, ...]] = [
        ("rows scored in the log", int(known.sum()), None, None),
        ("rows scored under the other", int(there.sum()), None, None),
        ("rows scored under both", int((known & there).sum()), None, None),
    ]
    if compared is None:
        if not there.any():
            lacks.append("a row that the other rubric can score from this log")
        tables["against"] = _table("The log under another rubric", rows, noted)
        return
    rows += compared.rows()
    tables["against"] = _table("The log under another rubric", rows, noted)
    if recomposer.vector:
        tables["by_criterion"] = _by_criterion(frame, recomposer, compared)
    if context.rubric is not None:
        notes += _baseline(frame, context, context.rubric)
    _raise(context, compared, noted, findings)
    if compared.figure(REVERSED).value == 0:
        notes.append(f"no order of {compared.orders:,.0f} pairs is reversed under the other rubric")


def _table(
    title: str, rows: list[tuple[Cell, ...]], noted: tuple[str, Floats] | None
) -> ReportTable:
    note = "Before: as logged; after: the other rubric, from the same scores. No verifier was run."
    if noted is not None:
        note += (
            f" Outcome: {noted[0]}. Right minus reversed: of pairs that differ in it, the share "
            "that is paid in its order less the share that is paid against it. tau-b: the same, "
            "also counting pairs that are told apart though equal in it; 1 agrees, 0 is chance or "
            "a constant reward, -1 is reversed."
        )
    return ReportTable(title, ("figure", "value", "from", "to"), tuple(rows), note)


def _baseline(frame: Frame, context: Context, own: BoundRubric) -> list[str]:
    """Whether the log's own rubric, composed again, gives the log's rewards."""
    looked = np.arange(0, frame.n, -(-frame.n // NEAR))
    cut = rows_of(frame, looked)
    recomposer = Recomposer(own, cut, context_of(context))
    if not recomposer.vector:
        return []
    again = recomposer.rewards
    both = np.isfinite(again) & np.isfinite(cut.reward)
    size = np.abs(cut.reward[both]) + 1.0
    off = int((np.abs(again[both] - cut.reward[both]) > 1e-6 * size).sum())
    if not off:
        return []
    return [
        f"{off:,} of {len(looked):,} rewards of the log are not what --rubric gives for their "
        "scores: it was scored with another rubric, or another version of it"
    ]


def _by_criterion(frame: Frame, recomposer: Recomposer, compared: Compared) -> ReportTable:
    """Where the differences in reward come from: what each criterion adds, before and after."""
    rows = compared.groups.rows
    after = recomposer.shares()
    sources = {key: recomposer.columns[key][0] for key in after}
    before = {c: frame.contributions[:, j] for j, c in enumerate(frame.criteria)}
    unknown = "contributions" not in frame.has
    moved = compared.groups.centred(recomposer.rewards[rows] - frame.reward[rows])
    total = float((moved**2).sum())
    noted: list[tuple[Cell, ...]] = []
    explained = 0.0
    for name in dict.fromkeys([*frame.criteria, *after]):
        if name in after and name not in frame.criteria and sources[name] in frame.criteria:
            continue  # reported under the log's own name
        keys = [key for key, source in sources.items() if source == name]
        new = np.sum([np.nan_to_num(after[key][rows]) for key in keys], axis=0) if keys else 0.0
        old = np.nan_to_num(before[name][rows]) if name in before else np.zeros(len(rows))
        new = np.broadcast_to(new, old.shape)
        part: float | None = None
        if total > 0 and not unknown:
            part = float((compared.groups.centred(new - old) * moved).sum()) / total
            explained += part
        mean_old = None if unknown else float(old.mean())
        change = None if mean_old is None else float(new.mean()) - mean_old
        noted.append((name, mean_old, float(new.mean()), change, part))
    if total > 0 and not unknown:
        noted.append(("(composition)", None, None, None, 1.0 - explained))
    return ReportTable(
        "Differences in reward by criterion",
        ("criterion", "mean before", "mean after", "difference", "share of the change"),
        tuple(noted),
        "Share of the change: covariance with r' - r within groups, over its variance; sums to 1. "
        "(composition): what a composer that is not a sum adds.",
    )


def _raise(
    context: Context, compared: Compared, noted: tuple[str, Floats] | None, findings: list[Finding]
) -> None:
    if len(compared.sums) < FEWEST:
        return
    found = compared.figure(REVERSED)
    if compared.figure(REVERSED, context.alarm()).low > CHANGED:
        title = f"{found.value:.1%} of orders are reversed under the other rubric"
        findings.append(_finding(ORDERS, "info", title, found, compared.read))
    found = compared.figure(TOP)
    if compared.figure(TOP, context.alarm()).low > CHANGED:
        title = f"the best-paid rollout changes in {found.value:.1%} of groups"
        findings.append(_finding(BEST, "info", title, found, compared.read))
    if noted is None:
        return
    level = context.alarm(2)
    found, wide = compared.figure(TAU), compared.figure(TAU, level)
    # tau-b also falls where more rollouts of one outcome are distinguished, which orders nothing
    # wrongly: so what is right less what is reversed must say the same
    net = compared.figure(RIGHT, level)
    worse = wide.high < -APART and net.high < -APART
    if not (worse or (wide.low > APART and net.low > APART)):
        return
    taus = [compared.figure(which).value for which in (TAU_BEFORE, TAU_AFTER)]
    rates = [compared.figure(which).value for which in (RIGHT_BEFORE, RIGHT_AFTER)]
    title = (
        f"the other rubric agrees {'less' if worse else 'better'} with {noted[0]}: tau-b "
        f"{taus[1]:.2f}, the log's {taus[0]:.2f} (right minus reversed: {rates[1]:.0%} of pairs, "
        f"the log's {rates[0]:.0%})"
    )
    severity = "info" if worse else "warning"  # else the log's own is the worse
    raised = _finding(AGREEMENT, severity, title, found, compared.read, noted[0])
    # what pays all alike, or by chance, is better than what is reversed, and teaches nothing
    if not worse and not compared.figure(TAU_AFTER, level).low > 0.0:
        raised = replace(raised, suggestion=NEITHER)
    findings.append(raised)


def _finding(
    kind: FindingKind, severity: Any, title: str, size: Any, read: tuple[int, ...], *subject: str
) -> Finding:
    return Finding(
        id=kind.id,
        severity=severity,
        title=title,
        value=size.value,
        interval=size.interval,
        n=size.n,
        source=kind.source,
        suggestion=kind.action,
        rollouts=read,
        subject=subject,
    )


# -- phases ---------------------------------------------------------------------------------------


def _phases(
    frame: Frame,
    context: Context,
    own: BoundRubric,
    noted: tuple[str, Floats] | None,
    said: Said,
) -> None:
    findings, tables, lacks, notes = said
    rubric = own.rubric
    if not isinstance(rubric, Phases):
        return
    if "steps" not in frame.has:
        lacks.append("steps on both sides of a change of phase: `step` in the rows")
        return
    changes = [(i, c.until) for i, c in enumerate(rubric.cases[:-1]) if c.until is not None]
    rows: list[tuple[Cell, ...]] = []
    for place, until in changes:
        names = rubric.names[place], rubric.names[place + 1]
        near = _near(frame.step, until)
        if near is None:
            notes.append(f"the change from {names[0]} to {names[1]} at step {until} is not logged")
            continue
        cut = rows_of(frame, near)
        rewards = []
        for name in names:
            recomposer = Recomposer(phase_of(own, name), cut, context_of(context))
            rewards.append(recomposer.rewards)
            lacks += [f"{lack} (phase {name}, near step {until})" for lack in recomposer.lacks]
        outcome = None if noted is None else noted[1][near]
        compared = compare(cut, context, rewards[0], rewards[1], outcome)
        where = f"{names[0]} to {names[1]} at step {until}"
        if compared is None:
            lacks.append(f"rows near step {until} that both phases can score")
            continue
        rows += [(where, *row) for row in compared.rows()]
        found = compared.figure(REVERSED)
        alarm = compared.figure(REVERSED, context.alarm(len(changes)))
        if alarm.n >= FEWEST and alarm.low > CHANGED:
            read = tuple(int(near[r]) for r in compared.read)
            title = f"the change from {where} reverses {found.value:.1%} of orders"
            findings.append(_finding(CHANGE_OVER, "warning", title, found, read, where))
    if rows:
        note = "The same rows, those of the steps nearest to the change, under both phases."
        columns = ("change", "figure", "value", "from", "to")
        tables["phases"] = ReportTable("Changes of phase", columns, tuple(rows), note)


def _near(step: Floats, until: int) -> Codes | None:
    """Rows of the steps nearest to a change, on both sides; None where one side has none."""
    found = []
    for side in (step < until, step >= until):
        rows = np.flatnonzero(side)
        if len(rows) == 0:
            return None
        apart = np.abs(step[rows] - until)
        limit = np.sort(apart)[min(NEAR, len(rows)) - 1]
        found.append(rows[apart <= limit])
    both: Codes = np.sort(np.concatenate(found))
    return both


def phase_of(own: BoundRubric, name: str) -> BoundRubric:
    """One phase as a rubric of its own, with the same verifiers."""
    part = own.rubric.parts()[name]
    prefix = f"{name}/"
    if not isinstance(part, Rubric):
        part = Weighted(criteria={"phase": part})
        keys = {"phase": name}
    else:
        keys = {key: prefix + key for key in part.leaves()}
    offers = {key: own.offers[at] for key, at in keys.items() if at in own.offers}
    params = {key: own.params[at] for key, at in keys.items() if at in own.params}
    levels = {key: own.levels[at] for key, at in keys.items() if at in own.levels}
    return BoundRubric(part, offers, params, levels, {})


def context_of(context: Context) -> Context:
    """Without whole rows, whose numbers are those of the log, not of a part of it."""
    return Context(rubric=context.rubric, host=context.host, seed=context.seed)
