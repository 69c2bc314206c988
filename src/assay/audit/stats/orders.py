"""Agreement of two orders, pooled over groups, with intervals over clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assay.audit.stats.intervals import PSEUDO, TOO_FEW, Estimates, jackknifed, quotient

if TYPE_CHECKING:
    from assay.audit.frame import Floats


def tau_b(
    concordant: Floats, discordant: Floats, decided_x: Floats, decided_y: Floats
) -> Estimates:
    """``sum(C - D) / sqrt(sum(P - T_x) sum(P - T_y))``, one figure.

    Args:
        concordant: (c,) C of each cluster; so are all.
        discordant: (c,) D.
        decided_x: (c,) P - T_x, pairs that differ in x.
        decided_y: (c,) P - T_y.

    Source:
        Kendall 1945, "The treatment of ties in ranking problems", pooled over clusters.
    """
    sums = np.stack([concordant - discordant, decided_x, decided_y], axis=1)
    return jackknifed(tau_of, sums, plus=tau_ends(sums), fewest=TOO_FEW)


def tau_of(sums: Floats) -> Floats:
    """(...) of (..., 3) sums: C - D, pairs that differ in x, in y; NaN where there are none."""
    return quotient(sums[..., 0], np.sqrt(np.maximum(sums[..., 1] * sums[..., 2], 0.0)))


def tau_ends(sums: Floats) -> Floats:
    """(2, 3) imagined clusters in which every pair agrees, and in which none does."""
    x, y = PSEUDO * sums[:, 1:].sum(axis=0) / max(1, len(sums))
    most = min(x, y)
    return np.array([[most, x, y], [-most, x, y]])
