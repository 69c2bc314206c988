"""Which charts a table gets: by its columns, so that an analysis need know nothing of charts.

A column followed by ``from`` and ``to`` is a figure with its interval; the columns of text before
it name the figure. Such a table is drawn as dots with lines; where it also has ``step``, as lines
over steps; where it holds every pair of its names once, as a matrix as well. One whose rows bear
the names of its columns is a matrix. What is none of these is printed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from assay.audit.report.charts.forest import Figure, extent, forest
from assay.audit.report.charts.lines import At, line
from assay.audit.report.charts.matrix import matrix

if TYPE_CHECKING:
    from assay.findings import Cell, ReportTable

PANELS = 12
"""Small multiples of one table, at most."""

APART = 20.0
"""Times the middle figure's size: what is larger gets an axis of its own."""

FIGURES = 40
"""Rows of one panel, at most."""

INTERVAL = (
    "Dots: measured values; lines: 95% intervals. No line: exact for this log, or too few for an "
    "interval."
)

CELLS = "Cells: from -1 (orange, they pull apart) to 1 (blue, they agree)."


Panels: TypeAlias = "dict[str, list[Figure]]"


class Drawn(NamedTuple):
    """A chart with its title."""

    chart: Any
    title: str
    key: str
    """How to read it; the same for every chart of its kind, so shown once a section."""


class _Shape(NamedTuple):
    """Where things are in a table with intervals."""

    labels: tuple[int, ...]
    value: int

    @property
    def low(self) -> int:
        return self.value + 1

    @property
    def high(self) -> int:
        return self.value + 2


def charts_of(table: ReportTable) -> Iterator[Drawn]:
    """The charts of one table; none where no kind fits."""
    if not table.rows:
        return
    if _is_square(table):
        values = [[_number(cell) for cell in row[1:]] for row in table.rows]
        if _within_one(values):
            yield Drawn(matrix(table.columns[1:], values), table.title, CELLS)
        return
    shape = _shape(table)
    if shape is None:
        return
    if "step" in table.columns:
        yield from _lines(table, shape)
        return
    pairs = _pairs(table, shape)
    if pairs is not None:
        names, values = pairs
        if len(names) > 2 and _within_one(values):
            yield Drawn(matrix(names, values), table.title, CELLS)
        joined = [
            Figure(f"{row[shape.labels[0]]} and {row[shape.labels[1]]}", *found)
            for row in table.rows
            if (found := _figure(row, shape)) is not None
        ]
        panels: Panels = {"": joined} if joined else {}
    else:
        panels = _panels(table, shape)
    if not panels:
        return
    small, large = _by_size(panels)
    unit = table.columns[shape.value]
    unit = "" if unit == "value" else unit
    for drawn in (small, large):
        domain = extent([f for found in drawn.values() for f in found]) if drawn else None
        for panel, figures in list(drawn.items())[:PANELS]:
            title = f"{table.title}: {panel}" if panel else table.title
            if len(figures) > FIGURES:
                title += f" (the first {FIGURES} of {len(figures)})"
            yield Drawn(forest(figures[:FIGURES], unit, domain), title, INTERVAL)


def _by_size(panels: Panels) -> tuple[Panels, Panels]:
    """Figures apart from those that would leave them no room on one axis, such as lengths."""
    sizes = sorted(_size(f) for found in panels.values() for f in found)
    limit = APART * max(sizes[(len(sizes) - 1) // 2], 1e-12)
    if sizes[-1] <= max(limit, 1.0):
        return panels, {}
    parts: list[Panels] = []
    for large in (False, True):
        part = {n: [f for f in fs if (_size(f) > limit) is large] for n, fs in panels.items()}
        parts.append({name: found for name, found in part.items() if found})
    return parts[0], parts[1]


def _size(figure: Figure) -> float:
    return max(abs(v) for v in (figure.value, figure.low, figure.high) if v is not None)


def _shape(table: ReportTable) -> _Shape | None:
    names = table.columns
    for j in range(1, len(names) - 2):
        if names[j + 1 : j + 3] == ("from", "to"):
            labels = [i for i in range(j) if all(isinstance(r[i], str) for r in table.rows)]
            return _Shape(tuple(labels), j) if labels else None
    return None


def _panels(table: ReportTable, shape: _Shape) -> dict[str, list[Figure]]:
    """The first text tells the panels apart where there are several, the others the rows."""
    first, *others = shape.labels
    panels: dict[str, list[Figure]] = {}
    for row in table.rows:
        found = _figure(row, shape)
        if found is not None:
            panel = str(row[first]) if others else ""
            name = ", ".join(str(row[j]) for j in others or [first])
            panels.setdefault(panel, []).append(Figure(name, *found))
    return panels


def _figure(row: tuple[Cell, ...], shape: _Shape) -> tuple[float, float, float] | None:
    """Value and interval; None for a figure without one, which has no place on the axis."""
    value, low, high = (_number(row[j]) for j in (shape.value, shape.low, shape.high))
    if value is None or low is None or high is None:
        return None
    return value, low, high


def _lines(table: ReportTable, shape: _Shape) -> Iterator[Drawn]:
    step = table.columns.index("step")
    panels: dict[str, list[At]] = {}
    for row in table.rows:
        at, value = _number(row[step]), _number(row[shape.value])
        if at is not None and value is not None:
            ends = _number(row[shape.low]), _number(row[shape.high])
            name = ", ".join(str(row[j]) for j in shape.labels)
            panels.setdefault(name, []).append(At(at, value, *ends))
    for panel, points in list(panels.items())[:PANELS]:
        if len(points) > 1:
            unit = table.columns[shape.value]
            chart = line(sorted(points), "" if unit == "value" else unit)
            yield Drawn(chart, f"{table.title}: {panel}", "Bands: 95% intervals.")


def _pairs(table: ReportTable, shape: _Shape) -> tuple[list[str], list[list[float | None]]] | None:
    """Names and a square of values, where the table has every pair of names at most once."""
    if len(shape.labels) != 2:
        return None
    pairs = [(str(row[shape.labels[0]]), str(row[shape.labels[1]])) for row in table.rows]
    if any(a == b for a, b in pairs) or len({frozenset(p) for p in pairs}) < len(pairs):
        return None
    names = list(dict.fromkeys(name for pair in zip(*pairs, strict=True) for name in pair))
    if len(pairs) != len(names) * (len(names) - 1) // 2:
        return None
    place = {name: i for i, name in enumerate(names)}
    values: list[list[float | None]] = [[None] * len(names) for _ in names]
    for (a, b), row in zip(pairs, table.rows, strict=True):
        value = _number(row[shape.value])
        values[place[a]][place[b]] = values[place[b]][place[a]] = value
    return names, values


def _is_square(table: ReportTable) -> bool:
    names = table.columns[1:]
    return len(names) > 1 and tuple(str(row[0]) for row in table.rows) == names


def _within_one(values: list[list[float | None]]) -> bool:
    known = [v for row in values for v in row if v is not None]
    return bool(known) and max(abs(v) for v in known) <= 1.0000001


def _number(cell: Cell) -> float | None:
    if isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell):
        return float(cell)
    return None
