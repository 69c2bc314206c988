"""Exact linear programmes, against every vertex in the plane; and rounding to narrow floats."""

from __future__ import annotations

import itertools
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from assay.rubrics.prove.simplex import maximise
from assay.rubrics.written.dtypes import cast

F = Fraction
Row = tuple[list[Fraction], Fraction]

small = st.integers(-6, 6).map(F)
rows = st.lists(st.tuples(st.lists(small, min_size=2, max_size=2), small), max_size=4)
UNIT = [(F(0), F(1)), (F(-1), F(2))]


def vertices(constraints: list[Row]) -> list[tuple[Fraction, Fraction]]:
    """Every corner of the feasible region, by intersecting all pairs of its borders."""
    borders: list[Row] = [*constraints]
    for i, (low, high) in enumerate(UNIT):
        unit = [F(int(i == 0)), F(int(i == 1))]
        borders += [(unit, high), ([-u for u in unit], -low)]
    found = []
    for ((a, b), e), ((c, d), f) in itertools.combinations(borders, 2):
        det = a * d - b * c
        if det == 0:
            continue
        x, y = (e * d - b * f) / det, (a * f - e * c) / det
        if all(p * x + q * y <= limit for (p, q), limit in borders):
            found.append((x, y))
    return found


@given(st.lists(small, min_size=2, max_size=2), rows)
def test_against_every_vertex(objective: list[Fraction], constraints: list[Row]) -> None:
    found = maximise(objective, constraints, UNIT)
    corners = vertices(constraints)
    if not corners:
        assert found is None
        return
    assert found is not None
    best = max(objective[0] * x + objective[1] * y for x, y in corners)
    assert found.value == best
    assert objective[0] * found.point[0] + objective[1] * found.point[1] == best


def test_no_rows_is_the_corner_of_the_box() -> None:
    found = maximise([F(1), F(-1)], [], UNIT)
    assert found is not None
    assert found.point == (F(1), F(-1))


def test_an_impossible_row_has_no_point() -> None:
    assert maximise([F(1)], [([F(1)], F(-1))], [(F(0), F(1))]) is None


def test_thirds_stay_thirds() -> None:
    found = maximise([F(1), F(1)], [([F(3), F(1)], F(1)), ([F(1), F(3)], F(1))], [(F(0), F(1))] * 2)
    assert found is not None
    assert (found.value, found.point) == (F(1, 2), (F(1, 4), F(1, 4)))


@given(st.floats(-70000, 70000, width=32))
def test_bfloat16_is_the_nearer_neighbour(value: float) -> None:
    """No float with eight bits of mantissa lies nearer."""
    rounded = cast(value, "bfloat16")
    assert cast(rounded, "bfloat16") == rounded
    mantissa, exponent = _parts(rounded)
    for step in (-1, 1):
        neighbour = (mantissa + step) * F(2) ** exponent
        assert abs(F(rounded) - F(value)) <= abs(neighbour - F(value))


def _parts(value: float) -> tuple[Fraction, int]:
    import math

    _, exponent = math.frexp(value)
    exponent = max(exponent - 8, -133)  # the smallest step of subnormal numbers
    return F(value) / F(2) ** exponent, exponent


def test_overflow_is_infinite() -> None:
    assert cast(1e6, "float16") == float("inf")
    assert cast(-1e6, "float16") == float("-inf")
    assert cast(1e39, "float32") == float("inf")
