"""Receipts that add up exactly: where the rounding errors go."""

from __future__ import annotations

import math


def settle(shares: list[float], value: float, first: int) -> None:
    """Change the shares by a rounding error, in place, so that ``fsum(shares) == value``.

    The adjustment at `first` takes the difference; where a float cannot hold it (a sum of
    products may need more digits than a float has), the smallest other share gives the rest.

    Floats of the size of these shares may have no such sum: 0.01 times 0.01 has digits that
    0.005 + 0.005 - 0.0099 has not. Then the smallest of the other shares goes into the adjustment,
    and what is left of it is as small as those digits; if that is not enough, the next one too.
    """
    if math.fsum(shares) == value:
        return
    others = [i for i, s in enumerate(shares) if i != first and s]
    others.sort(key=lambda i: abs(shares[i]))
    for i in others:
        shares[first] = _rest(shares, value, first)
        if math.fsum(shares) == value:
            return
        shares[i] -= math.fsum([*shares, -value])
    for i in others:
        shares[first] = _rest(shares, value, first)
        if math.fsum(shares) == value:
            return
        shares[i] = 0.0
        shares[first] = _rest(shares, value, first)
        shares[i] = _rest(shares, value, i)
    if math.fsum(shares) != value:  # pragma: no cover - no case known; exactness comes first
        shares[:] = [value if i == first else 0.0 for i in range(len(shares))]


def _rest(shares: list[float], value: float, place: int) -> float:
    """What the share at a place has to be, rounded."""
    return math.fsum([value, *(-s for i, s in enumerate(shares) if i != place)])
