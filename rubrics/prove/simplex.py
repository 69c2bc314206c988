"""Linear programmes in exact arithmetic, small ones.

The simplex method on fractions with Bland's rule, which cannot cycle; the answer is confirmed by
its dual, so that a mistake in the tableau could not pass for a proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Optimum:
    """The optimum of a linear programme, and where it is taken."""

    value: Fraction
    point: tuple[Fraction, ...]


def maximise(
    objective: Sequence[Fraction],
    rows: Sequence[tuple[Sequence[Fraction], Fraction]],
    bounds: Sequence[tuple[Fraction, Fraction]],
) -> Optimum | None:
    """Maximise ``objective . x`` over ``row . x <= limit`` and ``low <= x <= high``.

    Returns:
        The optimum, exact; None where no point satisfies all rows.

    Cost: exponential at worst, a few milliseconds for 20 variables and a handful of rows.
    """
    n = len(objective)
    lows = [low for low, _ in bounds]
    # Shifted to x - low >= 0; the upper bounds become rows.
    table: list[list[Fraction]] = []
    limits: list[Fraction] = []
    for row, limit in rows:
        table.append(list(row))
        limits.append(limit - sum((a * low for a, low in zip(row, lows, strict=True)), ZERO))
    for i, (low, high) in enumerate(bounds):
        table.append([ONE if j == i else ZERO for j in range(n)])
        limits.append(high - low)
    found = _solve(list(objective), table, limits)
    if found is None:
        return None
    shifted, dual = found
    point = tuple(x + low for x, low in zip(shifted, lows, strict=True))
    value = sum((c * x for c, x in zip(objective, point, strict=True)), ZERO)
    _confirm(objective, table, limits, shifted, dual)
    return Optimum(value, point)


def _solve(
    objective: list[Fraction], table: list[list[Fraction]], limits: list[Fraction]
) -> tuple[list[Fraction], list[Fraction]] | None:
    """Maximise over ``table . x <= limits``, x >= 0: (x, dual), or None if there is no point.

    Limits may be negative: a first phase drives one artificial variable, subtracted from every
    row, to 0. Bounds of all variables are among the rows, so there is always an optimum.
    """
    m, n = len(table), len(objective)
    first = min(range(m), key=lambda i: limits[i], default=0)
    artificial = n + m
    width = n + m + 1
    rows = [
        [*table[i], *(ONE if j == i else ZERO for j in range(m)), -ONE, limits[i]] for i in range(m)
    ]
    basis = [n + i for i in range(m)]
    if m and limits[first] < 0:
        cost = [ZERO] * width + [ZERO]
        cost[artificial] = -ONE
        _pivot(rows, basis, cost, first, artificial)
        _run(rows, basis, cost, width)
        if cost[-1] != 0:
            return None
        if artificial in basis:  # at 0: any other column may take its place
            at = basis.index(artificial)
            column = next(j for j in range(n + m) if rows[at][j] != 0)
            _pivot(rows, basis, cost, at, column)
    for row in rows:  # the artificial variable is gone for good
        row[artificial] = ZERO
    cost = [*objective, *[ZERO] * (m + 1), ZERO]
    for i, column in enumerate(basis):
        factor = cost[column]
        if factor:
            cost = [c - factor * r for c, r in zip(cost, rows[i], strict=True)]
    _run(rows, basis, cost, n + m)
    x = [ZERO] * n
    for i, column in enumerate(basis):
        if column < n:
            x[column] = rows[i][-1]
    return x, [-cost[n + i] for i in range(m)]


def _run(rows: list[list[Fraction]], basis: list[int], cost: list[Fraction], columns: int) -> None:
    """Pivot until no column improves; Bland's rule: always the first that does."""
    while True:
        column = next((j for j in range(columns) if cost[j] > 0), None)
        if column is None:
            return
        best: tuple[Fraction, int, int] | None = None
        for i, row in enumerate(rows):
            if row[column] > 0:
                key = (row[-1] / row[column], basis[i], i)
                best = key if best is None else min(best, key)
        if best is None:  # pragma: no cover - every variable is bounded
            raise ArithmeticError("unbounded linear programme")
        _pivot(rows, basis, cost, best[2], column)


def _pivot(
    rows: list[list[Fraction]], basis: list[int], cost: list[Fraction], at: int, column: int
) -> None:
    pivot = rows[at][column]
    rows[at] = [a / pivot if a else ZERO for a in rows[at]]
    source = rows[at]
    for i, row in enumerate(rows):
        factor = row[column]
        if i != at and factor:
            rows[i] = [a - factor * b if b else a for a, b in zip(row, source, strict=True)]
    factor = cost[column]
    if factor:
        cost[:] = [a - factor * b if b else a for a, b in zip(cost, source, strict=True)]
    basis[at] = column


def _confirm(
    objective: Sequence[Fraction],
    table: Sequence[Sequence[Fraction]],
    limits: Sequence[Fraction],
    x: Sequence[Fraction],
    dual: Sequence[Fraction],
) -> None:
    """Both feasible and of equal value: then both are optimal, whatever the tableau did."""
    for row, limit in zip(table, limits, strict=True):
        if sum((a * v for a, v in zip(row, x, strict=True)), ZERO) > limit:
            raise ArithmeticError("simplex: the point breaks a row")
    if any(v < 0 for v in x) or any(y < 0 for y in dual):
        raise ArithmeticError("simplex: a negative variable")
    for j, c in enumerate(objective):
        if sum((y * row[j] for y, row in zip(dual, table, strict=True)), ZERO) < c:
            raise ArithmeticError("simplex: the dual breaks a column")
    primal = sum((c * v for c, v in zip(objective, x, strict=True)), ZERO)
    if primal != sum((y * b for y, b in zip(dual, limits, strict=True)), ZERO):
        raise ArithmeticError("simplex: primal and dual differ")
