"""Coverage of every interval of a fit with few prompts, unequal and alike: by simulation."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from assay.fit import (
    Fit,
    bootstrap,
    fit,
    item_bradley_terry,
    item_plackett_luce,
    make_rubric,
    order_consistency,
    scaled,
)
from assay.fit.result import WeightInterval
from assay.rubrics import Criterion

from . import planted

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

REPLICATIONS = 150
FEWEST = 60
"""Fits that must be left where others are separated: they have no weights, hence no interval."""

PROMPTS = (12, 25, 40, 100)
SHAPES = ("single", "equal", "unequal", "ties")
LEAST = 0.93
TRUE = planted.FEW
UNIT = float(TRUE[TRUE > 0].sum())


def weights(found: Fit) -> list[WeightInterval | None]:
    return [weight.interval for weight in found.weights]


def shares(found: Fit) -> list[WeightInterval | None]:
    return [share.interval for share in scaled(found).shares]


def margin(found: Fit) -> list[WeightInterval | None]:
    key = Criterion(use="answer", levels=[0, 1])
    made = make_rubric(found, key="answer", criteria={"answer": key})
    return [None if made.margin is None else made.margin.interval]


Claim = tuple[Callable[[Fit], "list[WeightInterval | None]"], np.ndarray]
"""Intervals of a fit, and the true values."""


def held(kind: str, prompts: int, shape: str, claims: list[Claim], replications: int) -> None:
    """Each interval holds its true value in no fewer than `LEAST` of the fits, at p < .0001."""
    covered = [np.zeros(len(truth), dtype=int) for _, truth in claims]
    count = 0
    for seed in range(replications):
        found = fit(planted.prompted(kind, prompts, shape, seed))
        if found.status != "fitted":
            continue
        count += 1
        for into, (ends, truth) in zip(covered, claims, strict=True):
            for i, (interval, true) in enumerate(zip(ends(found), truth, strict=True)):
                assert interval is not None
                into[i] += interval[0] <= true <= interval[1]
    assert count >= min(FEWEST, replications // 2), count
    for into in covered:
        assert stats.binom.cdf(into.min(), count, LEAST) > 1e-4, (shape, covered, count)


@pytest.mark.parametrize("kind", ["ratings", "pairs", "labels"])
@pytest.mark.parametrize("prompts", PROMPTS)
def test_weights_cover_by_themselves_and_in_the_unit_of_a_rubric(kind: str, prompts: int) -> None:
    """The unit, the sum of the positive ones, is as uncertain as they are."""
    for shape in SHAPES:
        held(kind, prompts, shape, [(weights, TRUE), (shares, TRUE / UNIT)], REPLICATIONS)


@pytest.mark.parametrize("kind", ["ratings", "pairs"])
@pytest.mark.parametrize("prompts", [12, 40])
def test_the_margin_covers(kind: str, prompts: int) -> None:
    true = (2 * TRUE[0] - np.abs(TRUE).sum()) / UNIT
    for shape in ("single", "unequal"):
        held(kind, prompts, shape, [(margin, np.array([true]))], 120)


@pytest.mark.parametrize("kind", ["ratings", "labels"])
@pytest.mark.parametrize("prompts", PROMPTS)
def test_bootstrap_intervals_cover(kind: str, prompts: int) -> None:
    """Pairs are fitted as labels are; separated resamples make them slow."""
    for shape in ("equal", "unequal"):
        covered, count = np.zeros(len(TRUE), dtype=int), 0
        for seed in range(60):
            model = planted.prompted(kind, prompts, shape, seed)
            found = fit(model)
            if found.status != "fitted":
                continue
            count += 1
            drawn = bootstrap(model, found, resamples=400)
            for i, weight in enumerate(drawn.weights):
                assert weight.bootstrap is not None
                covered[i] += weight.bootstrap[0] <= TRUE[i] <= weight.bootstrap[1]
        assert count >= 30
        assert stats.binom.cdf(covered.min(), count, LEAST) > 1e-3, (shape, covered, count)


@pytest.mark.parametrize("kind", ["pairs", "ratings", "labels"])
@pytest.mark.parametrize("prompts", PROMPTS)
def test_the_held_out_order_covers(kind: str, prompts: int) -> None:
    """What is covered is the mean share over data of this size: weights of few data order worse."""
    for shape in SHAPES:
        models = (planted.prompted(kind, prompts, shape, seed) for seed in range(100))
        every = [order_consistency(model) for model in models]
        found = [one for one in every if one is not None]
        true = float(np.mean([one.share for one in found]))
        covered = sum(one.interval[0] <= true <= one.interval[1] for one in found)
        assert len(found) >= 50
        assert stats.binom.cdf(covered, len(found), LEAST) > 1e-3, (shape, covered, len(found))


@pytest.mark.parametrize("n", PROMPTS)
@pytest.mark.parametrize("true", [(-1.0, 0.0, 1.0), (-0.8, -0.5, 0.0, 0.1, 0.3, 0.9)], ids=len)
@pytest.mark.parametrize("ranked", [2, 3])
def test_strengths_of_items_cover(n: int, true: tuple[float, ...], ranked: int) -> None:
    """From so many pairs, or rankings of three. There is none where some item never loses."""
    random = np.random.default_rng(n)
    strength = np.array(true)
    covered, count = np.zeros(len(true), dtype=int), 0
    for _ in range(300):
        rankings = []
        for _ in range(n):
            there = random.choice(len(true), ranked, replace=False)
            noisy = strength[there] + random.gumbel(size=ranked)
            rankings.append(tuple(int(i) for i in there[np.argsort(-noisy)]))
        found = item_bradley_terry(rankings) if ranked == 2 else item_plackett_luce(rankings)
        if found.intervals is None or len(found.intervals) < len(true):
            continue
        count += 1
        ends = [found.intervals[i] for i in range(len(true))]
        covered += [low <= value <= high for (low, high), value in zip(ends, true, strict=True)]
    assert count >= 20
    assert stats.binom.cdf(covered.min(), count, LEAST) > 1e-3, (covered, count)


def test_what_no_data_decide_is_unbounded() -> None:
    """A dozen pairs: the unit may be 0, and then a share is anything."""
    ends = [
        interval
        for seed in range(20)
        if (found := fit(planted.prompted("pairs", 12, "single", seed))).status == "fitted"
        for interval in shares(found)
    ]
    assert (-math.inf, math.inf) in ends
