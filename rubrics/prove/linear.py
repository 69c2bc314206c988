"""Linear forms: what a formula is once enough of its criteria are fixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from assay.rubrics.written.arithmetic import EXACT
from assay.rubrics.written.number import Number


class NotLinear(Exception):
    """The formula multiplies, compares or bends what is not fixed."""


@dataclass(frozen=True, slots=True)
class Form:
    """``constant + sum(coefficient * variable)``."""

    constant: Fraction = Fraction(0)
    terms: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def fixed(self) -> bool:
        """Whether no variable is left."""
        return not any(self.terms.values())

    def __add__(self, other: Any) -> Form:
        o = form(other)
        terms = dict(self.terms)
        for name, coefficient in o.terms.items():
            terms[name] = terms.get(name, Fraction(0)) + coefficient
        return Form(self.constant + o.constant, terms)

    __radd__ = __add__

    def __neg__(self) -> Form:
        return self * Fraction(-1)

    def __sub__(self, other: Any) -> Form:
        return self + -form(other)

    def __rsub__(self, other: Any) -> Form:
        return form(other) + -self

    def __mul__(self, other: Any) -> Form:
        o = form(other)
        if not o.fixed:
            if not self.fixed:
                raise NotLinear("a product of criteria")
            return o * self
        factor = o.constant
        return Form(self.constant * factor, {k: v * factor for k, v in self.terms.items()})

    __rmul__ = __mul__

    def __truediv__(self, other: int) -> Form:
        return self * Fraction(1, other)


def form(value: Any) -> Form:
    """A form, from a number or a form."""
    return value if isinstance(value, Form) else Form(Fraction(value))


class FormOps:
    """The arithmetic of forms; refuses what would not be linear."""

    @staticmethod
    def num(constant: Number) -> Form:
        """A constant of the rubric, as written."""
        return Form(constant.exact)

    @staticmethod
    def sum(values: Sequence[Any]) -> Form:
        """The sum."""
        total = Form()
        for value in values:
            total = total + value
        return total

    @staticmethod
    def least(values: Sequence[Any]) -> Form:
        """The smallest, if all are fixed."""
        forms = [form(v) for v in values]
        if all(f.fixed for f in forms):
            return Form(min(f.constant for f in forms))
        raise NotLinear("a minimum or maximum of criteria")

    @staticmethod
    def greatest(values: Sequence[Any]) -> Form:
        """The largest, if all are fixed."""
        return -FormOps.least([-form(v) for v in values])

    @staticmethod
    def sigmoid(value: Any) -> Form:
        """Of what is fixed."""
        if not form(value).fixed:
            raise NotLinear("a sigmoid of a criterion")
        return Form(EXACT.sigmoid(form(value).constant))

    @staticmethod
    def at_least(value: Any, threshold: Any, then: Any, otherwise: Any) -> Form:
        """Decided, if the comparison is of what is fixed."""
        difference = form(value) - form(threshold)
        if not difference.fixed:
            raise NotLinear("a threshold on a criterion")
        return form(then) if difference.constant >= 0 else form(otherwise)


FORMS = FormOps()
