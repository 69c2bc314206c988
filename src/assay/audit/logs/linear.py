"""Weights that a log does not tell, where its rewards give them away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from assay.audit.frame import Floats

FITTED = 20_000
"""Rows, spread over the log, from which weights are solved; all rows must then agree."""

ROWS_EACH = 5
"""Rows for each criterion, at least: fewer could be met by chance."""

TOLERANCE = 1e-5
"""Of the largest reward: what trainers' float32 leaves of a sum."""


def sum_weights(reward: Floats, scores: Floats) -> Floats | None:
    """(k,) weights with reward = sum of weight x score in every row, if there are such.

    Rows that lack the reward or a score are not looked at. Solved by least squares; then every
    row must agree to `TOLERANCE` of the largest reward. None where one row does not, where fewer
    than `ROWS_EACH` rows a criterion are whole, or where criteria that depend on each other leave
    the weights open.
    """
    k = scores.shape[1]
    whole = np.isfinite(reward) & np.isfinite(scores).all(axis=1)
    rows = np.flatnonzero(whole)
    if not k or len(rows) < ROWS_EACH * k:
        return None
    some = rows[:: max(1, len(rows) // FITTED)]
    solved, _, rank, sizes = np.linalg.lstsq(scores[some], reward[some], rcond=None)
    if rank < k or sizes[-1] < 1e-6 * sizes[0]:
        return None
    found: Floats = np.asarray(solved, np.float64)
    size = float(np.abs(reward[rows]).max())
    for weights in (found.round(6), found):  # as they were written, before float32
        if (np.abs(scores[rows] @ weights - reward[rows]) <= TOLERANCE * size).all():
            return weights + 0.0
    return None
