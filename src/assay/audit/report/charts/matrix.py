"""A square of values in [-1, 1], such as correlations: colour and number in each cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assay.audit.report.palette import diverging, light, text_on
from assay.printable import one_line

if TYPE_CHECKING:
    import altair as alt

CELL = 40
"""Pixels, at most."""

NUMBERS = 12
"""Rows up to which the number is written into the cell."""


def matrix(names: Sequence[str], values: Sequence[Sequence[float | None]]) -> alt.LayerChart:
    """Cells from orange (-1) to blue (1); what is not known is left blank."""
    import altair as alt

    short = [one_line(n, 28) for n in names]
    cells = [
        {
            "row": short[i],
            "column": short[j],
            "colour": diverging(value),
            "ink": text_on(value),
            "said": f"{value:.2f}",
            "described": f"{short[i]} and {short[j]}: {value:.3f}",
        }
        for i, line in enumerate(values)
        for j, value in enumerate(line)
        if value is not None and math.isfinite(value)
    ]
    cell = max(12, min(CELL, 230 // max(1, len(names))))
    axis = alt.Axis(labelColor=light("ink"), grid=False, labelLimit=110)
    base = alt.Chart(alt.Data(values=cells)).encode(
        x=alt.X(
            "column:N",
            sort=short,
            scale=alt.Scale(domain=short),
            title=None,
            axis=alt.Axis(
                labelColor=light("ink"), grid=False, orient="top", labelAngle=-45, labelLimit=110
            ),
        ),
        y=alt.Y("row:N", sort=short, scale=alt.Scale(domain=short), title=None, axis=axis),
    )
    layers: list[alt.Chart] = [
        base.mark_rect(stroke=light("bg"), strokeWidth=2).encode(
            color=alt.Color("colour:N", scale=None), description="described:N"
        )
    ]
    if len(names) <= NUMBERS and cell >= 28:
        layers.append(
            base.mark_text(fontSize=10).encode(
                text="said:N", color=alt.Color("ink:N", scale=None), description="described:N"
            )
        )
    return alt.layer(*layers).properties(width=cell * len(names), height=cell * len(names))
