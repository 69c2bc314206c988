"""Figures with their intervals: a dot and a line each, one row a name."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from assay.audit.report.palette import light
from assay.printable import one_line

if TYPE_CHECKING:
    import altair as alt

WIDTH = 330
"""Of a whole chart, in pixels: what a phone has room for."""

FIT = {"type": "fit-x", "contains": "padding"}
"""Axes and their labels are within the width."""


class Figure(NamedTuple):
    """One row of the chart."""

    name: str
    value: float
    low: float | None
    high: float | None


def forest(
    figures: Sequence[Figure], unit: str, domain: tuple[float, float] | None = None
) -> alt.LayerChart:
    """Dots with lines.

    Args:
        figures: In the order to be shown, at least one.
        unit: What the axis says.
        domain: Of the axis; by default what the figures need, with 0 where it is near.
    """
    import altair as alt

    low, high = domain or extent(figures)
    rows: list[dict[str, Any]] = []
    for number, f in enumerate(figures):
        noted = f"{one_line(f.name)}: {f.value:.4g}"
        if f.low is not None and f.high is not None:
            noted += f", 95% interval {f.low:.4g} to {f.high:.4g}"
        rows.append(
            {
                # names may repeat; the number keeps them apart
                "row": number,
                "name": one_line(f.name, 60),
                "value": f.value,
                "low": f.value if f.low is None else max(low, f.low),
                "high": f.value if f.high is None else min(high, f.high),
                "described": noted,
            }
        )
    # the name stands above its line, so that a long one takes no room from the axis
    base = alt.Chart(alt.Data(values=rows)).encode(y=alt.Y("row:O", axis=None, sort=None))
    scale = alt.Scale(domain=[low, high], nice=False)
    name = base.mark_text(
        align="left",
        baseline="bottom",
        dy=-7,
        color=light("ink"),
        fontSize=12,
        limit=WIDTH - 8,
        stroke=light("bg"),
        strokeWidth=3,
    ).encode(text="name:N", x=alt.value(0))
    line = base.mark_rule(color=light("plain"), strokeWidth=2).encode(
        x=alt.X("low:Q", scale=scale, title=one_line(unit, 60) or None), x2="high:Q"
    )
    dot = base.mark_point(color=light("right"), fill=light("right"), size=46, opacity=1).encode(
        x=alt.X("value:Q", scale=scale), description="described:N"
    )
    layers = [name, line, dot]
    if low < 0 < high:
        zero = alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(
            color=light("soft"), strokeDash=[3, 3]
        )
        layers.insert(0, zero.encode(x=alt.X("zero:Q", scale=scale)))
    return alt.layer(*layers).properties(width=WIDTH, height={"step": 38}, autosize=FIT)


def extent(figures: Sequence[Figure]) -> tuple[float, float]:
    """From the lowest to the highest end, with a margin; 0 is in where it is near."""
    ends = [v for f in figures for v in (f.low, f.value, f.high) if v is not None]
    ends = [v for v in ends if math.isfinite(v)]
    low, high = min(ends), max(ends)
    if low >= 0 and high <= 1:
        return 0.0, 1.0 if high > 0.5 or high == 0 else high * 1.08
    span = (high - low) or abs(high) or 1.0
    low, high = low - 0.06 * span, high + 0.06 * span
    if low > 0 and low < 0.6 * span:
        low = 0.0
    if high < 0 and -high < 0.6 * span:
        high = 0.0
    return low, high
