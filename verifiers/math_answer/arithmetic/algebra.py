"""Proof of identities: both sides as rational functions over the integers.

Names, and whatever is not a polynomial (``sin x``, ``2^n``, ``pi``, roots), become generators; a
root keeps its relation ``g^q = a``. Equal normal forms prove an identity. Different ones prove
nothing unless every generator is a name, since generators may depend on each other.
"""

from __future__ import annotations

from flint import fmpq, fmpz

from assay.verifiers.math_answer.arithmetic import exact
from assay.verifiers.math_answer.arithmetic.ring import MAX_POWER, Fraction, GiveUp, Ring, content
from assay.verifiers.math_answer.equality_result import EqualityResult
from assay.verifiers.math_answer.tree import (
    COMMUTING,
    CONSTANTS,
    App,
    Group,
    Node,
    Num,
    Such,
    Sym,
    walk,
)

MAX_NODES = 3000
"""Most nodes of both sides: each may cost a product of polynomials."""

MAX_ROOT = 12
"""Highest root that becomes a generator; what people write are squares, cubes and some more."""

SHARES = 60
"""Exponents are shares of 1/60, the least that holds halves to sixths, tenths and twelfths."""

MAX_FACTORED_BITS = 64
"""Integers above are not factored: up to here it takes microseconds whatever they are."""


class _Form(Ring):
    """Trees as fractions over one ring."""

    def form(self, node: Node) -> Fraction:
        if isinstance(node, Num):
            return self.constant(node.value)
        if isinstance(node, Sym):
            if node.name == "i":
                found = self.generator(("i",))
                self.relations[self.keys[("i",)]] = (2, -self.one)
                return Fraction(found, self.one)
            kind = "const" if node.name in CONSTANTS else "name"
            if node.name in ("infinity", "emptyset", "dots", "reals"):
                raise GiveUp
            return Fraction(self.generator((kind, node.name)), self.one)
        if isinstance(node, Group) and len(node.items) == 1 and node.left in "([":
            return self.form(node.items[0])
        if isinstance(node, Such):  # P(A|B), beside others
            return self.opaque("such", (node.item, node.condition))
        if not isinstance(node, App):
            raise GiveUp
        op, args = node.op, node.args
        if op in ("add", "mixed"):
            total = self.form(args[0])
            for arg in args[1:]:
                total = self.plus(total, self.form(arg))
            return total
        if op in ("mul", "call"):
            total = self.form(args[0])
            for arg in args[1:]:
                total = self.times(total, self.form(arg))
            return total
        if op == "neg":
            value = self.form(args[0])
            return Fraction(-value.top, value.bottom)
        if op == "inv":
            return self.raised(self.form(args[0]), -1)
        if op == "percent":
            return self.times(self.form(args[0]), self.constant(exact.HUNDREDTH))
        if op == "pow":
            return self.power(args[0], args[1])
        if op == "exp":
            return self.power(Sym("e"), args[0])
        if op == "sqrt":
            return self.root(args[0], 2, 1)
        if op == "root":
            index = exact.whole(args[0])
            if index is None or not 2 <= index <= MAX_ROOT:
                raise GiveUp
            return self.root(args[1], index, 1)
        if op == "deg":
            return self.times(
                self.form(args[0]),
                self.times(self.form(Sym("pi")), self.constant(fmpq(1, 180))),
            )
        known = exact.rational(node)
        if known is not None:
            return self.constant(known)
        if op in ("pm", "mp", "ratio", "cases", "int", "lim", "sum", "prod"):
            raise GiveUp
        return self.opaque(op, args)

    def opaque(self, op: str, args: tuple[Node, ...]) -> Fraction:
        op = {"log": "ln"}.get(op, op)
        keys = []
        for arg in args:
            if isinstance(arg, Sym) and op == "apply":
                keys.append(arg.name)
            else:
                keys.append(self.key(self.form(arg)))
        if op in COMMUTING or op in ("cup", "cap"):  # P(A ∩ B)
            keys.sort()
        return Fraction(self.generator((op, *keys)), self.one)

    def power(self, base: Node, exponent: Node) -> Fraction:
        literal = exact.rational(exponent)
        if literal is not None:
            if literal.q == 1:
                if abs(literal.p) > MAX_POWER:
                    value = exact.rational(base)
                    if value is not None and value.q == 1 and value > 1:
                        return self.prime_powers(value.p, literal)
                    raise GiveUp
                return self.raised(self.form(base), int(literal.p))
            if literal.q <= MAX_ROOT:
                return self.root(base, int(literal.q), int(literal.p))
            raise GiveUp
        value = exact.rational(base)
        if value is not None:
            if value <= 0:
                raise GiveUp
            found = self.symbolic_powers(value.p, exponent, 1)
            return self.times(found, self.symbolic_powers(value.q, exponent, -1))
        if isinstance(base, Sym) and base.name == "e":
            return self.exponential(("const", "e"), exponent, 1)
        return self.exponential(("base", self.key(self.form(base))), exponent, 1, base)

    def prime_powers(self, base: fmpz, exponent: fmpq) -> Fraction:
        """A large power of an integer: each prime factor's power, as one generator."""
        total = self.constant(exact.ONE)
        for prime, count in _factor(base):
            big = exponent.p * count
            key = ("power", int(prime), str(abs(big)))
            found = Fraction(self.generator(key), self.one)
            total = self.times(total, found if big > 0 else Fraction(found.bottom, found.top))
        return total

    def symbolic_powers(self, base: fmpz, exponent: Node, sign: int) -> Fraction:
        total = self.constant(exact.ONE)
        if base == 1:
            return total
        for prime, count in _factor(base):
            found = self.exponential(
                ("prime", int(prime)), exponent, sign * count, Num(fmpq(prime))
            )
            total = self.times(total, found)
        return total

    def exponential(
        self, base_key: tuple[object, ...], exponent: Node, scale: int, base: Node | None = None
    ) -> Fraction:
        """``b^(sum of c*m)`` as a product of ``(b^(m/q))^p``: linear exponents add up."""
        value = self.form(exponent)
        if not value.bottom.is_constant():
            key = ("exp", *base_key, self.key(value))
            return self.raised(Fraction(self.generator(key), self.one), scale)
        bottom = fmpz(value.bottom.coeffs()[0])
        total = self.constant(exact.ONE)
        for powers, coefficient in value.top.terms():
            share = fmpq(coefficient, bottom) * scale
            if not any(powers):
                if base is None:
                    if base_key[1] != "e":
                        raise GiveUp
                    piece = self.root_key(("const", "e"), share)
                else:
                    piece = self.power(base, Num(share))
            else:
                if abs(share.p) > SHARES or share.q > SHARES:
                    raise GiveUp
                piece = self.root_key(("exp", *base_key, str(powers)), share)
            total = self.times(total, piece)
        return total

    def root_key(self, key: tuple[object, ...], share: fmpq) -> Fraction:
        """``g^(p/q)`` of one positive generator, over the common generator ``g^(1/60)``."""
        n = share * SHARES
        if n.q != 1 or abs(n.p) > SHARES**2:
            raise GiveUp
        return self.raised(Fraction(self.generator(("sixtieth", *key)), self.one), int(n.p))

    def root(self, base: Node, index: int, count: int) -> Fraction:
        """``base^(count/index)``, with squares taken out of integers."""
        inner = self.form(base)
        value = self.rational_value(inner)
        if value is not None:
            if value < 0:
                if index == 2:
                    total = self.raised(self.form(Sym("i")), count)
                    return self.times(total, self.radical(-value, index, count))
                raise GiveUp
            if value == 0:
                return self.constant(exact.ZERO)
            return self.radical(value, index, count)
        if isinstance(base, Sym) and base.name == "e":
            return self.root_key(("const", "e"), fmpq(count, index))
        key = ("root", index, self.key(inner))
        found = self.generator(key)
        if inner.bottom.is_one():
            self.relations[self.keys[key]] = (index, inner.top)
        return self.raised(Fraction(found, self.one), count)

    def radical(self, value: fmpq, index: int, count: int) -> Fraction:
        total = self.constant(exact.ONE)
        for prime, power in [*_factor(value.p), *((p, -n) for p, n in _factor(value.q))]:
            exponent = fmpq(power * count, index)
            whole = exponent.p // exponent.q
            rest = exponent - whole
            piece = self.raised(self.constant(fmpq(prime)), int(whole))
            if rest != 0:
                key = ("radical", int(prime), int(rest.q))
                generator = self.generator(key)
                self.relations[self.keys[key]] = (int(rest.q), self.one * prime)
                piece = self.times(piece, self.raised(Fraction(generator, self.one), int(rest.p)))
            total = self.times(total, piece)
        return total


def _factor(value: fmpz) -> list[tuple[fmpz, int]]:
    """Prime factors; gives up on integers of more than `MAX_FACTORED_BITS`."""
    value = abs(value)
    if value == 1:
        return []
    if value.bit_length() <= MAX_FACTORED_BITS:
        return [(p, int(n)) for p, n in value.factor()]
    raise GiveUp


def same(a: Node, b: Node) -> EqualityResult | None:
    """A proof that `a` equals `b`, or that they differ as rational functions; None: neither.

    Raises:
        Undefined: one divides by zero identically.
    """
    if sum(1 for _ in walk(a)) + sum(1 for _ in walk(b)) > MAX_NODES:
        return None
    form = _Form()
    try:
        left, right = form.form(a), form.form(b)
        form.bound(len(left.top) * len(right.bottom), len(right.top) * len(left.bottom))
        difference = left.top * right.bottom - right.top * left.bottom
        if form.relations:
            difference = form.reduced(difference)
    except (GiveUp, RecursionError):
        return None
    if difference.is_zero():
        return EqualityResult(True, "algebra", "proved", "the difference vanishes identically")
    if not form.transcendental:
        return EqualityResult(False, "algebra", "proved", "they differ as rational functions")
    return None


def same_zeros(a: Node, b: Node) -> EqualityResult | None:
    """Whether ``a = 0`` and ``b = 0`` are one equation: equal numerators up to a constant factor.

    None where they are not rational functions of names alone.
    """
    if sum(1 for _ in walk(a)) + sum(1 for _ in walk(b)) > MAX_NODES:
        return None
    form = _Form()
    try:
        left, right = form.form(a), form.form(b)
        tops = []
        for side in (left, right):
            top = side.top
            if not side.bottom.is_constant():
                top = top / top.gcd(side.bottom)
            if form.relations:
                top = form.reduced(top)
            if top.is_zero():
                return None
            top = top / content(top)
            tops.append(-top if top.leading_coefficient() < 0 else top)
    except (GiveUp, RecursionError):
        return None
    if tops[0] == tops[1]:
        return EqualityResult(True, "algebra", "proved", "one equation is a multiple of the other")
    if form.transcendental:
        return None
    return EqualityResult(
        False, "algebra", "proved", "the equations are not multiples of each other"
    )


def furthest_sign(node: Node) -> fmpq | None:
    """How far from 0 a rational function of one name can change its sign, by Cauchy's bound.

    A zero z of ``a_n x^n + ... + a_0`` has ``|z| <= 1 + max |a_k / a_n|``; those of the numerator
    and of the denominator count. None: it is no such function, or beyond the limits.
    """
    form = _Form()
    try:
        value = form.form(node)
    except (GiveUp, RecursionError):
        return None
    if form.transcendental or len(form.keys) > 1:
        return None
    furthest = fmpq(0)
    for poly in (value.top, value.bottom):
        first, *rest = [abs(c) for c in poly.coeffs()] or [fmpz(1)]  # from the highest power down
        furthest = max(furthest, 1 + fmpq(max(rest, default=fmpz(0)), first))
    return furthest
