"""A figure over steps of training, with its interval as a band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from assay.audit.report.charts.forest import FIT, WIDTH
from assay.audit.report.palette import light
from assay.printable import one_line

if TYPE_CHECKING:
    import altair as alt


class At(NamedTuple):
    """One step."""

    step: float
    value: float
    low: float | None
    high: float | None


def line(
    points: Sequence[At],
    unit: str,
    colour: str = "plain",
    domain: tuple[float, float] | None = None,
) -> alt.LayerChart:
    """A line with its band.

    Args:
        points: By step.
        unit: What the vertical axis says.
        colour: Of the palette; its band is ``<colour>-band``.
        domain: Of the vertical axis, to draw small multiples on one scale.
    """
    import altair as alt

    rows = [
        {
            "step": p.step,
            "value": p.value,
            "low": p.value if p.low is None else p.low,
            "high": p.value if p.high is None else p.high,
            "described": f"step {p.step:g}: {p.value:.4g}"
            + ("" if p.low is None or p.high is None else f" ({p.low:.4g} to {p.high:.4g})"),
        }
        for p in points
    ]
    scale = alt.Undefined if domain is None else alt.Scale(domain=list(domain))
    if domain is None:
        scale = alt.Scale(zero=False)
    y = {"title": one_line(unit, 44), "scale": scale}
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X(
            "step:Q",
            title="step of training",
            scale=alt.Scale(zero=False, nice=False),
            axis=alt.Axis(grid=False, tickMinStep=1),
        ),
    )
    band = base.mark_area(color=light(f"{colour}-band"), opacity=1).encode(
        y=alt.Y("low:Q", **y), y2="high:Q"
    )
    stroke = base.mark_line(color=light(colour), strokeWidth=1.8).encode(y=alt.Y("value:Q", **y))
    dots = base.mark_point(color=light(colour), fill=light(colour), size=12, opacity=1).encode(
        y=alt.Y("value:Q", **y), description="described:N"
    )
    return alt.layer(band, stroke, dots).properties(width=WIDTH, height=120, autosize=FIT)
