"""How far weights may be off: observed information, and the sandwich clustered by prompt.

Sources: Huber 1967 and White 1982 (the sandwich); Liang and Zeger 1986, Biometrika 73
(clusters); Cameron and Miller 2015, Journal of Human Resources 50 (the factor G/(G-1), and t
quantiles with G - 1 degrees of freedom).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assay.rubrics.fit.models import Model
from assay.rubrics.fit.result import IntervalKind

if TYPE_CHECKING:
    import numpy as np
    from scipy import stats

    from assay.rubrics.fit.models import Array
else:
    from assay.rubrics.fit.extra import np, stats

FEW_PROMPTS = 40
"""Clusters below which the sandwich tends to be too narrow."""


class Spread(NamedTuple):
    """A covariance, and the distribution that intervals take their quantile from."""

    matrix: Array
    kind: IntervalKind
    freedom: int | None
    """Degrees of freedom of Student's t; None: normal."""

    def quantile(self, confidence: float) -> float:
        """How many standard errors an interval reaches to each side."""
        level = 0.5 + confidence / 2.0
        if self.freedom is None:
            return float(stats.norm.ppf(level))
        return float(stats.t.ppf(level, self.freedom)) if self.freedom > 0 else float("inf")


def covariance(model: Model, beta: Array, basis: Array, penalty: Array) -> Spread:
    """Covariance of the weights at their maximum, within what is determined.

    Clustered by prompt where some prompt has several units: those are not independent, and
    taking them as such makes intervals too narrow.
    """
    curve = basis.T @ (model.hessian(beta) + np.diag(2.0 * penalty)) @ basis
    bread = basis @ np.linalg.inv(curve) @ basis.T
    if not model.clustered or model.prompts is None:
        kind: IntervalKind = "posterior" if penalty.any() else "observed information"
        return Spread(bread * model.dispersion(beta), kind, model.spare())
    count = int(model.prompts.max()) + 1
    totals = np.zeros((count, len(beta)))
    np.add.at(totals, model.prompts, model.contributions(beta))
    factor = count / (count - 1) if count > 1 else float("inf")
    with np.errstate(invalid="ignore"):
        matrix = factor * (bread @ (totals.T @ totals) @ bread)
    return Spread(np.nan_to_num(matrix, nan=np.inf), "sandwich", count - 1)
