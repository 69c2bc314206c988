"""Intervals: exact ones for shares, clustered ones for whatever is a function of sums."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from assay.audit.frame import Codes, Floats

Statistic: TypeAlias = "Callable[[Floats], Floats]"
"""From sums, (..., m), to the figure, (...)."""

DRAWS = 2000
"""Of a bootstrap."""


class Estimate(NamedTuple):
    """A figure with its interval."""

    value: float
    low: float
    high: float
    n: int
    """Independent units: cases, or clusters."""

    @property
    def interval(self) -> tuple[float, float]:
        """``(low, high)``."""
        return self.low, self.high


def clopper_pearson(count: int, cases: int, confidence: float = 0.95) -> Estimate:
    """The exact interval of a share of independent cases; (0, 1) where there are none.

    Source:
        Clopper and Pearson 1934, "The use of confidence or fiducial limits illustrated in the
        case of the binomial".

    >>> round(clopper_pearson(0, 50).high, 3)
    0.071
    """
    if cases == 0:
        return Estimate(float("nan"), 0.0, 1.0, 0)
    tail = (1.0 - confidence) / 2.0
    low = float(special.betaincinv(count, cases - count + 1, tail)) if count else 0.0
    high = float(special.betaincinv(count + 1, cases - count, 1 - tail)) if count < cases else 1.0
    return Estimate(count / cases, low, high, cases)


def clustered_share(hit: Floats, case: Floats, codes: Codes, confidence: float = 0.95) -> Estimate:
    """The share ``sum(hit) / sum(case)`` of 0/1 columns, whose cases come in clusters.

    Clopper and Pearson's interval for as many independent cases as the clustered ones are worth:
    cases over the design effect, which is never taken to be below 1. Where no case, or every
    case, hits, dependence cannot be seen, and the cases count in full.

    Source:
        Korn and Graubard 1998, "Confidence intervals for proportions with small expected number
        of positive counts estimated from survey data".
    """
    cases, hits = float(case.sum()), float(hit.sum())
    if cases == 0 or hits in (0.0, cases):
        return clopper_pearson(int(hits), int(cases), confidence)
    share = hits / cases
    sums = cluster_sums(codes, np.stack([hit, case], axis=1))
    sums = sums[sums[:, 1] > 0]
    c = len(sums)
    if c < 2:
        return Estimate(share, 0.0, 1.0, c)
    residual = sums[:, 0] - share * sums[:, 1]
    variance = c / (c - 1) * float(residual @ residual) / cases**2
    effect = max(1.0, variance / (share * (1 - share) / (cases - 1)))
    worth = cases / effect
    if c - 1 < cases - 1:  # the design effect is itself estimated, from c - 1 differences
        tail = 0.5 + confidence / 2.0
        worth *= (special.stdtrit(cases - 1, tail) / special.stdtrit(c - 1, tail)) ** 2
    tail = (1.0 - confidence) / 2.0
    low = float(special.betaincinv(share * worth, worth - share * worth + 1, tail))
    high = float(special.betaincinv(share * worth + 1, worth - share * worth, 1 - tail))
    return Estimate(share, low, high, int(cases))


def cluster_sums(codes: Codes, values: Floats) -> Floats:
    """(c, m) sums of (n, m) values over rows of equal code; rows with code -1 stand alone."""
    together = codes >= 0
    alone = values[~together]
    if len(alone):
        codes, values = codes[together], values[together]
    if len(codes) == 0:
        return alone
    if int(codes.max()) > 8 * len(codes) + 1024:  # too sparse to count by number
        _, codes = np.unique(codes, return_inverse=True)
    there = np.bincount(codes) > 0
    columns = [np.bincount(codes, weights=column)[there] for column in values.T]
    return np.concatenate([np.stack(columns, axis=1), alone])


def jackknife(statistic: Statistic, sums: Floats, confidence: float = 0.95) -> Estimate:
    """A smooth function of sums over clusters, with the delete-one-cluster interval.

    Student's t with one degree less than there are clusters; no draws, so no seed. Cost: one
    evaluation of `statistic` on (c, m) sums. With fewer than 2 clusters the interval is infinite.

    Args:
        statistic: Pure, vectorised over leading axes; smooth near the totals.
        sums: (c, m) a row each cluster.
        confidence: Two-sided.

    Source:
        Efron and Stein 1981, "The jackknife estimate of variance"; clusters as the units.
    """
    total = sums.sum(axis=0)
    value = float(statistic(total))
    c = len(sums)
    if c < 2:
        return Estimate(value, -np.inf, np.inf, c)
    without = statistic(total - sums)
    if not np.isfinite(without).all():  # a single cluster carries the figure
        return Estimate(value, -np.inf, np.inf, c)
    error = float(np.sqrt((c - 1) / c * np.sum((without - without.mean()) ** 2)))
    reach = float(special.stdtrit(c - 1, 0.5 + confidence / 2.0)) * error
    return Estimate(value, value - reach, value + reach, c)


def ratio(top: Floats, bottom: Floats, codes: Codes, confidence: float = 0.95) -> Estimate:
    """``sum(top) / sum(bottom)`` with its interval over clusters: a mean, a share."""
    sums = cluster_sums(codes, np.stack([top, bottom], axis=1))
    return jackknife(lambda s: s[..., 0] / s[..., 1], sums, confidence)


def bootstrap(
    statistic: Statistic,
    sums: Floats,
    confidence: float = 0.95,
    *,
    seed: int = 0,
    draws: int = DRAWS,
) -> Estimate:
    """The percentile interval over clusters drawn with replacement.

    For figures that are no smooth function, where `jackknife` fails. Cost: `draws` times the
    clusters, a chunk of draws in memory at a time.

    Source:
        Efron 1979, "Bootstrap methods: another look at the jackknife"; Field and Welsh 2007,
        "Bootstrapping clustered data", for whole clusters.
    """
    value = float(statistic(sums.sum(axis=0)))
    c = len(sums)
    if c < 2:
        return Estimate(value, -np.inf, np.inf, c)
    random = np.random.default_rng(seed)
    chunk = max(1, 4_000_000 // c)
    found = []
    for start in range(0, draws, chunk):
        size = min(chunk, draws - start)
        picked = random.integers(0, c, (size, c))
        counts = np.stack([np.bincount(p, minlength=c) for p in picked])
        found.append(statistic(counts @ sums))
    values = np.concatenate(found)
    values = values[np.isfinite(values)]
    if len(values) < draws // 2:
        return Estimate(value, -np.inf, np.inf, c)
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(values, [tail, 1.0 - tail])
    return Estimate(value, float(low), float(high), c)
