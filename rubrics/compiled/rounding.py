"""Receipts that add up exactly: where the rounding errors go."""

from __future__ import annotations

import math
from typing import Any


def settle(shares: list[Any], value: float, first: int) -> None:
    """Change the shares by a rounding error, in place, so that ``fsum(shares) == value``.

    The adjustment at `first` takes the difference; where a float cannot hold it (a sum of
    products may need more digits than a float has), the smallest other share gives the rest.
    """
    if math.fsum(shares) == value:
        return
    others = [i for i, s in enumerate(shares) if i != first and s]
    for i in sorted(others, key=lambda i: abs(shares[i])):
        shares[first] = math.fsum([value, *(-shares[j] for j in others)])
        if math.fsum(shares) == value:
            return
        shares[i] -= math.fsum([*shares, -value])
    shares[first] = math.fsum([value, *(-shares[j] for j in others)])
    if math.fsum(shares) != value:  # pragma: no cover - no case known; exactness comes first
        shares[:] = [value if i == first else 0.0 for i in range(len(shares))]
