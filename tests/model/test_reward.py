"""Rewards: what builds, what does not, and what survives a trip."""

from __future__ import annotations

import copy
import json
import math
import pickle
from typing import Any

import pytest

from assay import summary
from assay.model import (
    Reward,
    Term,
    Verdict,
)

NAN = float("nan")


def reward(
    value: float | None = 0.95, status: Any = "scored", because: str = "2/4 vs 1/2"
) -> Reward:
    verdict = Verdict.judged("math.answer@1", 1.0, because)
    terms = {"math.answer": Term("math.answer@1", 0.95, 1.0, value)}
    return Reward(value, status, terms, {"math.answer": verdict}, signature="ab12")


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (None, "scored"),
        (1.0, "unscored"),
        (1.0, "invalid"),
        (NAN, "scored"),
        (math.inf, "scored"),
        (1.0, "fine"),
        (None, "fine"),
    ],
)
def test_a_reward_that_cannot_be_does_not_build(value: Any, status: Any) -> None:
    with pytest.raises(ValueError, match="reward"):
        Reward(value, status)


def test_a_reward_is_frozen_and_travels() -> None:
    one = reward()
    for change in (
        lambda: setattr(one, "value", 0.0),
        lambda: one.terms.__setitem__("x", 1),  # type: ignore[index]
        lambda: one.verdicts.clear(),  # type: ignore[attr-defined]
    ):
        with pytest.raises((AttributeError, TypeError)):
            change()
    for other in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one)):
        assert other == one
        assert hash(other) == hash(one)
    assert json.loads(json.dumps(one.to_json()))["reward"] == 0.95


def test_a_completion_cannot_forge_a_line_of_the_receipt() -> None:
    noted = reward(because="wrong\nreward         1.0   \x1b[2K").explain()
    assert noted.splitlines() == [
        r"math.answer@1  0.95 x 1.0 = 0.95  wrong\nreward         1.0   \x1b[2K",
        "reward         0.95               signature ab12",
    ]
    error = Reward(None, "invalid", error="a\nreward 1").explain()
    assert error.splitlines() == ["reward  none (invalid)", r"                        a\nreward 1"]


def test_a_receipt_shows_no_rounding() -> None:
    """What floats leave of a sum is in the value, and would be noise to a reader."""
    terms = {
        "a.b": Term("a.b@1", 0.3, 5 / 6, 0.25),
        "(gate)": Term("", 1.0, None, 5.5e-17),
        "(floor)": Term("", 1.0, None, 0.1),
    }
    noted = Reward(math.fsum([0.25, 5.5e-17, 0.1]), "scored", terms, {}).explain()
    assert "0.3 x 0.833333 = 0.25" in noted
    assert "(gate)" not in noted
    assert "(floor)" in noted


def test_its_repr_is_one_line_that_says_what_it_is_worth() -> None:
    assert repr(reward()) == "<Reward 0.95: math.answer 0.95 x 1.0; signature ab12>"
    broken = Reward(None, "invalid", error="no 'reference'\nfix: \x1b[2K")
    assert repr(broken) == "<Reward invalid: no 'reference'>"
    hostile = Reward(0.0, "scored", {"a\nb": Term("a.b@1", 1.0, 0.0, 0.0)})
    assert repr(hostile) == r"<Reward 0: a\nb 1 x 0.0>"


def test_a_name_with_a_line_end_stays_one_line_of_the_receipt() -> None:
    noted = Reward(0.0, "scored", {"a\nreward  1.0": Term("a.b@1", 1.0, 0.0, 0.0)}).explain()
    assert len(noted.splitlines()) == 2


def test_a_notebook_shows_the_receipt_with_text_of_the_completion_escaped() -> None:
    shown = reward(because="<script>alert(1)</script>")._repr_html_()
    assert "<table>" in shown
    assert "<b>0.95</b>" in shown
    assert "ab12" in shown
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "(invalid)" in Reward(None, "invalid", error="<b>x")._repr_html_()
    assert "<b>x" not in Reward(None, "invalid", error="<b>x")._repr_html_()


def test_a_fault_that_a_value_hides_can_be_seen_and_counted() -> None:
    """An auxiliary that crashed counts as its worst; who trains on that must be able to tell."""
    verdicts = {
        "a.b": Verdict.judged("a.b@1", 1.0, "fine"),
        "c.d": Verdict.crashed("c.d@1", "OSError: the disk is gone"),
        "e.f": Verdict.timed_out("e.f@1", "no time"),
    }
    terms = {
        "a.b": Term("a.b@1", 0.5, 1.0, 0.5),
        "c.d": Term("c.d@1", 0.25, 0.0, 0.0),
        "e.f": Term("e.f@1", 0.25, 0.0, 0.0),
    }
    found = Reward(0.5, "scored", terms, verdicts)
    assert found.faults == ("c.d", "e.f")
    assert "0.25 x 0.0 = 0 (crashed)" in found.explain()
    assert "0.25 x 0.0 = 0 (timed_out)" in found.explain()
    assert summary([found, reward()])["faulty"] == 1.0
    assert reward().faults == ()
