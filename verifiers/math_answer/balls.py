"""Trees as balls: certified values of expressions, bounded at every step.

The size of exponents is estimated before a power is taken, sums have a limit of terms. flint's
precision is global to the process, so it is set and put back under a lock; a narrower precision
could only widen balls, never falsify them.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable

from flint import acb, arb, ctx, fmpq

from assay.verifiers.math_answer import exact
from assay.verifiers.math_answer.limits import TooBig
from assay.verifiers.math_answer.tree import App, Group, Node, Num, Sym

_LOCK = threading.RLock()

EXPONENT_BITS = 3000
"""Arguments of exponentials beyond 2^3000 are refused."""

Env = dict[str, acb]


class NoValue(Exception):
    """No number: an operation that balls do not cover, or a pole."""


def magnitude(value: acb) -> int:
    """About log2 of an upper bound of ``|value|``; raises where it is not finite."""
    if not value.is_finite():
        raise NoValue
    upper = value.abs_upper()
    mantissa, exponent = upper.mid().man_exp()
    return int(exponent) + int(mantissa).bit_length()


def evaluate(node: Node, env: Env) -> acb:
    """The value of `node` as a ball.

    Raises:
        TooBig: beyond the bounds.
        NoValue: it has none here.
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
        raise NoValue
    if isinstance(node, App):
        special = _SPECIAL.get(node.op)
        if special is not None:
            return special(node, env)
        function = _FUNCTIONS.get(node.op)
        if function is not None:
            argument = evaluate(node.args[0], env)
            _note(argument)
            value = function(argument)
            if not value.is_finite():
                raise NoValue
            return value
        if node.op == "call" and len(node.args) == 2:
            return evaluate(node.args[0], env) * evaluate(node.args[1], env)
        if node.op in ("apply", "call"):
            return _opaque(node, env)
        raise NoValue
    if isinstance(node, Group) and len(node.items) == 1 and node.left in ("(", "["):
        return evaluate(node.items[0], env)
    raise NoValue


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


class Spread:
    """What the evaluation under way notes and is told; used under the lock of `Precision`."""

    bits = 0
    """How far apart, in bits, the sizes of added terms were since this was last reset."""
    real = False
    """Whether roots and logarithms of negative numbers have no value, as in real analysis."""


def _note(value: acb) -> None:
    """Remember how far from 1 in size an argument or exponent is: e^(10^-200) is not 1."""
    if not value.contains(0):
        size = 2 * abs(magnitude(value))
        if size > Spread.bits:
            Spread.bits = size


def _real_only(value: acb) -> None:
    if Spread.real and value.imag.contains(0) and value.real < 0:
        raise NoValue


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
    if least is not None and most is not None and most - least > Spread.bits:
        Spread.bits = most - least
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
        raise NoValue
    return 1 / value


def _pow(node: App, env: Env) -> acb:
    base_node, exponent_node = node.args
    base = evaluate(base_node, env)
    literal = exact.rational(exponent_node)
    if literal is not None and literal.q == 1 and abs(literal.p) < 2**62:
        n = int(literal.p)
        Spread.bits = max(Spread.bits, 2 * n.bit_length())
        _guard(base, abs(n).bit_length())
        if n < 0 and base.contains(0):
            raise NoValue
        return base**n
    if literal is not None and literal.q % 2 == 1 and base.imag.contains(0) and base.real < 0:
        # an odd root of a negative real number is real, as in calculus
        Spread.bits = max(Spread.bits, 2 * int(literal.q.bit_length()))
        value = acb(((-base.real).log() * arb(literal)).exp())
        return value if literal.p % 2 == 0 else -value
    exponent = evaluate(exponent_node, env)
    _note(exponent)
    _guard(base, max(0, magnitude(exponent)))
    if base.contains(0):
        if base == 0 and exponent.real > 0:
            return acb(0)
        raise NoValue
    if isinstance(base_node, Sym) and base_node.name == "e":
        return exponent.exp()
    whole = exponent.unique_fmpz() if exponent.is_exact() else None
    if whole is not None and whole.bit_length() < 62:
        return base ** int(whole)
    _real_only(base)
    return base.pow(exponent)


def _guard(base: acb, exponent_bits: int) -> None:
    size = abs(magnitude(base)).bit_length() if base != 0 else 0
    if size + exponent_bits > EXPONENT_BITS:
        raise TooBig("a power too large to compute")


def _exp(node: App, env: Env) -> acb:
    value = evaluate(node.args[0], env)
    if magnitude(value) > EXPONENT_BITS:
        raise TooBig("a power too large to compute")
    _note(value)
    return value.exp()


def _sqrt(node: App, env: Env) -> acb:
    value = evaluate(node.args[0], env)
    _real_only(value)
    return value.sqrt()


def _root(node: App, env: Env) -> acb:
    index = exact.whole(node.args[0])
    value = evaluate(node.args[1], env)
    if index is None or not 1 <= index <= 10**6:
        raise NoValue
    if value == 0:
        return acb(0)
    Spread.bits = max(Spread.bits, 2 * index.bit_length())
    if value.imag.contains(0) and value.real < 0 and index % 2:
        return -(acb(((-value.real).log() / index).exp()))
    if value.contains(0):
        raise NoValue
    _real_only(value)
    return (value.log() / index).exp()


def _log(value: acb) -> acb:
    if value.contains(0):
        raise NoValue
    _real_only(value)
    return value.log()


def _logb(node: App, env: Env) -> acb:
    base = _log(evaluate(node.args[0], env))
    if base.contains(0):
        raise NoValue
    return _log(evaluate(node.args[1], env)) / base


def _real(value: acb) -> arb:
    if not value.imag.contains(0):
        raise NoValue
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
        raise NoValue
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
        raise NoValue
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
        raise NoValue
    return acb(a - b * _unique((a / b).floor()))


def _ratio(node: App, env: Env) -> acb:
    if len(node.args) != 2:
        raise NoValue
    bottom = evaluate(node.args[1], env)
    if bottom.contains(0):
        raise NoValue
    return evaluate(node.args[0], env) / bottom


def _gcd(node: App, env: Env) -> acb:
    values = _whole_values({str(k): evaluate(a, env) for k, a in enumerate(node.args)})
    if len(values) != len(node.args):
        raise NoValue
    found = exact.rational(App(node.op, tuple(Num(v) for v in values.values())))
    if found is None:
        raise NoValue
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
            raise NoValue
        return 1 / below

    return inner


def _of_recip(function: Callable[[acb], acb]) -> Callable[[acb], acb]:
    def inner(value: acb) -> acb:
        if value.contains(0):
            raise NoValue
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


class Precision:
    """flint's working precision, set for a block."""

    def __init__(self, bits: int, real: bool = False) -> None:
        self.bits = bits
        self.real = real
        self.before = 53

    def __enter__(self) -> None:
        _LOCK.acquire()
        self.before = ctx.prec
        ctx.prec = self.bits
        Spread.bits = 0
        Spread.real = self.real

    def __exit__(self, *_: object) -> None:
        ctx.prec = self.before
        _LOCK.release()
