"""How far weights may be off: observed information, and the sandwich clustered by prompt.

Sources: Huber 1967 and White 1982 (the sandwich); Liang and Zeger 1986, Biometrika 73
(clusters). The plain sandwich is too narrow for dozens of clusters; taken here is CV3, the
jackknife over clusters, with t quantiles of G - 1 degrees of freedom (MacKinnon, Nielsen and Webb
2023, Journal of Applied Econometrics 38), each deletion by one Newton step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assay.fit.models import Model
from assay.fit.result import IntervalKind

if TYPE_CHECKING:
    import numpy as np
    from scipy import stats

    from assay.fit.inputs import Array
else:
    from assay.fit.extra import np, stats

FEW_PROMPTS = 40
"""Clusters below which the sandwich tends to be too narrow."""


EXACT_PROMPTS = 5_000
"""Prompts above which what each adds to the Hessian is left out: one part in so many."""


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
    taking them as such makes intervals too narrow. Infinite where a single prompt determines
    some weight.
    """
    curve = basis.T @ (model.hessian(beta) + np.diag(2.0 * penalty)) @ basis
    bread = basis @ np.linalg.inv(curve) @ basis.T
    if not model.clustered or model.prompts is None:
        kind: IntervalKind = "posterior" if penalty.any() else "observed information"
        dispersion = model.dispersion(beta)
        if np.isinf(dispersion):  # no row to spare; inf * 0 would be NaN
            return Spread(np.full_like(bread, np.inf), kind, model.spare())
        return Spread(bread * dispersion, kind, model.spare())
    count = int(model.prompts.max()) + 1
    moved = _moves(model, beta, basis, curve, count)
    if moved is None:
        return Spread(np.full_like(bread, np.inf), "sandwich", count - 1)
    moves = basis @ moved.T
    return Spread((count - 1) / count * (moves @ moves.T), "sandwich", count - 1)


def _moves(model: Model, beta: Array, basis: Array, curve: Array, count: int) -> Array | None:
    """How each prompt's absence would move the weights: (H - H_g)^-1 s_g, one row a prompt.

    None where without some prompt the weights are not determined, or none is with all of them.
    """
    if model.prompts is None or count < 2 or not curve.size:
        return None
    totals = np.zeros((count, len(beta)))
    np.add.at(totals, model.prompts, model.contributions(beta))
    totals = totals @ basis
    if count > EXACT_PROMPTS:
        return np.asarray(np.linalg.solve(curve, totals.T).T)
    order = np.argsort(model.prompts, kind="stable")
    bounds = np.flatnonzero(np.diff(model.prompts[order])) + 1
    without = np.empty((count, *curve.shape))
    for prompt, units in enumerate(np.split(order, bounds)):
        without[prompt] = curve - basis.T @ model.take(units).hessian(beta) @ basis
    sizes = np.linalg.eigvalsh(without)[:, 0]
    if sizes.min() <= 1e-12 * np.trace(curve):  # some prompt alone determines some weight
        return None
    return np.asarray(np.linalg.solve(without, totals[:, :, None])[:, :, 0])
