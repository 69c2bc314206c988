"""The few operations a composer's formula may use, over floats and over fractions.

A composer states its formula once; rewards evaluate it on floats, proofs on fractions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any, Protocol

from assay.rubrics.written.number import Number

SLACK = 1e-12
"""By how much floats may miss a threshold; scores are of the order of 1."""


class Ops(Protocol):
    """Arithmetic over one kind of number. Plain ``+``, ``-`` and ``*`` work on the values."""

    def num(self, constant: Number) -> Any:
        """A constant of the rubric."""

    def sum(self, values: Sequence[Any]) -> Any:
        """The sum, rounded once at most; 0 of none."""

    def least(self, values: Sequence[Any]) -> Any:
        """The smallest."""

    def greatest(self, values: Sequence[Any]) -> Any:
        """The largest."""

    def sigmoid(self, value: Any) -> Any:
        """``1 / (1 + exp(-value))``; over fractions correct to 50 digits, not exact."""

    def at_least(self, value: Any, threshold: Any, then: Any, otherwise: Any) -> Any:
        """`then` where value >= threshold, else `otherwise`."""


class FloatOps:
    """Rewards."""

    @staticmethod
    def num(constant: Number) -> float:
        """A constant of the rubric."""
        return float(constant)

    @staticmethod
    def sum(values: Sequence[Any]) -> float:
        """The sum, rounded once."""
        return math.fsum(values)

    @staticmethod
    def least(values: Sequence[Any]) -> Any:
        """The smallest."""
        return min(values)

    @staticmethod
    def greatest(values: Sequence[Any]) -> Any:
        """The largest."""
        return max(values)

    @staticmethod
    def sigmoid(value: float) -> float:
        """``1 / (1 + exp(-value))``."""
        return 1.0 / (1.0 + math.exp(-value))

    @staticmethod
    def at_least(value: float, threshold: float, then: float, otherwise: float) -> float:
        """`then` where value >= threshold, else `otherwise`; a rounding error short is enough.

        A sum that is 0.2 on paper may be 0.19999999999999998 in floats: the gate must open.
        """
        return then if value >= threshold - SLACK else otherwise


class ExactOps:
    """Proofs."""

    @staticmethod
    def least(values: Sequence[Any]) -> Any:
        """The smallest."""
        return min(values)

    @staticmethod
    def greatest(values: Sequence[Any]) -> Any:
        """The largest."""
        return max(values)

    @staticmethod
    def num(constant: Number) -> Fraction:
        """A constant of the rubric, as written."""
        return constant.exact

    @staticmethod
    def sum(values: Sequence[Any]) -> Fraction:
        """The sum, exactly."""
        return sum(values, Fraction(0))

    @staticmethod
    def sigmoid(value: Fraction) -> Fraction:
        """Correct to 50 digits."""
        with localcontext(prec=60):
            power = (Decimal(-value.numerator) / Decimal(value.denominator)).exp()
            return Fraction(1 / (1 + power))

    @staticmethod
    def at_least(value: Any, threshold: Any, then: Any, otherwise: Any) -> Any:
        """`then` where value >= threshold, else `otherwise`."""
        return then if value >= threshold else otherwise


FLOAT: Ops = FloatOps()
EXACT: Ops = ExactOps()
