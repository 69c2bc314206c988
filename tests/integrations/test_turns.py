"""Conversations paid turn by turn: the sum is the value at the end, however they are cut."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay import ConfigError, UnscoredError
from assay.integrations.scorer import Scorer
from assay.integrations.turns import HINT, Conversations

PLUGIN = str(Path(__file__).parent / "loop_plugin.py")
TELLS = {
    "kind": "weighted",
    "criteria": {"math.answer": 0.7, "format.boxed": 0.2, "loop.doubtful": 0.1},
}
SAID = [r"\boxed{18}", "18", r"\boxed{17}", r"yes, \boxed{18}", "", "doubt", r"\boxed{doubt}"]


def rules(**options: object) -> Conversations:
    scorer = Scorer(TELLS, plugins=[PLUGIN], unscored=-1.0, max_unscored=1.0)
    return Conversations(scorer, **options)  # type: ignore[arg-type]


RULES = rules(max_turns=100)
ROW = {"reference": "18"}


@given(st.lists(st.sampled_from(SAID), min_size=1, max_size=12))
def test_turns_sum_to_the_value_wherever_the_conversation_is_cut(said: list[str]) -> None:
    talk = RULES.begin(ROW, prompt="Nine and nine?")
    paid = []
    for text in said:
        turn = talk.step(text)
        paid.append(turn.reward)
        assert math.fsum(paid) == pytest.approx(turn.value, abs=1e-12)
        alone = RULES.begin(ROW).step(text)
        assert turn.value == alone.value, "a turn is worth what its text is worth"
        if turn.done:
            break


def test_a_conversation_ends_solved_or_at_its_last_turn() -> None:
    talk = rules(max_turns=3).begin(ROW)
    first, second = talk.step("17"), talk.step(r"yes: \boxed{18}")
    assert (first.done, first.observation) == (False, HINT)
    assert (second.done, second.observation) == (True, None)
    assert second.value == 1.0
    short = rules(max_turns=2).begin(ROW)
    assert [short.step("17").done, short.step("16").done] == [False, True]
    assert rules(max_turns=5).begin(ROW, max_turns=1).step("17").done
    assert rules(max_turns=9, solved_at=0.7).begin(ROW).step("18").done


def test_a_turn_without_a_score_has_the_number_that_was_written_or_raises() -> None:
    tells = {"kind": "weighted", "criteria": {"loop.doubtful": 1}}
    written = Scorer(tells, plugins=[PLUGIN], unscored=-2.0, max_unscored=1.0)
    talk = Conversations(written, max_turns=5).begin({})
    paid = [talk.step(text).reward for text in ("no", "doubt", "yes")]
    assert paid == [0.0, -2.0, 3.0]
    assert talk.unscored == 1
    strict = Scorer(tells, plugins=[PLUGIN], unscored="raise", max_unscored=1.0)
    with pytest.raises(UnscoredError):
        Conversations(strict).begin({}).step("doubt")


def test_mistakes() -> None:
    with pytest.raises(ConfigError, match="max_turns is 0"):
        rules(max_turns=0)
    turns = {
        "kind": "turns",
        "outcome": {"kind": "weighted", "criteria": {"math.answer": 1}},
    }
    with pytest.raises(ConfigError, match="the rubric is of kind 'turns'"):
        Conversations(Scorer(turns, unscored=0.0))
