"""The board as an outcome: every probe is in its tables, and a report draws it."""

from __future__ import annotations

import pytest
from planted import make_frame
from toy_graders import substring

from assay import Engine
from assay.audit.probes.board import Board
from assay.audit.probes.bundled import bundled
from assay.audit.probes.findings import findings
from assay.audit.probes.outcome import SPEC, outcome
from assay.audit.probes.run import probe
from assay.audit.report import page
from assay.audit.run import Audit


@pytest.fixture(scope="module")
def board() -> Board:
    rubric = {"kind": "weighted", "criteria": {"toy.substring": 0.9, "format.boxed": 0.1}}
    with Engine(rubric, verifiers=[substring]) as engine:
        return probe(engine, bundled("answers"), n=6, restyle=True)


def test_every_probe_and_every_finding_is_told(board: Board) -> None:
    found = outcome(board)
    assert list(found.findings) == findings(board)
    rows = found.tables["board"].rows
    assert sorted(str(row[1]) for row in rows) == sorted(line.spec.name for line in board.lines)
    by_name = {row[1]: row for row in rows}
    for line in board.lines:
        assert by_name[line.spec.name][2] == line.figure
        assert by_name[line.spec.name][3:5] == (line.interval or (None, None))


def test_paid_wrong_answers_are_there_to_read(board: Board) -> None:
    rows = outcome(board).tables["responses"].rows
    assert rows
    assert all(isinstance(row[2], float) and row[2] > 0 for row in rows)
    texts = {row[0]: row[4] for row in rows}
    assert texts


def test_a_report_draws_the_board(board: Board) -> None:
    frame = make_frame({"a": [1, 0]}, [1.0, 0.0], prompt=[0, 0])
    html = page(Audit(frame, (outcome(board),)), None, specs=[SPEC])
    assert "What probes are paid: wrong by construction" in html
    assert "probe.paid" in html
    assert "What is paid for completions that are wrong by construction?" in html
