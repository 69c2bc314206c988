"""What a completion without a score is for a trainer: one option, the same words everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assay import ConfigError, UnscoredError
from assay.integrations import verl
from assay.integrations.trl import per_criterion, reward

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
    assert "fix: mend the cause, or say what such a completion is for training: unscored=" in str(
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
