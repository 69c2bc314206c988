"""Which chart a table gets: by its columns, so that an analysis need know nothing of charts.

A table with the columns ``value``, ``from`` and ``to`` is drawn as figures with intervals, or,
where it also has ``step``, as lines over steps; one whose rows bear the names of its columns, as a
matrix. What is neither is printed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from assay.audit.report.charts.forest import Figure, extent, forest
from assay.audit.report.charts.lines import At, line
from assay.audit.report.charts.matrix import matrix

if TYPE_CHECKING:
    from assay.audit.finding import Cell, Table

PANELS = 12
"""Small multiples of one table, at most."""

FIGURES = 24
"""Rows of one panel, at most."""


class Drawn(NamedTuple):
    """A chart with its title."""

    chart: Any
    title: str
    caption: str


INTERVAL = "Dot: the measured value. Line: its 95% interval."


def charts_of(table: Table) -> Iterator[Drawn]:
    """The charts of one table; none where no kind fits."""
    names = table.columns
    if not table.rows:
        return
    if _is_square(table):
        values = [[_number(cell) for cell in row[1:]] for row in table.rows]
        known = [v for row in values for v in row if v is not None]
        if known and max(abs(v) for v in known) <= 1.0000001:
            caption = "From -1 (orange, they pull against each other) to 1 (blue, they agree)."
            yield Drawn(matrix(names[1:], values), table.title, caption)
        return
    if not {"value", "from", "to"} <= set(names):
        return
    value, low, high = (names.index(n) for n in ("value", "from", "to"))
    if "step" in names:
        yield from _lines(table, names.index("step"), (value, low, high))
        return
    labels = [j for j in range(value) if all(isinstance(row[j], str) for row in table.rows)]
    if not labels:
        return
    # the first column tells the panels apart where there are two, the last one the rows
    panels: dict[str, list[Figure]] = {}
    for row in table.rows:
        v, a, b = _number(row[value]), _number(row[low]), _number(row[high])
        if v is None or a is None or b is None:  # a count among shares has no place on their axis
            continue
        panel = str(row[labels[0]]) if len(labels) > 1 else ""
        name = " · ".join(str(row[j]) for j in (labels[1:] or labels))
        panels.setdefault(panel, []).append(Figure(name, v, a, b))
    if not panels:
        return
    domain = extent([f for found in panels.values() for f in found])
    for panel, found in list(panels.items())[:PANELS]:
        title = f"{table.title}: {panel}" if panel else table.title
        yield Drawn(forest(found[:FIGURES], "", domain), title, INTERVAL)


def _lines(table: Table, step: int, places: tuple[int, int, int]) -> Iterator[Drawn]:
    labels = [
        j
        for j in range(len(table.columns))
        if j != step and j not in places and all(isinstance(r[j], str) for r in table.rows)
    ]
    panels: dict[str, list[At]] = {}
    for row in table.rows:
        at, v, a, b = (_number(row[j]) for j in (step, *places))
        if at is not None and v is not None:
            panels.setdefault(" · ".join(str(row[j]) for j in labels), []).append(At(at, v, a, b))
    for panel, points in list(panels.items())[:PANELS]:
        if len(points) > 1:
            title = f"{table.title}: {panel}" if panel else table.title
            yield Drawn(line(sorted(points), ""), title, "Band: 95% interval.")


def _is_square(table: Table) -> bool:
    names = table.columns[1:]
    return len(names) > 1 and tuple(str(row[0]) for row in table.rows) == names


def _number(cell: Cell) -> float | None:
    if isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell):
        return float(cell)
    return None
