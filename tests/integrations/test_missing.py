"""What a completion without a score is for a trainer: one option, the same words everywhere."""

from __future__ import annotations

import asyncio
import importlib
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assay import ConfigError, UnscoredError
from assay.integrations import (
    areal,
    ms_swift,
    nemo_gym,
    openrlhf,
    slime,
    verifiers,
    verl,
)
from assay.integrations.scorer import Scorer
from assay.integrations.trl import per_criterion, reward
from assay.server.options import UNSCORED

PLUGIN = str(Path(__file__).with_name("loop_plugin.py"))
RUBRIC = {"kind": "weighted", "criteria": {"loop.doubtful": 1}}
"""Its verifier cannot tell about the completion ``doubt``."""


def numbers(**options: Any) -> list[float | None]:
    score = reward(RUBRIC, plugins=[PLUGIN], **options)
    prompts = ["a", "a", "a", "b", "b"]
    return score(prompts=prompts, completions=["yes", "doubt", "no", "yes", "yes"])


@pytest.mark.parametrize(
    ("unscored", "want"),
    [
        ("mask", None),
        ("group_mean", 0.5),  # of the other two of prompt a: no advantage for it, none taken
        (0.25, 0.25),
        (0, 0.0),  # a zero that somebody wrote
    ],
)
def test_each_word(unscored: Any, want: float | None) -> None:
    assert numbers(unscored=unscored) == [1.0, want, 0.0, 1.0, 1.0]


def test_a_mask_is_what_trl_gets_by_default() -> None:
    assert numbers()[1] is None


def test_raise_says_the_cause_and_what_may_be_chosen() -> None:
    with pytest.raises(UnscoredError) as caught:
        numbers(unscored="raise")
    assert "a completion has no score (1 of 5 in this call)" in str(caught.value)
    assert "fix: remove the cause, or say what such a completion is for training: unscored=" in str(
        caught.value
    )
    assert len(caught.value.rewards) == 5


def test_a_group_of_which_nothing_is_known_has_no_mean() -> None:
    """Whatever number stood there would be one that nobody wrote."""
    score = reward(RUBRIC, plugins=[PLUGIN], unscored="group_mean", on_unscored="ignore")
    with pytest.raises(UnscoredError, match="no completion of a group has a score"):
        score(prompts=["a", "b"], completions=["doubt", "yes"])


@pytest.mark.parametrize(
    ("unscored", "says"),
    [
        ("zero", "unscored is 'zero', which this trainer cannot do; unscored= takes 'mask' or"),
        (True, "unscored is True; unscored= takes"),
        (float("nan"), "unscored is nan, must be finite"),
        (None, None),
    ],
)
def test_what_is_no_choice(unscored: Any, says: str | None) -> None:
    if says is None:
        reward(RUBRIC, plugins=[PLUGIN], unscored=unscored)
        return
    with pytest.raises(ConfigError) as caught:
        reward(RUBRIC, plugins=[PLUGIN], unscored=unscored)
    assert says in str(caught.value)


def test_criteria_by_themselves_can_only_be_masked() -> None:
    """A number would have to be each criterion's own."""
    with pytest.raises(ConfigError, match="this form cannot do; unscored= takes 'mask' or 'raise'"):
        per_criterion(RUBRIC, plugins=[PLUGIN], unscored=0.0)


def test_verl_has_no_mask() -> None:
    options = {"rubric": RUBRIC, "plugins": [PLUGIN]}
    with pytest.raises(ConfigError, match="unscored= takes 'raise' or a number"):
        verl.compute_score("s", "yes", "1", {}, unscored="mask", **options)
    with pytest.raises(UnscoredError):
        verl.compute_score("s", "doubt", "1", {}, **options)
    assert verl.compute_score("s", "doubt", "1", {}, unscored=-1, **options)["score"] == -1.0


TRAINERS = (
    "areal", "inspect_ai", "ms_swift", "nemo_gym", "openenv", "openrlhf", "skyrl", "slime", "trl",
    "verifiers", "verl",
)  # fmt: skip
MASKED = object()


def trained_on(trainer: str) -> object:
    """What the adapter gives, as its trainer calls it, for a completion that nobody can judge.

    Those that only exist inside their trainer (skyrl, openenv, inspect_ai) are asked in
    `test_loops` and, here, for their default.
    """
    options: dict[str, Any] = {"plugins": [PLUGIN], "max_unscored": 1.0}
    nothing = SimpleNamespace()
    if trainer == "trl":
        (given,) = reward(RUBRIC, **options)(prompts=["a"], completions=["doubt"])
        return MASKED if given is None else given
    if trainer == "slime":
        sample = SimpleNamespace(response="doubt", label="1", prompt="", metadata=None)
        given = asyncio.run(slime.reward(RUBRIC, **options)(nothing, sample))
        return MASKED if sample.remove_sample and math.isnan(given) else given
    if trainer == "nemo_gym":
        scorer = Scorer(RUBRIC, can=nemo_gym.CAN, truth="expected_answer", **options)
        said = {"type": "output_text", "text": "doubt"}
        body = {
            "response": {"output": [{"type": "message", "role": "assistant", "content": [said]}]},
            "expected_answer": "1",
        }
        reply = asyncio.run(nemo_gym.verified(scorer, body))
        return MASKED if reply["mask_sample"] else reply["reward"]
    if trainer == "verl":
        return verl.compute_score("s", "doubt", "1", {}, rubric=RUBRIC, **options)
    if trainer == "ms_swift":
        return ms_swift.reward(RUBRIC, **options)(["doubt"], solution=["1"])
    if trainer == "openrlhf":
        return openrlhf.reward(RUBRIC, **options)(["doubt"], [""], ["1"])
    if trainer == "areal":
        return areal.reward(RUBRIC, **options)("", "doubt", [], [1], answer="1")
    scored = verifiers.reward(RUBRIC, **options)
    return asyncio.run(scored(SimpleNamespace(answer="1"), SimpleNamespace(last_reply="doubt")))


@pytest.mark.parametrize("trainer", TRAINERS)
def test_no_trainer_gets_a_number_that_nobody_wrote(trainer: str) -> None:
    module = importlib.import_module(f"assay.integrations.{trainer}")
    assert getattr(module, "CAN", ("mask",))[0] in ("mask", "raise"), "the default is not a number"
    if trainer in ("skyrl", "openenv", "inspect_ai"):
        return
    try:
        given = trained_on(trainer)
    except UnscoredError:
        return
    assert given is MASKED


def test_no_client_of_the_server_gets_one_either() -> None:
    assert {can[0] for can in UNSCORED.values()} <= {"mask", "raise"}
