"""Does shaping move the optimum? By proof, by order, and turn by turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.audit.analyses.shaping import certificate, potential, reversals, step_count
from assay.audit.context import Context
from assay.findings import AnalysisSpec, Cell, Finding, Outcome, ReportTable

if TYPE_CHECKING:
    from assay.audit.frame import Frame

SPEC = AnalysisSpec(
    name="shaping",
    title="Shaping",
    question="Does anything but correctness decide who is paid most?",
    needs=("reward",),
    kinds=(
        certificate.REFUTED,
        certificate.TIE,
        certificate.NOT_PROVED,
        reversals.REVERSALS,
        reversals.ORDER,
        reversals.LOST,
        potential.RESIDUAL,
        potential.TELESCOPING,
        potential.REUSE,
        step_count.STEP_COUNT,
    ),
)


def run(frame: Frame, context: Context) -> Outcome:
    """The certificate, the order within groups, and the rewards of turns."""
    findings: list[Finding] = []
    tables: dict[str, ReportTable] = {}
    lacks: list[str] = []
    notes: list[str] = []
    rows: list[tuple[Cell, ...]] = []
    read: tuple[int, ...] = ()
    if "groups" in frame.has:
        outcomes = reversals.outcomes(frame)
        if not outcomes:
            lacks.append("which criterion is the key, or a gold label: --key NAME, or --rubric")
        for name, outcome in outcomes.items():
            judged = reversals.judge(frame, context, name, outcome, len(outcomes))
            findings += judged.findings
            rows += judged.rows
            notes += judged.notes
            read = read or judged.read
        columns = ("outcome", "figure", "value", "from", "to")
        note = (
            "Pairs of a group that differ in the outcome. Reversed: the worse is paid more. tau-b: "
            "those paid in the outcome's order less those paid against it, with ties taken into "
            "account: 1 agrees, 0 is chance or a constant reward, -1 is reversed. Top-1 regret: "
            "what the best-paid rollout of a group lacks to the best outcome in it. Intervals over "
            "prompts."
        )
        tables["reversals"] = ReportTable("Order by reward", columns, tuple(rows), note)
    else:
        lacks.append("two rollouts of one prompt, to compare the order by reward with the outcome")
    certified = certificate.certified(frame, context)
    if isinstance(certified, str):
        lacks.append(certified)
    else:
        findings = certificate.finding(certified, read) + findings
        tables["certificate"] = certificate.table(certified)
    if frame.turns is not None:
        noted = potential.noted(frame, context)
        findings += noted.findings
        notes += noted.notes
        lacks += noted.lacks
        tables["turns"] = ReportTable(
            "Rewards of turns", ("figure", "value", "from", "to"), tuple(noted.rows)
        )
    return Outcome(SPEC.name, tuple(findings), tables, tuple(lacks), tuple(notes))
