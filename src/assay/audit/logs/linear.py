"""Weights that a log does not tell, where its rewards give them away."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assay.audit.frame import Floats

FITTED = 20_000
"""Rows, spread over the log, from which weights are solved; all rows must then agree."""

ROWS_EACH = 5
"""Rows for each criterion, at least: fewer could be met by chance."""

TOLERANCE = 1e-5
"""Of the largest reward: what trainers' float32 leaves of a sum."""


class Sum(NamedTuple):
    """A reward that is a weighted sum."""

    weights: Floats
    """(k,); NaN for a criterion that never varies, whose weight the constant hides."""
    constant: float


def weighted_sum(reward: Floats, scores: Floats) -> Sum | None:
    """The sum that every reward is: weight x score, and a constant where one is needed.

    Many published rewards have a constant: DAPO's ``2 acc - 1``, or -2 for what is malformed.
    Without one is tried first, since a criterion that never varies hides it.

    Rows that lack the reward or a score are not looked at. Solved by least squares; then every
    row must agree to `TOLERANCE` of the largest reward. None where one row does not, where fewer
    than `ROWS_EACH` rows a weight are whole, or where criteria that depend on each other leave
    the weights open.
    """
    k = scores.shape[1]
    rows = np.flatnonzero(np.isfinite(reward) & np.isfinite(scores).all(axis=1))
    if not k or len(rows) < ROWS_EACH * k:
        return None
    paid, made = reward[rows], scores[rows]
    plain = _solved(paid, made)
    if plain is not None:
        return Sum(plain, 0.0)
    varies: NDArray[np.bool_] = made.max(axis=0) > made.min(axis=0)
    count = int(varies.sum()) + 1
    if count == 1 or len(rows) < ROWS_EACH * count:
        return None
    ones = np.ones((len(rows), 1))
    found = _solved(paid, np.concatenate([made[:, varies], ones], axis=1))
    if found is None:
        return None
    weights = np.full(k, np.nan)
    weights[varies] = found[:-1]
    return Sum(weights, float(found[-1]))


def _solved(paid: Floats, made: Floats) -> Floats | None:
    """(k,) weights that give every reward; None where there are none, or many."""
    every = max(1, len(paid) // FITTED)
    some, target = made[::every], paid[::every]
    # columns on one scale, so that a count in thousands beside a flag is not taken for dependent
    scale = np.abs(some).max(axis=0)
    if not (scale > 0).all():
        return None
    solved, _, rank, sizes = np.linalg.lstsq(some / scale, target, rcond=None)
    if rank < made.shape[1] or sizes[-1] < 1e-6 * sizes[0]:
        return None
    found: Floats = np.asarray(solved / scale, np.float64)
    size = float(np.abs(paid).max())
    for weights in (found.round(6), found):  # as they were written, before float32
        if (np.abs(made @ weights - paid) <= TOLERANCE * size).all():
            return weights + 0.0
    return None
