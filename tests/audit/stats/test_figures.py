"""Slopes, agreement, separation and orders, held against SciPy and against counting in loops."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from in_loops import InLoops, freedom, jackknife
from scipy import stats

from assay.audit.frame import Floats
from assay.audit.stats.agreement import kappa
from assay.audit.stats.auc import separation
from assay.audit.stats.intervals import PSEUDO, TOO_FEW
from assay.audit.stats.orders import tau_b, tau_of
from assay.audit.stats.slopes import slope

SEEDS = range(8)


def clustered(seed: int, fewest: int = TOO_FEW) -> tuple[Any, Any]:
    """A source of numbers, and codes of clusters of unequal size."""
    random = np.random.default_rng(seed)
    count = int(random.integers(fewest, fewest + 8))
    return random, np.repeat(np.arange(count), random.integers(1, 6, count))


def summed(codes: Any, *columns: Any) -> list[list[float]]:
    return [[float(sum(column[codes == code])) for column in columns] for code in np.unique(codes)]


# -- slopes ----------------------------------------------------------------------------------------


def slope_of(sums: Any) -> float:
    n, x, y, xy, xx = sums
    return float((n * xy - x * y) / (n * xx - x * x))


def slope_in_loops(x: Floats, y: Floats, codes: Any) -> InLoops:
    """The interval is around the slope itself, and two parameters are estimated."""
    x, y = x - x.mean(), y - y.mean()
    clusters = summed(codes, np.ones_like(x), x, y, x * y, x * x)
    n = sum(c[0] for c in clusters)
    far_x, far_y = (math.sqrt(sum(c[j] ** 2 / c[0] for c in clusters) / n) for j in (1, 2))
    w = n / len(clusters) * PSEUDO / 2.0
    corners = [(a * far_x, b * far_y) for a in (1, -1) for b in (1, -1)]
    imagined = [[w, w * a, w * b, w * a * b, w * a * a] for a, b in corners]
    found = jackknife(slope_of, clusters, imagined)
    return found._replace(centre=found.value, free=min(found.free, max(len(clusters) - 2.0, 1.0)))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_slope_is_scipys_and_its_interval_that_of_loops(seed: int) -> None:
    random, codes = clustered(seed)
    x = random.normal(size=len(codes)) * 10.0**seed + 7.0
    y = random.normal(size=len(codes)) * 10.0**-seed + codes
    found = slope(x, y, codes)
    plain = slope_in_loops(x, y, codes)
    assert found.value == pytest.approx(stats.linregress(x, y).slope)
    assert found.value == pytest.approx(plain.value)
    assert found.interval == pytest.approx(plain.interval(0.95))
    assert slope(x, y, codes, 0.8).interval == pytest.approx(plain.interval(0.8))
    assert found.n == codes.max() + 1


@pytest.mark.parametrize("x", [[], [3.0], [3.0, 3.0, 3.0]])
def test_without_two_values_of_x_there_is_no_slope(x: list[float]) -> None:
    found = slope(np.array(x), np.arange(len(x)) * 1.0, np.arange(len(x)))
    assert np.isnan(found.value)
    assert (found.low, found.high, found.n) == (-np.inf, np.inf, 0)


def test_a_slope_of_too_few_clusters_has_no_interval() -> None:
    x = np.arange(8.0)
    found = slope(x, 2.0 * x, np.arange(8) // 2)
    assert found == (pytest.approx(2.0), -np.inf, np.inf, 4)
    flat = slope(x, np.ones(8), np.arange(8) // 2, 0.8)
    assert flat == (0.0, -np.inf, np.inf, 4)


@pytest.mark.parametrize(
    ("why", "off", "known"),
    [
        ("all alike: a flat line is known to be flat", 0, True),
        ("what one shows is too rare", 1, False),
        ("or four", TOO_FEW - 1, False),
        ("five are enough", TOO_FEW, True),
    ],
)
def test_a_slope_that_a_handful_of_clusters_show(why: str, off: int, known: bool) -> None:
    """Of a hundred levels that are all one, some differ."""
    codes = np.repeat(np.arange(20), np.arange(20) % 3 + 1)
    x = np.arange(len(codes)) * 2.0
    y = np.where(codes < off, -0.01, 0.5)
    found = slope(x, y, codes)
    assert math.isfinite(found.low) == known, why
    assert found.n == 20
    assert found.value == pytest.approx(stats.linregress(x, y).slope, abs=1e-12)


def test_a_cluster_without_which_x_does_not_vary_has_no_say() -> None:
    """One prompt has seen all the steps but one: whether the line rises is that prompt's alone."""
    codes = np.arange(12)
    x = (codes == 3).astype(float)
    y = np.random.default_rng(0).normal(size=12)
    found = slope(x, y, codes)
    assert found.value == pytest.approx(stats.linregress(x, y).slope)
    plain = slope_in_loops(x, y, codes)  # with those imagined, x varies in any case
    assert found.interval == pytest.approx(plain.interval(0.95))


# -- agreement -------------------------------------------------------------------------------------


def kappa_of(sums: Any) -> float:
    n, both, one, other = sums
    agree = (both + (n - one - other + both)) / n
    chance = one / n * other / n + (1 - one / n) * (1 - other / n)
    return float((agree - chance) / (1 - chance))


@pytest.mark.parametrize("seed", SEEDS)
def test_kappa_is_that_of_loops(seed: int) -> None:
    random, codes = clustered(seed)
    one = (random.random(len(codes)) < 0.5).astype(float)
    other = np.where(random.random(len(codes)) < 0.7, one, 1.0 - one)
    clusters = summed(codes, np.ones_like(one), one * other, one, other)
    each = PSEUDO * len(codes) / len(clusters)
    half = each / 2.0
    plain = jackknife(kappa_of, clusters, [[each, half, half, half], [each, 0.0, half, half]])
    for confidence in (0.8, 0.999):
        found = kappa(one, other, codes, confidence)
        assert found.value == pytest.approx(plain.value)
        assert found.interval == pytest.approx(plain.interval(confidence, -1.0, 1.0))
        assert found.n == len(clusters)
    assert kappa(one, other, codes) == kappa(one, other, codes, 0.95)


def test_kappa_where_chance_alone_would_agree_and_of_nothing() -> None:
    yes, codes = np.ones(12), np.arange(12)
    found = kappa(yes, yes, codes)
    assert np.isnan(found.value)
    assert (found.low, found.high, found.n) == (-np.inf, np.inf, 12)
    assert kappa(yes, 1.0 - yes, codes).value == 0.0
    nothing = kappa(yes[:0], yes[:0], codes[:0])
    assert np.isnan(nothing.value)
    assert (nothing.low, nothing.high, nothing.n) == (-np.inf, np.inf, 0)
    few = kappa(np.array([1.0, 1, 0, 0]), np.array([1.0, 0, 0, 0]), np.arange(4))
    assert few == (0.5, -np.inf, np.inf, 4)


# -- separation ------------------------------------------------------------------------------------


def separation_in_loops(score: Floats, label: Floats, prompts: Any) -> InLoops:
    right, wrong = (np.flatnonzero(label == v) for v in (1.0, 0.0))

    def over(a: int, b: int) -> float:
        return float(score[a] > score[b]) + 0.5 * float(score[a] == score[b])

    value = sum(over(a, b) for a in right for b in wrong) / len(right) / len(wrong)
    pulls = dict.fromkeys(prompts.tolist(), 0.0)
    for a in right:
        mine = sum(over(a, b) for b in wrong) / len(wrong)
        pulls[int(prompts[a])] += (mine - value) / len(right)
    for b in wrong:
        mine = sum(over(a, b) for a in right) / len(right)
        pulls[int(prompts[b])] += (mine - value) / len(wrong)
    c = len(pulls)
    part = PSEUDO / (c + 2 * PSEUDO)  # of each of the two imagined prompts
    centre = (1 - 2 * part) * value + part
    seen = [(1 - 2 * part) * (pull + (value - centre) / c) for pull in pulls.values()]
    error = math.sqrt(sum(p**2 for p in [*seen, part * (1 - centre), part * centre]))
    return InLoops(value, centre, error, freedom(seen))


@pytest.mark.parametrize("seed", SEEDS)
def test_separation_is_that_of_all_pairs(seed: int) -> None:
    random, prompts = clustered(seed)
    label = (random.random(len(prompts)) < 0.5).astype(float)
    label[:2] = (0.0, 1.0)
    score = np.round(random.random(len(prompts)) + 0.3 * label, 1)  # with ties
    plain = separation_in_loops(score, label, prompts)
    found = separation(score, label, prompts)
    assert found is not None
    assert found.value == pytest.approx(plain.value)
    x, y = score[label == 1.0], score[label == 0.0]
    assert found.value == pytest.approx(stats.mannwhitneyu(x, y).statistic / len(x) / len(y))
    assert found.interval == pytest.approx(plain.interval(0.95, 0.0, 1.0))
    assert found.n == prompts.max() + 1


def test_what_separates_without_a_fault_is_not_certain_to() -> None:
    """And the other way round alike."""
    label, prompts = np.tile([0.0, 1.0], 10), np.repeat(np.arange(10), 2)
    found, back = separation(label, label, prompts), separation(-label, label, prompts)
    assert found is not None
    assert back is not None
    assert (found.value, found.high) == (1.0, 1.0)
    assert 0.5 < found.low < 0.9
    assert back == pytest.approx((0.0, 0.0, 1.0 - found.low, 10))


def test_five_prompts_are_enough_and_four_are_not() -> None:
    score, label = np.array([0.9, 0.2, 0.7, 0.6, 0.1]), np.array([1.0, 0, 1, 0, 1])
    plain = separation_in_loops(score, label, np.arange(5))
    found = separation(score, label, np.arange(5))
    assert found is not None
    assert found.interval == pytest.approx(plain.interval(0.95, 0.0, 1.0))
    few = separation(score, label, np.array([0, 1, 2, 3, 3]))
    assert few is not None
    assert np.isnan([few.low, few.high]).all()
    assert (few.value, few.n) == (found.value, 4)


def test_separation_of_what_is_known() -> None:
    nan = np.nan
    label = np.array([1.0, 0.0, 1.0, 0.0, nan, 1.0])
    score = np.array([0.9, 0.1, 0.8, 0.9, 0.5, nan])
    found = separation(score, label, np.arange(6))
    assert found is not None
    assert found.value == pytest.approx(2.5 / 4)
    assert found.n == 4
    assert np.isnan([found.low, found.high]).all(), "too few prompts for an interval"
    assert separation(score[:1], label[:1], np.arange(1)) is None, "none is wrong"
    assert separation(score[1:2], label[1:2], np.arange(1)) is None, "none is right"
    graded = separation(np.array([0.2, 0.1]), np.array([0.5, 0.49]), np.arange(2))
    assert graded is not None
    assert graded.value == 1.0, "half right is right"


# -- orders ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_tau_b_is_scipys_and_its_interval_that_of_loops(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows: list[list[float]] = []
    alone = []
    for _ in range(int(random.integers(TOO_FEW, 12))):
        x, y = random.integers(0, 4, (2, 6))
        noted = [(x[a] - x[b], y[a] - y[b]) for a, b in itertools.combinations(range(6), 2)]
        found = [sum(p * q > 0 for p, q in noted), sum(p * q < 0 for p, q in noted)]
        rows.append([*found, sum(p != 0 for p, _ in noted), sum(q != 0 for _, q in noted)])
        alone.append(stats.kendalltau(x, y).statistic)
    columns = np.array(rows, float)
    assert tau_of(np.stack([columns[:, 0] - columns[:, 1], *columns[:, 2:].T], axis=1)) == (
        pytest.approx(np.array(alone), nan_ok=True)
    )
    sums = [[a - b, x, y] for a, b, x, y in rows]
    x, y = (PSEUDO * sum(row[j] for row in sums) / len(sums) for j in (1, 2))
    most = min(x, y)
    plain = jackknife(lambda s: s[0] / math.sqrt(s[1] * s[2]), sums, [[most, x, y], [-most, x, y]])
    taus = tau_b(*columns.T)
    assert taus.at().value == pytest.approx(plain.value)
    assert taus.at((), 0.8).interval == pytest.approx(plain.interval(0.8))
    few = tau_b(*columns[: TOO_FEW - 1].T)
    assert few.at().interval == (-np.inf, np.inf)


def test_tau_b_of_nothing_and_of_rounding() -> None:
    none = np.zeros(0)
    found = tau_b(none, none, none, none).at()
    assert np.isnan(found.value)
    assert found.interval == (-np.inf, np.inf)
    assert np.isnan(tau_of(np.array([1e-17, -1e-17, 3.0]))), "a product below 0 is rounding"


# -- laws ------------------------------------------------------------------------------------------


@given(st.integers(0, 1000), st.sampled_from([-3.0, 0.5, 10.0]), st.floats(-5, 5))
def test_a_slope_follows_units(seed: int, factor: float, shift: float) -> None:
    random, codes = clustered(seed)
    x, y = random.normal(size=(2, len(codes)))
    one, other = slope(x, y, codes), slope(x, factor * y + shift, codes)
    ends = sorted((factor * one.low, factor * one.high))
    assert other.value == pytest.approx(factor * one.value, abs=1e-9)
    assert [other.low, other.high] == pytest.approx(ends, abs=1e-9)
