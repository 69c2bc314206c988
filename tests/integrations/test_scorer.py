"""What the reward functions of all trainers have in common: one completion, cores, patience."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from assay import ConfigError, SampleError, load_rubric
from assay.integrations.configured import scorer_for
from assay.integrations.scorer import Scorer
from assay.integrations.scoring import cores

PLUGIN = str(Path(__file__).parent / "loop_plugin.py")
PROGRAM = "```python\ndef gcd(a, b):\n    return a if not b else gcd(b, a % b)\n```"
TESTS = {"type": "call", "entry_point": "gcd", "cases": [{"args": [12, 18], "expected": 6}]}
DOUBT = {"kind": "weighted", "criteria": {"loop.doubtful": 1}}


# -- one completion --------------------------------------------------------------------------------


def test_one_completion_and_its_row() -> None:
    scorer = Scorer("math", columns={"reference": "answer"})
    row = {"answer": "18", "level": 3, "steps": None}
    found = scorer.judge(r"\boxed{18}", row, prompt="9+9?")
    assert (found.value, scorer.number(found)) == (1.0, 1.0)
    assert asyncio.run(scorer.ajudge([{"role": "assistant", "content": "2"}], row)).value == 0.0


def test_many_at_once_are_one_coroutine_each() -> None:
    async def all_of_them(scorer: Scorer) -> list[float | None]:
        found = [scorer.ajudge(rf"\boxed{{{i}}}", {"reference": "3"}) for i in range(6)]
        return [reward.value for reward in await asyncio.gather(*found)]

    assert asyncio.run(all_of_them(Scorer("math"))) == [0, 0, 0, 1, 0, 0]


def test_one_without_a_score_has_none() -> None:
    for unscored, wanted in (("mask", None), (0.25, 0.25)):
        scorer = Scorer(DOUBT, plugins=[PLUGIN], unscored=unscored)
        found = scorer.judge("doubt", {})
        assert (found.value, scorer.number(found)) == (None, wanted)


def test_a_malformed_row_raises_or_is_left_out() -> None:
    with pytest.raises(SampleError, match="a row of the data set is malformed"):
        Scorer("math").judge("1", {"reference": ""})
    found = Scorer("math", on_invalid="mask").judge("1", {"reference": ""})
    assert (found.status, found.value) == ("invalid", None)


def test_a_truth_is_the_reference_or_the_tests() -> None:
    switch = {"kind": "switch", "on": "info.source", "cases": {"m": "math", "c": "code"}}
    rows: list[tuple[Any, str, str, Any, float]] = [
        ("math", "m", "18", "18", 1.0),
        ("code", "c", PROGRAM, TESTS, 1.0),
        ("code", "c", PROGRAM, json.dumps(TESTS), 1.0),  # columnar files hold it as text
        (switch, "m", "18", "18", 1.0),
        (switch, "c", PROGRAM, TESTS, 1.0),
    ]
    for rubric, source, text, truth, value in rows:
        scorer = Scorer(rubric, truth="gold")
        assert scorer.judge(text, {"source": source, "gold": truth}).value == value
    own = Scorer("math", truth="gold")
    assert own.judge("2", {"gold": "1", "reference": "2"}).value == 1.0, "its own column goes first"


def test_cases_of_a_switch_are_presets_paths_and_rubrics(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text('kind = "weighted"\ncriteria = {"format.boxed" = 1}\n')
    cases = {"preset": "math", "path": str(path), "dict": DOUBT, "rubric": load_rubric("math")}
    wanted = {"preset": 1.0, "path": 1.0, "dict": 0.0, "rubric": 1.0}
    scorer = Scorer({"kind": "switch", "on": "info.of", "cases": cases}, plugins=[PLUGIN])
    found = {
        case: scorer.judge(r"\boxed{1}", {"of": case, "reference": "1"}).value for case in cases
    }
    assert found == wanted


# -- cores -----------------------------------------------------------------------------------------


def test_copies_on_a_machine_share_its_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "available_cores", lambda: 8)
    monkeypatch.delenv("LOCAL_WORLD_SIZE", raising=False)
    assert cores.share_of_cores() == 8, "one process, as far as anybody says"
    assert cores.share_of_cores(copied=True) == 1, "copies, and nobody says how many"
    for trainers, share in (("4", 2), ("64", 1), ("0", 8), ("many", 8)):
        monkeypatch.setenv("LOCAL_WORLD_SIZE", trainers)
        assert cores.share_of_cores() == share


@pytest.mark.parametrize(("given", "share"), [(4.0, 4), (0.5, 1), (0.0, 1), (64.0, 8)])
def test_an_actor_has_what_it_was_given(
    monkeypatch: pytest.MonkeyPatch, given: float, share: int
) -> None:
    monkeypatch.setattr(cores, "available_cores", lambda: 8)
    monkeypatch.delenv("LOCAL_WORLD_SIZE", raising=False)
    monkeypatch.setattr(cores, "_given_by_ray", lambda: given)
    assert cores.share_of_cores(copied=True) == share


# -- patience --------------------------------------------------------------------------------------


def test_what_the_trainer_does_not_wait_for_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        Scorer("math", timeout_s=8.0, patience_s=15.0)
    assert str(caught.value) == (
        "timeout_s is 8, which does not fit the 15 s that the trainer waits: a completion takes "
        "up to twice timeout_s and 3 s beside it"
        "\nfix: timeout_s at most 6; or have the trainer wait longer, and say so with patience_s"
    )
    with pytest.raises(ConfigError, match="fix: a patience above 3 s"):
        Scorer("math", patience_s=2.0)
    with pytest.raises(ConfigError, match="budget_s is 20, longer than the 15 s"):
        Scorer("math", patience_s=15.0, budget_s=20.0)
    with pytest.raises(ConfigError, match="patience_s is 0, must be None or above 0 seconds"):
        Scorer("math", patience_s=0)


def test_a_call_ends_before_the_trainer_gives_up() -> None:
    """A queue counts, too: so the call has a bound, not only each of its items."""
    assert Scorer("math", patience_s=15.0).engine.budget_s == 14.0
    assert Scorer("math", patience_s=15.0, budget_s=3.0).engine.budget_s == 3.0
    assert Scorer("math").engine.budget_s is None


# -- from a configuration --------------------------------------------------------------------------


def test_equal_options_are_one_scorer() -> None:
    made = [scorer_for({"rubric": "math"}, ["raise"], where="kwargs") for _ in range(2)]
    other = scorer_for({"rubric": "math", "timeout_s": 2.0}, ["raise"], where="kwargs")
    assert made[0] is made[1]
    assert other is not made[0]


def test_a_trainers_patience_gives_way_to_the_users() -> None:
    options = {"rubric": "math", "timeout_s": 6.5}
    with pytest.raises(ConfigError, match="the 15 s that the trainer waits"):
        scorer_for(options, ["raise"], where="kwargs", patience_s=15.0)
    mine = scorer_for({**options, "patience_s": 60.0}, ["raise"], where="kwargs", patience_s=15.0)
    assert mine.engine.budget_s == 59.0
