"""What the log itself shows, before any analysis: bands of reward, and figures over steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from assay.audit.report.charts.bands import Band, bands, counted, histogram, reach
from assay.audit.report.charts.lines import At, line
from assay.audit.report.html import Html
from assay.audit.report.page_pieces import figure
from assay.audit.stats.intervals import ratio, span_of
from assay.printable import one_line

if TYPE_CHECKING:
    from assay.audit.frame import Codes, Floats, Frame

RowMask: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.bool_]]"

LEVELS = 5
"""Values of a key score that get a band each; more are cut into as many quantiles."""

STEPS = 40
"""Points of a line; more steps are joined, equally many steps to a point."""


class RolloutKind(NamedTuple):
    """Rollouts that are shown apart."""

    name: str
    rows: RowMask
    """(n,) which they are; their rewards are known."""
    colour: str
    """Of the palette."""


def apart_by_outcome(frame: Frame) -> tuple[str, list[RolloutKind]]:
    """Rollouts by the label, else by the key criterion, else all; and which it was."""
    known = np.isfinite(frame.reward)
    if "label" in frame.has:
        kinds = [RolloutKind("right by label", frame.label == 1, "right")]
        kinds += [RolloutKind("wrong by label", frame.label == 0, "wrong")]
        kinds += [RolloutKind("no label", ~np.isin(frame.label, (0, 1)), "plain")]
        name = "the label"
    elif frame.key is not None:
        key, shown = frame.key_score, one_line(frame.key, 24)
        kinds = [
            RolloutKind(f"{shown} {said}", rows, colour) for said, rows, colour in _levels(key)
        ]
        kinds.append(RolloutKind(f"{shown} missing", ~np.isfinite(key), "plain"))
        name = one_line(frame.key, 40)
    else:
        kinds, name = [RolloutKind("all rollouts", known, "plain")], ""
    found = [RolloutKind(said, rows & known, colour) for said, rows, colour in kinds]
    return name, [kind for kind in found if kind.rows.any()]


def _levels(key: Floats) -> Iterator[tuple[str, RowMask, str]]:
    levels = np.unique(key[np.isfinite(key)])
    top = levels[-1] if len(levels) else 1.0
    if len(levels) <= LEVELS:
        for level in levels[::-1]:
            yield f"{level:.3g}", key == level, "right" if level == top else "wrong"
        return
    edges = np.unique(np.quantile(key[np.isfinite(key)], np.linspace(0, 1, LEVELS + 1)))
    for low, high in zip(edges[-2::-1], edges[:0:-1], strict=True):
        last = high == edges[-1]
        chosen = (key >= low) & ((key <= high) if last else (key < high))
        yield f"{low:.2g} to {high:.2g}", chosen, "plain"


def reward_figures(frame: Frame) -> list[Html]:
    """Bands and histograms of reward, and its middle half over steps."""
    name, kinds = apart_by_outcome(frame)
    if not kinds:
        return []
    found = [
        Band(f"{kind.name} ({int(kind.rows.sum()):,})", frame.reward[kind.rows], kind.colour)
        for kind in kinds
    ]
    by = f", by {name}" if name else ""
    made: list[Html | None] = [
        figure(
            bands(found),
            f"Reward{by}",
            "Thick: the middle half. Thin: from the 5th to the 95th percentile. Tick: the median.",
        )
    ]
    domain = reach(found)
    top = max(float(counted(b, domain)[0].max()) for b in found)
    made += [
        figure(histogram(b, domain, top * 1.05), f"Distribution of reward: {b.name}", "")
        for b in found[:LEVELS]
    ]
    if "steps" in frame.has:
        for kind in kinds[:LEVELS]:
            points = quartiles_by_step(frame, kind.rows)
            if len(points) > 1:
                chart = line(points, "reward", kind.colour, domain)
                caption = "Line: the median. Band: the middle half."
                made.append(figure(chart, f"Reward over steps: {kind.name}", caption))
    return [drawn for drawn in made if drawn is not None]


def time_figures(frame: Frame) -> list[Html]:
    """Means by step: reward, label, criteria, length, and the unscored share."""
    if "steps" not in frame.has:
        return []
    series: list[tuple[str, str, Floats, str]] = [("Reward", "mean reward", frame.reward, "plain")]
    if "label" in frame.has:
        series.append(("Right by label", "share of labelled rollouts", frame.label, "right"))
    for criterion in frame.criteria[:12]:
        shown = one_line(criterion, 40)
        series.append((shown, "mean score", frame.score(criterion), "plain"))
    if "length" in frame.has:
        series.append(("Length", f"mean, {frame.length_unit}", frame.length, "plain"))
    unscored = (frame.row_status > 0).astype(float)
    if unscored.any():
        series.append(("Unscored", "share of rollouts", unscored, "wrong"))
    figures: list[Html | None] = []
    for title, unit, values, colour in series:
        points = by_step(frame, values)
        if len(points) > 1:
            figures.append(figure(line(points, unit, colour), f"{title} over steps", ""))
    return [drawn for drawn in figures if drawn is not None]


def by_step(frame: Frame, values: Floats) -> list[At]:
    """Means by step with intervals over prompts."""
    known = np.isfinite(frame.step) & np.isfinite(values)
    found, span = [], span_of(values)
    for step, rows in _steps(frame, known):
        here = ratio(values[rows], np.ones(len(rows)), frame.prompt[rows], span=span)
        sure = np.isfinite(here.low)  # with one prompt there is no interval
        ends = (here.low, here.high) if sure else (None, None)
        found.append(At(step, here.value, *ends))
    return found


def quartiles_by_step(frame: Frame, chosen: RowMask) -> list[At]:
    """Medians of reward by step, with the quartiles in place of an interval."""
    found = []
    for step, rows in _steps(frame, chosen & np.isfinite(frame.step)):
        low, middle, high = (float(q) for q in np.quantile(frame.reward[rows], [0.25, 0.5, 0.75]))
        found.append(At(step, middle, low, high))
    return found


def _steps(frame: Frame, known: RowMask) -> Iterator[tuple[float, Codes]]:
    """Steps with their rows, in order; neighbouring ones are joined down to `STEPS`."""
    rows = np.flatnonzero(known)
    steps, place = np.unique(frame.step[rows], return_inverse=True)
    if len(steps) > STEPS:
        bins = np.arange(len(steps)) * STEPS // len(steps)
        place = bins[place]
        steps = np.array([steps[bins == b].mean() for b in range(STEPS)])
    order = np.argsort(place, kind="stable")
    bounds = np.searchsorted(place[order], np.arange(len(steps) + 1))
    for i, step in enumerate(steps):
        yield float(step), rows[order[bounds[i] : bounds[i + 1]]]
