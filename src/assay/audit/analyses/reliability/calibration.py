"""Is a score of 0.8 right in 80% of cases? Graded scores against the labels, in bins."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from assay.audit.context import CONFIDENCE
from assay.audit.stats.intervals import share
from assay.findings import Cell, ReportTable

if TYPE_CHECKING:
    from assay.audit.frame import Floats, Frame

BINS = 5
"""At most, of about equal counts: more would have too few rows to say anything in most logs."""

CASES = 30
"""Fewest rows of a bin; with fewer than two such bins nothing is said."""

VALUES = 3
"""Fewest different scores: with two there is nothing between yes and no, and rates say it all."""


def calibration(frame: Frame) -> ReportTable:
    """Of each graded criterion, bin by bin: its mean score beside the share that is right."""
    rows = [row for name in frame.criteria for row in _bins(name, frame)]
    return ReportTable(
        "Scores against the share that is right",
        ("criterion", "from", "to", "mean score", "share right", "low", "high", "rows"),
        tuple(rows),
        "Bins of scores that are equal or neighbours, with about as many rows in each. A score is "
        "calibrated where the share that is right equals the mean score; low and high are the "
        "share's interval, each on its own. A criterion may order completions well (see the AUC) "
        "without being calibrated: then its scores need another scale, or a threshold.",
    )


def _bins(name: str, frame: Frame) -> Iterator[tuple[Cell, ...]]:
    score = frame.score(name)
    known = np.isfinite(score) & np.isfinite(frame.label)
    values = score[known]
    if len(np.unique(values)) < VALUES:
        return
    edges = _edges(values)
    if len(edges) < 3:
        return
    ones = np.ones(frame.n)
    right = (frame.label >= 0.5).astype(float)
    for i, (low, high) in enumerate(itertools.pairwise(edges)):
        last = i == len(edges) - 2
        inside = known & (score >= low) & ((score <= high) if last else (score < high))
        found = share(right[inside], ones[inside], frame.prompt[inside], CONFIDENCE)
        mean = float(score[inside].mean())
        bounds = (float(score[inside].min()), float(score[inside].max()))
        yield (name, *bounds, mean, found.value, found.low, found.high, int(inside.sum()))


def _edges(values: Floats) -> list[float]:
    """Edges of bins: none parts equal scores, and none holds fewer than `CASES`."""
    bins = min(BINS, len(values) // CASES)
    if bins < 2:
        return []
    wanted = np.quantile(values, np.linspace(0.0, 1.0, bins + 1)[1:-1], method="higher")
    edges = [float(values.min())]
    for edge in np.unique(wanted):
        here = ((values >= edges[-1]) & (values < edge)).sum()
        if here >= CASES and (values >= edge).sum() >= CASES:
            edges.append(float(edge))
    return [*edges, float(values.max())]
