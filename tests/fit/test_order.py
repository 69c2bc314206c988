"""Held-out order: the share, its interval, and what it is compared with."""

from __future__ import annotations

import numpy as np
import pytest

from assay.errors import ConfigError
from assay.fit import Labels, Pairs, Ratings, order_consistency

from . import planted


def true_share(weights: np.ndarray, n: int = 400_000) -> float:
    """Share of pairs that the true weights order as they were chosen."""
    model = planted.pairs(n, 123, weights)
    return float((model.rows @ weights > 0).mean())


def test_enough_pairs_reach_what_the_true_weights_would() -> None:
    found = order_consistency(planted.pairs(5_000, 1))
    assert found is not None
    assert found.interval[0] < true_share(planted.WEIGHTS) < found.interval[1]
    assert found.by == "pair"
    assert found.comparisons == 5_000


@pytest.mark.slow
def test_the_interval_covers() -> None:
    """What is covered is the mean share at 600 pairs, a little below the true weights'."""
    target = np.mean(
        [order_consistency(planted.pairs(600, 5_000 + s)).share for s in range(100)]  # type: ignore[union-attr]
    )
    covered = 0
    for seed in range(100):
        found = order_consistency(planted.pairs(600, seed))
        assert found is not None
        covered += found.interval[0] <= target <= found.interval[1]
    assert covered >= 93


def test_noise_is_at_chance() -> None:
    """Where folds err together most: without the correction 14 of 50 intervals miss."""
    covered = 0
    for seed in range(50):
        rows = np.random.default_rng(seed).normal(size=(500, 3))
        found = order_consistency(Pairs(rows))
        assert found is not None
        covered += found.interval[0] < 0.5 < found.interval[1]
    assert covered >= 46


def test_the_share_is_held_out() -> None:
    """With as many weights as pairs, what was fitted to would be ordered perfectly."""
    rng = np.random.default_rng(1)
    model = Pairs(rng.normal(size=(60, 30)))
    found = order_consistency(model, folds=3)
    assert found is not None
    assert found.share < 0.75
    assert found.separated_folds == 3


def test_prompts_stay_in_one_fold_and_widen_the_interval() -> None:
    """The same pair eight times over under one prompt says no more than once."""
    rows = planted.pairs(100, 3).rows
    once = order_consistency(Pairs(rows))
    often = order_consistency(Pairs(np.repeat(rows, 8, axis=0), None, np.repeat(range(100), 8)))
    assert once is not None
    assert often is not None
    width = [c.interval[1] - c.interval[0] for c in (once, often)]
    assert width[1] == pytest.approx(width[0], rel=0.15)


def test_key_and_equal_weights_are_the_baselines() -> None:
    rows = np.array([[1.0, 0.2], [0.0, 0.3], [0.0, -0.1], [-1.0, 0.4], [1.0, -1.5], [1.0, 0.1]])
    found = order_consistency(Pairs(rows, ["key", "other"]), l2=0.1, folds=2, key="key")
    assert found is not None
    assert found.key_share == pytest.approx((3 + 2 * 0.5) / 6)  # two ties count one half each
    assert found.equal_share == pytest.approx(3 / 6)


def test_rankings_count_once_each() -> None:
    found = order_consistency(planted.rankings(300, 4))
    assert found is not None
    assert (found.by, found.comparisons) == ("ranking", 300 * 6)
    half = found.interval[1] - found.share
    assert 0.02 < half < 0.08  # 300 rankings, not 1,800 pairs


def test_ratings_and_labels_within_prompts_or_in_disjoint_pairs() -> None:
    ratings = planted.ratings(400, 5)
    loose = order_consistency(ratings)
    assert loose is not None
    assert loose.by == "random pair"
    assert loose.comparisons <= 200
    prompts = np.repeat(np.arange(100), 4).tolist()
    within = order_consistency(Ratings(ratings.scores, ratings.ratings, prompts=prompts))
    assert within is not None
    assert (within.by, within.comparisons) == ("within prompt", 600)
    labels = planted.labels(400, 6)
    found = order_consistency(Labels(labels.scores, labels.labels, prompts=prompts))
    assert found is not None
    assert found.by == "within prompt"
    assert found.share > 0.6


def test_neither_seed_nor_rows_order_decide_much() -> None:
    model = planted.pairs(400, 7)
    turned = Pairs(model.rows[::-1], model.names)
    a, b = order_consistency(model, seed=3), order_consistency(turned, seed=3)
    assert a is not None
    assert b is not None
    assert a.share == b.share


def test_too_little_to_hold_out() -> None:
    assert order_consistency(Pairs([[1.0], [-1.0], [0.5]])) is None


def test_refused() -> None:
    model = planted.pairs(50, 1)
    with pytest.raises(ConfigError, match=r"^folds is 1, must be at least 2$"):
        order_consistency(model, folds=1)
    with pytest.raises(ConfigError, match=r"^no criterion 'anser'; did you mean 'answer'\?$"):
        order_consistency(model, key="anser")
