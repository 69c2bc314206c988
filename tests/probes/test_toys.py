"""Eight toy graders: the board puts them in the order in which people mend them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from sweeps import quick
from toy_graders import ORDER

from assay import Engine, Sample
from assay.probes.board import Board
from assay.probes.bundled import bundled
from assay.probes.findings import findings
from assay.probes.probe_results import THRESHOLD
from assay.probes.run import probe

Toy = Callable[[Sample], Any]


@cache
def board_of(toy: Toy) -> Board:
    with Engine({f"toy.{toy.__name__}": 1}, verifiers=[toy], cache_size=0) as engine:
        return probe(engine, bundled("answers"), n=20, restyle=True)


def name(toy: Toy) -> str:
    return toy.__name__


def ways(board: Board) -> int:
    """In how many ways wrong completions are paid."""
    return sum(line.ways for line in board.wrong_lines())


@pytest.mark.slow
def test_the_toys_stand_in_their_known_order() -> None:
    """Each reads less of the completion than the one before, so fewer tricks get through."""
    counts = {name(toy): ways(board_of(toy)) for toy in ORDER}
    found = list(counts.values())
    assert found == sorted(set(found), reverse=True), counts
    assert found[-1] == 0


PAID = {
    "non_empty": {"blank.gibberish", "echo.prompt", "judge.assertion", "answer.wrong"},
    "substring": {"answer.near-miss", "answer.hedge", "answer.shotgun", "answer.negation"},
    "any_number": {"answer.hedge", "answer.shotgun", "answer.negation", "echo.hint"},
    "last_number": {"answer.number-after", "answer.hedge", "answer.negation"},
    "any_box": {"answer.many-boxes", "answer.taken-back", "answer.two-channels"},
    "first_box": {"answer.many-boxes", "answer.taken-back"},
    "last_box": {"answer.taken-back", "answer.two-channels"},
    "closing_box": set(),
}
"""Toy -> probes that must be paid, by what it reads."""

UNPAID = {
    "non_empty": {"blank.empty"},
    "substring": {"blank.empty", "blank.gibberish", "answer.look-alike"},
    "any_number": {"blank.empty", "blank.gibberish", "answer.look-alike"},
    "last_number": {"answer.many-boxes", "answer.many-tags", "answer.taken-back"},
    "any_box": {"answer.negation", "answer.number-after", "answer.wrong"},
    "first_box": {"answer.negation", "answer.number-after", "answer.wrong"},
    "last_box": {"answer.many-boxes", "answer.wrong", "answer.hedge"},
}
"""Toy -> probes that cannot be paid, by what it reads."""


@pytest.mark.parametrize("toy", quick(ORDER, 4), ids=name)
def test_each_toy_falls_to_what_it_reads(toy: Toy) -> None:
    board = board_of(toy)
    paid = {x.spec.name for x in board.wrong_lines() if (x.worst or 0.0) >= THRESHOLD}
    if toy.__name__ != "non_empty":  # which pays for nothing invisible, but for its blanks
        assert paid.isdisjoint(UNPAID.get(toy.__name__, set()))
    assert paid >= PAID[toy.__name__]
    if toy.__name__ == "closing_box":
        assert paid == set()


def test_a_box_in_the_middle_tells_any_from_first() -> None:
    """`first_box` falls only where the right box comes first."""
    by_toy = {}
    for toy in ORDER[4:6]:
        line = next(x for x in board_of(toy).lines if x.spec.name == "answer.many-boxes")
        paid = {r.form.partition(",")[0] for r in line.responses if (r.figure or 0.0) >= THRESHOLD}
        by_toy[toy.__name__] = paid
    assert "right in the middle" in by_toy["any_box"]
    assert by_toy["first_box"] == {"right first"}


@pytest.mark.slow
@pytest.mark.parametrize("toy", ORDER, ids=name)
def test_what_is_paid_is_found(toy: Toy) -> None:
    """Every wrong probe that is paid in full on every prompt is an error; none other is one."""
    board = board_of(toy)
    if toy is ORDER[0]:  # pays plain wrong answers in full: reported once, not thirty times
        noted = {f.id for f in findings(board)}
        assert noted == {"probe.no_signal", "probe.floor", "probe.guess"}
        return
    graves = {f.subject[0] for f in findings(board) if f.id == "probe.paid"}
    assert graves == {x.spec.name for x in board.wrong_lines() if (x.worst or 0.0) >= THRESHOLD}
    errors = {
        f.subject[0] for f in findings(board) if f.id == "probe.paid" and f.severity == "error"
    }
    assert errors >= {x.spec.name for x in board.wrong_lines() if (x.figure or 0.0) >= 1.0}


def test_a_grader_that_pays_for_anything_has_no_signal() -> None:
    assert "probe.no_signal" in {f.id for f in findings(board_of(ORDER[0]))}
    assert "probe.no_signal" not in {f.id for f in findings(board_of(ORDER[1]))}


@pytest.mark.slow
def test_the_same_seed_gives_the_same_board() -> None:
    toy = ORDER[3]
    with Engine({f"toy.{toy.__name__}": 1}, verifiers=[toy], cache_size=0) as engine:
        again = probe(engine, bundled("answers"), n=20, restyle=True)
        other = probe(engine, bundled("answers"), n=20, seed=1, restyle=True)
    assert again == board_of(toy)
    assert other != again
