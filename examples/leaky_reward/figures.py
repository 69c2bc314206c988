"""Curves of reward and of right answers, as published and repaired."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import altair as alt
import numpy as np
import vl_convert
from grpo import Floats, Run

COLOURS = {"as published": "#c2410c", "repaired": "#1d4ed8"}
EVERY = 10
"""Steps between the points that are drawn."""


def draw(runs: Sequence[tuple[str, bool, Run]], path: Path) -> None:
    """One row a combination: reward (as a share of what is reached) and right answers.

    Args:
        runs: Name, whether repaired, and the run.
        path: Of the SVG.
    """
    names = list(dict.fromkeys(name for name, _, _ in runs))
    panels = [
        alt.hconcat(*(panel(runs, name, what) for what in ("right", "reward"))) for name in names
    ]
    chart = alt.vconcat(*panels).configure(font="sans-serif").configure_view(stroke="#ddd")
    path.write_text(vl_convert.vegalite_to_svg(chart.to_dict()), encoding="utf-8")


def panel(runs: Sequence[tuple[str, bool, Run]], name: str, what: str) -> alt.LayerChart:
    """Mean and the middle 90% over seeds."""
    rows = []
    for other, repaired, run in runs:
        if other == name:
            curve: Floats = run.right if what == "right" else run.reward
            low, high = np.quantile(curve, [0.05, 0.95], axis=1)
            rows += [
                {
                    "step": step,
                    "mean": curve[step].mean(),
                    "low": low[step],
                    "high": high[step],
                    "rewards": "repaired" if repaired else "as published",
                }
                for step in range(0, len(curve), EVERY)
            ]
    scale = alt.Scale(domain=[0, 1]) if what == "right" else alt.Scale(zero=False)
    title = f"{name}: " + ("right answers" if what == "right" else "reward, each in its own units")
    colour = alt.Color(
        "rewards:N", title=None, scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))
    )
    base = alt.Chart(alt.Data(values=rows), title=title).encode(
        x=alt.X("step:Q", title="step"), color=colour
    )
    band = base.mark_area(opacity=0.2).encode(
        y=alt.Y("low:Q", title=None, scale=scale), y2="high:Q"
    )
    line = base.mark_line(strokeWidth=2).encode(y=alt.Y("mean:Q", title=None, scale=scale))
    return alt.layer(band, line).properties(width=300, height=90)
