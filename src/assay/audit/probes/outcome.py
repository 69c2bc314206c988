"""A board as an outcome, so that reports and JSON show it as they show what analyses found."""

from __future__ import annotations

from assay.audit.analyses import AnalysisSpec
from assay.audit.finding import Cell, Outcome, Table
from assay.audit.probes.board import Board, Line, Response
from assay.audit.probes.findings import KINDS, findings
from assay.printable import one_line

SPEC = AnalysisSpec(
    name="probes",
    title="Probes",
    question="What is paid for completions that are wrong by construction?",
    needs=(),
    kinds=KINDS,
)

CLAIMS = {
    "wrong": "wrong by construction",
    "neutral": "a trick added",
    "honest": "right, in another style",
}

UNITS = {
    "share": "share of the median correct reward",
    "place": "place between wrong (0) and the median correct reward (1)",
    "range": "1 + distance to the median correct reward, in ranges",
}

TEXT = 280
"""Characters of a response in the table."""

READ = 2
"""Responses of one probe."""


def outcome(board: Board) -> Outcome:
    """The findings, and four tables.

    ``board``: what each probe was paid; ``answers``: rewards of answers whose worth is known;
    ``criteria``: what each criterion gave wrong answers; ``responses``: the best paid, to read.
    """
    tables = {
        "board": _board(board),
        "answers": _answers(board),
        "criteria": _criteria(board),
        "responses": _responses(board),
    }
    told = {name: table for name, table in tables.items() if table.rows}
    return Outcome(SPEC.name, tuple(findings(board)), told, (), board.notes)


def _board(board: Board) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for claim, title in CLAIMS.items():
        for line in (line for line in board.lines if line.spec.claim == claim):
            low, high = line.interval or (None, None)
            figures = (line.figure, low, high, line.mean, line.worst)
            counts = (line.reached, line.prompts, line.unscored)
            rows.append((title, line.spec.name, *figures, *counts, line.error or line.form))
    unit = UNITS[board.scale.unit]
    columns = ("claim", "probe", unit, "from", "to", "mean reward", "highest", "paid on", "prompts")
    return Table(
        "What probes are paid",
        (*columns, "unscored", "best paid form"),
        tuple(rows),
        "Of a trick that is added: the gain over the same answer without it. Of a right answer in "
        "another style: the share of the key criterion's score that it keeps. Paid on: prompts on "
        "which some completion got a tenth of the median correct reward or more.",
    )


def _answers(board: Board) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (name, spread.n, spread.median, spread.low, spread.high, spread.unscored)
        for name, spread in (("correct", board.correct), ("wrong", board.wrong))
    ]
    columns = ("answers", "n", "median reward", "lowest", "highest", "unscored")
    return Table("Answers whose worth is known", columns, tuple(rows), f"By {board.known_by}.")


def _criteria(board: Board) -> Table:
    rows = tuple(
        (line.spec.name, *(_mean(line, key) for key in board.criteria))
        for line in board.wrong_lines()
        if any(_mean(line, key) for key in board.criteria)
    )
    note = "Mean score on the probe's best paid form. Probes that no criterion pays are left out."
    return Table("What each criterion gives wrong answers", ("probe", *board.criteria), rows, note)


def _mean(line: Line, key: str) -> float | None:
    score = line.scores.get(key)
    return None if score is None else score.mean


def _responses(board: Board) -> Table:
    rows = tuple(
        (line.spec.name, response.place, response.reward.value, _because(response), _text(response))
        for line in board.wrong_lines()
        for response in line.responses[:READ]
        if response.figure is not None and response.figure > 0
    )
    columns = ("probe", "prompt", "reward", "because", "response")
    note = f"The best paid, {READ} a probe at most, cut after {TEXT} characters."
    return Table("Wrong answers that are paid, to read", columns, rows, note)


def _because(response: Response) -> str:
    said = (f"{key}: {verdict.because}" for key, verdict in response.reward.verdicts.items())
    return one_line("; ".join(said), TEXT)


def _text(response: Response) -> str:
    return one_line(response.text, TEXT)
