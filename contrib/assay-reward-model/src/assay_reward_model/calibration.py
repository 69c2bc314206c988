"""Which logits are 0 and 1: from responses of which somebody knows whether they are right."""

from __future__ import annotations

import math
from collections.abc import Sequence


def ends(logits: Sequence[float], labels: Sequence[float]) -> tuple[float, float]:
    """`low` and `high` for the params, so that a score is about the chance of being right.

    The line through logits and labels by least squares (a linear probability model): where it is 0
    and where it is 1. What lies beyond is cut off there. It cannot bend; whether that is good
    enough is for the audit to say, of other responses than these.

    Args:
        logits: Of the model, at least ten.
        labels: 1 right, 0 wrong, in the same order; both must occur.

    Raises:
        ValueError: too few of them, or a model whose logits do not rise with the labels.
    """
    n = len(logits)
    if n != len(labels) or n < 10:
        raise ValueError(f"{n} logits and {len(labels)} labels; at least ten of each are needed")
    if not set(labels) >= {0.0, 1.0}:
        raise ValueError("right and wrong responses are needed, labelled 1 and 0")
    mean_x, mean_y = math.fsum(logits) / n, math.fsum(labels) / n
    across = math.fsum((x - mean_x) ** 2 for x in logits)
    along = math.fsum((x - mean_x) * (y - mean_y) for x, y in zip(logits, labels, strict=True))
    if across == 0.0 or along <= 0.0:
        raise ValueError("the logits do not rise with the labels: no scale makes scores of them")
    slope = along / across
    low = mean_x - mean_y / slope
    return low, low + 1.0 / slope
