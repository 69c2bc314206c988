"""Error rates of the key's verifier, and what a KL penalty leaves: formulas, no opinions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from assay.arguments import is_number, many, table
from assay.errors import RubricError, nearest
from assay.printable import brief
from assay.rubrics.results.certificate import KLFloor
from assay.rubrics.written.number import fraction

DIGITS = 10**9
"""Ends of intervals are rounded outwards to this denominator."""


def clopper_pearson(k: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """The exact interval for a rate of which k of n were seen.

    Args:
        k: Errors seen, 0 to n.
        n: Cases looked at, more than 0; they must be a random sample of what is to be judged.
        confidence: Two-sided, in (0, 1).

    Source:
        Clopper, Pearson 1934, Biometrika 26. By bisection on the binomial tails.

    >>> round(clopper_pearson(0, 50)[1], 4)
    0.0711
    """
    alpha = (1.0 - confidence) / 2.0
    low = 0.0 if k == 0 else _bisect(lambda p: 1.0 - _at_most(k - 1, n, p), alpha, rising=True)
    high = 1.0 if k == n else _bisect(lambda p: _at_most(k, n, p), alpha, rising=False)
    return low, high


def _at_most(k: int, n: int, p: float) -> float:
    if p <= 0.0:
        return 1.0
    if p >= 1.0:
        return float(k >= n)
    logs = [
        math.lgamma(n + 1)
        - math.lgamma(i + 1)
        - math.lgamma(n - i + 1)
        + i * math.log(p)
        + (n - i) * math.log1p(-p)
        for i in range(k + 1)
    ]
    return min(1.0, math.fsum(math.exp(x) for x in logs))


def _bisect(tail: Any, alpha: float, *, rising: bool) -> float:
    low, high = 0.0, 1.0
    for _ in range(80):
        middle = (low + high) / 2.0
        if (tail(middle) < alpha) == rising:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def read_noise(noise: Mapping[str, Any]) -> tuple[Fraction, Fraction, str]:
    """Rates from ``{"fp": 0.01, "fn": 0.05}`` or ``{"fp": (1, 200), "fn": (3, 150)}``.

    A pair (errors, cases) stands for the upper end of its Clopper-Pearson interval.

    Raises:
        RubricError: an unknown name, a rate outside [0, 1], a pair that cannot be.
    """
    table(noise, "noise", 'rates, as {"fp": 0.01, "fn": 0.05}', RubricError)
    for name in noise:
        if name not in ("fp", "fn", "confidence"):
            raise RubricError(
                f"noise has no {brief(name)}{nearest(name, ('fp', 'fn', 'confidence'))}"
                '\n  fix: {"fp": 0.01, "fn": 0.05}, or {"fp": (errors, cases), ...}'
            )
    confidence = noise.get("confidence", 0.95)
    if not is_number(confidence) or not 0.0 < confidence < 1.0:
        raise RubricError(f"confidence is {brief(confidence)}, must lie in (0, 1)")
    found: list[Fraction] = []
    noted: list[str] = []
    for name, label in (("fp", "FP"), ("fn", "FN")):
        value = noise.get(name, 0)
        if isinstance(value, list | tuple):
            if len(value) != 2 or not all(type(v) is int for v in value):
                raise RubricError(f"{name} is {brief(value)}, must be a rate or (errors, cases)")
            k, n = value
            if not 0 <= k <= n or n == 0:
                raise RubricError(f"{name} is {k} of {n}, which no count can be")
            _, high = clopper_pearson(k, n, confidence)
            rate = min(Fraction(1), Fraction(math.ceil(high * DIGITS), DIGITS))
            noted.append(f"{label} at most {high:.3%} ({k} of {n}, {confidence:.0%})")
        else:
            try:
                rate = fraction(value)
            except ValueError as err:
                raise RubricError(f"{name} {err}") from None
            if not 0 <= rate <= 1:
                raise RubricError(f"{name} is {value}, must lie in [0, 1]")
            noted.append(f"{label} {float(rate):.3%}")
        found.append(rate)
    return found[0], found[1], ", ".join(noted)


def kl_floor(margin: Fraction, beta: Any, p0: Sequence[float]) -> KLFloor:
    """The chance of being correct that an optimum of reward - beta KL cannot fall below.

    P(correct) >= p0 e^(M/beta) / (p0 e^(M/beta) + 1 - p0), for each prompt by itself: the mean
    of the floors is not the floor of the mean.

    Args:
        margin: M, the certificate's.
        beta: Weight of the KL penalty, more than 0, in the reward's own units.
        p0: For each prompt the chance, before training, of a correct completion.

    Raises:
        RubricError: beta not above 0, no prompts, or a chance outside [0, 1].
    """
    try:
        weight = float(fraction(beta))
    except (ValueError, OverflowError):
        weight = math.nan
    if not weight > 0.0:
        raise RubricError(f"beta is {brief(beta)}, must be a number of more than 0")
    given = many(p0, "p0", "a chance in [0, 1] for each prompt", "p0=[0.3]", RubricError)
    chances = [float(p) if is_number(p) else math.nan for p in given]
    if not chances or not all(0.0 <= p <= 1.0 for p in chances):
        raise RubricError("p0 must hold a chance in [0, 1] for each prompt, at least one")
    floors = [_floor(p, float(margin) / weight) for p in chances]
    return KLFloor(
        weight,
        len(floors),
        math.fsum(floors) / len(floors),
        min(floors),
        sum(p == 0.0 for p in chances),
    )


def _floor(p: float, exponent: float) -> float:
    if p in (0.0, 1.0):
        return p
    odds = math.log(p) - math.log1p(-p) + exponent
    if odds >= 0.0:
        return 1.0 / (1.0 + math.exp(-min(odds, 700.0)))
    power = math.exp(max(odds, -700.0))
    return power / (1.0 + power)
