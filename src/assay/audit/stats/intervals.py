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

BLOCKS = 4096
"""Clusters, or blocks of them, that are drawn at most."""


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


def resampled(sums: Floats, *, seed: int = 0, draws: int = DRAWS) -> Floats:
    """(draws, m) totals of clusters drawn with replacement, as many as there are.

    Clusters of equal sums are drawn together, by their number: the same distribution, at the cost
    of the distinct ones. More than `BLOCKS` distinct ones are put together at random into that
    many blocks, and those are drawn: intervals then rest on `BLOCKS` - 1 degrees of freedom.

    Source:
        Efron 1979, "Bootstrap methods: another look at the jackknife"; Field and Welsh 2007,
        "Bootstrapping clustered data", for whole clusters; Wolter 2007, "Introduction to Variance
        Estimation", chapter 2, for random groups.
    """
    random = np.random.default_rng(seed)
    distinct, counts = np.unique(sums, axis=0, return_counts=True)
    if len(distinct) > BLOCKS:
        c = len(sums)
        ascending = sums[np.lexsort(sums.T)]  # so that the order of rows does not matter
        block = random.permutation(np.arange(c) % BLOCKS)
        distinct = np.stack(
            [np.bincount(block, weights=column, minlength=BLOCKS) for column in ascending.T], axis=1
        )
        counts = np.ones(BLOCKS, np.int64)
    total = int(counts.sum())
    shares = counts / total
    chunk = max(1, 4_000_000 // len(distinct))
    found = []
    for start in range(0, draws, chunk):
        size = min(chunk, draws - start)
        found.append(random.multinomial(total, shares, size).astype(float) @ distinct)
    return np.concatenate(found)


def percentile(value: float, values: Floats, clusters: int, confidence: float = 0.95) -> Estimate:
    """An estimate with the interval between percentiles of what its resamples gave.

    Infinite with fewer than 2 clusters, or where most resamples give no figure.
    """
    known = values[np.isfinite(values)]
    if clusters < 2 or len(known) < max(1, len(values) // 2):
        return Estimate(value, -np.inf, np.inf, clusters)
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(known, [tail, 1.0 - tail])
    return Estimate(value, float(low), float(high), clusters)


def bootstrap(
    statistic: Statistic,
    sums: Floats,
    confidence: float = 0.95,
    *,
    seed: int = 0,
    draws: int = DRAWS,
) -> Estimate:
    """The percentile interval over clusters drawn with replacement; see `resampled`.

    For figures that are no smooth function, where `jackknife` fails.
    """
    value = float(statistic(sums.sum(axis=0)))
    if len(sums) < 2:
        return Estimate(value, -np.inf, np.inf, len(sums))
    return percentile(
        value, statistic(resampled(sums, seed=seed, draws=draws)), len(sums), confidence
    )
