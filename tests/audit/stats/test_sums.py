"""Exact intervals, sums over clusters and degrees of freedom, against SciPy and plain loops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from in_loops import freedom
from scipy import stats

from assay.audit.stats.intervals import (
    clopper_pearson,
    cluster_numbers,
    cluster_sums,
    degrees,
    effective,
    quotient,
)

# -- shares of independent cases -------------------------------------------------------------------


@pytest.mark.parametrize("confidence", [0.9, 0.95, None])
def test_clopper_and_pearsons_interval_is_scipys(confidence: float | None) -> None:
    for cases in (1, 2, 7, 40):
        for count in range(cases + 1):
            found = clopper_pearson(count, cases, *([] if confidence is None else [confidence]))
            exact = stats.binomtest(count, cases).proportion_ci(confidence or 0.95, "exact")
            assert found.interval == pytest.approx((exact.low, exact.high), abs=1e-12)
            assert (found.value, found.n) == (count / cases, cases)


def test_no_cases_say_nothing() -> None:
    found = clopper_pearson(0, 0)
    assert np.isnan(found.value)
    assert (found.low, found.high, found.n) == (0.0, 1.0, 0)


# -- sums ------------------------------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(st.sampled_from([-1, 0, 1, 2, 7, 50_000]), st.integers(-9, 9), st.integers(0, 9)),
        max_size=20,
    )
)
def test_sums_of_clusters_are_those_added_one_by_one(rows: list[tuple[int, int, int]]) -> None:
    """In ascending order of code, those that stand alone behind them in the order of rows."""
    wanted: dict[Any, list[int]] = {}
    for code in sorted({code for code, _, _ in rows if code >= 0}):
        wanted[code] = [0, 0]
    for i, (code, a, b) in enumerate(rows):
        into = wanted.setdefault(code if code >= 0 else ("alone", i), [0, 0])
        into[0] += a
        into[1] += b
    codes = np.array([row[0] for row in rows], np.int64)
    values = np.array([row[1:] for row in rows], float).reshape(-1, 2)
    assert cluster_sums(codes, values).tolist() == list(wanted.values())
    numbers = cluster_numbers(codes).tolist() if rows else []
    keys = list(wanted)
    assert numbers == [
        keys.index(code if code >= 0 else ("alone", i)) for i, (code, _, _) in enumerate(rows)
    ]


def test_a_quotient_of_nothing_is_what_it_is_said_to_be() -> None:
    top, bottom = np.array([3.0, 3.0, 0.0, -3.0]), np.array([2.0, 0.0, 0.0, -1.0])
    assert quotient(top, bottom, 7.0).tolist() == [1.5, 7.0, 7.0, 3.0]
    assert quotient(np.array([3, 1]), np.array([2, 0]), 0.5).tolist() == [1.5, 0.5]
    found = quotient(top, np.array(0.0))
    assert found.shape == (4,)
    assert np.isnan(found).all()


@pytest.mark.parametrize(
    ("why", "weights", "number"),
    [
        ("equal units count as many as they are", [3.0] * 5, 5.0),
        ("a large one hides the others", [3.0, 1.0], 1.6),
        ("without weight there are none", [0.0, 0.0], 0.0),
        ("small weights are weights", [0.1, 0.1], 2.0),
    ],
)
def test_effective_number(why: str, weights: list[float], number: float) -> None:
    assert effective(np.array(weights)) == pytest.approx(number), why


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=12))
def test_degrees_of_freedom_are_those_added_one_by_one(deviations: list[float]) -> None:
    rounded = [round(d, 3) for d in deviations]
    assert degrees(np.array(rounded)) == pytest.approx(freedom(rounded))


def test_one_that_makes_up_a_figure_leaves_two_degrees_of_freedom() -> None:
    for c in (3, 10, 100):
        assert degrees(np.eye(c)[0]) == pytest.approx(2.0, abs=0.25)
    assert degrees(np.eye(2)[0]) == 1.0
    assert degrees(np.zeros(9)) == 8.0
