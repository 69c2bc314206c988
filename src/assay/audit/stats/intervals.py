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

FEWEST = 10
"""Effective clusters from which on a jackknifed interval may raise a finding: a handful of clusters
may agree by chance, and their spread then says 0."""


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

    Certificates have one of their own (`rubrics.prove.noise`), since they must do without SciPy;
    both are held against the same oracle in tests.

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


def cluster_numbers(codes: Codes) -> Codes:
    """(n,) the cluster of each row, from 0 in ascending order of code; code -1 stands alone."""
    single = codes < 0
    numbers = np.where(single, codes.max(initial=0) + 1 + np.cumsum(single), codes)
    where: Codes = np.unique(numbers, return_inverse=True)[1].astype(np.int64)
    return where


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


def quotient(top: Floats, bottom: Floats, empty: float = np.nan) -> Floats:
    """``top / bottom``; `empty`, without a warning, where `bottom` is 0."""
    top, bottom = np.broadcast_arrays(top, bottom)
    found: Floats = np.full(top.shape, empty)
    np.divide(top, bottom, out=found, where=bottom != 0)
    return found


PSEUDO = 2.0
"""Weight, in clusters of average size, of each of the two that `plus` adds: Agresti and Coull's
two successes and two failures, of clusters. In simulations of shares of the advantage,
correlations, error rates and regrets, with 12 to 100 prompts, equal and unequal groups, ties and
several groups of a prompt, 1 covers 91% at worst, 1.5 covers 92%, 2 covers 93% and more.
"""

TOO_FEW = 5
"""Clusters below which there is no interval: their spread says nothing that could be relied on."""


class Estimates(NamedTuple):
    """Figures of one shape with their standard errors; intervals at any confidence."""

    values: Floats
    errors: Floats
    """Standard errors; infinite where there is no saying."""
    n: int
    """Independent units."""
    effective: float
    """How many equal units would weigh as much; at most `n`."""
    centres: Floats | None = None
    """Where the intervals are centred, if not at the values."""
    free: Floats | None = None
    """Degrees of freedom of each error, if not `effective` less 1."""

    def bounds(self, confidence: float = 0.95) -> tuple[Floats, Floats]:
        """Lower and upper ends, by Student's t; they hold the value.

        Infinite where the figure, its centre or its error is not a number.
        """
        middle = self.values if self.centres is None else self.centres
        noted = np.isfinite(self.errors) & np.isfinite(middle) & np.isfinite(self.values)
        noted &= self.effective > 1.0
        free = np.maximum(self.effective - 1.0 if self.free is None else self.free, 1e-3)
        t = np.minimum(special.stdtrit(free, 0.5 + confidence / 2.0), 1e6)
        reach = np.where(noted, np.minimum(self.errors, 1e300), 0.0) * t  # finite in any case
        low = np.where(noted, np.minimum(middle - reach, self.values), -np.inf)
        high = np.where(noted, np.maximum(middle + reach, self.values), np.inf)
        return low, high

    def at(self, where: int | tuple[int, ...] = (), confidence: float = 0.95) -> Estimate:
        """One figure with its interval; infinite where the figure or its error is NaN."""
        low, high = self.bounds(confidence)
        return Estimate(float(self.values[where]), float(low[where]), float(high[where]), self.n)


def effective(weights: Floats) -> float:
    """How many units of equal weight would weigh as much as these: Kish's effective number.

    Source:
        Kish 1965, "Survey Sampling": (sum w)^2 / sum w^2. For clusters: Carter, Schnepel and
        Steigerwald 2017, "Asymptotic behavior of a t-test robust to cluster heterogeneity".
    """
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


def degrees(deviations: Floats) -> Floats:
    """(...) degrees of freedom of a variance that (c, ...) deviations give.

    With normal deviations c - 1; fewer the heavier their tails, as where two or three prompts
    make up a figure: 2 / ((kurtosis - 3) / c + 2 / (c - 1)). At least 2, as a kurtosis is at most
    c; 1 of two deviations.

    Source:
        Satterthwaite 1946, "An approximate distribution of estimates of variance components",
        with the variance of a sample variance (O'Neill 2014, "Some useful moment results in
        sampling problems").
    """
    c = len(deviations)
    squares = np.sum(deviations**2, axis=0)
    kurtosis = c * quotient(np.sum(deviations**4, axis=0), squares**2, empty=3.0 / c)
    found: Floats = np.minimum(2.0 / ((kurtosis - 3.0) / c + 2.0 / (c - 1)), c - 1.0)
    return found


def jackknifed(
    statistic: Statistic,
    sums: Floats,
    weights: Floats | None = None,
    plus: Floats | None = None,
    fewest: int = 2,
) -> Estimates:
    """Smooth functions of sums over clusters, with delete-one-cluster standard errors.

    What is left of a sum when a cluster is taken out and should be 0 is set to 0 (a difference
    of floats leaves a rounding error, and a quotient of two such is anything). A figure that is
    not defined without some cluster has no error that could be reported: it is infinite.

    Args:
        statistic: Pure; from (..., m) sums to (..., q) figures, or (...) for one.
        sums: (c, m) a row each cluster. Or (c, ...) of any shape, where `statistic` takes that.
        weights: (c,) at least 0: how much each cluster has to say, where that differs much.
        plus: (e, m) sums of clusters that are imagined, at either end of what the figure can be:
            a dozen prompts that agree have no spread, and a rare event that none of them shows
            is not excluded. The interval is that of the figure with them.
        fewest: Clusters with fewer than which there is no interval.

    Source:
        Efron and Stein 1981, "The jackknife estimate of variance"; clusters as the units. For
        `plus`: Agresti and Coull 1998, "Approximate is better than exact for interval estimation
        of binomial proportions", of whole clusters in place of cases.
    """
    values = np.asarray(statistic(sums.sum(axis=0)), float)
    c = len(sums)
    if c < max(2, fewest):
        return Estimates(values, np.full(values.shape, np.inf), c, float(c))
    held = sums if plus is None else np.concatenate([sums, plus])
    total = held.sum(axis=0)
    rest = total - held
    rest[np.abs(rest) <= 1e-12 * np.abs(held).sum(axis=0)] = 0.0
    without = np.asarray(statistic(rest), float)
    deviations = without - without.mean(axis=0)
    count = len(held)
    errors = np.sqrt((count - 1) / count * np.sum(deviations**2, axis=0))
    units = float(c) if weights is None else effective(weights)
    errors = np.where(np.isfinite(errors), errors, np.inf)
    seen = deviations[:c]  # what is imagined says nothing of how the others are spread
    noise = 1e-9 * np.abs(deviations).max(axis=0)  # clusters that are all alike but for rounding
    free = degrees(np.where(np.isfinite(seen) & (np.abs(seen) > noise), seen, 0.0))
    if plus is None:
        return Estimates(values, errors, c, units, None, np.minimum(free, max(units - 1.0, 1e-3)))
    return Estimates(values, errors, c, units, np.asarray(statistic(total), float), free)


def ends_of(sums: Floats, low: float = 0.0, high: float = 1.0, clusters: float = 1.0) -> Floats:
    """(2, 2) imagined clusters for a ratio of two sums: see `jackknifed`.

    Args:
        sums: (c, 2) top and bottom.
        low: The lowest that the ratio of a cluster can be.
        high: The highest.
        clusters: How many clusters a row of `sums` holds, where it is a block of them.
    """
    size = PSEUDO * float(sums[:, 1].sum()) / (max(1, len(sums)) * clusters)
    return np.array([[low * size, size], [high * size, size]])


def bounded(
    sums: Floats,
    low: float = 0.0,
    high: float = 1.0,
    confidence: float = 0.95,
    clusters: float = 1.0,
) -> Estimate:
    """``sum(top) / sum(bottom)`` over clusters whose ratios lie between two ends.

    Infinite with fewer than `TOO_FEW` clusters; else within the ends.

    Args:
        sums: (c, 2) top and bottom; clusters of bottom 0 do not count.
        low: See `ends_of`.
        high: See `ends_of`.
        confidence: Two-sided.
        clusters: See `ends_of`.
    """
    sums = sums[sums[:, 1] > 0]
    plus = ends_of(sums, low, high, clusters)
    found = jackknifed(_ratio, sums, plus=plus, fewest=TOO_FEW).at((), confidence)
    if not np.isfinite(found.low):
        return found._replace(n=round(len(sums) * clusters))
    inside = max(low, found.low), min(high, found.high)
    return Estimate(found.value, *inside, round(len(sums) * clusters))


def inside(found: Estimate, low: float, high: float) -> Estimate:
    """An interval cut to what the figure can be; one that is not known stays infinite."""
    if not np.isfinite(found.low):
        return found
    return found._replace(low=max(low, found.low), high=min(high, found.high))


def cells(found: Estimate) -> tuple[float | None, float | None, float | None]:
    """Value and ends for a table; None where there is none: too few for an interval."""
    value, low, high = (float(x) if np.isfinite(x) else None for x in found[:3])
    return value, low, high


def _ratio(sums: Floats) -> Floats:
    return quotient(sums[..., 0], sums[..., 1])


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
    return jackknifed(statistic, sums).at((), confidence)


FEW_LEVELS = 5
"""Distinct values up to which a column is taken for one of levels: pass or fail, or a grade."""


def span_of(values: Floats) -> tuple[float, float] | None:
    """The ends of what one value can be, where there are few levels; None where there are many.

    Rows of one level may be too rare to be in every part of a log: where none of 12 prompts of a
    step failed, that does not make failing impossible. Of values within [0, 1] the ends are 0 and
    1, since scores and shares are.
    """
    known = values[np.isfinite(values)]
    if len(known) == 0 or len(np.unique(known[:: 1 + len(known) // 1000])) > FEW_LEVELS:
        return None
    low, high = float(known.min()), float(known.max())
    return (0.0, 1.0) if low >= 0.0 and high <= 1.0 else (low, high)


def ratio(
    top: Floats,
    bottom: Floats,
    codes: Codes,
    confidence: float = 0.95,
    *,
    span: tuple[float, float] | None = None,
) -> Estimate:
    """``sum(top) / sum(bottom)`` with its interval over clusters: a mean; for shares, `share`.

    Infinite with fewer than `TOO_FEW` clusters, and where nothing is known to differ.

    Args:
        top: (n,).
        bottom: (n,) at least 0.
        codes: (n,) clusters.
        confidence: Two-sided.
        span: What a cluster can be, beyond the clusters seen; see `span_of`.
    """
    sums = cluster_sums(codes, np.stack([top, bottom], axis=1))
    each = quotient(sums[:, 0], sums[:, 1])
    each = each[np.isfinite(each)]
    if len(each) == 0:
        return Estimate(float("nan"), -np.inf, np.inf, 0)
    low, high = float(each.min()), float(each.max())
    if span is not None:
        low, high = min(low, span[0]), max(high, span[1])
    plus = ends_of(sums, low, high)
    found = jackknifed(_ratio, sums, plus=plus, fewest=TOO_FEW).at((), confidence)
    if low == high:
        return found._replace(low=-np.inf, high=np.inf)
    return found if span is None else inside(found, low, high)


def share(part: Floats, whole: Floats, codes: Codes, confidence: float = 0.95) -> Estimate:
    """``sum(part) / sum(whole)``, 0 <= part <= whole, with an interval that stays in [0, 1].

    Clopper and Pearson's exact interval where every cluster is one case. Else the delete-one-
    cluster interval with two imagined clusters (see `jackknifed`), so that no cluster of 3
    "proves" 100%.

    Source:
        Agresti and Coull 1998, for clusters in place of cases; Efron and Stein 1981.
    """
    sums = cluster_sums(codes, np.stack([part, whole], axis=1))
    units = int((whole > 0).sum())
    held = sums[sums[:, 1] > 0]
    if units and len(held) == units and set(np.unique(held)) <= {0.0, 1.0}:
        return clopper_pearson(int(held[:, 0].sum()), units, confidence)  # independent cases
    return share_of_sums(sums, confidence)


def share_of_sums(sums: Floats, confidence: float = 0.95, *, clusters: float = 1.0) -> Estimate:
    """As `share`, from the sums of clusters; (0, 1) where these are too few for an interval.

    Args:
        sums: (c, 2) part and whole.
        confidence: Two-sided.
        clusters: How many clusters a row of `sums` holds, where it is a block of them.
    """
    found = bounded(sums, 0.0, 1.0, confidence, clusters)
    if not np.isfinite(found.low):
        return Estimate(found.value, 0.0, 1.0, found.n)
    return found
