"""The slope of a straight line, with an interval over clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assay.audit.stats.intervals import (
    PSEUDO,
    TOO_FEW,
    Estimate,
    cluster_sums,
    jackknifed,
    quotient,
)

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
    sums = cluster_sums(codes, columns)
    found = jackknifed(_slope, sums, None, _ends(sums), TOO_FEW)
    level = sums[:, 2] / sums[:, 0]
    off = np.abs(level - np.median(level)) > 1e-12 * np.abs(level).max()
    if 0 < off.sum() < TOO_FEW:  # what only a handful of clusters show is too rare
        return Estimate(float(found.values), -np.inf, np.inf, len(sums))
    if found.free is None:  # too few for an interval
        return found.at()
    # the line has two parameters; its interval is about its own slope, not the imagined one
    free = np.minimum(found.free, len(sums) - 2.0)
    return found._replace(centres=None, free=free).at((), confidence)


def _ends(sums: Floats) -> Floats:
    """(4, 5) imagined clusters: two through which a line rises, and two through which it falls.

    As far from the middle as clusters are on average, in x and in y; see `jackknifed`.
    """
    n = sums[:, 0]
    x, y = (sums[:, j] / n for j in (1, 2))
    far_x, far_y = (float(np.sqrt((n * v**2).sum() / n.sum())) for v in (x, y))  # both centred
    w = PSEUDO / 2.0 * float(n.mean())
    return np.array(
        [
            [w, w * a * far_x, w * b * far_y, w * a * b * far_x * far_y, w * far_x**2]
            for a in (1, -1)
            for b in (1, -1)
        ]
    )


def _slope(sums: Floats) -> Floats:
    n, x, y, xy, xx = (sums[..., j] for j in range(5))
    return quotient(n * xy - x * y, n * xx - x * x)
