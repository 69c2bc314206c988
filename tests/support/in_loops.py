"""The jackknife over clusters, one cluster at a time and without arrays: an oracle."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import fmean
from typing import NamedTuple

from scipy import stats

Sums = Sequence[float]


class InLoops(NamedTuple):
    """What `jackknifed` should find for one figure."""

    value: float
    centre: float
    error: float
    free: float

    def interval(self, confidence: float, low: float = -math.inf, high: float = math.inf) -> Sums:
        """Ends within those of the figure."""
        reach = float(stats.t.ppf(0.5 + confidence / 2.0, self.free)) * self.error
        ends = min(self.value, self.centre - reach), max(self.value, self.centre + reach)
        return max(low, ends[0]), min(high, ends[1])


def total(rows: Sequence[Sums]) -> list[float]:
    return [math.fsum(column) for column in zip(*rows, strict=True)]


def freedom(deviations: Sequence[float]) -> float:
    """Satterthwaite's degrees of freedom, from the kurtosis."""
    c = len(deviations)
    squares = math.fsum(d**2 for d in deviations)
    if squares == 0.0:
        return c - 1.0
    kurtosis = c * math.fsum(d**4 for d in deviations) / squares**2
    return min(max(2.0 / ((kurtosis - 3.0) / c + 2.0 / (c - 1.0)), 1.0), c - 1.0)


def jackknife(
    figure: Callable[[Sums], float], clusters: Sequence[Sums], imagined: Sequence[Sums] = ()
) -> InLoops:
    """Each cluster taken out in turn; those that are imagined give no degrees of freedom."""
    held = [*clusters, *imagined]
    without = [figure(total(held[:i] + held[i + 1 :])) for i in range(len(held))]
    deviations = [w - fmean(without) for w in without]
    n = len(held)
    error = math.sqrt((n - 1) / n * math.fsum(d**2 for d in deviations))
    free = freedom(deviations[: len(clusters)])
    return InLoops(figure(total(clusters)), figure(total(held)), error, free)
