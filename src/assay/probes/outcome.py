"""A board as an audit's outcome, so that a report shows it among the analyses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assay.errors import SampleError
from assay.findings import AnalysisSpec, Cell, Outcome, ReportTable
from assay.model import Sample
from assay.probes.board import Board, ProbeResult
from assay.probes.findings import KINDS, findings
from assay.rollouts.rows import Row

ROWS = 5_000
"""Rows of a log that prompts are drawn from, at most."""

TEXT = 2_000
"""Characters of a response in the table of responses."""

SPEC = AnalysisSpec(
    name="probe",
    title="Probes",
    question="What does the rubric pay for completions that are wrong by construction?",
    needs=(),
    kinds=KINDS,
)


def samples_of(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> list[Sample]:
    """What probes can be made from, of whole rows of a log; malformed rows are left out."""
    samples = []
    for number, data in enumerate(rows, 1):
        sample = Row("log", number, dict(data)).sample(columns)
        if not isinstance(sample, SampleError):
            samples.append(sample)
    return samples


def as_outcome(board: Board) -> Outcome:
    """Findings, the board, and the responses to read; findings name no rows of the log."""
    tables = {"board": _board(board), "answers": _answers(board), "responses": _responses(board)}
    found = tuple(findings(board))
    notes = board.notes
    if not found:
        noted = f"{len(board.wrong_lines())} wrong probes failed on {board.prompts} prompts"
        notes = (*notes, f"{noted}; others may not")
    return Outcome(SPEC.name, found, tables, (), notes)


def _board(board: Board) -> ReportTable:
    columns = ("claim", "probe", "of correct", "from", "to", "form", "mean reward", "highest", "n")
    rows: list[tuple[Cell, ...]] = []
    for line in board.lines:
        low, high = line.interval or (None, None)
        rows.append(
            (
                line.spec.claim,
                line.spec.name,
                line.figure,
                low,
                high,
                line.error or line.form,
                line.mean,
                line.worst,
                line.n,
                *(score.mean if (score := line.scores.get(c)) else None for c in board.criteria),
            )
        )
    note = (
        "of correct: mean reward of the form that is paid best / median reward of correct answers"
    )
    return ReportTable("Board of probes", (*columns, *board.criteria), tuple(rows), note)


def _answers(board: Board) -> ReportTable:
    rows = [
        (name, spread.n, spread.median, spread.low, spread.high, spread.unscored)
        for name, spread in (("correct", board.correct), ("wrong", board.wrong))
    ]
    columns = ("answers", "n", "median reward", "lowest", "highest", "unscored")
    return ReportTable("Answers that probes are measured by", columns, tuple(rows))


def _responses(board: Board) -> ReportTable:
    """The best paid response of each probe that was paid anything at all."""
    rows: list[tuple[Cell, ...]] = []
    for line in _paid(board.lines):
        response = line.responses[0]
        text = response.text if len(response.text) <= TEXT else f"{response.text[:TEXT]} ..."
        rows.append((line.spec.name, response.place, response.reward.value, text))
    columns = ("probe", "prompt", "reward", "response")
    return ReportTable("Responses to read", columns, tuple(rows))


def _paid(lines: Sequence[ProbeResult]) -> list[ProbeResult]:
    wrong = [line for line in lines if line.spec.claim == "wrong" and line.responses]
    return [line for line in wrong if (line.responses[0].reward.value or 0.0) > 0.0]
