"""Weights that a log gives away by its rewards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.audit.logs import read_log
from assay.audit.logs.linear import ROWS_EACH, weighted_sum

from .test_formats import write_rows


def scores(n: int, k: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).random((n, k))


@given(
    st.lists(st.integers(-1000, 1000).map(lambda i: i / 1000), min_size=1, max_size=6),
    st.integers(0, 99),
)
def test_weights_of_a_sum_are_found_as_written(weights: list[float], seed: int) -> None:
    s = scores(60, len(weights), seed)
    found = weighted_sum(s @ np.array(weights), s)
    assert found is not None
    assert found.weights.tolist() == weights or max(map(abs, weights)) == 0


def test_constants_of_published_rewards_are_found() -> None:
    """DAPO pays 2 acc - 1 + overlong, and Logic-RL -1 for a malformed answer beside -1.5 or 2.
    Where the overlong punishment never comes, its weight is not known and the rest is."""
    s = np.round(scores(200, 2))
    found = weighted_sum(2 * s[:, 0] - 1 + s[:, 1], s)
    assert found is not None
    assert (found.weights.tolist(), found.constant) == ([2.0, 1.0], -1.0)
    s[:, 1] = 0.0
    found = weighted_sum(2 * s[:, 0] - 1, s)
    assert found is not None
    assert found.weights[0] == 2.0
    assert np.isnan(found.weights[1])
    assert found.constant == -1.0


@given(st.floats(-5, 5, width=16), st.integers(0, 20))
def test_a_number_added_to_every_reward_changes_no_weight(more: float, seed: int) -> None:
    s = scores(60, 2, seed)
    more = round(more, 3)  # below a thousandth a constant is taken for the rounding of rewards
    found = weighted_sum(s @ np.array([0.7, 0.3]) + more, s)
    assert found is not None
    assert found.weights == pytest.approx([0.7, 0.3], abs=1e-6)
    assert found.constant == pytest.approx(more, abs=1e-6)


def test_float32_rewards_are_a_sum_too() -> None:
    """Trainers keep rewards as float32; 0.2 is then 0.20000000298."""
    s = np.round(scores(200, 2))
    reward = (s @ np.array([1.0, 0.2])).astype(np.float32).astype(float)
    found = weighted_sum(reward, s)
    assert found is not None
    assert found.weights.tolist() == [1.0, 0.2]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda r, s: (np.where(np.arange(len(r)) == 77, r + 0.01, r), s), "one row disagrees"),
        (lambda r, s: (r * s[:, 0], s), "a product"),
        (lambda r, s: (r, np.column_stack([s, s[:, 0]])), "a criterion twice: weights are open"),
        (lambda r, s: (r[: 2 * ROWS_EACH - 1], s[: 2 * ROWS_EACH - 1]), "too few rows"),
        (lambda r, s: (r, s[:, :0]), "no criterion"),
        (lambda r, s: (np.full_like(r, np.nan), s), "no reward"),
    ],
)
def test_no_weights(change: Any, why: str) -> None:
    s = scores(100, 2)
    assert weighted_sum(*change(s @ np.array([0.7, 0.3]), s)) is None, why


def test_rows_that_lack_a_score_are_not_looked_at() -> None:
    s = scores(100, 2)
    reward = s @ np.array([0.7, 0.3])
    s[::3, 1] = np.nan
    reward[1::9] = np.nan
    found = weighted_sum(reward, s)
    assert found is not None
    assert found.weights.tolist() == [0.7, 0.3]


def trl_rows(**weights: float) -> list[dict[str, Any]]:
    rows = []
    for i in range(40):
        scored = {"accuracy": float(i % 3 == 0), "format": float(i % 2)}
        reward = {"reward": sum(weights[n] * v for n, v in scored.items())} if weights else {}
        beside = {"step": 1, "prompt": f"p{i // 4}", "completion": "c", "advantage": 0.0}
        rows.append({**beside, **scored, **reward})
    return rows


def test_the_sum_that_trl_pays_has_contributions(tmp_path: Path) -> None:
    """Its weights are 1 where nobody says otherwise: what each function paid is its column."""
    with read_log(write_rows(tmp_path / "a.jsonl", trl_rows())) as log:
        assert log.solved
        assert log.frame.weights == {"accuracy": 1.0, "format": 1.0}
        np.testing.assert_array_equal(log.frame.contributions, log.frame.scores)


def test_weights_are_found_behind_a_logged_reward(tmp_path: Path) -> None:
    rows = trl_rows(accuracy=1.0, format=0.25)
    with read_log(write_rows(tmp_path / "a.jsonl", rows)) as log:
        frame = log.frame
        assert log.solved
        assert frame.weights == {"accuracy": 1.0, "format": 0.25}
        np.testing.assert_allclose(frame.contributions.sum(axis=1), frame.reward, atol=1e-12)


def test_what_a_log_tells_is_not_solved_for(tmp_path: Path) -> None:
    """A receipt is the truth, whatever the numbers would fit."""
    rows = [
        {
            "prompt_id": f"p{i // 4}",
            "reward": i % 2 * 0.5,
            "terms": {"a": {"verifier": "a@1", "score": i % 2, "contribution": i % 2 * 0.5}},
        }
        for i in range(40)
    ]
    with read_log(write_rows(tmp_path / "a.jsonl", rows)) as log:
        assert not log.solved


def test_scores_in_an_object_go_before_the_marks_of_trl(tmp_path: Path) -> None:
    rows = [{**row, "scores": {"right": row["accuracy"]}} for row in trl_rows(accuracy=1, format=0)]
    with read_log(write_rows(tmp_path / "a.jsonl", rows)) as log:
        assert log.reader == "columns"
        assert log.frame.criteria == ("right",)


def test_a_constant_reaches_the_frame(tmp_path: Path) -> None:
    rows = trl_rows(accuracy=2.0, format=0.5)
    for row in rows:
        row["reward"] -= 1.0
    with read_log(write_rows(tmp_path / "a.jsonl", rows)) as log:
        frame = log.frame
        assert (frame.weights, frame.constant) == ({"accuracy": 2.0, "format": 0.5}, -1.0)
        paid = frame.contributions.sum(axis=1) + frame.constant
        np.testing.assert_allclose(paid, frame.reward, atol=1e-12)


def test_the_one_criterion_that_is_the_reward_is_the_key(tmp_path: Path) -> None:
    rows = trl_rows(accuracy=1.0, format=0.0)
    with read_log(write_rows(tmp_path / "a.jsonl", rows)) as log:
        assert (log.frame.key, log.key_guessed) == ("accuracy", True)
    twice = [{**row, "again": row["accuracy"]} for row in rows]
    with read_log(write_rows(tmp_path / "b.jsonl", twice)) as log:
        assert (log.frame.key, log.key_guessed) == (None, False)  # two are: neither is preferred
    with read_log(write_rows(tmp_path / "a.jsonl", rows), key="format") as log:
        assert (log.frame.key, log.key_guessed) == ("format", False)
