"""Bands of reward: where the middle of right and of wrong rollouts lies, and their histograms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from assay.audit.report.charts.forest import FIT, WIDTH
from assay.audit.report.palette import light
from assay.printable import one_line

if TYPE_CHECKING:
    import altair as alt

    from assay.audit.frame import Floats

BINS = 30
"""Of a histogram."""


class Band(NamedTuple):
    """Rewards of one kind of rollout."""

    name: str
    rewards: Floats
    """Finite, at least one."""
    colour: str
    """Of the palette: ``right``, ``wrong`` or ``plain``."""


def reach(bands: Sequence[Band]) -> tuple[float, float]:
    """One axis for all."""
    low = min(float(b.rewards.min()) for b in bands)
    high = max(float(b.rewards.max()) for b in bands)
    # rewards that doubles cannot tell apart, or cannot subtract, would leave no room for bins
    span = max(high - low, abs(high) * 1e-9, 1e-300) if high > low else abs(high) or 1.0
    most = float(np.finfo(float).max) / 4
    return max(low - 0.03 * span, -most), min(high + 0.03 * span, most)


def bands(found: Sequence[Band]) -> alt.LayerChart:
    """A row each: from the 5th to the 95th percentile thin, the middle half thick, the median."""
    import altair as alt

    rows: list[dict[str, Any]] = []
    for band in found:
        q = [float(v) for v in np.quantile(band.rewards, [0.05, 0.25, 0.5, 0.75, 0.95])]
        rows.append(
            dict(zip(("p5", "p25", "p50", "p75", "p95"), q, strict=True))
            | {
                "name": one_line(band.name, 40),
                "colour": light(band.colour),
                "described": f"{one_line(band.name)}: median {q[2]:.4g}, middle half {q[1]:.4g} to "
                f"{q[3]:.4g}, 5% to 95% {q[0]:.4g} to {q[4]:.4g}",
            }
        )
    scale = alt.Scale(domain=list(reach(found)), nice=False)
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelColor=light("ink"))),
        color=alt.Color("colour:N", scale=None),
        description="described:N",
    )
    return alt.layer(
        base.mark_rule(strokeWidth=1.5).encode(
            x=alt.X("p5:Q", scale=scale, title="reward"), x2="p95:Q"
        ),
        base.mark_bar(height=9, cornerRadius=2).encode(x=alt.X("p25:Q", scale=scale), x2="p75:Q"),
        base.mark_tick(thickness=2, height=16, color=light("ink")).encode(
            x=alt.X("p50:Q", scale=scale), color=alt.value(light("ink"))
        ),
    ).properties(width=WIDTH, height={"step": 30}, autosize=FIT)


def histogram(band: Band, domain: tuple[float, float], top: float) -> alt.Chart:
    """Share of its rollouts in each bin.

    Args:
        band: What is counted.
        domain: Of rewards, the same for every small multiple.
        top: Of the vertical axis, the same for every small multiple.
    """
    import altair as alt

    shares, edges = counted(band, domain)
    rows = [
        {
            "from": float(a),
            "to": float(b),
            "share": float(s),
            "described": f"reward {a:.3g} to {b:.3g}: {s:.1%}",
        }
        for s, a, b in zip(shares, edges[:-1], edges[1:], strict=True)
        if s > 0
    ]
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_rect(color=light(band.colour), stroke=light("bg"), strokeWidth=0.5)
        .encode(
            x=alt.X(
                "from:Q",
                scale=alt.Scale(domain=list(domain), nice=False),
                title="reward",
                axis=alt.Axis(grid=False),
            ),
            x2="to:Q",
            y=alt.Y(
                "share:Q",
                scale=alt.Scale(domain=[0, top]),
                title="share of rollouts",
                axis=alt.Axis(format="%", tickCount=3),
            ),
            y2=alt.datum(0),
            description="described:N",
        )
        .properties(width=WIDTH, height=96, autosize=FIT)
    )


def counted(band: Band, domain: tuple[float, float]) -> tuple[Floats, Floats]:
    """Shares and edges of the bins."""
    counts, edges = np.histogram(band.rewards, bins=BINS, range=domain)
    return counts / len(band.rewards), edges
