"""Fractions of polynomials over the integers, in one ring, within bounds.

Whatever is not a polynomial is a generator; a root keeps its relation ``g^q = a``.
"""

from __future__ import annotations

from flint import Ordering, fmpq, fmpz, fmpz_mpoly, fmpz_mpoly_ctx

from assay.verifiers.math_answer.arithmetic import exact
from assay.verifiers.math_answer.limits import Undefined

MAX_TERMS = 1500
"""Most terms of a numerator or denominator."""

MAX_GENERATORS = 28
"""Most names and parts that are no polynomials; more than a person's answer has."""

MAX_POWER = 200
"""Highest power that is multiplied out."""

MAX_COEFFICIENT_BITS = 4000
"""Largest number that becomes a coefficient: larger ones are compared exactly before this."""

PASSES = 4
"""Most passes of a reduction: each replaces roots by what may hold roots of deeper nesting."""


class GiveUp(Exception):
    """Beyond what is worth trying here."""


class Fraction:
    """One polynomial over another; the same value has many forms."""

    __slots__ = ("bottom", "top")

    def __init__(self, top: fmpz_mpoly, bottom: fmpz_mpoly) -> None:
        self.top = top
        self.bottom = bottom


class Ring:
    """A ring with room for `MAX_GENERATORS`, which are given out as they are asked for."""

    def __init__(self) -> None:
        self.keys: dict[object, int] = {}
        self.relations: dict[int, tuple[int, fmpz_mpoly]] = {}
        """Generator -> (q, a), where its q-th power is ``a``."""
        self.ctx = fmpz_mpoly_ctx.get([f"g{k}" for k in range(MAX_GENERATORS)], Ordering.lex)
        self.gens = self.ctx.gens()
        self.one = self.ctx.constant(1)
        self.transcendental = False
        """Whether there is a generator that is not a name: it may depend on others."""

    def generator(self, key: object) -> fmpz_mpoly:
        """What stands for `key`, the same each time."""
        index = self.keys.get(key)
        if index is None:
            index = len(self.keys)
            if index >= MAX_GENERATORS:
                raise GiveUp
            self.keys[key] = index
            if not (isinstance(key, tuple) and key[0] == "name"):
                self.transcendental = True
        return self.gens[index]

    def constant(self, value: fmpq) -> Fraction:
        """A number."""
        if exact.bits(value) > MAX_COEFFICIENT_BITS:
            raise GiveUp
        return Fraction(self.one * value.p, self.one * value.q)

    def times(self, a: Fraction, b: Fraction) -> Fraction:
        """The product, not reduced."""
        self.bound(len(a.top) * len(b.top), len(a.bottom) * len(b.bottom))
        return Fraction(a.top * b.top, a.bottom * b.bottom)

    def plus(self, a: Fraction, b: Fraction) -> Fraction:
        """The sum, not reduced."""
        if a.bottom == b.bottom:
            return Fraction(a.top + b.top, a.bottom)
        self.bound(
            len(a.top) * len(b.bottom) + len(b.top) * len(a.bottom), len(a.bottom) * len(b.bottom)
        )
        return Fraction(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom)

    def bound(self, *terms: int) -> None:
        """Give up where a polynomial could have as many terms."""
        if max(terms) > 4 * MAX_TERMS:
            raise GiveUp

    def raised(self, a: Fraction, n: int) -> Fraction:
        """``a^n``.

        Raises:
            Undefined: zero to a negative power.
        """
        if abs(n) > MAX_POWER:
            raise GiveUp
        widest = max(len(a.top), len(a.bottom))
        # widest^n is far above the terms that there will be once like ones are collected: hence
        # the square, and powers like (a+b)^25 are let through whatever it says
        if widest > 1 and widest ** min(abs(n), 40) > MAX_TERMS**2 and abs(n) * widest > 60:
            raise GiveUp
        big = max(
            [c.bit_length() for c in a.top.coeffs()] + [c.bit_length() for c in a.bottom.coeffs()],
            default=1,
        )
        if big * abs(n) > 2 * MAX_COEFFICIENT_BITS:
            raise GiveUp
        if n < 0:
            if a.top.is_zero():
                raise Undefined("a division by zero")
            return Fraction(a.bottom ** (-n), a.top ** (-n))
        return Fraction(a.top**n, a.bottom**n)

    def key(self, value: Fraction) -> str:
        """The fraction in lowest terms as text: equal for equal fractions."""
        top, bottom = value.top, value.bottom
        if top.is_zero():
            return "0"
        if len(bottom) > 1 or not bottom.is_constant():
            common = top.gcd(bottom)
            if not common.is_one():
                top, bottom = top / common, bottom / common
        else:
            c = content(top).gcd(bottom.coeffs()[0])
            if c != 1:
                top, bottom = top / c, bottom / c
        if bottom.leading_coefficient() < 0:
            top, bottom = -top, -bottom
        return f"{top}|{bottom}"

    def rational_value(self, value: Fraction) -> fmpq | None:
        """The number that it is, if it is one."""
        if value.top.is_zero():
            return exact.ZERO
        if value.top.is_constant() and value.bottom.is_constant():
            return fmpq(value.top.coeffs()[0], value.bottom.coeffs()[0])
        return None

    def reduced(self, poly: fmpz_mpoly) -> fmpz_mpoly:
        """`poly` modulo the relations of its roots; bounded passes."""
        for _ in range(PASSES):
            changed = False
            for index, (degree, image) in sorted(self.relations.items(), reverse=True):
                if poly.is_zero():
                    return poly
                if poly.degrees()[index] < degree:
                    continue
                changed = True
                total = self.ctx.constant(0)
                for powers, coefficient in list(poly.terms()):
                    n = powers[index]
                    left = list(powers)
                    left[index] = n % degree
                    piece = self.ctx.term(coeff=coefficient, exp_vec=tuple(left))
                    if n >= degree:
                        times = n // degree
                        # the first test spares Python the huge number in the second
                        if len(image) > 1 and (times > 6 or len(image) ** times > MAX_TERMS):
                            raise GiveUp
                        piece = piece * image**times
                    total += piece
                    if len(total) > 4 * MAX_TERMS:
                        raise GiveUp
                poly = total
            if not changed:
                return poly
        return poly


def content(poly: fmpz_mpoly) -> fmpz:
    """The greatest common divisor of the coefficients."""
    total = fmpz(0)
    for coefficient in poly.coeffs():
        total = total.gcd(coefficient)
        if total == 1:
            break
    return total
