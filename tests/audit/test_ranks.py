"""Pairs within groups, against scipy and against counting them one by one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau

from assay.audit.frame import Floats
from assay.audit.groups import Groups
from assay.audit.stats import ranks
from assay.audit.stats.ranks import pairs, regret


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
