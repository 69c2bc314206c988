"""From log-odds (or ratings) to the weights of a rubric, with their intervals.

Only ratios of weights change which completion is preferred, so a rubric may choose the unit. The
positive weights are made to sum to 1: all good and no penalty is worth 1.

Source of the intervals: Fieller 1954, Journal of the Royal Statistical Society B 16: of a ratio,
exact where its two parts are normal (or t). The delta method's are too narrow with few data, since
the unit is uncertain, too. Which weights are positive is uncertain as well: the interval joins
those of every choice that the data allow.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.errors import ConfigError
from assay.fit.arguments import check_fit
from assay.fit.result import Fit, WeightInterval

if TYPE_CHECKING:
    import numpy as np
    from scipy import stats

    from assay.fit.inputs import Array
else:
    from assay.fit.extra import np, stats

UNSURE = 10
"""Weights of unknown sign at most: each may be part of the unit, in 2^10 ways."""

DIGITS = 4
"""Significant digits of a weight in a file."""


@dataclass(frozen=True, slots=True)
class Share:
    """A criterion's weight as a rubric states it."""

    name: str
    value: float
    """Rounded to `DIGITS` significant digits."""
    interval: WeightInterval
    """Fieller's; unbounded where the unit may be 0; of the only positive weight, which sets the
    unit, (1, 1)."""
    width: float
    """Of the interval by the delta method, which with more data is the same: what says how many
    more it takes."""


@dataclass(frozen=True, slots=True)
class Scaled:
    """All weights in the unit of a rubric."""

    shares: tuple[Share, ...]
    unit: float
    """What the fitted weights were divided by: the sum of the positive ones."""
    none_positive: bool
    """Then it is the sum of all, without their signs."""

    def __getitem__(self, name: str) -> Share:
        """The share of a criterion.

        Raises:
            KeyError: no such criterion.
        """
        for share in self.shares:
            if share.name == name:
                return share
        raise KeyError(name)


def scaled(fitted: Fit) -> Scaled:
    """The fitted weights, divided by the sum of the positive ones.

    Raises:
        ConfigError: the weights are not all determined, or all are 0.
    """
    check_fit(fitted)
    beta, spread = arrays(fitted)
    counted = beta > 0.0
    none = not counted.any()
    if none:
        counted = beta < 0.0
    signs = np.where(counted, np.sign(beta), 0.0)
    unit = float(signs @ beta)
    if unit == 0.0:
        raise ConfigError("all fitted weights are 0: there is nothing to write")
    reach = quantile(fitted)
    ends = _ends(beta, spread, reach, none)
    values = beta / unit
    widths = np.full(len(beta), np.inf)
    if np.isfinite(spread).all():
        # d(w_j / S) / d w_k, with S the signed sum of the counted ones
        slope = (np.eye(len(beta)) - np.outer(values, signs)) / unit
        widths = 2 * reach * np.sqrt(np.maximum(np.diag(slope @ spread @ slope.T), 0.0))
    shares = tuple(
        Share(name, rounded(float(v)), interval, float(width))
        for name, v, interval, width in zip(fitted.names, values, ends, widths, strict=True)
    )
    return Scaled(shares, unit, none)


def _ends(beta: Array, spread: Array, reach: float, none: bool) -> list[WeightInterval]:
    """The interval of each share, over every set of positive weights that the data allow.

    Args:
        beta: (k,) weights.
        spread: (k, k) their covariance.
        reach: Standard errors to each side.
        none: No weight is positive, and the unit is the sum of all without their signs.
    """
    k = len(beta)
    everything = [(-np.inf, np.inf)] * k
    if not np.isfinite(spread).all() or not np.isfinite(reach):
        return everything
    if none:
        return [_fieller(beta, spread, reach, j, -np.ones(k)) for j in range(k)]
    sure = np.abs(beta) > reach * np.sqrt(np.maximum(np.diag(spread), 0.0))
    unsure = np.flatnonzero(~sure)
    positive = sure & (beta > 0.0)
    if len(unsure) > UNSURE or not positive.any():  # perhaps none of them is positive
        return everything
    low, high = np.full(k, np.inf), np.full(k, -np.inf)
    for taken in itertools.product((0.0, 1.0), repeat=len(unsure)):
        signs = positive.astype(np.float64)
        signs[unsure] = taken
        for j in range(k):
            ends = _fieller(beta, spread, reach, j, signs)
            low[j], high[j] = min(low[j], ends[0]), max(high[j], ends[1])
    # no weight is more than the sum of the positive ones
    low, high = (np.where(np.isfinite(x), np.minimum(x, 1.0), x) for x in (low, high))
    return [(float(a), float(b)) for a, b in zip(low, high, strict=True)]


def _fieller(beta: Array, spread: Array, reach: float, j: int, signs: Array) -> WeightInterval:
    """The t with (w_j - t S)^2 <= reach^2 Var(w_j - t S), S the signed sum."""
    if signs[j] and np.count_nonzero(signs) == 1:
        return (float(signs[j]), float(signs[j]))
    weight, unit = beta[j], signs @ beta
    square = reach * reach
    a = unit * unit - square * float(signs @ spread @ signs)
    b = weight * unit - square * float(spread[j] @ signs)
    c = weight * weight - square * spread[j, j]
    if a <= 0.0:  # the unit may be 0, and the share anything
        return (-np.inf, np.inf)
    root = np.sqrt(max(b * b - a * c, 0.0))
    return (float((b - root) / a), float((b + root) / a))


def arrays(fitted: Fit) -> tuple[Array, Array]:
    """Weights and covariance.

    Raises:
        ConfigError: not all weights are determined.
    """
    values = [w.value for w in fitted.weights if w.value is not None]
    if len(values) < len(fitted.weights) or fitted.covariance is None:
        raise ConfigError(f"not all weights are determined: the fit is {fitted.status}")
    return np.array(values), np.array(fitted.covariance)


def quantile(fitted: Fit) -> float:
    """How many standard errors the fit's intervals reach to each side."""
    for w in fitted.weights:
        if w.interval is not None and w.value is not None and w.error:
            return (w.interval[1] - w.value) / w.error
    return float(stats.norm.ppf(0.5 + fitted.confidence / 2.0))


def rounded(value: float) -> float:
    """To `DIGITS` significant digits.

    >>> rounded(0.123456), rounded(-2.0)
    (0.1235, -2.0)
    """
    return float(f"{value:.{DIGITS}g}")
