"""Ball arithmetic: what two disjoint balls show is proved; what they share is probable.

Every evaluation is bounded: the size of exponents is estimated before a power is taken, sums have
a limit of terms, and precision a ceiling. flint's precision is global to the process, so it is
set and put back under a lock; a narrower precision could only widen balls, never falsify them.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from random import Random

from flint import acb, arb, ctx, fmpq

from assay.verifiers.math_answer import exact
from assay.verifiers.math_answer.finding import UNKNOWN, Finding
from assay.verifiers.math_answer.limits import TooBig, Undefined, Unreadable
from assay.verifiers.math_answer.tree import App, Group, Node, Num, Quantity, Sym, symbols, walk

_LOCK = threading.RLock()
PRECISION = 128
HIGH = 640
HIGHEST = 16_000
"""Precisions in bits: the first, the second, and the most where terms differ much in size."""

EXPONENT_BITS = 3000
"""Arguments of exponentials beyond 2^3000 are refused."""

POINTS = 4
"""Agreeing points that make two expressions probably equal."""

_NODES = 4000
"""Largest tree that is evaluated at points."""

Env = dict[str, acb]


class _NoValue(Exception):
    """No number: an operation that balls do not cover, or a pole."""


def magnitude(value: acb) -> int:
    """About log2 of an upper bound of ``|value|``; raises where it is not finite."""
    if not value.is_finite():
        raise _NoValue
    upper = value.abs_upper()
    mantissa, exponent = upper.mid().man_exp()
    return int(exponent) + int(mantissa).bit_length()


def evaluate(node: Node, env: Env) -> acb:
    """The value of `node` as a ball.

    Raises:
        TooBig: beyond the bounds.
        _NoValue: it has none here.
    """
    if isinstance(node, Num):
        return acb(arb(node.value))
    if isinstance(node, Sym):
        value = env.get(node.name)
        if value is not None:
            return value
        if node.name == "pi":
            return acb(arb.pi())
        if node.name == "e":
            return acb(arb.const_e())
        if node.name == "i":
            return acb(0, 1)
        raise _NoValue
    if isinstance(node, App):
        special = _SPECIAL.get(node.op)
        if special is not None:
            return special(node, env)
        function = _FUNCTIONS.get(node.op)
        if function is not None:
            value = function(evaluate(node.args[0], env))
            if not value.is_finite():
                raise _NoValue
            return value
        if node.op == "call" and len(node.args) == 2:
            return evaluate(node.args[0], env) * evaluate(node.args[1], env)
        if node.op in ("apply", "call"):
            return _opaque(node, env)
        raise _NoValue
    if isinstance(node, Group) and len(node.items) == 1 and node.left in ("(", "["):
        return evaluate(node.items[0], env)
    if isinstance(node, Quantity):
        raise _NoValue
    raise _NoValue


def _opaque(node: App, env: Env) -> acb:
    """An unknown function: a seeded value that depends on the values of its arguments."""
    head = node.args[0]
    name = head.name if isinstance(head, Sym) else "?"
    values = [evaluate(arg, env) for arg in node.args[1:]]
    total = acb(
        arb(fmpq(int.from_bytes(hashlib.blake2b(name.encode()).digest()[:2], "big") + 9, 9973))
    )
    for k, value in enumerate(values):
        total = (total + value * (k + 2)).sin() + value * (k + 3)
    return total


class _Spread:
    """How far apart, in bits, the sizes of added terms were since `bits` was last reset."""

    bits = 0


def _add(node: App, env: Env) -> acb:
    total = evaluate(node.args[0], env)
    least = most = _size_of(total)
    for arg in node.args[1:]:
        term = evaluate(arg, env)
        size = _size_of(term)
        if size is not None:
            least = size if least is None else min(least, size)
            most = size if most is None else max(most, size)
        total = total + term
    if least is not None and most is not None and most - least > _Spread.bits:
        _Spread.bits = most - least
    return total


def _size_of(value: acb) -> int | None:
    return None if value.contains(0) else magnitude(value)


def _mul(node: App, env: Env) -> acb:
    total = evaluate(node.args[0], env)
    for arg in node.args[1:]:
        total = total * evaluate(arg, env)
    return total


def _inv(node: App, env: Env) -> acb:
    value = evaluate(node.args[0], env)
    if value.contains(0):
        raise _NoValue
    return 1 / value


def _pow(node: App, env: Env) -> acb:
    base_node, exponent_node = node.args
    base = evaluate(base_node, env)
    literal = exact.rational(exponent_node)
    if literal is not None and literal.q == 1 and abs(literal.p) < 2**62:
        n = int(literal.p)
        _guard(base, abs(n).bit_length())
        if n < 0 and base.contains(0):
            raise _NoValue
        return base**n
    if literal is not None and literal.q % 2 == 1 and base.imag.contains(0) and base.real < 0:
        # an odd root of a negative real number is real, as in calculus
        value = acb(((-base.real).log() * arb(literal)).exp())
        return value if literal.p % 2 == 0 else -value
    exponent = evaluate(exponent_node, env)
    _guard(base, max(0, magnitude(exponent)))
    if base.contains(0):
        if base == 0 and exponent.real > 0:
            return acb(0)
        raise _NoValue
    if isinstance(base_node, Sym) and base_node.name == "e":
        return exponent.exp()
    return base.pow(exponent)


def _guard(base: acb, exponent_bits: int) -> None:
    size = abs(magnitude(base)).bit_length() if base != 0 else 0
    if size + exponent_bits > EXPONENT_BITS:
        raise TooBig("a power too large to compute")


def _exp(node: App, env: Env) -> acb:
    value = evaluate(node.args[0], env)
    if magnitude(value) > EXPONENT_BITS:
        raise TooBig("a power too large to compute")
    return value.exp()


def _sqrt(node: App, env: Env) -> acb:
    return evaluate(node.args[0], env).sqrt()


def _root(node: App, env: Env) -> acb:
    index = exact.whole(node.args[0])
    value = evaluate(node.args[1], env)
    if index is None or not 1 <= index <= 10**6:
        raise _NoValue
    if value == 0:
        return acb(0)
    if value.imag.contains(0) and value.real < 0 and index % 2:
        return -(acb(((-value.real).log() / index).exp()))
    if value.contains(0):
        raise _NoValue
    return (value.log() / index).exp()


def _log(value: acb) -> acb:
    if value.contains(0):
        raise _NoValue
    return value.log()


def _logb(node: App, env: Env) -> acb:
    base = _log(evaluate(node.args[0], env))
    if base.contains(0):
        raise _NoValue
    return _log(evaluate(node.args[1], env)) / base


def _real(value: acb) -> arb:
    if not value.imag.contains(0):
        raise _NoValue
    return value.real


def _abs(value: acb) -> acb:
    if value.imag == 0:
        return acb(abs(value.real))
    return acb((value.real * value.real + value.imag * value.imag).sqrt())


def _gamma(value: acb) -> acb:
    if magnitude(value) > 80:
        raise TooBig("a factorial too large to compute")
    return value.gamma()


def _factorial(value: acb) -> acb:
    return _gamma(value + 1)


def _binom(node: App, env: Env) -> acb:
    n, k = evaluate(node.args[0], env), evaluate(node.args[1], env)
    for v in (n, k):
        if magnitude(v) > 60:
            raise TooBig("a binomial too large to compute")
    return (n + 1).gamma() * (k + 1).rgamma() * (n - k + 1).rgamma()


def _floor(value: acb) -> acb:
    return acb(_unique(_real(value).floor()))


def _ceil(value: acb) -> acb:
    return acb(_unique(_real(value).ceil()))


def _unique(value: arb) -> arb:
    whole = value.unique_fmpz()
    if whole is None:
        raise _NoValue
    return arb(whole)


def _extreme(node: App, env: Env) -> acb:
    values = [_real(evaluate(arg, env)) for arg in node.args]
    best = values[0]
    for value in values[1:]:
        best = best.max(value) if node.op == "max" else best.min(value)
    return acb(best)


def _sum(node: App, env: Env) -> acb:
    low, high = node.args[1], node.args[2]
    span = exact.index_range(node.args, _whole_values(env))
    if span is None:
        raise _NoValue
    del low, high
    name, first, last = span
    total = acb(0 if node.op == "sum" else 1)
    for k in range(first, last + 1):
        value = evaluate(node.args[0], {**env, name: acb(k)})
        total = total + value if node.op == "sum" else total * value
    return total


def _whole_values(env: Env) -> dict[str, fmpq]:
    out: dict[str, fmpq] = {}
    for name, value in env.items():
        whole = value.unique_fmpz()
        if whole is not None:
            out[name] = fmpq(whole)
    return dict(list(out.items())[:1]) if len(out) > 2 else out


def _angle(scale: int) -> Callable[[App, Env], acb]:
    def convert(node: App, env: Env) -> acb:
        return evaluate(node.args[0], env) * arb.pi() / scale

    return convert


def _neg(node: App, env: Env) -> acb:
    return -evaluate(node.args[0], env)


def _percent(node: App, env: Env) -> acb:
    return evaluate(node.args[0], env) / 100


def _mod(node: App, env: Env) -> acb:
    a, b = _real(evaluate(node.args[0], env)), _real(evaluate(node.args[1], env))
    if b.contains(0):
        raise _NoValue
    return acb(a - b * _unique((a / b).floor()))


def _ratio(node: App, env: Env) -> acb:
    if len(node.args) != 2:
        raise _NoValue
    bottom = evaluate(node.args[1], env)
    if bottom.contains(0):
        raise _NoValue
    return evaluate(node.args[0], env) / bottom


def _gcd(node: App, env: Env) -> acb:
    values = _whole_values({str(k): evaluate(a, env) for k, a in enumerate(node.args)})
    if len(values) != len(node.args):
        raise _NoValue
    found = exact.rational(App(node.op, tuple(Num(v) for v in values.values())))
    if found is None:
        raise _NoValue
    return acb(arb(found))


_SPECIAL: dict[str, Callable[[App, Env], acb]] = {
    "add": _add, "mixed": _add, "mul": _mul, "inv": _inv, "pow": _pow, "neg": _neg, "exp": _exp,
    "sqrt": _sqrt, "root": _root, "logb": _logb, "binom": _binom, "max": _extreme,
    "min": _extreme, "sum": _sum, "prod": _sum, "deg": _angle(180), "arcmin": _angle(10800),
    "arcsec": _angle(648000), "percent": _percent, "mod": _mod, "ratio": _ratio, "gcd": _gcd,
    "lcm": _gcd,
}  # fmt: skip


def _recip(function: Callable[[acb], acb]) -> Callable[[acb], acb]:
    def inner(value: acb) -> acb:
        below = function(value)
        if below.contains(0):
            raise _NoValue
        return 1 / below

    return inner


def _of_recip(function: Callable[[acb], acb]) -> Callable[[acb], acb]:
    def inner(value: acb) -> acb:
        if value.contains(0):
            raise _NoValue
        return function(1 / value)

    return inner


def _acot(value: acb) -> acb:
    return acb(arb.pi() / 2) - value.atan()


def _hyperbolic(name: str) -> Callable[[acb], acb]:
    def inner(value: acb) -> acb:
        if magnitude(value) > EXPONENT_BITS:
            raise TooBig("a power too large to compute")
        found: acb = getattr(value, name)()
        return found

    return inner


_FUNCTIONS: dict[str, Callable[[acb], acb]] = {
    "sin": acb.sin, "cos": acb.cos, "tan": acb.tan, "cot": acb.cot, "sec": _recip(acb.cos),
    "csc": _recip(acb.sin), "asin": acb.asin, "acos": acb.acos, "atan": acb.atan, "acot": _acot,
    "asec": _of_recip(acb.acos), "acsc": _of_recip(acb.asin),
    "sinh": _hyperbolic("sinh"), "cosh": _hyperbolic("cosh"), "tanh": _hyperbolic("tanh"),
    "coth": _recip(_hyperbolic("tanh")), "sech": _recip(_hyperbolic("cosh")),
    "csch": _recip(_hyperbolic("sinh")), "asinh": acb.asinh, "acosh": acb.acosh,
    "atanh": acb.atanh, "ln": _log, "log": _log, "lg": lambda v: _log(v) / arb(10).log(),
    "abs": _abs, "gamma": _gamma, "factorial": _factorial, "floor": _floor, "ceil": _ceil,
    "re": lambda v: acb(v.real), "im": lambda v: acb(v.imag), "arg": lambda v: acb(v.arg()),
    "sgn": lambda v: acb(_real(v).sgn()), "erf": acb.erf,
}  # fmt: skip


# -- deciding ---------------------------------------------------------------------------------


class _Precision:
    """flint's working precision, set for a block."""

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self.before = 53

    def __enter__(self) -> None:
        _LOCK.acquire()
        self.before = ctx.prec
        ctx.prec = self.bits

    def __exit__(self, *_: object) -> None:
        ctx.prec = self.before
        _LOCK.release()


def value_of(node: Node, bits: int = PRECISION) -> acb | None:
    """The ball of a constant expression, or None where it has free names or no value.

    Raises:
        TooBig: beyond the bounds.
    """
    with _Precision(bits):
        try:
            return evaluate(node, {})
        except (_NoValue, Undefined, ZeroDivisionError, ValueError, OverflowError) as err:
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
    """Whether both balls are known to at least 56 bits, relative to the larger of them."""
    spread = acb(a.real.rad() + b.real.rad() + a.imag.rad() + b.imag.rad())
    if spread == 0:
        return True
    return magnitude(spread) <= min(max(magnitude(a), magnitude(b), -40), 10**9) - 56


def same(a: Node, b: Node, positive: bool = False) -> Finding:
    """Whether two expressions have the same value, by balls at seeded points.

    Args:
        a: One expression.
        b: The other; the order does not matter.
        positive: Draw only positive values for the names.

    Returns:
        A difference that is proved, an equality that is probable, or neither.
    """
    names = sorted(symbols(a) | symbols(b))
    if len(names) > 24 or _size(a) + _size(b) > _NODES:
        return UNKNOWN
    imaginary = any(type(n) is Sym and n.name == "i" for t in (a, b) for n in walk(t))
    try:
        if not names:
            return _constants(a, b)
        return _at_points(a, b, names, imaginary, positive)
    except TooBig as err:
        return Finding(None, "numeric", "unproved", err.reason)


def _size(node: Node) -> int:
    return sum(1 for _ in walk(node))


def _constants(a: Node, b: Node) -> Finding:
    bits = PRECISION
    for last in (False, True):
        with _Precision(bits):
            _Spread.bits = 0
            try:
                left, right = evaluate(a, {}), evaluate(b, {})
                if not left.overlaps(right):
                    return Finding(False, "numeric", "proved", "the values differ")
                tight = _tight(left, right)
            except TooBig:
                raise
            except (_NoValue, Unreadable, ZeroDivisionError, ValueError, OverflowError):
                return UNKNOWN
            needed = max(HIGH, _Spread.bits + 200)  # e^-1000 + 1 is not 1
            if needed > HIGHEST:
                return Finding(None, "numeric", "unproved", "terms too far apart in size")
            bits = needed
        if last and tight:
            return Finding(True, "numeric", "probable", "the values agree to 180 digits")
    return UNKNOWN


def _at_points(a: Node, b: Node, names: list[str], imaginary: bool, positive: bool) -> Finding:
    agreed = 0
    complex_agreed = 0
    complex_differ = False
    for number, env in enumerate(_points(a, b, names, positive)):
        with _Precision(PRECISION):
            _Spread.bits = 0
            try:
                left, right = evaluate(a, env), evaluate(b, env)
                if not (left.is_finite() and right.is_finite()):
                    continue
                both_real = left.imag.contains(0) and right.imag.contains(0)
                if not (both_real or imaginary):
                    if left.overlaps(right) and _tight(left, right):
                        complex_agreed += 1
                    elif not left.overlaps(right):
                        complex_differ = True
                    continue
                if not left.overlaps(right):
                    at = ", ".join(f"{n} = {float(env[n].real.mid()):.6g}" for n in names[:4])
                    return Finding(False, "numeric", "proved", f"they differ at {at}")
                if _tight(left, right) and _Spread.bits < PRECISION - 64:
                    agreed += 1
            except TooBig:
                if number > 6:
                    raise
                continue
            except (_NoValue, Unreadable, ZeroDivisionError, ValueError, OverflowError):
                continue
        if agreed >= POINTS:
            break
    if agreed >= POINTS:
        why = f"they agree at {agreed} seeded points"
        return Finding(True, "numeric", "probable", why)
    if not agreed and complex_differ:
        return Finding(False, "numeric", "probable", "they differ where they are complex")
    if not agreed and complex_agreed >= POINTS:
        return Finding(True, "numeric", "probable", "they agree at seeded complex values")
    return UNKNOWN


def _points(a: Node, b: Node, names: list[str], positive: bool) -> Iterator[Env]:
    """Seeded by both trees, in either order, so that nobody can fit an answer to them."""
    seeds = sorted(hashlib.blake2b(repr(t).encode(), digest_size=8).digest() for t in (a, b))
    random = Random(b"".join(seeds))
    for number in range(24):
        env: Env = {}
        for k, name in enumerate(names):
            if number < 16:
                span = (4, 1, 4, 1, 2, 8)[number % 6]  # dyadic, hence exact at any precision
                size = fmpq(random.randrange(1 << 14, 1 << 20) * span, 1 << 20)
                negative = (
                    not positive
                    and number < 8
                    and (random.random() < 0.5 if len(names) > 1 else number % 2 == 0)
                )
                env[name] = acb(arb(-size if negative else size))
            else:  # whole numbers, for powers of -1, sums and divisibility
                env[name] = acb(random.randrange(1 + 2 * k, 9 + 3 * k + number - 16))
        yield env


def ratio(a: Node, b: Node) -> Finding | None:
    """Whether ``a / b`` is one real constant other than zero; its value leads `why`."""
    names = sorted(symbols(a) | symbols(b))
    if not names or len(names) > 24 or _size(a) + _size(b) > _NODES:
        return None
    first: acb | None = None
    agreed = 0
    for env in _points(a, b, names, False):
        with _Precision(PRECISION):
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
                    return Finding(False, "numeric", "proved", "their ratio is not constant")
                agreed += _tight(factor, first)
            except (_NoValue, Unreadable, ZeroDivisionError, ValueError, OverflowError):
                continue
        if agreed > POINTS and first is not None:
            value = float(first.real.mid())
            return Finding(True, "numeric", "probable", f"{value:.6g} times the other")
    return None
