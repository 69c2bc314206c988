"""What moved over training: rewards, criteria, labels, lengths, and the best of k."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import special

from assay.audit.context import Context
from assay.audit.stats.intervals import (
    PSEUDO,
    TOO_FEW,
    Estimate,
    cluster_sums,
    inside,
    jackknife,
    jackknifed,
    quotient,
    ratio,
    span_of,
)
from assay.audit.stats.slopes import slope
from assay.findings import AnalysisSpec, Cell, Finding, FindingKind, Outcome, ReportTable

if TYPE_CHECKING:
    from assay.audit.frame import Floats, Frame

TWO_SIDED = 1.96
"""Standard errors to either side of a time line's points."""

BINS = 20
"""Points of a time line."""

LONGER = 0.5
"""Growth of length, as a share of the length at the start, above which it is reported."""

PASS_AT_K = 0.0
"""Fall of pass@k from the first third of steps to the last above which it is reported."""

OVEROPTIMISED = FindingKind(
    id="trends.reward_up_label_down",
    title="reward rises while the label falls",
    meaning="The policy earns more and is right less often: it has learnt the reward's error. "
    "What is trained further on this reward gets worse.",
    formula="least-squares slopes of reward and of label on step, each times the range of steps; "
    "reported where the first lies above 0 and the second below; clusters are steps",
    source='Gao, Schulman, Hilton 2022, "Scaling laws for reward model overoptimization", '
    "arXiv:2210.10760, for the effect; the test is own",
    action="Stop at the step where the label's time line turns. Read late rollouts with high "
    "reward and label 0, and fix what pays them.",
)

KEY_DOWN = FindingKind(
    id="trends.reward_up_key_down",
    title="reward rises while the key criterion falls",
    meaning="The auxiliaries pay more than the key: the total grows at the cost of what matters.",
    formula="as above, with the key criterion's score in place of the label",
    source="own",
    action="`assay prove` on the rubric; a larger weight for the key, or a gate.",
)

LENGTH_GROWS = FindingKind(
    id="trends.length_grows",
    title="completions grow longer",
    meaning="Length is what reward hacking shows first, and costs generation time besides. It "
    "can be honest: harder reasoning takes more words. The analysis of length tells whether the "
    "reward pays it.",
    formula="least-squares slope of length on step, times the range of steps / fitted length at "
    "the first step; clusters are steps",
    source="own",
    action="Compare with the finding `length.*`; where reward pays length at equal correctness, "
    "remove what pays it.",
)

NARROWING = FindingKind(
    id="trends.pass_at_k_falls",
    title="pass@1 rises while pass@k falls",
    meaning="The policy is right more often on what it could solve, and solves fewer prompts at "
    "all: it sharpens and loses ways that it had.",
    formula="pass@k = mean over prompts and steps of 1 - C(n - c, k) / C(n, k), for c of n "
    "rollouts right; last third of steps less first third; clusters are prompts",
    source='Chen et al. 2021, "Evaluating large language models trained on code", arXiv:2107.03374',
    action="A KL penalty or an entropy bonus, more rollouts a prompt, and fewer epochs over the "
    "same prompts.",
)

SPEC = AnalysisSpec(
    name="trends",
    title="Over time",
    question="What moved as training went on, and did being right move with it?",
    needs=("reward", "steps"),
    kinds=(OVEROPTIMISED, KEY_DOWN, LENGTH_GROWS, NARROWING),
)

WITHOUT_LABELS = (
    "without a gold label nothing here can tell that the reward is gamed: reward, length and the "
    "share unscored are what is left to watch, and each can rise for good reasons"
)


class _Line(NamedTuple):
    """One column over steps."""

    name: str
    values: Floats


def run(frame: Frame, context: Context) -> Outcome:
    """Slopes over the run, with steps as the clusters, since a policy's steps are its draws."""
    timed = np.isfinite(frame.step)
    lines = _lines(frame)
    trends: list[tuple[Cell, ...]] = []
    for line in lines:
        found = _trend(frame, timed, line.values)
        if found is not None:
            trends.append((line.name, found.value, found.low, found.high))
    findings = [*_opposed(frame, timed, context), *_longer(frame, timed, context)]
    tables = {
        "trends": ReportTable(
            "Change over the run",
            ("figure", "change", "from", "to"),
            tuple(trends),
            "slope on step times the range of steps; the interval is over steps, or over "
            "prompts where that is wider",
        ),
        "lines": _time_lines(frame, timed, lines),
    }
    lacks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    if "label" in frame.has:
        narrowed, table = _narrowing(frame, timed, context)
        findings += narrowed
        tables["pass_at_k"] = table
    else:
        lacks = ("whether it is right more often: a gold `label` in the rows",)
        notes = (WITHOUT_LABELS,)
    return Outcome(SPEC.name, tuple(findings), tables, lacks, notes)


def _lines(frame: Frame) -> list[_Line]:
    unscored = (~np.isfinite(frame.reward)).astype(float)
    lines = [_Line("reward", frame.reward), _Line("unscored", unscored)]
    if "label" in frame.has:
        lines.append(_Line("label", frame.label))
    if "length" in frame.has:
        lines.append(_Line(f"length ({frame.length_unit})", frame.length))
    lines += [_Line(name, frame.score(name)) for name in frame.criteria]
    return lines


def _trend(
    frame: Frame,
    timed: np.ndarray[tuple[int], np.dtype[np.bool_]],
    values: Floats,
    confidence: float = 0.95,
) -> Estimate | None:
    """Change over the run; None where it cannot be decided."""
    kept = timed & np.isfinite(values)
    step = frame.step[kept]
    if len(step) == 0 or step.min() == step.max():
        return None
    first, last = frame.step[timed].min(), frame.step[timed].max()
    _, codes = np.unique(step, return_inverse=True)
    x = (step - first) / (last - first)
    found = slope(x, values[kept], codes, confidence)
    if "prompts" in frame.has:  # one prompt at several steps ties these steps together
        other = slope(x, values[kept], frame.prompt[kept], confidence)
        if not other.high - other.low < found.high - found.low:
            found = other
    return found if np.isfinite(found.value) else None


def _opposed(
    frame: Frame, timed: np.ndarray[tuple[int], np.dtype[np.bool_]], context: Context
) -> list[Finding]:
    """Reward up, and what it stands for down: both must be sure, so each is tested in full."""
    up = _trend(frame, timed, frame.reward, context.alarm())
    if up is None or up.low <= 0:
        return []
    findings = []
    tests = []
    if "label" in frame.has:
        tests.append((OVEROPTIMISED, "the label", frame.label))
    if frame.key is not None:
        tests.append((KEY_DOWN, frame.key, frame.key_score))
    for kind, name, values in tests:
        down = _trend(frame, timed, values, context.alarm())
        found = _trend(frame, timed, values)
        if down is None or found is None or down.high >= 0:
            continue
        late = np.flatnonzero(timed & (values == np.nanmin(values)) & np.isfinite(frame.reward))
        late = late[np.lexsort((-frame.reward[late], -frame.step[late]))]
        title = (
            f"reward rose by {up.value:.3g} over the run while {name} fell by {-found.value:.3g}"
        )
        findings.append(Finding.of(kind, "error", title, found, late, (name,)))
    return findings


def _longer(
    frame: Frame, timed: np.ndarray[tuple[int], np.dtype[np.bool_]], context: Context
) -> list[Finding]:
    kept = timed & np.isfinite(frame.length)
    step, length = frame.step[kept], frame.length[kept]
    if len(step) == 0 or step.min() == step.max():
        return []
    _, codes = np.unique(step, return_inverse=True)
    x = (step - step.min()) / (step.max() - step.min())
    columns = np.stack([np.ones_like(x), x, length, x * length, x * x], axis=1)
    sums = cluster_sums(codes, columns)

    def growth(s: Floats) -> Floats:
        n, sx, sy, sxy, sxx = (s[..., j] for j in range(5))
        b = quotient(n * sxy - sx * sy, n * sxx - sx * sx)
        start = quotient(sy - b * sx, n)
        # a line that does not start above 0 grows by no share of its start
        return quotient(b, np.where(start > 0, start, 0.0))

    alarm = jackknife(growth, sums, context.alarm())
    if not alarm.low > LONGER:
        return []
    found = jackknife(growth, sums)
    rows = np.flatnonzero(kept)
    rows = rows[np.lexsort((-frame.length[rows], -frame.step[rows]))]
    title = f"completions grew {found.value:.0%} longer over the run"
    return [Finding.of(LENGTH_GROWS, "info", title, found, rows)]


def _time_lines(
    frame: Frame, timed: np.ndarray[tuple[int], np.dtype[np.bool_]], lines: list[_Line]
) -> ReportTable:
    """Means over bins of steps, with intervals over prompts."""
    step = frame.step[timed]
    steps = np.unique(step)
    edges = steps[np.linspace(0, len(steps), min(BINS, len(steps)) + 1).astype(int)[:-1]]
    bins = np.searchsorted(edges, step, side="right") - 1
    order = np.argsort(bins, kind="stable")
    ends = np.searchsorted(bins[order], np.arange(len(edges) + 1))
    prompts = frame.prompt[timed]
    rows: list[tuple[Cell, ...]] = []
    for line in lines:
        values = line.values[timed]
        span = span_of(values)
        for i, edge in enumerate(edges):
            here = order[ends[i] : ends[i + 1]]
            here = here[np.isfinite(values[here])]
            if len(here):
                found = ratio(values[here], np.ones(len(here)), prompts[here], span=span)
                noted = (float(x) if np.isfinite(x) else None for x in found[:3])
                rows.append((line.name, float(edge), *noted, len(here)))
    columns = ("figure", "step", "mean", "from", "to", "rows")
    note = (
        f"Means from each step to the next; intervals over prompts. None: fewer than {TOO_FEW} "
        "prompts are too few for an interval."
    )
    return ReportTable("Time lines", columns, tuple(rows), note)


def _pass_at(k: int, n: Floats, c: Floats) -> Floats:
    """``1 - C(n - c, k) / C(n, k)``, unbiased; n at least k."""
    gone = special.gammaln(n - c + 1) - special.gammaln(np.maximum(n - c - k, 0) + 1)
    every = special.gammaln(n + 1) - special.gammaln(n - k + 1)
    found: Floats = np.where(n - c < k, 1.0, 1.0 - np.exp(gone - every))
    return found


def _narrowing(
    frame: Frame, timed: np.ndarray[tuple[int], np.dtype[np.bool_]], context: Context
) -> tuple[list[Finding], ReportTable]:
    kept = np.flatnonzero(timed & np.isfinite(frame.label) & (frame.group >= 0))
    columns = ("k", "third", "pass@k", "groups")
    empty = ReportTable("pass@k", columns, ())
    if len(kept) == 0:
        return [], empty
    _, first, where = np.unique(frame.group[kept], return_index=True, return_inverse=True)
    n = np.bincount(where).astype(float)
    c = np.bincount(where, weights=(frame.label[kept] >= 0.5).astype(float))
    step, prompt = frame.step[kept][first], frame.prompt[kept][first]
    ends = np.quantile(np.unique(frame.step[timed]), [1 / 3, 2 / 3])
    early, late = step <= ends[0], step > ends[1]
    rows: list[tuple[Cell, ...]] = []
    k_top = int(n.max())
    ks = [2**i for i in range(k_top.bit_length()) if 2**i <= k_top]
    for k in ks:
        for name, part in (("first", early), ("last", late)):
            there = part & (n >= k)
            if there.any():
                mean = float(_pass_at(k, n[there], c[there]).mean())
                rows.append((k, name, mean, int(there.sum())))
    table = ReportTable("pass@k", columns, tuple(rows), "by the label; thirds of the steps")
    k = ks[-1]
    there = n >= k
    if k == 1 or not (early & there).any() or not (late & there).any():
        return [], table

    def change(values: Floats, confidence: float) -> Estimate:
        a, b = early & there, late & there
        sums = cluster_sums(prompt, np.stack([values * a, a, values * b, b], axis=1).astype(float))

        def gap(s: Floats) -> Floats:
            with np.errstate(divide="ignore", invalid="ignore"):
                found: Floats = s[..., 2] / s[..., 3] - s[..., 0] / s[..., 1]
            return found

        _, first, _, last = PSEUDO * sums.sum(axis=0) / max(1, len(sums))
        plus = np.array([[first, first, 0.0, last], [0.0, first, last, last]])
        found = jackknifed(gap, sums, plus=plus, fewest=TOO_FEW).at((), confidence)
        return inside(found, -1.0, 1.0)

    at_1, at_k = c / n, _pass_at(k, np.maximum(n, k), np.minimum(c, np.maximum(n, k)))
    rises = change(at_1, context.alarm()).low > 0
    falls = change(at_k, context.alarm()).high < -PASS_AT_K
    if not (rises and falls):
        return [], table
    found = change(at_k, 0.95)
    title = f"pass@{k} fell by {-found.value:.1%} while pass@1 rose"
    lost = kept[first[late & there & (c == 0)]]
    return [Finding.of(NARROWING, "warning", title, found, lost, (f"pass@{k}",))], table
