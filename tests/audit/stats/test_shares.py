"""Shares of clustered cases, figures of sums, and sums in blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import covers
from scipy import stats

from assay.audit.stats import blocks as blocks_module
from assay.audit.stats.blocks import BLOCKS, Blocks
from assay.audit.stats.intervals import (
    cluster_numbers,
    degrees,
    jackknifed,
    quotient,
    share,
    share_of_sums,
)

slow = pytest.mark.slow


def test_independent_cases_have_the_exact_interval() -> None:
    part = np.array([1.0] * 3 + [0.0] * 17)
    found = share(part, np.ones(20), np.arange(20))
    exact = stats.binomtest(3, 20).proportion_ci(method="exact")
    assert found.interval == pytest.approx((exact.low, exact.high))


def test_no_handful_of_clusters_proves_anything() -> None:
    """Three prompts of four groups each, all dead: too few for an interval. Of a dozen there is
    one, about as wide as that of twelve cases."""
    found = share(np.ones(12), np.ones(12), np.repeat([0, 1, 2], 4))
    assert found.interval == (0.0, 1.0)
    assert found.n == 3
    found = share(np.ones(48), np.ones(48), np.repeat(np.arange(12), 4))
    assert found.high == 1.0
    assert found.low == pytest.approx(0.025 ** (1 / 12), abs=0.15)


def test_groups_of_one_prompt_that_share_its_fate_count_once() -> None:
    """A hundred prompts of ten groups, wholly dead or wholly alive: a hundred cases, not 1,000."""
    fate = (np.arange(100) % 4 == 0).astype(float)
    found = share(np.repeat(fate, 10), np.ones(1000), np.repeat(np.arange(100), 10))
    once = share(fate, np.ones(100), np.arange(100))
    assert found.value == once.value == 0.25
    assert found.low == pytest.approx(once.low, abs=0.015)
    assert found.high == pytest.approx(once.high, abs=0.015)


def test_nothing_counted() -> None:
    found = share(np.zeros(3), np.zeros(3), np.arange(3))
    assert np.isnan(found.value)
    assert found.interval == (0.0, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("clusters", [5, 15, 60])
@pytest.mark.parametrize("p", [0.02, 0.3, 0.9])
def test_shares_of_clustered_cases_cover(clusters: int, p: float) -> None:
    """Prompts whose own chance is spread about p, each with one to five groups."""
    found = []
    for seed in range(400):
        random = np.random.default_rng(seed)
        chance = random.beta(2 * p, 2 * (1 - p), clusters)
        codes = np.repeat(np.arange(clusters), random.integers(1, 6, clusters))
        part = (random.random(len(codes)) < chance[codes]).astype(float)
        found.append(share(part, np.ones(len(codes)), codes).interval)
    covers(found, p)


def test_a_figure_without_a_cluster_that_is_not_defined_has_no_error() -> None:
    """Only the first cluster has anything below the line."""
    sums = np.array([[0.1, 0.3], [0.0, 0.0], [0.0, 0.0]])
    found = jackknifed(lambda s: quotient(s[..., 0], s[..., 1]), sums).at()
    assert found.value == pytest.approx(1 / 3)
    assert found.interval == (-np.inf, np.inf)


def test_the_jackknife_of_a_mean_is_its_standard_error() -> None:
    x = np.random.default_rng(0).normal(size=30)
    sums = np.stack([x, np.ones(30)], axis=1)
    found = jackknifed(lambda s: s[..., 0] / s[..., 1], sums)
    assert float(found.errors) == pytest.approx(stats.sem(x))
    low, high = found.bounds(0.9)
    free = float(str(found.free))
    assert free == pytest.approx(29, abs=8)  # normal deviations, but for their own kurtosis
    assert (low, high) == pytest.approx(stats.t.interval(0.9, free, x.mean(), stats.sem(x)))


def test_two_prompts_that_make_up_a_figure_have_few_degrees_of_freedom() -> None:
    x = np.zeros(40)
    assert degrees(x) == 39  # all alike: as many as there are
    x[:2] = (1.0, -1.0)
    assert 1 <= degrees(x) < 5
    assert degrees(np.random.default_rng(0).normal(size=4000)) == pytest.approx(3999, rel=0.1)


@given(st.lists(st.integers(-1, 5), min_size=1, max_size=20))
def test_cluster_numbers_keep_apart_what_is_apart(codes: list[int]) -> None:
    found = cluster_numbers(np.array(codes)).tolist()
    assert sorted(set(found)) == list(range(len(set(found))))
    for i, a in enumerate(codes):
        for j, b in enumerate(codes):
            assert (found[i] == found[j]) == (i == j or (a == b and a >= 0))


@pytest.mark.parametrize("clusters", [1, 7, BLOCKS, pytest.param(3 * BLOCKS + 1, marks=slow)])
@pytest.mark.parametrize("k", [1, 5, pytest.param(40, marks=slow)])
def test_sums_in_blocks_add_up(clusters: int, k: int) -> None:
    random = np.random.default_rng(0)
    codes = random.permutation(np.repeat(np.arange(clusters), 3))
    x, y = random.random((len(codes), k)), random.random((len(codes), 2))
    blocks = Blocks(codes)
    assert blocks.clusters == clusters
    assert blocks.count == min(clusters, BLOCKS)
    assert blocks.sizes.tolist() == np.bincount(codes % blocks.count).tolist()
    assert blocks.products(x, y).sum(axis=0) == pytest.approx(x.T @ y)
    for b, (found, other) in enumerate(
        zip(blocks.products(x, x), blocks.products(x, y), strict=True)
    ):
        mine = codes % blocks.count == b  # no cluster is in two blocks
        assert found == pytest.approx(x[mine].T @ x[mine])
        assert other == pytest.approx(x[mine].T @ y[mine])


@pytest.mark.parametrize("at_once", [1, 20 * 6, 10**9])
def test_rows_are_multiplied_some_at_a_time(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In whatever pieces: a whole number of them, and what is left."""
    monkeypatch.setattr(blocks_module, "MULTIPLICATIONS", at_once)
    random = np.random.default_rng(1)
    for rows in (1, 15, 16, 20, 33, 100):
        x, y = random.random((rows, 2)), random.random((rows, 3))
        (found,) = Blocks(np.zeros(rows, np.int64)).products(x, y)
        assert found == pytest.approx(x.T @ y)


def test_no_rows_make_no_blocks() -> None:
    blocks = Blocks(np.zeros(0, np.int64))
    assert (blocks.clusters, blocks.count, len(blocks.sizes)) == (0, 0, 0)
    assert blocks.products(np.zeros((0, 2)), np.zeros((0, 3))).shape == (0, 2, 3)


def test_blocks_know_how_many_clusters_they_hold() -> None:
    """None in 600 clusters, counted in 200 blocks of three, is none in 600."""
    blocks = np.stack([np.zeros(200), np.full(200, 3.0)], axis=1)
    single = np.stack([np.zeros(600), np.ones(600)], axis=1)
    found = share_of_sums(blocks, clusters=3.0)
    assert found.interval == pytest.approx(share_of_sums(single).interval, abs=0.002)
    assert found.n == 600
