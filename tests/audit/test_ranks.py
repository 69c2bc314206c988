"""Pairs within groups, against scipy and against counting them one by one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau, rankdata

from assay.audit.frame import Floats
from assay.audit.groups import Groups
from assay.audit.stats import midranks, ranks
from assay.audit.stats.midranks import group_ranks
from assay.audit.stats.ranks import MEMBERS, SMALL, each_pair, pairs, regret, thinned


def grouped(codes: list[int]) -> Groups:
    return Groups.of(np.array(codes, np.int64), np.ones(len(codes), bool))


ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=40
)


@given(ROWS)
def test_pairs_are_those_counted_one_by_one(rows: list[tuple[int, int, int]]) -> None:
    groups = grouped([r[0] for r in rows])
    x = np.array([r[1] for r in rows], float)[groups.rows]
    y = np.array([r[2] for r in rows], float)[groups.rows]
    _check(groups, x, y, pairs(groups, x, y))
    _check(groups, x, y, by_sorting(groups, x, y))


def by_sorting(groups: Groups, x: Floats, y: Floats) -> ranks.PairCounts:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranks, "SMALL", 0)
        return pairs(groups, x, y)


def _check(groups: Groups, x: Floats, y: Floats, found: ranks.PairCounts) -> None:
    for g in range(len(groups)):
        members = np.flatnonzero(groups.of_row == g)
        noted = [(x[a] - x[b], y[a] - y[b]) for a, b in itertools.combinations(members, 2)]
        assert found.concordant[g] == sum(dx * dy > 0 for dx, dy in noted)
        assert found.discordant[g] == sum(dx * dy < 0 for dx, dy in noted)
        assert found.tied_x[g] == sum(dx == 0 for dx, _ in noted)
        assert found.tied_y[g] == sum(dy == 0 for _, dy in noted)
        assert found.all[g] == len(noted)


@pytest.mark.parametrize("size", [2, 3, 8, 1000, 30_000])
@pytest.mark.parametrize("levels", [2, 7, 10**6])
def test_tau_b_is_scipys(size: int, levels: int) -> None:
    random = np.random.default_rng(size)
    x = random.integers(0, levels, size).astype(float)
    y = np.round((x + random.integers(0, levels, size)) / 2)
    found = pairs(grouped([0] * size), x, y)
    wanted = kendalltau(x, y).statistic
    if found.decided_x[0] * found.decided_y[0]:
        tau = (found.concordant - found.discordant) / np.sqrt(found.decided_x * found.decided_y)
        assert tau[0] == pytest.approx(wanted, abs=1e-12)
    else:
        assert np.isnan(wanted)


def test_regret_is_what_the_best_paid_row_lacks() -> None:
    """First group: the best paid is the worst. Second: two share the best pay, one of them is
    right, so half is lost. Third: the best paid is right."""
    groups = grouped([0, 0, 1, 1, 1, 2, 2])
    x = np.array([1, 0, 1, 1, 0, 0, 1.0])
    y = np.array([0, 1, 0, 1, 0, 0, 1.0])
    assert regret(groups, x, y).tolist() == [1.0, 0.5, 0.0]


def test_regret_is_never_less_than_nothing() -> None:
    """The mean of equals may round above them."""
    groups = grouped([0] * 3)
    assert regret(groups, np.ones(3), np.full(3, 0.1)).tolist() == [0.0]
    assert regret(groups, np.array([0.0, 0.0, 1.0]), np.array([0.25, 1.0, 0.5])).tolist() == [0.5]


def test_large_groups_are_counted_by_sorting_and_small_ones_pair_by_pair(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both give the same; this is about what it costs."""

    def refuse(*_: object) -> ranks.PairCounts:
        raise AssertionError

    x = np.arange(SMALL + 1.0)
    with monkeypatch.context() as patch:
        patch.setattr(ranks, "_inversions", refuse)
        assert pairs(grouped([0] * SMALL), x[:-1], x[:-1]).discordant.tolist() == [0]
    monkeypatch.setattr(ranks, "_pair_by_pair", refuse)
    assert pairs(grouped([0] * (SMALL + 1)), x, -x).concordant.tolist() == [0]


def test_pairs_of_no_groups() -> None:
    nothing = np.zeros(0)
    for found in (pairs(grouped([]), nothing, nothing), pairs(grouped([0, 1]), nothing, nothing)):
        assert [len(column) for column in found] == [0] * 5
    assert list(each_pair(grouped([]))) == []
    assert len(thinned(grouped([]))) == 0


@pytest.mark.parametrize("at_once", [1, 7, ranks.PAIRS])
def test_each_pair_comes_once(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranks, "PAIRS", at_once)
    groups = grouped([0] * 2 + [1] * 5 + [2] * 9)
    found = [pair for one, other in each_pair(groups) for pair in zip(one, other, strict=True)]
    wanted = [
        pair
        for g in range(3)
        for pair in itertools.combinations(np.flatnonzero(groups.of_row == g).tolist(), 2)
    ]
    assert sorted(found) == sorted(wanted)
    assert all(len(one) for one, _ in each_pair(groups)), "nothing is handed on where none is"


def test_of_large_groups_rows_at_equal_strides_are_kept() -> None:
    small = grouped([0] * MEMBERS)
    assert thinned(small) is small
    groups = grouped([0] * MEMBERS + [1] * (2 * MEMBERS) + [2] * (3 * MEMBERS + 1) + [3] * 3)
    found = thinned(groups)
    assert found.sizes.tolist() == [MEMBERS, MEMBERS, MEMBERS, 3]
    kept = [found.rows[found.of_row == g] for g in range(4)]
    assert kept[0].tolist() == list(range(MEMBERS))
    assert set(np.diff(kept[1])) == {2}
    assert set(np.diff(kept[2])) <= {3, 4}
    assert kept[3].tolist() == groups.rows[-3:].tolist()
    alone = thinned(grouped([0] * (3 * MEMBERS + 1)))
    assert kept[2].tolist() == (alone.rows + 3 * MEMBERS).tolist(), "whatever groups come before"


# -- ranks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("cells", [1, 5, midranks.CELLS])
@pytest.mark.parametrize("levels", [1, 2, 3, 9])
@pytest.mark.parametrize("missing", [0, 3])
def test_ranks_within_groups(
    cells: int, levels: int, missing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of SciPy, group by group; a group that lacks a value has none."""
    monkeypatch.setattr(midranks, "CELLS", cells)
    random = np.random.default_rng(levels)
    groups = grouped([code for code in range(12) for _ in range(2 + code % 3)])
    values = 0.5 + random.integers(0, levels, len(groups.rows)) / 4.0
    values[random.choice(len(values), missing, replace=False)] = np.nan
    found = group_ranks(groups, values)
    for g, size in enumerate(groups.sizes):
        mine = values[groups.of_row == g]
        wanted = np.zeros(size)
        if np.isfinite(mine).all():
            wanted = (rankdata(mine) - (size + 1) / 2.0) / size
        assert found[groups.of_row == g] == pytest.approx(wanted, abs=1e-15)


def test_ranks_where_no_value_is_known() -> None:
    groups = grouped([0, 0, 1, 1])
    assert group_ranks(groups, np.full(4, np.nan)).tolist() == [0.0] * 4
    assert group_ranks(groups, np.array([np.nan, 1.0, 2.0, 3.0])).tolist() == [0, 0, -0.25, 0.25]
