"""Is a verifier right? Its errors against labels, by length and by stratum, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from assay.audit.analyses.reliability.calibration import calibration
from assay.audit.analyses.reliability.kinds import (
    FALSE_NEGATIVES,
    FALSE_POSITIVES,
    INVERTED,
    MARGIN_LOST,
    SPEC,
    UNEVEN_ERRORS,
)
from assay.audit.analyses.reliability.passing import passing
from assay.audit.context import CONFIDENCE, Context
from assay.audit.stats.agreement import kappa
from assay.audit.stats.auc import separation
from assay.audit.stats.intervals import (
    Estimate,
    cells,
    share,
)
from assay.findings import Cell, Finding, Outcome, ReportTable

if TYPE_CHECKING:
    from assay.audit.frame import Codes, Floats, Frame

RATE = 0.05
"""False-positive or false-negative rate above which it is reported."""

UNEVEN = 0.10
"""Difference of a rate between strata above which it is reported."""

LENGTHS = 4
"""Bins of length, of equal counts."""

CASES = 30
"""Fewest cases of a stratum of which a rate is reported."""


class _Judged(NamedTuple):
    """One criterion against the labels."""

    name: str
    passed: Floats
    wrong: Floats
    right: Floats
    """(n,) 0/1; wrong and right are 0 where the criterion is missing or the label is."""

    def rate(
        self, side: str, codes: Codes, confidence: float, where: Floats | None = None
    ) -> Estimate:
        """FP or FN, among the rows `where`."""
        case = self.wrong if side == "FP" else self.right
        hit = self.passed if side == "FP" else 1.0 - self.passed
        if where is not None:
            case = case * where
        used = case > 0
        return share((hit * case)[used], case[used], codes[used], confidence)

    def cases(self, side: str, where: Floats | None = None) -> int:
        """Rows that a rate is of; they come in clusters, and those are what is independent."""
        case = self.wrong if side == "FP" else self.right
        return int(case.sum() if where is None else (case * where).sum())


class _Margin(NamedTuple):
    """What the certificate says under the error rates."""

    findings: tuple[Finding, ...] = ()
    rows: Sequence[tuple[Cell, ...]] = ()
    notes: tuple[str, ...] = ()


def run(frame: Frame, context: Context) -> Outcome:
    """Rates of each criterion that can be read as passed or failed; the key's in depth."""
    findings: list[Finding] = []
    rates: list[tuple[Cell, ...]] = []
    strata: list[tuple[Cell, ...]] = []
    lacks: list[str] = []
    notes: list[str] = []
    judged = list(_judged(frame, context))
    auc: list[tuple[Cell, ...]] = []
    for name in frame.criteria:
        noted = separation(frame.score(name), frame.label, frame.prompt)
        if noted is not None:
            auc.append((name, noted.value, _cell(noted.low), _cell(noted.high), noted.n))
    for name in frame.criteria:
        at = passing(name, frame, context)
        if at.impossible or at.empty:
            why = at.impossible or at.empty
            lacks.append(f"another score for {name} to pass: {why}. --passes {name}=SCORE")
    key_at = None if frame.key is None else passing(frame.key, frame, context).at
    if frame.key is not None and key_at is None:
        lacks.append(
            f"the score from which {frame.key} passes, for its error rates: it has no levels. "
            f"--passes {frame.key}=SCORE"
        )
    key = [j for j in judged if j.name == frame.key]
    if frame.key is None:
        lacks.append("which criterion should agree with the label: --key NAME, or --rubric")
    for one in judged:
        rates += _rates(one, frame)
    for one in key:
        findings += _errors(one, frame, context)
        found, rows = _uneven(one, frame, context)
        findings += found
        strata += rows
        margin = _margin(one, frame, context, lacks)
        findings += margin.findings
        rates += [(one.name, *row, None) for row in margin.rows]
        notes += margin.notes
    tables = {
        "rates": ReportTable(
            "Errors against the label",
            ("criterion", "rate", "value", "from", "to", "cases"),
            tuple(rates),
            "FP: false positives, the share of wrong completions that the criterion passes. FN: "
            "false negatives, the share of right ones that it fails. J = 1 - FP - FN (Youden's "
            "index): 1 never errs, 0 tells nothing, below 0 it is reversed. Passed: at the top "
            "level. A criterion that is not meant to tell right from wrong is no worse for a high "
            "rate.",
        ),
        "auc": ReportTable(
            "Right above wrong (AUC)",
            ("criterion", "AUC", "from", "to", "prompts"),
            tuple(auc),
            "The chance that a right completion scores higher than a wrong one, ties counting "
            "half: 1 always, 0.5 as a coin, below 0.5 reversed. It needs no threshold.",
        ),
        "calibration": calibration(frame),
        "strata": ReportTable(
            "Errors of the key, by stratum",
            ("stratum", "of", "rate", "value", "from", "to", "cases"),
            tuple(strata),
            "each interval on its own, not for all at once",
        ),
        "agreement": _agreement(judged, frame),
    }
    return Outcome(SPEC.name, tuple(findings), tables, tuple(lacks), tuple(notes))


def _judged(frame: Frame, context: Context) -> Iterator[_Judged]:
    """The criteria that say yes or no: there are levels, or two values in the log.

    A score without levels (a reward model's, a share of tests) passes nobody: where it would be
    cut is somebody's choice, and none is made here. Its AUC needs no cut.
    """
    labelled = np.isfinite(frame.label)
    for name in frame.criteria:
        score = frame.score(name)
        known = np.isfinite(score) & labelled
        at = passing(name, frame, context)
        if not known.any() or at.at is None or at.impossible or at.empty:
            continue
        passed = np.zeros(frame.n)
        passed[known] = score[known] >= at.at
        wrong = (known & (frame.label < 0.5)).astype(float)
        yield _Judged(name, passed, wrong, (known & (frame.label >= 0.5)).astype(float))


def _rates(one: _Judged, frame: Frame) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for side in ("FP", "FN"):
        found = one.rate(side, frame.prompt, CONFIDENCE)
        rows.append((one.name, side, _cell(found.value), found.low, found.high, one.cases(side)))
    # each rate at half the doubt, so that both hold at once
    both = (1.0 + CONFIDENCE) / 2.0
    fp, fn = (one.rate(side, frame.prompt, both) for side in ("FP", "FN"))
    j = 1.0 - fp.value - fn.value
    both_sides = one.cases("FP") + one.cases("FN")
    rows.append((one.name, "J", _cell(j), 1 - fp.high - fn.high, 1 - fp.low - fn.low, both_sides))
    return rows


def _cell(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _errors(one: _Judged, frame: Frame, context: Context) -> list[Finding]:
    findings = []
    for side, kind, verb in (
        ("FP", FALSE_POSITIVES, "passes"),
        ("FN", FALSE_NEGATIVES, "fails"),
    ):
        if one.rate(side, frame.prompt, context.alarm()).low <= RATE:
            continue
        found = one.rate(side, frame.prompt, CONFIDENCE)
        who = "wrong" if side == "FP" else "right"
        title = f"{one.name} {verb} {found.value:.1%} of {one.cases(side):,} {who} completions"
        severity: Literal["error", "warning"] = (
            "error" if side == "FP" and found.value > 2 * RATE else "warning"
        )
        rows = np.flatnonzero(
            one.passed * one.wrong if side == "FP" else (1 - one.passed) * one.right
        )
        findings.append(Finding.of(kind, severity, title, found, rows, (one.name,)))
    alarm = 0.5 + context.alarm() / 2.0
    fp, fn = (one.rate(side, frame.prompt, alarm) for side in ("FP", "FN"))
    if min(one.cases("FP"), one.cases("FN")) >= CASES and 1 - fp.low - fn.low < 0:
        both = (1.0 + CONFIDENCE) / 2.0
        fp, fn = (one.rate(side, frame.prompt, both) for side in ("FP", "FN"))
        found = Estimate(
            1 - fp.value - fn.value, 1 - fp.high - fn.high, 1 - fp.low - fn.low, min(fp.n, fn.n)
        )
        title = f"{one.name} passes wrong completions more often than right ones"
        rows = np.flatnonzero(one.passed * one.wrong)
        findings.append(Finding.of(INVERTED, "error", title, found, rows, (one.name,)))
    return findings


def _strata(frame: Frame) -> Iterator[tuple[str, list[tuple[str, Floats]]]]:
    """Ways to split the rows: a name, and its parts as 0/1 columns."""
    length = frame.length
    known = np.isfinite(length)
    if known.sum() >= LENGTHS * CASES:
        ends = np.quantile(length[known], np.linspace(0, 1, LENGTHS + 1))
        parts = []
        for i in range(LENGTHS):
            last = i == LENGTHS - 1
            inside = (
                known
                & (length >= ends[i])
                & ((length <= ends[i + 1]) if last else (length < ends[i + 1]))
            )
            parts.append(
                (f"{ends[i]:.0f} to {ends[i + 1]:.0f} {frame.length_unit}", inside.astype(float))
            )
        yield "length", parts
    for name, stratum in frame.strata.items():
        counts = np.bincount(stratum.codes[stratum.codes >= 0], minlength=len(stratum.names))
        largest = np.argsort(-counts, kind="stable")[:20]
        yield name, [(stratum.names[i], (stratum.codes == i).astype(float)) for i in largest]


def _uneven(
    one: _Judged, frame: Frame, context: Context
) -> tuple[list[Finding], list[tuple[Cell, ...]]]:
    rows: list[tuple[Cell, ...]] = []
    splits = []
    for name, parts in _strata(frame):
        for side in ("FP", "FN"):
            case = one.wrong if side == "FP" else one.right
            large = [(part, column) for part, column in parts if (case * column).sum() >= CASES]
            for part, column in large:
                found = one.rate(side, frame.prompt, CONFIDENCE, column)
                of = one.cases(side, column)
                rows.append((name, part, side, found.value, found.low, found.high, of))
            if len(large) > 1:
                splits.append((name, side, large))
    findings = []
    looks = 2 * sum(len(large) for _, _, large in splits)
    for name, side, large in splits:
        # an interval for each part, all at once: where two lie further apart than the bound,
        # so do the rates
        alarms = [one.rate(side, frame.prompt, context.alarm(looks), c) for _, c in large]
        worst = max(range(len(large)), key=lambda i: alarms[i].low)
        best = min(range(len(large)), key=lambda i: alarms[i].high)
        if alarms[worst].low - alarms[best].high <= UNEVEN:
            continue
        both = (1.0 + CONFIDENCE) / 2.0
        high = one.rate(side, frame.prompt, both, large[worst][1])
        low = one.rate(side, frame.prompt, both, large[best][1])
        found = Estimate(
            high.value - low.value, high.low - low.high, high.high - low.low, min(high.n, low.n)
        )
        what = "passes wrong" if side == "FP" else "fails right"
        title = (
            f"{one.name} {what} completions more often for {name} {large[worst][0]}: "
            f"{high.value:.0%} against {low.value:.0%} for {large[best][0]}"
        )
        hits = one.passed * one.wrong if side == "FP" else (1 - one.passed) * one.right
        read = np.flatnonzero(hits * large[worst][1])
        findings.append(
            Finding.of(
                UNEVEN_ERRORS, "warning", title, found, read, (one.name, name, large[worst][0])
            )
        )
    return findings, rows


def _margin(one: _Judged, frame: Frame, context: Context, lacks: list[str]) -> _Margin:
    if context.rubric is None:
        lacks.append("the certificate under these error rates: --rubric")
        return _Margin()
    both = (1.0 + CONFIDENCE) / 2.0  # each rate at half the doubt, so that both hold at once
    fp, fn = (one.rate(side, frame.prompt, both) for side in ("FP", "FN"))
    if min(one.cases("FP"), one.cases("FN")) == 0:
        return _Margin()

    def margin(fp_rate: float, fn_rate: float) -> float | None:
        assert context.rubric is not None
        noise = {"fp": round(fp_rate, 9), "fn": round(fn_rate, 9)}
        found = context.rubric.prove(noise=noise).noise
        return None if found is None else float(found.margin)

    exact = context.rubric.prove()
    if exact.verdict != "proved" or exact.worst.key != one.name:
        return _Margin()  # what looks at the certificate itself says why
    value, low, high = (
        margin(fp.value, fn.value),
        margin(fp.high, fn.high),
        margin(fp.low, fn.low),
    )
    if value is None or low is None or high is None:
        return _Margin()
    rows: list[tuple[Cell, ...]] = [("expected margin", value, low, high)]
    alarm = 0.5 + context.alarm() / 2.0
    fp, fn = (one.rate(side, frame.prompt, alarm) for side in ("FP", "FN"))
    best = margin(fp.low, fn.low)
    if best is not None and best <= 0:
        title = f"with {one.name}'s errors, wrong completions are paid as much as right ones"
        found = Estimate(value, low, high, min(fp.n, fn.n))
        hits = np.flatnonzero(one.passed * one.wrong)
        return _Margin((Finding.of(MARGIN_LOST, "error", title, found, hits, (one.name,)),), rows)
    if low <= 0:
        note = (
            "the rubric's margin holds at the error rates seen, but the labels are too few to "
            "rule out rates at which it does not"
        )
        return _Margin((), rows, (note,))
    return _Margin((), rows)


def _agreement(judged: list[_Judged], frame: Frame) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    for one, other in combinations(judged, 2):
        both = ((one.wrong + one.right) * (other.wrong + other.right)) > 0
        if not both.any():
            continue
        found = kappa(one.passed[both], other.passed[both], frame.prompt[both])
        if np.isfinite(found.value):
            rows.append((one.name, other.name, *cells(found), int(both.sum())))
    return ReportTable(
        "Agreement of criteria (Cohen's kappa)",
        ("criterion", "other", "kappa", "from", "to", "rows"),
        tuple(rows),
        "1: the same verdicts; 0: as often as by chance",
    )
