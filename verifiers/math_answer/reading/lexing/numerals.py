"""Numerals: thousands, decimals, exponents, periods."""

from __future__ import annotations

from flint import fmpq, fmpz

from assay.verifiers.math_answer import limits
from assay.verifiers.math_answer.limits import Unreadable
from assay.verifiers.math_answer.tree import Num


def repeating(raw: str, position: int = 0) -> Num:
    r"""The numeral ``0.1\overline{6}``, ``0.1\dot{6}``: 1/6, exactly; ``0.(3)`` is 1/3."""
    head, _, tail = raw.replace("(", "\\", 1).partition("\\")
    whole, _, fraction = head.partition(".")
    period = "".join(c for c in tail if c.isdigit())
    if len(raw) > limits.DIGITS // 8:
        raise Unreadable("a period too long to read", position)
    value = fmpq(int(whole + fraction), 10 ** len(fraction))
    return Num(value + fmpq(int(period), (10 ** len(period) - 1) * 10 ** len(fraction)))


def numeral(raw: str, position: int = 0) -> Num:
    """The numeral `raw`, thousands separators and exponent included.

    Raises:
        Unreadable: more digits, or a larger exponent, than the limits.
    """
    body, exponent = raw, 0
    if not raw.isdigit():
        mantissa, letter, power = raw.replace("E", "e").partition("e")
        if letter:
            if len(power) > 6:
                raise Unreadable("an exponent too large to compute", position)
            exponent = int(power)
        body = "".join(c for c in mantissa if c.isdigit() or c == ".")
    if len(body) > limits.DIGITS or abs(exponent) > limits.DIGITS // 4:
        raise Unreadable(f"a numeral of more than {limits.DIGITS:,} digits", position)
    whole, point, fraction = body.partition(".")
    digits = whole + fraction
    value = fmpq(int(digits)) if len(digits) < 4000 else fmpq(fmpz(digits))
    places: int | None = None
    if point:
        places = len(fraction) - exponent
        value = value / fmpz(10) ** len(fraction)
    elif exponent:
        places = -exponent
    if exponent > 0:
        value = value * fmpz(10) ** exponent
    elif exponent < 0:
        value = value / fmpz(10) ** -exponent
    return Num(value, places, len(digits.lstrip("0")) if places is not None else 0)
