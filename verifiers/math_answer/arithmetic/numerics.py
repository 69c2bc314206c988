"""Deciding by balls: what two disjoint ones show is proved; what they share is probable."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from random import Random

from flint import acb, arb, fmpq

from assay.verifiers.math_answer.arithmetic import exact
from assay.verifiers.math_answer.arithmetic.balls import Env, evaluate
from assay.verifiers.math_answer.arithmetic.precision import Noted, NoValue, Precision, magnitude
from assay.verifiers.math_answer.equality_result import UNKNOWN, EqualityResult
from assay.verifiers.math_answer.limits import TooBig, Undefined, Unreadable
from assay.verifiers.math_answer.tree import App, Node, Sym, symbols, walk

PRECISION = 128
HIGH = 640
HIGHEST = 16_000
"""Precisions in bits: the first, the second, and the most where terms differ much in size."""

POINTS = 4
"""Agreeing points that make two expressions probably equal."""

PIECES = 14
"""The same where one of them is defined in pieces, and may agree on one of these only."""

_PIECEWISE = frozenset({"abs", "max", "min", "floor", "ceil", "sgn", "mod", "gcd", "lcm"})

_NODES = 4000
"""Largest trees, together, that are evaluated at points."""

_NAMES = 24
"""Most names that get values; a formula with more is not one answer."""

_TRIES = 24
"""Points that are tried for those that agree: at many an expression has no real value."""

_KNOWN_BITS = 56
"""Bits that must be known for agreement to count: chance agrees in 2^-56 of all cases, and one
double, from which an answer may have been copied, has 53."""

_SPARE_BITS = 80
"""Of the bits computed, how many may be lost on the way."""


def value_of(node: Node, bits: int = PRECISION) -> acb | None:
    """The ball of a constant expression, or None where it has free names or no value.

    Raises:
        TooBig: beyond the bounds.
    """
    with Precision(bits):
        try:
            return evaluate(node, {})
        except (NoValue, Undefined, ZeroDivisionError, ValueError, OverflowError) as err:
            if isinstance(err, TooBig):
                raise
            return None


def sign(node: Node) -> int | None:
    """1, 0 or -1 for a real constant whose sign is certain, else None."""
    value = exact.rational(node)
    if value is not None:
        return (value > 0) - (value < 0)
    for bits in (PRECISION, HIGH):
        ball = value_of(node, bits)
        if ball is None or ball.imag != 0:
            return None
        if ball.real > 0:
            return 1
        if ball.real < 0:
            return -1
    return None


def _tight(a: acb, b: acb) -> bool:
    """Whether both balls are known to at least `_KNOWN_BITS`, relative to the larger of them."""
    spread = acb(a.real.rad() + b.real.rad() + a.imag.rad() + b.imag.rad())
    if spread == 0:
        return True
    return magnitude(spread) <= min(max(magnitude(a), magnitude(b), -40), 10**9) - _KNOWN_BITS


def same(a: Node, b: Node, positive: bool = False) -> EqualityResult:
    """Whether two expressions have the same value, by balls at seeded points.

    Args:
        a: One expression.
        b: The other; the order does not matter.
        positive: Draw only positive values for the names.

    Returns:
        A difference that is proved, an equality that is probable, or neither.
    """
    names = sorted(symbols(a) | symbols(b))
    if len(names) > _NAMES or _size(a) + _size(b) > _NODES:
        return UNKNOWN
    imaginary = any(type(n) is Sym and n.name == "i" for t in (a, b) for n in walk(t))
    try:
        if not names:
            return _constants(a, b)
        return _at_points(a, b, names, imaginary, positive)
    except TooBig as err:
        return EqualityResult(None, "bounds", "unproved", err.reason)


def _size(node: Node) -> int:
    return sum(1 for _ in walk(node))


def _constants(a: Node, b: Node) -> EqualityResult:
    bits = PRECISION
    for _ in range(4):  # the first look, what it asks for, and twice what that asks for
        with Precision(bits):
            try:
                left, right = evaluate(a, {}), evaluate(b, {})
                if not left.overlaps(right):
                    return EqualityResult(False, "numeric", "proved", "the values differ")
                known = _accuracy(left, right)
            except TooBig:
                raise
            except (NoValue, Unreadable, ZeroDivisionError, ValueError, OverflowError):
                return UNKNOWN
            wanted = max(HIGH, Noted.bits + 200)  # e^-1000 + 1 is not 1
        if bits >= wanted and known >= wanted - _SPARE_BITS:
            return EqualityResult(True, "numeric", "probable", f"the values agree to {known} bits")
        bits = max(wanted, bits + max(0, wanted - known) if bits > PRECISION else wanted)
        if bits > HIGHEST:
            break
    return EqualityResult(None, "bounds", "unproved", "the values cannot be distinguished")


def _accuracy(a: acb, b: acb) -> int:
    """Bits to which both balls are known, relative to the larger of them, or to 1 if both are 0."""
    spread = acb(a.real.rad() + b.real.rad() + a.imag.rad() + b.imag.rad())
    if spread == 0:
        return HIGHEST
    sizes = [magnitude(v) for v in (a, b) if not v.contains(0)]
    return max(sizes, default=0) - magnitude(spread)


def _at_points(
    a: Node, b: Node, names: list[str], imaginary: bool, positive: bool
) -> EqualityResult:
    """Agreement at points: of real values where there are any, else of complex ones."""
    if not imaginary:
        found = _sampled(a, b, names, positive, real=True)
        if found is not None:
            return found
    return _sampled(a, b, names, positive, real=False) or UNKNOWN


def _sampled(
    a: Node, b: Node, names: list[str], positive: bool, real: bool
) -> EqualityResult | None:
    """The finding at seeded points; None where neither has a value at any of them."""
    agreed = 0
    pieces = any(isinstance(n, App) and n.op in _PIECEWISE for t in (a, b) for n in walk(t))
    wanted = PIECES if pieces else POINTS
    for number, env in enumerate(_points(a, b, names, positive, pieces)):
        with Precision(PRECISION, real):
            try:
                left, right = evaluate(a, env), evaluate(b, env)
                if not (left.is_finite() and right.is_finite()):
                    continue
                if real and not (left.imag.contains(0) and right.imag.contains(0)):
                    continue
                if not left.overlaps(right):
                    at = ", ".join(f"{n} = {float(env[n].real.mid()):.6g}" for n in names[:4])
                    return EqualityResult(False, "numeric", "proved", f"they differ at {at}")
                if _tight(left, right) and Noted.bits < PRECISION - 64:
                    agreed += 1
            except TooBig:
                if number > 6 and not agreed:  # not the point is to blame, but the expression
                    raise
            except (NoValue, Unreadable, ZeroDivisionError, ValueError, OverflowError):
                continue
        if agreed >= wanted:
            kind = "points" if real else "points, with complex values"
            return EqualityResult(
                True, "numeric", "probable", f"they agree at {agreed} seeded {kind}"
            )
    return UNKNOWN if agreed else None


def _points(
    a: Node, b: Node, names: list[str], positive: bool, wide: bool = False
) -> Iterator[Env]:
    """Seeded by both trees, in either order, so that nobody can fit an answer to them."""
    seeds = sorted(hashlib.blake2b(repr(t).encode(), digest_size=8).digest() for t in (a, b))
    random = Random(b"".join(seeds))  # noqa: S311
    for number in range(_TRIES):
        env: Env = {}
        for k, name in enumerate(names):
            if wide and number % 4 == 3:  # floor and ceiling meet only at whole numbers
                env[name] = acb(random.randrange(-9, 10))
            elif number < 16:
                # small ones mostly: far from 0 exponentials hide what stands beside them
                spans = (4, 64, 1, 512, 16, 2) if wide else (4, 1, 4, 1, 2, 8)
                span = spans[number % 6]  # dyadic, hence exact at any precision
                size = fmpq(random.randrange(1 << 14, 1 << 20) * span, 1 << 20)
                negative = (
                    not positive
                    and number < (12 if wide else 8)
                    and (random.random() < 0.5 if len(names) > 1 else number % 2 == 0)
                )
                env[name] = acb(arb(-size if negative else size))
            else:  # whole numbers, for powers of -1, sums and divisibility
                env[name] = acb(random.randrange(1 + 2 * k, 9 + 3 * k + number - 16))
        yield env


def points(a: Node, b: Node, names: list[str]) -> Iterator[Env]:
    """Seeded values for `names`, as `same` takes them."""
    return _points(a, b, names, positive=False)


def ratio(a: Node, b: Node) -> EqualityResult | None:
    """Whether ``a / b`` is one real constant other than zero; its value leads `why`."""
    names = sorted(symbols(a) | symbols(b))
    if not names or len(names) > _NAMES or _size(a) + _size(b) > _NODES:
        return None
    first: acb | None = None
    agreed = 0
    for env in _points(a, b, names, False):
        with Precision(PRECISION):
            try:
                left, right = evaluate(a, env), evaluate(b, env)
                if left.contains(0) or right.contains(0):
                    continue
                factor = left / right
                if not factor.is_finite() or not factor.imag.contains(0):
                    continue
                if first is None:
                    first = factor
                elif not factor.overlaps(first):
                    return EqualityResult(False, "numeric", "proved", "their ratio is not constant")
                agreed += _tight(factor, first)
            except (NoValue, Unreadable, ZeroDivisionError, ValueError, OverflowError):
                continue
        if agreed > POINTS and first is not None:
            value = float(first.real.mid())
            return EqualityResult(True, "numeric", "probable", f"{value:.6g} times the other")
    return None
