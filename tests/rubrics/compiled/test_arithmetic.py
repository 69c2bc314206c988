"""The arithmetic below rewards: columns against one row, sums against `math.fsum`, receipts."""

from __future__ import annotations

import itertools
import math
import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assay.model import Verdict
from assay.rubrics import load_rubric
from assay.rubrics.compiled import column_sums
from assay.rubrics.compiled.column_sums import BLOCK, fsum
from assay.rubrics.compiled.columns import COLUMNS, evaluated
from assay.rubrics.compiled.evaluate import Near, evaluate, span, standard, values_of
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.compiled.rounding import settle
from assay.rubrics.compiled.variables import plan_range
from assay.rubrics.written.arithmetic import FLOAT, SLACK

# -- sums ------------------------------------------------------------------------------------------

TINY = [0.0, 1.0, -1.0, 0.1, 3.0, 1e16, -1e16, 1e-30, *(2.0**-n for n in (52, 53, 54, 105, 106))]
ANY = st.sampled_from(TINY) | st.sampled_from([-t for t in TINY]) | st.floats(-1e18, 1e18)


@given(st.lists(st.lists(ANY, min_size=5, max_size=5), min_size=1, max_size=7))
@example([[1.0] * 5, [2.0**-53] * 5, [2.0**-106] * 5, [-(2.0**-106)] * 5])
@example([[1.0] * 5, [-(2.0**-54)] * 5, [-(2.0**-107)] * 5])
@example([[1.0] * 5, [2.0**-53] * 5, [-(2.0**-107)] * 5, [2.0**-160] * 5])
def test_sums_of_columns_are_rounded_once(columns: list[list[float]]) -> None:
    """Bit for bit, also halfway between two floats, where the smallest of summands decides."""
    found = fsum([np.array(column) for column in columns])
    assert found.tolist() == [math.fsum(row) for row in zip(*columns, strict=True)]


def test_hard_sums() -> None:
    """Rows made to round differently in every other order."""
    pick = random.Random(0)
    rows = []
    for _ in range(3000):
        big = pick.choice([1.0, 3.0, 2.0**60]) * pick.choice([1, -1])
        halves = [big * 2.0**-53 * pick.choice([1, -1, 3, 0.5]) for _ in range(2)]
        small = [big * 2.0 ** -pick.randint(100, 170) * pick.choice([1, -1]) for _ in range(3)]
        row = [big, *halves, *small]
        pick.shuffle(row)
        rows.append(row)
    columns = list(np.array(rows).T)
    assert fsum(columns).tolist() == [math.fsum(row) for row in rows]


def test_hardly_any_row_is_summed_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a million rows would take a second, and not a hundredth of one."""
    asked: list[int] = []

    def counted(values: Any) -> float:
        asked.append(1)
        return math.fsum(values)

    class Math:
        fsum = staticmethod(counted)

    monkeypatch.setattr(column_sums, "math", Math)
    columns = np.random.default_rng(0).random((6, 2000)) * [[1], [0.1], [0.3], [-0.7], [2], [1e-3]]
    found = fsum(list(columns))
    assert len(asked) <= 2
    assert found.tolist() == [math.fsum(row) for row in columns.T.tolist()]


def test_sums_of_blocks_scalars_and_nothing() -> None:
    columns = np.random.default_rng(0).random((3, 2 * BLOCK + 7))
    assert fsum(list(columns)).tolist() == [math.fsum(row) for row in columns.T.tolist()]
    mixed = fsum([np.array(0.1), columns[0], np.arange(len(columns[0]))])
    assert mixed[:3].tolist() == [math.fsum((0.1, c, i)) for i, c in enumerate(columns[0][:3])]
    assert fsum([]).tolist() == []
    one = fsum([np.array([-0.0, 2.0])])
    assert math.copysign(1.0, one[0]) == 1.0
    assert math.copysign(1.0, fsum([np.array([-0.0]), np.array([-0.0])])[0]) == 1.0
    assert fsum([np.arange(3)]).dtype == fsum([np.arange(3), np.arange(3)]).dtype == np.float64
    with np.errstate(all="raise"):  # rubrics of that size are refused; if not, no warning either
        assert not np.isfinite(fsum([np.array([1e308]), np.array([1e308])])).any()


# -- columns ---------------------------------------------------------------------------------------

EDGES = [-2.0, 0.0, 0.2, 0.2 - SLACK / 2, 0.2 - SLACK, 0.2 - 2 * SLACK, 0.5, 1.0, 30.0]


def test_columns_have_the_arithmetic_of_one_row() -> None:
    one, other = (np.array(c) for c in zip(*itertools.product(EDGES, EDGES), strict=True))
    pairs = list(zip(one.tolist(), other.tolist(), strict=True))
    for name in ("sum", "least", "greatest"):
        found = getattr(COLUMNS, name)([one, other, 0.3])
        assert found.tolist() == [getattr(FLOAT, name)([a, b, 0.3]) for a, b in pairs], name
    assert COLUMNS.sigmoid(one).tolist() == [FLOAT.sigmoid(a) for a, _ in pairs]
    assert COLUMNS.sigmoid(0.5) == FLOAT.sigmoid(0.5)
    assert COLUMNS.at_least(one, other, one, 7.0).tolist() == [
        FLOAT.at_least(a, b, a, 7.0) for a, b in pairs
    ]


def of(kind: str, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "criteria": ["a", "b", "c"], **fields}


ON = [0, 1]
LEVELED = {"a": {"levels": ON}, "b": {"levels": [0, 0.5, 1]}, "c": {"levels": [0.2, 0.9]}}
RUBRICS: dict[str, dict[str, Any]] = {
    "a sum": {"kind": "weighted", "criteria": {"a": 0.7, "b": 0.2, "c": -0.1}},
    "a normalised sum": of("weighted", normalise=True),
    "the smallest": of("min"),
    "a product": of("product"),
    "a vote": of("vote", at=0.5),
    "thresholds": of("priority", mode="threshold", tau=0.6, weights=[1, 0.5, 0.25]),
    "sigmoids": of("priority", mode="threshold", tau=0.6, weights=[1, 2, 3], scale="sigmoid"),
    "a gate": {"kind": "gate", "gate": "a", "then": of("weighted"), "floor": 0.3, "at": 0.5},
    "a ramp": {"kind": "gate", "gate": "a", "then": of("min"), "ramp": [0.2, 0.8]},
    "a clip": {"kind": "clip", "of": of("weighted"), "low": 0.5, "high": 2},
    "levels in a sum": {"kind": "weighted", "criteria": LEVELED},
    "levels in a product": {"kind": "product", "criteria": LEVELED},
    "priorities": {"kind": "priority", "criteria": LEVELED},
}


def plan_of(rubric: dict[str, Any]) -> Plan:
    plan = load_rubric(rubric)._unbound.plan(None)
    assert isinstance(plan, Plan)
    return plan


@pytest.mark.parametrize("rubric", RUBRICS.values(), ids=RUBRICS)
def test_a_rubric_over_columns_is_that_of_each_row(rubric: dict[str, Any]) -> None:
    """Bit for bit: equal rewards of a group stay equal."""
    plan = plan_of(rubric)
    pick = random.Random(0)
    scores = [0.0, 0.1, 0.2, 0.30000000000000004, 0.5, 0.6, 0.7, 0.9, 1.0]
    rows = [[pick.choice(scores) for _ in plan.leaves] for _ in range(200)]
    columns = {
        leaf.key: np.array(column)
        for leaf, column in zip(plan.leaves, zip(*rows, strict=True), strict=True)
    }
    found = evaluated(plan, columns)
    assert found.dtype == np.float64
    assert found.tolist() == [plan.receipt(list(row))[0] for row in rows]
    for row in rows[:20]:
        exact = evaluate(plan, dict(zip(columns, map(Fraction, map(str, row)), strict=True)))
        assert plan.value(row) == pytest.approx(float(exact), abs=1e-12)


# -- lowest and highest ----------------------------------------------------------------------------


@pytest.mark.parametrize("missing", [None, 0.1])
@pytest.mark.parametrize("kind", ["weighted", "product", "min", "vote"])
def test_the_range_of_a_plan_is_that_of_every_row(kind: str, missing: float | None) -> None:
    criteria = {name: dict(entry) for name, entry in LEVELED.items()}
    if missing is not None:
        criteria["b"]["missing"] = missing  # type: ignore[assignment]
    plan = plan_of({"kind": kind, "criteria": criteria})
    seen = [values_of(leaf) for leaf in plan.leaves]
    stand_in = [] if missing is None else [Fraction(1, 10)]
    assert seen[1] == tuple(sorted({Fraction(0), Fraction(1, 2), Fraction(1), *stand_in}))
    assert [span(leaf) for leaf in plan.leaves] == [(v[0], v[-1]) for v in seen if v]
    keys = [leaf.key for leaf in plan.leaves]
    values = [
        evaluate(plan, dict(zip(keys, row, strict=True)))
        for row in itertools.product(*(v or () for v in seen))
    ]
    assert plan_range(plan) == (min(values), max(values))


def test_scores_without_levels_are_an_interval() -> None:
    plan = plan_of(of("weighted"))
    assert values_of(plan.leaves[0]) is None
    assert span(plan.leaves[0]) == (0, 1)
    assert plan_range(plan) == (0, 3)
    cost = {"kind": "cost", "of": "b", "each": 0.1, "unknown": 1}
    unbounded = plan_of({"kind": "weighted", "criteria": {"a": {"levels": ON}, "b": cost}})
    assert plan_range(unbounded) is None


# -- just below ------------------------------------------------------------------------------------

NUMBERS = st.sampled_from([Fraction(n, 4) for n in range(-8, 9)])
NEARS = st.builds(Near, NUMBERS, NUMBERS)
TINIEST = Fraction(1, 10**9)


def real(near: Near) -> Fraction:
    """With a small number in place of the infinitely small one."""
    return near.standard + near.tiny * TINIEST


@given(NEARS, NEARS | NUMBERS)
def test_infinitely_near_numbers_follow_small_ones(a: Near, b: Near | Fraction) -> None:
    x, y = real(a), real(b) if isinstance(b, Near) else b
    of_b = b.tiny if isinstance(b, Near) else 0
    assert (real(a + b), real(a - b), real(-a)) == (x + y, x - y, -x)
    assert (real(b + a), real(b - a)) == (y + x, y - x)
    second_order = a.tiny * of_b * TINIEST**2
    assert real(a * b) == real(b * a) == x * y - second_order
    assert real(a / 4) == x / 4
    assert (a < b, a <= b, a > b, a >= b) == (x < y, x <= y, x > y, x >= y)
    assert standard(a) == a.standard
    assert standard(Fraction(1, 2)) == standard(0.5) == Fraction(1, 2)


# -- receipts that add up --------------------------------------------------------------------------

SHARES = st.lists(
    st.sampled_from([0.0, 0.1, -0.1, 1 / 3, 0.7, 1e-17, 1e16, 3e-9]) | st.floats(-2, 2),
    min_size=1,
    max_size=6,
)


@given(SHARES, st.integers(0, 5), st.integers(-2, 2))
@example([0.1, 0.7, -0.1], 0, 1)
def test_shares_add_up_to_the_value(shares: list[float], first: int, ulps: int) -> None:
    """The adjustment takes what rounding left; the other shares change by as little, if at all."""
    first %= len(shares)
    value = math.fsum(shares)
    for _ in range(abs(ulps)):
        value = math.nextafter(value, math.copysign(math.inf, ulps))
    before = list(shares)
    settle(shares, value, first)
    assert math.fsum(shares) == value
    rounding = 8 * math.ulp(max(map(abs, [*before, value])))
    for i, (old, new) in enumerate(zip(before, shares, strict=True)):
        if value == math.fsum(before) or (i != first and not old):
            assert new == old
        elif i != first:
            assert min(abs(new - old), abs(new)) <= rounding, "or it has gone into the adjustment"


@pytest.mark.parametrize(
    ("why", "shares", "value", "settled"),
    [
        ("the smaller share has the digits that are wanted", [0.3, 1e-9, -0.3], 3e-10, [0.3, 1e-9]),
        ("none has them: one of two equal ones goes", [0.005, 0.005, -0.0099], 1e-4, [0.0, 0.005]),
        ("what earned nothing gets nothing", [0.005, 0.0, 0.005, -0.0099], 1e-4, [0.0, 0.0, 0.005]),
        ("the smallest", [0.37, 0.25, 5e-5, -0.62], 1e-12, [0.37, 0.25, 0.0]),
        (
            "or two of them",
            [1e-9 / 3, 3.3333333333333334e-09, 1e-6 / 3, -3.3699999999999996e-07],
            1e-23,
            [0.0, 0.0, 1e-6 / 3],
        ),
    ],
)
def test_a_receipt_still_says_what_was_paid_for(
    why: str, shares: list[float], value: float, settled: list[float]
) -> None:
    """A product is far below the shares of its parts, which cannot add up to all its digits."""
    before = list(shares)
    settle(shares, value, len(shares) - 1)
    assert math.fsum(shares) == value, why
    assert shares[:-1] == pytest.approx(settled, rel=1e-6, abs=1e-16), why
    assert all(new == 0.0 for old, new in zip(before, shares, strict=True) if old == 0.0)
    assert shares[-1] == pytest.approx(value - math.fsum(settled), rel=1e-6), why


def test_the_adjustment_alone_takes_a_difference_that_a_float_can_hold() -> None:
    shares = [0.5, 0.25, 0.0, 0.125]
    settle(shares, 1.0, 2)
    assert shares == [0.5, 0.25, 0.125, 0.125]
    alone = [0.0, 0.3]
    settle(alone, 0.5, 1)
    assert alone == [0.0, 0.5]


def test_a_small_product_is_paid_for_its_parts() -> None:
    rubric = load_rubric({"kind": "product", "criteria": ["a", "b"]})
    reward = rubric.compose({k: Verdict.judged("t", 0.01, "") for k in "ab"})
    assert reward.value == pytest.approx(1e-4)
    given = [term.contribution for term in reward.terms.values()]
    assert math.fsum(x for x in given if x is not None) == reward.value
    assert given == pytest.approx([0.0, 0.005, -0.0049], abs=1e-16)


def test_each_composer_has_a_line_of_what_it_adds_and_takes() -> None:
    rubric = load_rubric(
        {
            "kind": "weighted",
            "criteria": {
                "p": {"kind": "product", "criteria": ["a", "b"], "weight": 2},
                "q": {"kind": "min", "criteria": ["c", "d"], "weight": -0.5},
            },
        }
    )
    scores = {"p/a": 0.5, "p/b": 1.0, "q/c": 0.25, "q/d": 1.0}
    reward = rubric.compose({k: Verdict.judged("t", s, "") for k, s in scores.items()})
    assert {key: term.contribution for key, term in reward.terms.items()} == {
        "p/a": 0.5,
        "p/b": 1.0,
        "q/c": -0.0625,
        "q/d": -0.25,
        "p/(product)": 2 * 0.5 - 1.5,
        "q/(min)": -0.5 * 0.25 + 0.3125,
    }


def test_a_receipt_adds_up() -> None:
    rubric = load_rubric({"kind": "gate", "gate": "a", "then": of("product"), "floor": 0.3})
    scores = {"gate": 1.0, "then/a": 0.1, "then/b": 0.7, "then/c": 0.3}
    reward = rubric.compose({k: Verdict.judged("t", s, "") for k, s in scores.items()})
    given = [term.contribution for term in reward.terms.values()]
    assert math.fsum(x for x in given if x is not None) == reward.value


def test_a_line_that_takes_up_a_rounding_error_is_otherwise_as_it_was() -> None:
    """0.7 * 0.003 is 0.0021; the last digits go where the sum needs them."""
    rubric = load_rubric(
        {
            "kind": "weighted",
            "criteria": {
                "a": 0.1,
                "b": 0.7,
                "c": {"kind": "min", "weight": 0.3, "criteria": {"d": {}, "e": {}}},
            },
        }
    )
    scores = {"a": 0.068, "b": 0.003, "c/d": 0.062, "c/e": 0.732}
    reward = rubric.compose({k: Verdict.judged("t", s, "") for k, s in scores.items()})
    line = reward.terms["b"]
    assert (line.verifier, line.weight, line.score) == ("b", 0.7, 0.003)
    assert line.contribution == pytest.approx(0.0021, abs=1e-15)
    assert line.contribution != 0.7 * 0.003
    node = reward.terms["c/(min)"]
    assert (node.verifier, node.weight, node.score) == ("", 1.0, None)
    assert math.fsum(t.contribution or 0 for t in reward.terms.values()) == reward.value
