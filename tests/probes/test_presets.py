"""No wrong probe reaches a tenth of the median correct reward on the rubrics that Assay ships."""

from __future__ import annotations

import pytest
from sweeps import quick

from assay import Engine, Sample
from assay.probes.board import Board
from assay.probes.bundled import bundled, fitting
from assay.probes.findings import findings
from assay.probes.probe_results import THRESHOLD
from assay.probes.run import probe
from assay.rubrics.written.load import presets

ANSWERS = ("math", "math+format")
PROGRAMS = ("code", "code+style")


def board_of(rubric: str, n: int) -> Board:
    with Engine(rubric, cache_size=0, timeout_s=20.0) as engine:
        return probe(engine, bundled(fitting(engine.rubric)), n=n, restyle=True)


def check(board: Board, families: set[str]) -> None:
    """By the strictest figure there is: the best paid single completion of any form."""
    wrong = board.wrong_lines()
    assert {line.spec.family for line in wrong} >= families
    paid = {x.spec.name: x.worst for x in wrong if x.worst is None or x.worst >= THRESHOLD}
    assert paid == {}
    assert [line.error for line in board.lines if line.error] == []
    assert [line.spec.name for line in wrong if line.unscored] == []
    graves = [f for f in findings(board) if f.severity != "info"]
    assert graves == []


@pytest.mark.parametrize(
    "rubric", [ANSWERS[0], *(pytest.param(r, marks=pytest.mark.slow) for r in ANSWERS[1:])]
)
def test_answers(rubric: str) -> None:
    board = board_of(rubric, 27)
    check(board, {"blank", "echo", "judge", "padding", "shape", "answer"})
    assert (board.prompts, board.known_by, board.refused) == (27, "label", 0)
    assert board.correct.median == 1.0
    assert board.wrong.n == 27


@pytest.mark.slow
def test_programs() -> None:
    check(board_of("code", 4), {"blank", "echo", "judge", "padding", "shape", "code"})


@pytest.mark.slow
@pytest.mark.parametrize("rubric", PROGRAMS)
def test_all_programs(rubric: str) -> None:
    board = board_of(rubric, 12)
    check(board, {"blank", "echo", "judge", "padding", "shape", "code"})
    assert board.prompts == 12


@pytest.mark.parametrize("rubric", quick(["code-style-sum", "code-style-gated"], 2))
def test_published_code_rubrics_score_a_program_that_is_partly_right(rubric: str) -> None:
    """Their levels are 0 and 1, so all cases count or none; half of them is not a crash."""
    cases = [{"args": [1], "expected": 1}, {"args": [2], "expected": 3}]
    tests = {"type": "call", "entry_point": "f", "cases": cases}
    with Engine(rubric, timeout_s=20.0) as engine:
        reward = engine.verify(Sample("def f(x):\n    return x\n", tests=tests))
    assert reward.status == "scored", reward.error
    assert reward.value is not None
    assert reward.value <= 0.3


def test_every_preset_is_probed() -> None:
    """A new one belongs into one of the lists above; published ones are there to be judged."""
    from importlib.resources import files

    shipped = {
        p.name.removesuffix(".toml") for p in files("assay.rubrics").joinpath("presets").iterdir()
    }
    assert {x for x in shipped if not x.startswith("_")} == {*ANSWERS, *PROGRAMS}
    assert shipped <= set(presets())
