"""What an optimum of a reward can give away of the pass rate."""

from __future__ import annotations

from fractions import Fraction

ONE = Fraction(1)


def price_of(correct: tuple[Fraction, Fraction], wrong: tuple[Fraction, Fraction]) -> Fraction:
    """How much of the pass rate an optimum can give away, at most: in [0, 1].

    With correct rewards in [a, A] and wrong ones in [b, B], an optimum with pass rate p is paid
    at most ``p A + (1 - p) B``, and no less than the best policy p* at its worst, ``p* a +
    (1 - p*) b``. The largest ``p* - p`` these two leave. For a weighted sum it is
    ``W_s / (w_c (v1 - v0))``, for a gate ``1 - a / A``.
    """
    (a, top), (b, bottom) = correct, wrong
    if top <= bottom:
        return ONE
    start = (bottom - b) / (top - bottom)
    slope = 1 - (a - b) / (top - bottom)
    end = start + slope
    if slope >= 0 or end >= 1:
        return min(ONE, max(Fraction(0), end))
    return min(ONE, (bottom - b) / (a - b))
