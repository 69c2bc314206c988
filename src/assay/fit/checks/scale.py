"""From log-odds (or ratings) to the weights of a rubric, with their intervals.

Only ratios of weights change which completion is preferred, so a rubric may choose the unit. The
positive weights are made to sum to 1: all good and no penalty is worth 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.errors import ConfigError
from assay.fit.result import Fit, Interval

if TYPE_CHECKING:
    import numpy as np
    from scipy import stats

    from assay.fit.inputs import Array
else:
    from assay.fit.extra import np, stats

DIGITS = 4
"""Significant digits of a weight in a file."""


@dataclass(frozen=True, slots=True)
class Share:
    """A criterion's weight as a rubric states it."""

    name: str
    value: float
    """Rounded to `DIGITS` significant digits."""
    interval: Interval
    """By the delta method; of a single positive weight, which sets the unit, (1, 1)."""

    @property
    def width(self) -> float:
        """Of the interval."""
        return self.interval[1] - self.interval[0]


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
    beta, spread = arrays(fitted)
    counted = beta > 0.0
    none = not counted.any()
    if none:
        counted = beta < 0.0
    signs = np.where(counted, np.sign(beta), 0.0)
    unit = float(signs @ beta)
    if unit == 0.0:
        raise ConfigError("all fitted weights are 0: there is nothing to write")
    values = beta / unit
    # d(w_j / S) / d w_k, with S the signed sum of the counted ones
    slope = (np.eye(len(beta)) - np.outer(values, signs)) / unit
    if np.isfinite(spread).all():
        errors = np.sqrt(np.maximum(np.diag(slope @ spread @ slope.T), 0.0))
    else:
        errors = np.full(len(beta), np.inf)
    reach = quantile(fitted)
    shares = tuple(
        Share(name, rounded(float(v)), (float(v - reach * e), float(v + reach * e)))
        for name, v, e in zip(fitted.names, values, errors, strict=True)
    )
    return Scaled(shares, unit, none)


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
