"""How well a score tells right from wrong, without a threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from assay.audit.stats.intervals import PSEUDO, TOO_FEW, Estimate, cluster_sums, degrees

if TYPE_CHECKING:
    from assay.audit.frame import Codes, Floats

CONFIDENCE = 0.95


def separation(score: Floats, label: Floats, prompts: Codes) -> Estimate | None:
    """AUC: the chance that a right rollout scores higher than a wrong one; a tie counts half.

    The interval is over prompts: delete-one-prompt jackknife of the pairs between all right and
    all wrong rollouts.

    Source:
        Mann and Whitney 1947; placements, DeLong, DeLong and Clarke-Pearson 1988; by clusters,
        Obuchowski 1997, "Nonparametric analysis of clustered ROC curve data".
    """
    known = np.isfinite(score) & np.isfinite(label)
    right = known & (label >= 0.5)
    wrong = known & (label < 0.5)
    m, n = int(right.sum()), int(wrong.sum())
    if not m or not n:
        return None
    x, y = score[right], score[wrong]
    below, tied = _places(x, np.sort(y))
    above, tied_too = _places(y, np.sort(x))
    of_right = (below + 0.5 * tied) / n  # each right one: the share of wrong ones below it
    of_wrong = 1.0 - (above + 0.5 * tied_too) / m
    value = float(of_right.mean())
    # what a prompt adds to the error: its placements less the mean, of both kinds together
    codes = np.concatenate([prompts[right], prompts[wrong]])
    pulls = np.concatenate([(of_right - value) / m, (of_wrong - value) / n])
    sums = cluster_sums(codes, pulls[:, None])[:, 0]
    c = len(sums)
    if c < TOO_FEW:
        return Estimate(value, float("nan"), float("nan"), c)
    # two imagined prompts, at which all are in order and none is: see `intervals.jackknifed`
    part = PSEUDO / (c + 2 * PSEUDO)
    middle = (1 - 2 * part) * value + part
    pulls = (1 - 2 * part) * (sums + (value - middle) / c)
    imagined = part * np.array([-middle, 1.0 - middle])
    error = float(np.sqrt((pulls**2).sum() + (imagined**2).sum()))
    reach = float(special.stdtrit(degrees(pulls), 0.5 + CONFIDENCE / 2.0)) * error
    low, high = min(value, middle - reach), max(value, middle + reach)
    return Estimate(value, max(0.0, low), min(1.0, high), c)


def _places(x: Floats, others: Floats) -> tuple[Floats, Floats]:
    """How many of the sorted others lie below each x, and how many are equal to it."""
    low = np.searchsorted(others, x, side="left")
    return low.astype(float), (np.searchsorted(others, x, side="right") - low).astype(float)
