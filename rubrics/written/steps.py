"""From the scores of steps to one score: all pure, all in [0, 1], none for no steps.

A step that could not be checked (None) is not earned: it counts as 0.

Sources:
    Uesato et al. 2022, arXiv:2211.14275, for labels that hold while all steps so far are right
    (`prefix`; the division by K is ours). Lightman et al. 2023, arXiv:2305.20050, for the product
    of the steps' chances. `mean`, `minimum`, `last` and `geometric` are common in use.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

Aggregate: TypeAlias = Literal["prefix", "mean", "min", "product", "last", "geometric_mean"]


def prefix(steps: Sequence[float], k: float | None, tau: float) -> float:
    """Steps before the first error, over K; at most 1.

    >>> prefix([1, 1, 0, 1], 4, 0.5)
    0.5
    """
    right = 0
    for step in steps:
        if step < tau:
            break
        right += 1
    return min(1.0, right / (k or len(steps)))


def mean(steps: Sequence[float], k: float | None, tau: float) -> float:
    """The mean; over at least K steps, so that leaving steps out does not raise it."""
    return min(1.0, math.fsum(steps) / max(len(steps), k or 0))


def minimum(steps: Sequence[float], k: float | None, tau: float) -> float:
    """The worst step."""
    return min(steps)


def product(steps: Sequence[float], k: float | None, tau: float) -> float:
    """Chance that all are right, taking them as independent; longer chains score lower."""
    return math.prod(steps)


def last(steps: Sequence[float], k: float | None, tau: float) -> float:
    """The last step."""
    return steps[-1]


def geometric(steps: Sequence[float], k: float | None, tau: float) -> float:
    """The product's n-th root: the product without its taste for short chains."""
    whole = math.prod(steps)
    return min(1.0, whole ** (1.0 / len(steps))) if whole > 0.0 else 0.0


AGGREGATES: Mapping[str, Callable[[Sequence[float], float | None, float], float]] = {
    "prefix": prefix,
    "mean": mean,
    "min": minimum,
    "product": product,
    "last": last,
    "geometric_mean": geometric,
}


def aggregate(
    steps: Sequence[float | None], how: Aggregate, k: float | None = None, tau: float = 0.5
) -> float:
    """One score for a chain of steps.

    Args:
        steps: Each in [0, 1], or None where it could not be checked.
        how: See the functions of this module.
        k: Steps a whole solution has; more than 0. Read by `prefix` and `mean`.
        tau: A step of at least this is right; read by `prefix`.

    >>> aggregate([1, None, 1], "mean"), aggregate([], "mean")
    (0.6666666666666666, 0.0)
    """
    if not steps:
        return 0.0
    return AGGREGATES[how]([0.0 if s is None else float(s) for s in steps], k, tau)
