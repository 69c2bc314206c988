"""The slope of a straight line, with an interval over clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assay.audit.stats.intervals import Estimate, cluster_sums, jackknife

if TYPE_CHECKING:
    from assay.audit.frame import Codes, Floats


def slope(x: Floats, y: Floats, codes: Codes, confidence: float = 0.95) -> Estimate:
    """Least-squares slope of y on x; NaN with an infinite interval where x does not vary.

    Args:
        x: (n,) finite.
        y: (n,) finite.
        codes: (n,) clusters, whose rows may depend on each other.
        confidence: Of the delete-one-cluster interval.

    Source:
        The jackknife over clusters is robust to unequal variances as well as to dependence
        within clusters (MacKinnon, Nielsen, Webb 2023, "Cluster-robust inference", CV3).
    """
    if len(x) == 0 or x.min() == x.max():
        return Estimate(float("nan"), -np.inf, np.inf, 0)
    centred, level = x - x.mean(), y - y.mean()  # near 0, so that sums of squares keep digits
    columns = np.stack([np.ones_like(x), centred, level, centred * level, centred**2], axis=1)
    return jackknife(_slope, cluster_sums(codes, columns), confidence)


def _slope(sums: Floats) -> Floats:
    n, x, y, xy, xx = (sums[..., j] for j in range(5))
    below = n * xx - x * x
    # a cluster without which x does not vary has no say in the slope: such a fold is NaN
    tiny = below <= 1e-12 * np.maximum(n * xx, 1e-300)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(tiny, np.nan, (n * xy - x * y) / below)
    return found
