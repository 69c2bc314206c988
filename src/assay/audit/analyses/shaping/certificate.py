"""What can be proved of the rubric that the log was scored with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.errors import AssayError
from assay.findings import Cell, Finding, FindingKind, ReportTable

if TYPE_CHECKING:
    from assay.audit.context import Context
    from assay.audit.frame import Frame
    from assay.rubrics.prove import Certificate

FORMULA = (
    "M = f(key at its top, all else at its worst) - max over lower values v of the key of "
    "f(key = v, all else at its best); f the rubric's formula, in fractions"
)
SOURCE = "assay.rubrics.prove; potential shaping: Ng, Harada, Russell 1999, and Grzes 2017"

REFUTED = FindingKind(
    id="shaping.refuted",
    title="a wrong completion can be paid more than a correct one",
    meaning="There are two lists of scores, shown as a witness, for which the rubric pays the "
    "wrong completion more. A policy that finds such completions is paid for being wrong; no log "
    "is needed to know that, and no log in which it did not happen yet disproves it.",
    formula=FORMULA + "; M < 0",
    source=SOURCE,
    action="Take the edit that the certificate names (a larger weight of the key), or gate the "
    "auxiliaries on the key.",
)

TIE = FindingKind(
    id="shaping.tie",
    title="a wrong completion can be paid as much as a correct one",
    meaning="At its worst a correct completion is paid exactly what the best wrong one is, so an "
    "optimum of the reward may be wrong.",
    formula=FORMULA + "; M = 0",
    source=SOURCE,
    action="Raise the key's weight by as little as you like, or take the edit that is named.",
)

NOT_PROVED = FindingKind(
    id="shaping.not_proved",
    title="nothing is proved of the rubric",
    meaning="It is not known whether a wrong completion can be paid more than a correct one: most "
    "often since the key takes any value in [0, 1] (a share of tests), so that a little more of "
    "style outweighs a little less of correctness.",
    formula=FORMULA + "; M unknown, or only a bound of it",
    source=SOURCE,
    action="Score the key all or nothing, declare its `levels`, or gate the auxiliaries on it.",
)

KINDS = {"refuted": REFUTED, "tie": TIE, "not_proved": NOT_PROVED}


def certified(frame: Frame, context: Context) -> Certificate | str:
    """The certificate of the log's rubric; or why there is none."""
    bound = context.rubric
    if bound is None:
        return "the rubric that the log was scored with, for its certificate: --rubric"
    key = frame.key if frame.key in bound.rubric.leaves() else None
    try:
        return bound.prove(key)
    except AssayError:
        pass
    try:  # a key that the user named, but that cannot be one
        return bound.prove()
    except AssayError as err:
        return f"a certificate: {str(err).partition(chr(10))[0]}"


def table(certificate: Certificate) -> ReportTable:
    """A row for each case of the rubric."""
    rows: list[tuple[Cell, ...]] = [
        (
            case.case or "the rubric",
            case.ruling,
            None if case.margin is None else float(case.margin),
            None if case.price is None else float(case.price),
            case.key,
            case.how,
            case.edit,
            case.because,
        )
        for case in certificate.cases
    ]
    columns = ("case", "ruling", "margin", "price", "key", "how", "edit", "because")
    note = (
        "Margin: worst correct less best wrong reward. Price: the share of the pass rate that an "
        "optimum of this reward can give away. Holds for the rubric, verifiers and params of "
        f"signature {certificate.signature}."
    )
    if certificate.shaping:
        note += f" Turns: {certificate.shaping}."
    return ReportTable("Certificate", columns, tuple(rows), note)


def finding(certificate: Certificate, rollouts: tuple[int, ...]) -> list[Finding]:
    """What is not proved.

    Args:
        certificate: Of the log's rubric.
        rollouts: Rows in which it was seen to happen.
    """
    verdict = certificate.verdict
    if verdict == "proved":
        return []
    kind, worst = KINDS[verdict], certificate.worst
    margin = float("nan") if worst.margin is None else float(worst.margin)
    noted = {
        "refuted": "a wrong completion can be paid more than a correct one"
        + (f": by {-margin:.3g}" if margin < 0 else ": by any amount"),
        "tie": "a wrong completion can be paid as much as a correct one",
        "not_proved": f"nothing is proved: {worst.because or certificate.shaping or worst.how}",
    }[verdict]
    where = f" (case {worst.case})" if len(certificate.cases) > 1 else ""
    return [
        Finding(
            id=kind.id,
            severity="error" if verdict == "refuted" else "warning",
            title=noted + where,
            value=margin,
            interval=None,
            n=len(certificate.cases),
            source=kind.source,
            suggestion=worst.edit or kind.action,
            rollouts=rollouts,
            subject=(worst.case,) if worst.case else (),
        )
    ]
