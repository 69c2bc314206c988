"""How far two judges agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assay.audit.stats.intervals import (
    PSEUDO,
    TOO_FEW,
    Estimate,
    cluster_sums,
    inside,
    jackknifed,
    quotient,
)

if TYPE_CHECKING:
    from assay.audit.frame import Codes, Floats


def kappa(one: Floats, other: Floats, codes: Codes, confidence: float = 0.95) -> Estimate:
    """Cohen's kappa of two columns of yes (1) and no (0): 1 agrees, 0 as by chance, below 0 less.

    NaN where both always say the same one thing, since chance would agree as well.

    Args:
        one: (n,) of 0 and 1.
        other: (n,) of 0 and 1.
        codes: (n,) clusters of the interval.
        confidence: Of the delete-one-cluster interval.

    Source:
        Cohen 1960, "A coefficient of agreement for nominal scales".

    >>> import numpy as np
    >>> a, b = np.array([1.0, 1, 0, 0]), np.array([1.0, 0, 0, 0])
    >>> kappa(a, b, np.arange(4)).value
    0.5
    """
    columns = np.stack([np.ones_like(one), one * other, one, other], axis=1)
    sums = cluster_sums(codes, columns)
    if len(sums) == 0:
        return Estimate(float("nan"), -np.inf, np.inf, 0)
    # imagined clusters: one in which both agree, half yes and half no, one in which never
    each = PSEUDO * sums[:, 0].sum() / len(sums)
    half = each / 2.0
    plus = np.array([[each, half, half, half], [each, 0.0, half, half]])
    found = jackknifed(_kappa, sums, plus=plus, fewest=TOO_FEW).at((), confidence)
    return inside(found, -1.0, 1.0)


def _kappa(sums: Floats) -> Floats:
    n, both, one, other = (sums[..., j] for j in range(4))
    agree = (n - one - other + 2 * both) / n
    chance = (one * other + (n - one) * (n - other)) / n**2
    return quotient(agree - chance, 1.0 - chance)
