"""Separation, rank and collinearity: what the data do not determine, and by what."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.fit import (
    Labels,
    Pairs,
    Rankings,
    bradley_terry,
    find,
    find_separation,
    fit,
    plackett_luce,
)

from . import planted


class Case(NamedTuple):
    rows: list[list[float]]
    found: str
    why: str


CASES = [
    Case([[1.0], [0.5], [2.0]], "complete", "chosen is always higher"),
    Case([[-1.0], [-0.5]], "complete", "always lower: a penalty separates as well"),
    Case([[1.0], [-0.5]], "none", "one each way overlaps"),
    Case([[1.0], [0.0]], "complete", "a pair without a difference can be ordered by nothing"),
    Case([[0.0], [0.0]], "none", "no difference at all: undetermined, not separated"),
    Case([[1.0, 0.3], [1.0, -0.2], [0.0, 0.1], [0.0, -0.1]], "quasi", "the first never speaks"
         " against, the second does"),
    Case([[2.0, -1.0], [-1.0, 2.0]], "complete", "only both together separate"),
    Case([[2.0, -1.0], [-1.0, 2.0], [-1.0, -1.0]], "none", "three that pull all ways"),
    Case([[1.0, -1.0], [-1.0, 1.0], [1.0, 0.0]], "quasi", "opposite pairs lie on the boundary"),
    Case([[1e-3, 0.0], [-1e-3, 1.0], [0.0, -1.0]], "none", "small differences count"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.why)
def test_separation(case: Case) -> None:
    found = find_separation(np.array(case.rows), ["a", "b"][: len(case.rows[0])])
    kind = "none" if found is None else ("complete" if found.complete else "quasi")
    assert kind == case.found


@pytest.mark.parametrize("case", [c for c in CASES if c.found != "none"], ids=lambda c: c.why)
def test_the_direction_separates(case: Case) -> None:
    rows = np.array(case.rows)
    found = find_separation(rows, ["a", "b"][: rows.shape[1]])
    assert found is not None
    direction = np.array([found.direction.get(n, 0.0) for n in ["a", "b"][: rows.shape[1]]])
    moved = rows @ direction
    assert moved.min() > -1e-6
    assert int((moved > 1e-6).sum()) == found.strict
    assert np.abs(direction).max() == pytest.approx(1.0)


@given(
    st.lists(st.tuples(st.integers(-4, 4), st.integers(-4, 4)).filter(any), min_size=1, max_size=7)
)
def test_two_criteria_against_every_angle(rows: list[tuple[int, int]]) -> None:
    """Oracle: directions at right angles to a row, and between two of them, are all there are."""
    points = np.array(rows, dtype=float)
    normals = [v for x, y in rows for v in ((-y, x), (y, -x))]
    angles = sorted({float(np.arctan2(y, x)) for x, y in normals})
    middles = [
        (a + b) / 2 for a, b in zip(angles, [*angles[1:], angles[0] + 2 * np.pi], strict=True)
    ]
    tried = [np.array([np.cos(a), np.sin(a)]) for a in (*angles, *middles)]
    kinds = set()
    for direction in tried:
        moved = points @ direction
        if moved.min() > -1e-9 and moved.max() > 1e-9:
            kinds.add("complete" if moved.min() > 1e-9 else "quasi")
    expected = "complete" if "complete" in kinds else ("quasi" if kinds else "none")
    found = find_separation(points, ["a", "b"])
    assert ("none" if found is None else "complete" if found.complete else "quasi") == expected


@given(
    st.lists(st.tuples(*[st.integers(-2, 2)] * 3), min_size=3, max_size=12),
)
def test_a_fit_says_what_the_programme_says(rows: list[tuple[int, ...]]) -> None:
    """`fit` skips the linear programme where the maximum itself proves overlap; it must agree."""
    found = find_separation(np.array(rows, dtype=float), ["a", "b", "c"])
    fitted = fit(Pairs(rows))
    assert (fitted.status == "separated") == (found is not None)
    assert (fitted.separation is None) == (found is None)


def test_nearly_separated_is_not_separated() -> None:
    """One pair of 10,000 speaks against: a maximum far out, but a maximum."""
    rows = np.ones((10_000, 1))
    rows[0] = -1.0
    fitted = fit(Pairs(rows))
    assert fitted.status == "fitted"
    assert fitted["s0"].value == pytest.approx(np.log(9_999))


def test_nothing_differs_at_all() -> None:
    fitted = fit(Pairs([[0.0, 0.0], [0.0, 0.0]]))
    assert (fitted.status, fitted.constant) == ("undetermined", ("s0", "s1"))


def test_noiseless_preferences_have_no_maximiser() -> None:
    rng = np.random.default_rng(0)
    rows = rng.random((100, 5)) - rng.random((100, 5))
    rows *= np.sign(rows @ planted.WEIGHTS)[:, None]
    fitted = bradley_terry(rows, names=planted.NAMES)
    assert fitted.status == "separated"
    assert all(w.value is None for w in fitted.weights)
    assert fitted.separation is not None
    assert fitted.separation.complete
    (finding,) = find(fitted)
    assert (finding.id, finding.severity) == ("fit.separated", "error")
    assert "order every comparison of 100 as observed" in finding.because
    assert "no weights maximise the likelihood" in finding.because


def test_a_penalty_gives_weights_and_says_whose_they_are() -> None:
    fitted = bradley_terry([[1.0, 0.2], [1.0, -0.1], [0.5, 0.3]], l2=1.0)
    assert fitted.status == "fitted"
    assert fitted.intervals == "posterior"
    ids = {f.id: f for f in find(fitted)}
    assert ids["fit.separated"].severity == "warning"
    assert "the size of the weights is the penalty's choice" in ids["fit.separated"].because


def test_what_separates_by_itself_is_named() -> None:
    fitted = bradley_terry([[1, 0.2, -0.3], [1, -0.3, -0.1], [0, 0.1, 0], [0, -0.1, -0.2]])
    assert fitted.separation is not None
    assert fitted.separation.alone == ("s0", "-s2")


def test_rankings_and_labels_are_asked_too() -> None:
    best_first = [[[1.0], [0.5], [0.1]], [[0.9], [0.8], [0.7]]]
    assert plackett_luce(best_first).status == "separated"
    assert plackett_luce([*best_first, [[0.1], [0.2]]]).status == "fitted"
    assert fit(Labels([[0.1], [0.2], [0.8]], [False, False, True])).status == "separated"
    assert fit(Labels([[0.1], [0.9], [0.8], [0.2]], [False, False, True, True])).status == "fitted"


def test_labels_of_one_kind_are_separated_by_the_intercept() -> None:
    fitted = fit(Labels([[0.1], [0.4], [0.3]], [True, True, True]))
    assert fitted.separation is not None
    assert "(intercept)" in fitted.separation.alone


def test_the_top_of_a_ranking_leaves_the_rest_unordered() -> None:
    """What is below the ordered top may stand in any order without a contradiction."""
    items = [[0.9], [0.1], [0.5]]
    assert plackett_luce([items]).status == "fitted"
    assert plackett_luce([items], ordered=[1]).status == "separated"


# -- rank ---------------------------------------------------------------------------------------


def test_a_criterion_that_never_differs_is_told_and_the_others_are_fitted() -> None:
    model = planted.pairs(300, 1)
    rows = model.rows.copy()
    rows[:, 2] = 0.0
    fitted = fit(Pairs(rows, planted.NAMES))
    assert fitted.status == "undetermined"
    assert fitted.constant == ("format",)
    assert fitted["format"].value is None
    without = fit(Pairs(np.delete(rows, 2, axis=1)))
    others = [w.value for w in fitted.weights if w.name != "format"]
    assert others == pytest.approx([w.value for w in without.weights])
    assert "fit.constant" in {f.id for f in find(fitted)}


def test_exact_combinations_are_named_and_the_rest_keeps_its_weight() -> None:
    model = planted.pairs(400, 2)
    rows = np.column_stack([model.rows, model.rows[:, 0] + model.rows[:, 1]])
    fitted = fit(Pairs(rows, (*planted.NAMES, "sum")))
    assert fitted.status == "undetermined"
    (found,) = fitted.collinear
    assert (found.criteria, found.exact) == (("answer", "style", "sum"), True)
    assert [w.name for w in fitted.weights if w.value is None] == ["answer", "style", "sum"]
    plain = fit(model)
    for name in ("format", "length", "tests"):
        assert fitted[name].value == pytest.approx(plain[name].value)
        assert fitted[name].error == pytest.approx(plain[name].error)


def test_unrelated_dependencies_are_told_apart() -> None:
    rows = planted.pairs(200, 3).rows
    rows = np.column_stack([rows, rows[:, 0] * 2, rows[:, 3] - rows[:, 4]])
    fitted = fit(Pairs(rows))
    assert {c.criteria for c in fitted.collinear} == {("s0", "s5"), ("s3", "s4", "s6")}


def test_near_combinations_are_warned_of() -> None:
    rng = np.random.default_rng(4)
    rows = planted.pairs(500, 4).rows
    rows = np.column_stack([rows, rows[:, 0] + 0.01 * rng.normal(size=500)])
    fitted = fit(Pairs(rows, (*planted.NAMES, "twin")))
    assert fitted.status == "fitted"
    assert fitted.condition > 30
    (found,) = fitted.collinear
    assert (found.criteria, found.exact) == (("answer", "twin"), False)
    assert "fit.collinear" in {f.id for f in find(fitted)}


def test_independent_criteria_are_not_called_collinear() -> None:
    fitted = fit(planted.pairs(200, 5))
    assert fitted.collinear == ()
    assert fitted.condition < 3


def test_with_an_intercept_a_constant_score_is_undetermined() -> None:
    rng = np.random.default_rng(6)
    scores = np.column_stack([rng.random(200), np.full(200, 0.7)])
    fitted = fit(Labels(scores, rng.random(200) < 0.5, ["a", "b"]))
    assert fitted.constant == ("b",)
    assert fitted["a"].value is not None


def test_fewer_rankings_than_criteria() -> None:
    model = Rankings([[[0.1, 0.2, 0.3], [0.3, 0.1, 0.2]]])
    assert fit(model).status == "separated"  # one ranking is always separable
