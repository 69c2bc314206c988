"""Advice names the criteria at fault, and no others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from planted import analyse, make_frame, the

from assay.audit.frame import Frame

PROMPTS, SIZE = 100, 6


def log(known: bool = True, **bonus: float) -> Frame:
    """Right answers are paid .4; `long` and `wordy` rise with length, `tags` is drawn."""
    random = np.random.default_rng(2)
    n = PROMPTS * SIZE
    length = random.uniform(100, 1000, n)
    scores: dict[str, Any] = {
        "answer": (random.random(n) < 0.5).astype(float),
        "long": (length - 100) / 900,
        "wordy": np.clip((length - 100) / 900 + random.normal(0, 0.1, n), 0, 1),
        "tags": (random.random(n) < 0.5).astype(float),
    }
    weights = {"answer": 0.4, "long": 0.0, "wordy": 0.0, "tags": 0.1} | bonus
    paid = sum(weights[c] * s for c, s in scores.items())
    return make_frame(
        scores,
        None if known else paid,
        weights=weights if known else None,
        prompt=np.repeat(np.arange(PROMPTS), SIZE),
        length=length,
    )


@pytest.mark.parametrize(
    ("bonus", "said"),
    [
        ({"long": 0.5}, "`long` grows with length: cap it"),
        ({"long": 0.3, "wordy": 0.3}, "`long` and `wordy` grow with length: cap it"),
        ({"long": 0.05, "wordy": 0.5}, "`wordy` grows with length: cap it"),
    ],
    ids=["one", "two", "a tenth of it is not named"],
)
def test_what_grows_with_length(bonus: dict[str, float], said: str) -> None:
    assert the(analyse("length", log(**bonus)), "length.pays").suggestion.startswith(said)


def test_what_costs_length() -> None:
    found = the(analyse("length", log(long=-0.5)), "length.punishes")
    assert found.suggestion.startswith("`long` costs length.")


@pytest.mark.parametrize(
    ("bonus", "said"),
    [
        (
            {"long": 0.9},
            "The worse rollout of these pairs is paid more by `long`: gate it on the key",
        ),
        (
            {"long": 0.6, "tags": 0.7},
            "The worse rollout of these pairs is paid more by `tags` and `long`: gate them on the",
        ),
    ],
    ids=["one", "two, the larger first"],
)
def test_what_pays_the_worse(bonus: dict[str, float], said: str) -> None:
    found = the(analyse("shaping", log(**bonus)), "shaping.reversals")
    assert found.suggestion.startswith(said)


def test_a_key_that_pays_what_the_label_calls_wrong_is_itself_at_fault() -> None:
    random = np.random.default_rng(4)
    n = PROMPTS * SIZE
    label = (random.random(n) < 0.5).astype(float)
    answer = np.where(random.random(n) < 0.3, 1 - label, label)
    frame = make_frame(
        {"answer": answer, "style": (random.random(n) < 0.5).astype(float)},
        weights={"answer": 0.9, "style": 0.05},
        prompt=np.repeat(np.arange(PROMPTS), SIZE),
        label=label,
    )
    found = the(analyse("shaping", frame), "shaping.reversals")
    assert "`answer` pays the worse rollout of these pairs more" in found.suggestion
    assert "not the weights" in found.suggestion


def test_where_the_key_passes_both_a_gate_is_not_the_first_thing_to_do() -> None:
    """What the label calls wrong, the key passes: behind a gate it would be paid all the same."""
    random = np.random.default_rng(5)
    n = PROMPTS * SIZE
    label = (random.random(n) < 0.5).astype(float)
    frame = make_frame(
        {"answer": np.where(random.random(n) < 0.4, 1.0, label), "long": random.random(n)},
        weights={"answer": 0.9, "long": 0.3},
        prompt=np.repeat(np.arange(PROMPTS), SIZE),
        label=label,
    )
    found = the(analyse("shaping", frame), "shaping.reversals")
    assert found.suggestion.startswith("`answer` scores both alike in 100% of these pairs")
    assert "paid more by `long`: gate it on the key" in found.suggestion


def test_without_contributions_nobody_is_named() -> None:
    found = the(analyse("length", log(known=False, long=0.5)), "length.pays")
    assert "`" not in found.suggestion
