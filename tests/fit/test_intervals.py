"""Intervals cover as often as they claim, and as wide as stated: by simulation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from assay.errors import ConfigError
from assay.fit import (
    Fit,
    Model,
    Pairs,
    bootstrap,
    fit,
    make_rubric,
    planned_size,
    sample_size,
    scaled,
)
from assay.fit.solving import resample

from . import planted

REPLICATIONS = 200


def coverage(
    make: Callable[[int], Model],
    truth: np.ndarray,
    fitted: Callable[[Model], Fit] = fit,
    which: str = "interval",
) -> np.ndarray:
    """How many of the replications' intervals hold the true weight, for each weight."""
    covered = np.zeros(len(truth), dtype=int)
    for seed in range(REPLICATIONS):
        found = fitted(make(seed))
        for i, (weight, true) in enumerate(zip(found.weights, truth, strict=True)):
            ends = getattr(weight, which)
            assert ends is not None
            covered[i] += ends[0] <= true <= ends[1]
    return covered


def check(covered: np.ndarray) -> None:
    """At least 90% for each weight; and over all of them no fewer than 95% allow at p < .001."""
    assert covered.min() >= 0.9 * REPLICATIONS, covered
    total = int(covered.sum())
    # replications are independent, weights within one nearly so
    assert stats.binom.cdf(total, REPLICATIONS * len(covered), 0.95) > 1e-3, covered


WALD: dict[str, Callable[[int], Model]] = {
    "200 pairs": lambda seed: planted.pairs(200, 1_000 + seed),
    "2,000 pairs": lambda seed: planted.pairs(2_000, 2_000 + seed),
    "100 rankings of 4": lambda seed: planted.rankings(100, 3_000 + seed),
    "100 rankings, top 2 of 5": lambda seed: planted.rankings(100, 4_000 + seed, 5, 2),
    "40 ratings": lambda seed: planted.ratings(40, 5_000 + seed),
    "300 labels": lambda seed: planted.labels(300, 6_000 + seed),
}


SLOW = ("2,000 pairs", "100 rankings, top 2 of 5")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow) if n in SLOW else n for n in WALD]
)
def test_wald_intervals_cover(name: str) -> None:
    check(coverage(WALD[name], planted.WEIGHTS))


@pytest.mark.slow
def test_intervals_clustered_by_prompt_cover_where_independence_does_not() -> None:
    def make(seed: int) -> Model:
        return planted.clustered_ratings(80, 8, seed)

    def unclustered(model: Model) -> Fit:
        model.prompts = None
        return fit(model)

    assert fit(make(0)).intervals == "sandwich"
    check(coverage(make, planted.WEIGHTS))
    blind = coverage(make, planted.WEIGHTS, unclustered)
    assert blind.max() < 0.8 * REPLICATIONS, blind


@pytest.mark.slow
def test_pairs_clustered_by_prompt_cover() -> None:
    """The truth is what infinitely many prompts would give: taken from 40,000 of them."""
    large = fit(planted.clustered_pairs(40_000, 4, 99))
    truth = np.array([w.value for w in large.weights])
    check(coverage(lambda seed: planted.clustered_pairs(150, 6, 7_000 + seed), truth))


@pytest.mark.slow
def test_bootstrap_intervals_cover() -> None:
    def drawn(model: Model) -> Fit:
        return bootstrap(model, fit(model), resamples=300)

    covered = coverage(
        lambda seed: planted.pairs(300, 8_000 + seed), planted.WEIGHTS, drawn, "bootstrap"
    )
    assert covered.min() >= 0.9 * REPLICATIONS, covered


@pytest.mark.slow
def test_bootstrap_by_prompt_covers() -> None:
    def drawn(model: Model) -> Fit:
        return bootstrap(model, fit(model), resamples=300)

    covered = coverage(
        lambda seed: planted.clustered_ratings(80, 8, seed), planted.WEIGHTS, drawn, "bootstrap"
    )
    assert covered.min() >= 0.88 * REPLICATIONS, covered  # percentiles of 80 clusters run narrow


@pytest.mark.slow
def test_shares_cover() -> None:
    """The interval of a weight in the rubric's unit, of Fieller."""
    truth = planted.WEIGHTS / planted.WEIGHTS[planted.WEIGHTS > 0].sum()
    covered = np.zeros(5, dtype=int)
    for seed in range(REPLICATIONS):
        shares = scaled(fit(planted.pairs(1_000, 9_000 + seed))).shares
        covered += [s.interval[0] <= t <= s.interval[1] for s, t in zip(shares, truth, strict=True)]
    assert covered.min() >= 0.9 * REPLICATIONS, covered


@pytest.mark.slow
def test_the_margin_covers() -> None:
    """M over the weights' joint distribution: w_key less all other weights, in the unit."""
    true = planted.WEIGHTS
    margin = (2 * true[0] - np.abs(true).sum()) / true[true > 0].sum()
    covered = 0
    for seed in range(REPLICATIONS):
        fitted = fit(planted.pairs(1_000, 9_000 + seed))
        made = make_rubric(fitted, key="answer", criteria=LEVELLED)
        assert made.margin is not None
        covered += made.margin.interval[0] <= margin <= made.margin.interval[1]
    assert covered >= 0.9 * REPLICATIONS, covered


def _levelled() -> dict[str, object]:
    from assay.rubrics import Criterion

    return {"answer": Criterion(use="answer", levels=[0, 1])}


LEVELLED: dict = _levelled()


# -- how wide -----------------------------------------------------------------------------------


def widths(fitted: Fit) -> list[float]:
    return [w.width or 0.0 for w in fitted.weights]


def test_200_pairs_do_not_pin_down_five_weights_and_2000_nearly_do() -> None:
    """Widths of about 2 on 200 pairs, .6 to .8 on 2,000: over 20 draws of each."""
    few = np.mean([widths(fit(planted.pairs(200, s))) for s in range(20)], axis=0)
    many = np.mean([widths(fit(planted.pairs(2_000, s))) for s in range(20)], axis=0)
    assert few.min() > 1.5, few
    assert few.max() < 2.5, few
    assert many.min() > 0.5, many
    assert many.max() < 0.8, many


@pytest.mark.parametrize("wanted", [0.5, 1.0])
def test_the_sample_size_gives_the_width(wanted: float) -> None:
    """A pilot of 500 pairs; then as many as it asks for: the width is within 15% of the wanted."""
    pilot = fit(planted.pairs(500, 1))
    needed = sample_size(pilot, wanted)
    for i, name in enumerate(planted.NAMES):
        count = needed[name]
        assert count is not None
        found = np.mean([widths(fit(planted.pairs(count, 50 + s)))[i] for s in range(5)])
        assert found == pytest.approx(wanted, rel=0.15), (name, count)


def test_the_planned_size_gives_the_width() -> None:
    """Before any preference: from supposed weights and the items alone."""
    planned = planned_size(planted.pairs(2_000, 3), list(planted.WEIGHTS), 0.6)
    for i, name in enumerate(planted.NAMES):
        found = np.mean([widths(fit(planted.pairs(planned[name], s)))[i] for s in range(5)])
        assert found == pytest.approx(0.6, rel=0.1), (name, planned[name])


def test_the_sample_size_of_clusters_counts_their_units() -> None:
    small = fit(planted.clustered_ratings(60, 8, 1))
    needed = sample_size(small, 1.0)["answer"]
    assert needed is not None
    found = np.mean(
        [fit(planted.clustered_ratings(needed // 8, 8, s))["answer"].width for s in range(5)]
    )
    assert found == pytest.approx(1.0, rel=0.3)


@pytest.mark.parametrize("width", [0.0, -1.0, float("inf"), float("nan")])
def test_a_width_must_be_positive(width: float) -> None:
    with pytest.raises(ConfigError, match=r"^width is \S+, must be a positive number$"):
        sample_size(fit(planted.pairs(100, 1)), width)


def test_items_that_do_not_vary_determine_nothing() -> None:
    rows = planted.pairs(50, 1).rows.copy()
    rows[:, 1] = 0.0
    with pytest.raises(ConfigError, match="do not determine all weights"):
        planned_size(Pairs(rows), [1.0] * 5, 0.5)


# -- the bootstrap ------------------------------------------------------------------------------


def test_the_bootstrap_does_not_depend_on_the_order_of_the_rows() -> None:
    model = planted.pairs(150, 1)
    other = Pairs(model.rows[::-1], model.names)
    ours = bootstrap(model, fit(model), resamples=100, seed=5)
    theirs = bootstrap(other, fit(other), resamples=100, seed=5)
    for a, b in zip(ours.weights, theirs.weights, strict=True):
        assert a.bootstrap == pytest.approx(b.bootstrap)


def test_the_bootstrap_resamples_prompts() -> None:
    model = planted.clustered_ratings(60, 8, 2)
    drawn = bootstrap(model, fit(model), resamples=200)
    assert drawn.resampled is not None
    assert drawn.resampled.by == "prompt"
    for weight in drawn.weights:
        assert weight.bootstrap is not None
        assert weight.width is not None
        assert weight.bootstrap[1] - weight.bootstrap[0] == pytest.approx(weight.width, rel=0.35)


@pytest.mark.slow
def test_separated_resamples_are_infinitely_far_out() -> None:
    """One pair of 30 speaks against the first criterion: a third of resamples lack it."""
    rows = np.array([[1.0, x] for x in np.linspace(-1, 1, 29)] + [[-1.0, 0.1]])
    model = Pairs(rows)
    drawn = bootstrap(model, fit(model), resamples=400)
    assert drawn.resampled is not None
    assert 0.25 < drawn.resampled.separated / 400 < 0.5  # (1 - 1/30)^30 = .36
    assert drawn["s0"].bootstrap is not None
    assert drawn["s0"].bootstrap[1] == float("inf")


def test_percentiles_are_students_and_take_the_bias_back() -> None:
    """Of normal draws around the fit: Student's t with what the weights leave, times the factor
    by which resamples are too narrow. Off by half a deviation: moved back by twice that."""
    random = np.random.default_rng(0)
    even = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    draws = random.permuted(np.stack([even, even + 0.5], axis=1), axis=0)
    low, high = resample._ends(draws, np.zeros(2), 0.95, 9.0)
    reach = np.sqrt(9 / 8) * stats.t.ppf(0.975, 8)
    assert (low[0], high[0]) == pytest.approx((-reach, reach), abs=0.02)
    assert (low[1], high[1]) == pytest.approx((-reach - 0.5, reach - 0.5), abs=0.02)
    low, high = resample._ends(draws, np.zeros(2), 0.95, 1e9)
    assert (low[0], high[0]) == pytest.approx((-1.96, 1.96), abs=0.01)


def test_hardly_more_prompts_than_weights_give_no_interval() -> None:
    model = planted.clustered_ratings(8, 4, 1)
    drawn = bootstrap(model, fit(model), resamples=100)
    assert {weight.bootstrap for weight in drawn.weights} == {(-np.inf, np.inf)}


def test_too_few_resamples_are_refused() -> None:
    model = planted.pairs(50, 1)
    with pytest.raises(ConfigError, match="resamples is 20, must be at least 100"):
        bootstrap(model, fit(model), resamples=20)
