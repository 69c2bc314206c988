"""Pieces of the page: figures, tables, numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from assay.audit.report.html import Html, tag
from assay.audit.report.svg import draw
from assay.findings import RowCell

if TYPE_CHECKING:
    from assay.findings import Cell, ReportTable

ROWS = 60
"""Rows of a table that a page shows; of the rest the number is shown, and it is in the JSON."""


def figure(chart: Any, title: str, caption: str) -> Html | None:
    """A chart under its title; None where charts cannot be drawn here."""
    drawing = draw(chart, f"{title}. {caption}".strip())
    if drawing is None:
        return None
    return tag(
        "figure",
        tag("figcaption", tag("strong", title), tag("span", caption) if caption else None),
        drawing,
    )


def table(found: ReportTable, place: Callable[[int], Html | str] = str) -> Html:
    """A table of figures; wide ones scroll within themselves.

    Args:
        found: The table.
        place: What to show for a cell that is a row of the frame.
    """
    numeric = [all(_is_number(row[j]) for row in found.rows) for j in range(len(found.columns))]
    head = [
        tag("th", name.replace("_", " "), scope="col", class_="num" if numeric[j] else None)
        for j, name in enumerate(found.columns)
    ]
    body = [
        tag(
            "tr",
            [
                tag(
                    "td",
                    place(cell) if isinstance(cell, RowCell) else said(cell),
                    class_="num" if numeric[j] else None,
                )
                for j, cell in enumerate(row)
            ],
        )
        for row in found.rows[:ROWS]
    ]
    left = len(found.rows) - ROWS
    return tag(
        "div",
        tag(
            "table", tag("caption", found.title), tag("thead", tag("tr", head)), tag("tbody", body)
        ),
        tag("p", f"{left:,} more rows are in the JSON of this audit.", class_="note")
        if left > 0
        else None,
        tag("p", found.note, class_="note") if found.note else None,
        class_="table",
        tabindex="0",
        role="region",
        aria_label=found.title,
    )


def said(cell: Cell) -> str:
    """A cell as a person writes it."""
    if cell is None:
        return "–"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, float):
        return decimal(cell)
    return cell


def decimal(value: float) -> str:
    """Three significant digits, and no more than one has."""
    if not math.isfinite(value):
        return "–"
    if value == int(value) and abs(value) < 1e6:
        return f"{int(value):,}"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def _is_number(cell: Cell) -> bool:
    return cell is None or isinstance(cell, int | float)
