"""Figures of sums over clusters and their intervals, held against plain loops and SciPy."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pytest
from in_loops import jackknife
from scipy import stats

from assay.audit.frame import Floats
from assay.audit.stats import intervals
from assay.audit.stats.intervals import (
    PSEUDO,
    TOO_FEW,
    Estimate,
    Estimates,
    bounded,
    cells,
    clopper_pearson,
    effective,
    inside,
    jackknifed,
    quotient,
    ratio,
    share,
    share_of_sums,
)

SEEDS = range(8)


def quotient_of(sums: Any) -> float:
    return float(sums[0] / sums[1])


def pairs_of_sums(seed: int, low: float = 0.0, high: float = 1.0) -> Floats:
    """Five to twelve clusters of unequal size, whose ratios lie between the ends."""
    random = np.random.default_rng(seed)
    bottom = random.integers(1, 9, random.integers(TOO_FEW, 13)).astype(float)
    return np.stack([bottom * random.uniform(low, high, len(bottom)), bottom], axis=1)


def ends(sums: Floats, low: float, high: float, clusters: float = 1.0) -> list[list[float]]:
    """Two clusters of average size, twice each, at either end."""
    size = PSEUDO * sums[:, 1].sum() / (len(sums) * clusters)
    return [[low * size, size], [high * size, size]]


# -- the jackknife ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_the_jackknife_is_that_of_one_cluster_at_a_time(seed: int) -> None:
    sums = pairs_of_sums(seed)
    plain = jackknife(quotient_of, sums.tolist())
    found = jackknifed(lambda s: quotient(s[..., 0], s[..., 1]), sums)
    assert float(found.values) == pytest.approx(plain.value)
    assert float(found.errors) == pytest.approx(plain.error)
    assert found.free == pytest.approx(plain.free)
    assert (found.n, found.effective, found.centres) == (len(sums), len(sums), None)
    for confidence in (0.5, 0.95):
        assert found.bounds(confidence) == pytest.approx(plain.interval(confidence))
    assert found.at() == (float(found.values), *found.bounds(0.95), len(sums))
    assert found.at((), 0.5)[1:3] == pytest.approx(plain.interval(0.5))
    alone = intervals.jackknife(lambda s: quotient(s[..., 0], s[..., 1]), sums, 0.5)
    assert alone == found.at((), 0.5)


@pytest.mark.parametrize("seed", SEEDS)
def test_imagined_clusters_move_the_interval_and_not_the_value(seed: int) -> None:
    sums = pairs_of_sums(seed)
    imagined = ends(sums, 0.0, 1.0)
    plain = jackknife(quotient_of, sums.tolist(), imagined)
    found = jackknifed(lambda s: quotient(s[..., 0], s[..., 1]), sums, None, np.array(imagined))
    assert float(found.values) == pytest.approx(plain.value)
    assert found.centres == pytest.approx(plain.centre)
    assert found.free == pytest.approx(plain.free)
    assert found.bounds() == pytest.approx(plain.interval(0.95))


def test_unequal_weights_leave_fewer_degrees_of_freedom() -> None:
    sums = pairs_of_sums(0)
    weights = np.array([9.0, 3.0, *[1.0] * (len(sums) - 2)])
    found = jackknifed(lambda s: quotient(s[..., 0], s[..., 1]), sums, weights)
    assert found.effective == pytest.approx(effective(weights))
    assert found.free == pytest.approx(
        min(jackknife(quotient_of, sums.tolist()).free, effective(weights) - 1.0)
    )
    most = np.array([4.0, 1.0, *[0.0] * (len(sums) - 2)])
    assert jackknifed(lambda s: quotient(s[..., 0], s[..., 1]), sums, most).free == (
        pytest.approx(25 / 17 - 1.0)
    )
    one = jackknifed(lambda s: quotient(s[..., 0], s[..., 1]), sums, np.eye(len(sums))[0])
    assert one.at()[1:3] == (-np.inf, np.inf), "one cluster has all the weight"


def test_several_figures_have_each_their_own_interval() -> None:
    one = np.array([[0.1, 1.0], [0.2, 1.0], [0.15, 1.0], [0.12, 1.0], [0.18, 1.0], [0.9, 1.0]])
    sums = np.column_stack([one, 1e12 * one[:, 0] ** 2])
    found = jackknifed(lambda s: quotient(s[..., [0, 2]], s[..., [1]]), sums)
    for i, column in enumerate((0, 2)):
        alone = jackknifed(lambda s, at=column: quotient(s[..., at], s[..., 1]), sums)
        assert found.at(i) == pytest.approx(alone.at())
        assert found.free is not None
        assert found.free[i] == pytest.approx(alone.free)


@pytest.mark.parametrize(
    ("why", "clusters", "fewest", "known"),
    [
        ("one has no spread", 1, 1, False),
        ("two have", 2, 2, True),
        ("whoever asks may want more of them", 3, 4, False),
        ("and be content with as many", 4, 4, True),
        ("by default, two are enough", 2, None, True),
    ],
)
def test_how_many_clusters_an_interval_takes(
    why: str, clusters: int, fewest: int | None, known: bool
) -> None:
    sums = np.array([[0.1, 1.0], [0.4, 1.0], [0.3, 1.0], [0.2, 1.0]])[:clusters]
    more = {} if fewest is None else {"fewest": fewest}
    found = jackknifed(lambda s: quotient(s[..., 0], s[..., 1]), sums, **more)  # type: ignore[arg-type]
    assert np.isfinite(found.at().low) == known, why
    assert (found.n, found.effective) == (clusters, clusters)
    assert float(found.values) == pytest.approx(sums[:, 0].mean())


def test_a_rest_that_should_be_nothing_is_nothing() -> None:
    """Without the one large cluster, what is left over of the sum is the rounding of a float."""
    sums = np.array([[1e9 / 3, 1e9 / 3], [0.0, 0.0], [0.0, 0.0], [-0.0, 0.0]])
    seen: list[Floats] = []

    def figure(s: Floats) -> Floats:
        seen.append(s)
        return quotient(s[..., 0], s[..., 1], 0.0)

    plus = np.array([[1e-9, 1e-9]])
    jackknifed(figure, sums, None, plus)
    assert seen[1][0].tolist() == [0.0, 0.0]
    assert seen[1][1].tolist() != [0.0, 0.0]


def test_clusters_that_differ_by_rounding_alone_count_as_alike() -> None:
    """Their kurtosis would be that of the rounding."""
    tiny = np.ones(40)
    tiny[0] += 1e-12
    sums = np.stack([tiny, np.ones(40)], axis=1)
    plus = np.array(ends(sums, 0.0, 2.0))  # as far below as above
    found = jackknifed(lambda s: quotient(s[..., 0], s[..., 1]), sums, None, plus)
    assert found.free == 39.0


def test_a_cluster_like_the_whole_deviates_by_nothing() -> None:
    sums = np.array([[0.1, 1.0], [0.5, 1.0], [0.3, 1.0], [0.2, 1.0], [0.4, 1.0]])
    found = jackknifed(lambda s: quotient(s[..., 0], s[..., 1]), sums)
    assert found.free == pytest.approx(jackknife(quotient_of, sums.tolist()).free)


# -- intervals of estimates ------------------------------------------------------------------------


class Bounds(NamedTuple):
    why: str
    made: Estimates
    low: float
    high: float


def estimates(error: float, effective: float, **more: Any) -> Estimates:
    return Estimates(np.array(2.0), np.array(error), 9, effective, **more)


T_4 = float(stats.t.ppf(0.975, 4))
T_3 = float(stats.t.ppf(0.975, 3))
BOUNDS = [
    Bounds("by Student's t, with one degree less than there are units", estimates(0.5, 5.0),
           2.0 - 0.5 * T_4, 2.0 + 0.5 * T_4),
    Bounds("or with its own", estimates(0.5, 5.0, free=np.array(3.0)),
           2.0 - 0.5 * T_3, 2.0 + 0.5 * T_3),
    Bounds("around its own centre", estimates(0.5, 5.0, centres=np.array(3.0)),
           2.0 - max(0.0, 0.5 * T_4 - 1.0), 3.0 + 0.5 * T_4),
    Bounds("that hold the value in any case, above", estimates(0.5, 5.0, centres=np.array(9.0)),
           2.0, 9.0 + 0.5 * T_4),
    Bounds("and below", estimates(0.5, 5.0, centres=np.array(-9.0)), -9.0 - 0.5 * T_4, 2.0),
    Bounds("no error, no interval", estimates(np.inf, 5.0), -np.inf, np.inf),
    Bounds("nor with an error that is not a number", estimates(np.nan, 5.0), -np.inf, np.inf),
    Bounds("nor of one unit", estimates(0.5, 1.0), -np.inf, np.inf),
    Bounds("of hardly more than one it is as wide as floats bear", estimates(0.5, 1.0 + 1e-9),
           2.0 - 0.5e6, 2.0 + 0.5e6),
    Bounds("and a giant error stays a number", estimates(1e305, 1.0 + 1e-9), -1e306, 1e306),
    Bounds("an error of nothing", estimates(0.0, 5.0), 2.0, 2.0),
]  # fmt: skip


@pytest.mark.parametrize("case", BOUNDS, ids=lambda b: b.why)
def test_the_ends_of_an_interval(case: Bounds) -> None:
    assert case.made.bounds() == pytest.approx((case.low, case.high))
    assert case.made.at() == pytest.approx((2.0, case.low, case.high, 9))


@pytest.mark.parametrize("error", [0.5, np.inf])
def test_a_figure_that_is_not_known_has_no_interval(error: float) -> None:
    found = Estimates(np.array(np.nan), np.array(error), 9, 5.0).at()
    assert np.isnan(found.value)
    assert (found.low, found.high) == (-np.inf, np.inf)


@pytest.mark.parametrize("error", [0.5, np.inf])
def test_nor_has_one_whose_centre_is_not(error: float) -> None:
    """What is not known is not certain: no interval of the value alone."""
    assert estimates(error, 5.0, centres=np.array(np.nan)).at() == (2.0, -np.inf, np.inf, 9)


def test_an_interval_is_cut_to_what_the_figure_can_be() -> None:
    assert inside(Estimate(0.5, -0.25, 1.5, 7), 0.0, 1.0) == (0.5, 0.0, 1.0, 7)
    assert inside(Estimate(0.5, 0.25, 0.75, 7), 0.0, 1.0) == (0.5, 0.25, 0.75, 7)
    unknown = Estimate(0.5, -np.inf, np.inf, 3)
    assert inside(unknown, 0.0, 1.0) == unknown
    assert cells(unknown) == (0.5, None, None)
    assert cells(Estimate(np.nan, 0.0, 1.0, 3)) == (None, 0.0, 1.0)


# -- ratios ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-1.0, 3.0)])
def test_a_bounded_ratio_is_that_of_loops(seed: int, low: float, high: float) -> None:
    sums = pairs_of_sums(seed, low, high)
    plain = jackknife(quotient_of, sums.tolist(), ends(sums, low, high))
    for confidence in (0.8, 0.95):
        found = bounded(sums, low, high, confidence)
        assert found.value == pytest.approx(plain.value)
        assert found.interval == pytest.approx(plain.interval(confidence, low, high))
        assert found.n == len(sums)
    assert bounded(sums, low, high) == bounded(sums, low, high, 0.95)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_share_is_a_ratio_between_0_and_1(seed: int) -> None:
    sums = pairs_of_sums(seed)
    assert share_of_sums(sums) == bounded(sums) == bounded(sums, 0.0, 1.0, 0.95)
    assert share_of_sums(sums, 0.8) == bounded(sums, 0.0, 1.0, 0.8)
    blocks = share_of_sums(sums, clusters=3.0)
    assert blocks == bounded(sums, 0.0, 1.0, 0.95, 3.0)
    plain = jackknife(quotient_of, sums.tolist(), ends(sums, 0.0, 1.0, 3.0))
    assert blocks.interval == pytest.approx(plain.interval(0.95, 0.0, 1.0))
    assert blocks.n == 3 * len(sums)
    codes = np.arange(len(sums))
    assert share(*sums.T, codes) == share_of_sums(sums)
    assert share(*sums.T, codes, 0.8) == share_of_sums(sums, 0.8)
    padded = np.concatenate([sums, [[0.0, 0.0]]])
    assert share_of_sums(padded) == share_of_sums(sums), "what holds no case does not count"
    assert share(*padded.T, np.arange(len(padded))) == share_of_sums(sums)


def test_the_imagined_clusters_of_a_ratio() -> None:
    """Two of the average size each, at either end; of blocks, of the size of one cluster."""
    sums = np.array([[1.0, 2.0], [1.0, 4.0]])
    assert intervals.ends_of(sums).tolist() == [[0.0, 6.0], [6.0, 6.0]]
    assert intervals.ends_of(sums[:1], -1.0, 2.0).tolist() == [[-4.0, 4.0], [8.0, 4.0]]
    assert intervals.ends_of(sums, clusters=3.0).tolist() == [[0.0, 2.0], [2.0, 2.0]]
    assert intervals.ends_of(sums[:0]).tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_one_cluster_has_a_value_and_no_interval() -> None:
    one = np.array([[1.0, 4.0]])
    assert bounded(one) == (0.25, -np.inf, np.inf, 1)
    assert share_of_sums(one) == (0.25, 0.0, 1.0, 1)


def test_too_few_clusters_are_too_few_for_ratios_and_shares() -> None:
    sums = np.array([[1.0, 2.0], [1.0, 4.0], [2.0, 4.0], [1.0, 2.0]])
    assert bounded(sums, clusters=2.0) == (5 / 12, -np.inf, np.inf, 8)
    assert share_of_sums(sums, clusters=2.0) == (5 / 12, 0.0, 1.0, 8)
    for made in (bounded, share_of_sums):
        empty = made(np.zeros((3, 2)))
        assert np.isnan(empty.value)
        assert empty.n == 0
    assert bounded(np.zeros((3, 2))).interval == (-np.inf, np.inf)
    assert share_of_sums(np.zeros((3, 2))).interval == (0.0, 1.0)


def test_cases_that_stand_alone_have_the_exact_interval_and_others_not() -> None:
    part = np.array([1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0])
    whole, alone = np.ones(7), np.arange(7)
    assert share(part, whole, alone) == clopper_pearson(4, 7)
    assert share(part, whole, alone, 0.8) == clopper_pearson(4, 7, 0.8)
    some = share(part, np.array([1.0, 1, 1, 1, 1, 1, 0]), alone)
    assert some == clopper_pearson(4, 6), "what is not a case is none of them"
    assert share(part, whole, np.array([0, 0, 1, 2, 3, 4, 5])) != clopper_pearson(4, 7)
    assert share(part / 2, whole, alone) != clopper_pearson(2, 7), "half a case is none"
    assert share(part * 2, whole * 2, alone) != clopper_pearson(4, 7)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mean_over_clusters_is_that_of_loops(seed: int) -> None:
    """Its clusters are as far apart as those seen, or as what is known of them."""
    sums = pairs_of_sums(seed, -2.0, 2.0)
    codes = np.arange(len(sums))
    each = sums[:, 0] / sums[:, 1]
    plain = jackknife(quotient_of, sums.tolist(), ends(sums, each.min(), each.max()))
    found = ratio(*sums.T, codes)
    assert found.value == pytest.approx(plain.value)
    assert found.interval == pytest.approx(plain.interval(0.95))
    assert ratio(*sums.T, codes, 0.8).interval == pytest.approx(plain.interval(0.8))
    wide = ratio(*sums.T, codes, 0.9999)  # also beyond what was seen
    assert wide.interval == pytest.approx(plain.interval(0.9999))
    for span in ((-3.0, 5.0), (0.0, 5.0), (-3.0, 0.0)):
        low, high = min(span[0], each.min()), max(span[1], each.max())
        plain = jackknife(quotient_of, sums.tolist(), ends(sums, low, high))
        found = ratio(*sums.T, codes, 0.999, span=span)
        assert found.interval == pytest.approx(plain.interval(0.999, low, high))
    doubled = ratio(*np.repeat(sums / 2.0, 2, axis=0).T, np.repeat(codes, 2), span=(-3.0, 5.0))
    assert doubled == pytest.approx(ratio(*sums.T, codes, span=(-3.0, 5.0)))


def test_a_mean_of_nothing_and_one_that_never_differs() -> None:
    empty = ratio(np.zeros(3), np.zeros(3), np.arange(3))
    assert np.isnan(empty.value)
    assert (empty.low, empty.high, empty.n) == (-np.inf, np.inf, 0)
    same = ratio(3 * np.ones(9), np.ones(9), np.arange(9))
    assert same == (3.0, -np.inf, np.inf, 9)


def test_many_values_are_looked_at_in_strides() -> None:
    """A million rows need not be sorted to see that they have few levels; the ends are exact."""
    many = np.zeros(10_000)
    many[5] = 3.0
    assert intervals.span_of(many) == (0.0, 3.0)
    few = np.arange(5) / 2.0
    assert intervals.span_of(few) == (0.0, 2.0)
    assert intervals.span_of(np.arange(6) / 2.0) is None
    assert intervals.span_of(np.array([0.0, 0.5])) == (0.0, 1.0)
    assert intervals.span_of(np.array([0.5, 1.0])) == (0.0, 1.0)
    assert intervals.span_of(np.array([-np.inf, 0.5])) == (0.0, 1.0)
    assert math.isclose(intervals.FEW_LEVELS, 5)
