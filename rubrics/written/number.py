"""Numbers as they were written: a float for the hot path that remembers its exact fraction.

``0.1`` in a rubric means one tenth, not the binary float next to it; proofs are made on the
fractions, rewards on the floats.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from assay.printable import brief

_WRITTEN = re.compile(r"[+-]?(\d{1,40}(\.\d{0,60})?|\.\d{1,60})([eE][+-]?\d{1,3})?|[+-]?\d+/\d+")
"""Decimals and fractions of a sane size: a rubric file is read, not computed."""


class Number(float):
    """A finite float with the fraction it stands for.

    >>> Number("0.1").exact, Number(0.1).exact, Number("1/3").exact
    (Fraction(1, 10), Fraction(1, 10), Fraction(1, 3))

    Raises:
        ValueError: no finite number.
    """

    __slots__ = ("exact",)
    exact: Fraction

    def __new__(cls, value: object) -> Number:
        """From a number, a decimal, or text such as ``"1/3"``."""
        exact = fraction(value)
        try:
            self = float.__new__(cls, float(exact))
        except OverflowError:
            raise ValueError(f"{value} is too large") from None
        if exact and not float.__bool__(self):
            raise ValueError(f"is {brief(value)}, which is 0 as a float: too small")
        self.exact = exact
        return self

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Number):
            return self.exact == other.exact
        return float.__eq__(self, other) is True

    __hash__ = float.__hash__

    def __reduce__(self) -> tuple[type[Number], tuple[str]]:
        return Number, (str(self.exact),)

    def to_json(self) -> int | float | str:
        """As it can be written in a file without loss: ``1``, ``0.1``, ``"1/3"``."""
        if self.exact.denominator == 1 and abs(self.exact) < 2**53:
            return int(self.exact)
        plain = float(self)
        return plain if Fraction(repr(plain)) == self.exact else str(self.exact)


def fraction(value: object) -> Fraction:
    """The fraction a number stands for; a float stands for its shortest decimal.

    Raises:
        ValueError: no finite number.
    """
    if isinstance(value, Number):
        return value.exact
    if isinstance(value, bool):
        raise ValueError(f"is {value}, must be a number")
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"is {value}, must be finite")
        return Fraction(repr(float(value)))
    if isinstance(value, Decimal) and value.is_finite():
        return Fraction(value)
    if isinstance(value, str) and _WRITTEN.fullmatch(value.strip()):
        try:
            return Fraction(value.strip())
        except ZeroDivisionError:
            raise ValueError(f"is {value!r}, a division by zero") from None
    raise ValueError(f"is {brief(value)}, must be a number")


def _unit(value: object) -> Number:
    number = Number(value)
    if not 0 <= number.exact <= 1:
        raise ValueError(f"is {_shown(value)}, must lie in [0, 1]")
    return number


def _positive(value: object) -> Number:
    number = Number(value)
    if number.exact <= 0:
        raise ValueError(f"is {_shown(value)}, must be more than 0")
    return number


def _shown(value: object) -> str:
    return f"{float(value)}" if isinstance(value, Number) else f"{value}"


_WRITE = PlainSerializer(Number.to_json)
_SCHEMA = WithJsonSchema({"type": ["number", "string"]})

NumberField = Annotated[Number, PlainValidator(Number), _WRITE, _SCHEMA]
"""Any finite number."""

UnitField = Annotated[Number, PlainValidator(_unit), _WRITE, _SCHEMA]
"""A number in [0, 1]."""

Positive = Annotated[Number, PlainValidator(_positive), _WRITE, _SCHEMA]
"""A number greater than 0."""
