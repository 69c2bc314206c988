"""Trees as balls: certified values of expressions, bounded at every step.

The size of exponents is estimated before a power is taken, sums have a limit of terms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from flint import acb, arb, fmpq

from assay.verifiers.math_answer.arithmetic import exact
from assay.verifiers.math_answer.arithmetic.ball_functions import (
    EXPONENT_BITS,
    FUNCTIONS,
    log,
    real,
    unique,
)
from assay.verifiers.math_answer.arithmetic.precision import (
    Noted,
    NoValue,
    magnitude,
    note,
    real_only,
)
from assay.verifiers.math_answer.limits import TooBig
from assay.verifiers.math_answer.tree import App, Group, Node, Num, Sym

Env = dict[str, acb]


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
        function = FUNCTIONS.get(node.op)
        if function is not None:
            argument = evaluate(node.args[0], env)
            note(argument)
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
    # any value will do that depends on the name and is not simple, so that f(x) + f(y) meets
    # f(x + y) by chance only
    values = [evaluate(arg, env) for arg in node.args[1:]]
    total = acb(
        arb(fmpq(int.from_bytes(hashlib.blake2b(name.encode()).digest()[:2], "big") + 9, 9973))
    )
    for k, value in enumerate(values):
        total = (total + value * (k + 2)).sin() + value * (k + 3)
    return total


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
    if least is not None and most is not None and most - least > Noted.bits:
        Noted.bits = most - least
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
    if literal is not None and literal.q == 1 and abs(literal.p) < 2**62:  # one machine word
        n = int(literal.p)
        Noted.bits = max(Noted.bits, 2 * n.bit_length())
        _guard(base, abs(n).bit_length())
        if n < 0 and base.contains(0):
            raise NoValue
        return base**n
    if literal is not None and literal.q % 2 == 1 and base.imag.contains(0) and base.real < 0:
        # an odd root of a negative real number is real, as in calculus
        Noted.bits = max(Noted.bits, 2 * int(literal.q.bit_length()))
        value = acb(((-base.real).log() * arb(literal)).exp())
        return value if literal.p % 2 == 0 else -value
    exponent = evaluate(exponent_node, env)
    note(exponent)
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
    real_only(base)
    return base.pow(exponent)


def _guard(base: acb, exponent_bits: int) -> None:
    size = abs(magnitude(base)).bit_length() if base != 0 else 0
    if size + exponent_bits > EXPONENT_BITS:
        raise TooBig("a power too large to compute")


def _exp(node: App, env: Env) -> acb:
    value = evaluate(node.args[0], env)
    if magnitude(value) > EXPONENT_BITS:
        raise TooBig("a power too large to compute")
    note(value)
    return value.exp()


def _sqrt(node: App, env: Env) -> acb:
    value = evaluate(node.args[0], env)
    real_only(value)
    return value.sqrt()


def _root(node: App, env: Env) -> acb:
    index = exact.whole(node.args[0])
    value = evaluate(node.args[1], env)
    if index is None or not 1 <= index <= 10**6:  # a root beyond is 1 to all that is kept
        raise NoValue
    if value == 0:
        return acb(0)
    Noted.bits = max(Noted.bits, 2 * index.bit_length())
    if value.imag.contains(0) and value.real < 0 and index % 2:
        return -(acb(((-value.real).log() / index).exp()))
    if value.contains(0):
        raise NoValue
    real_only(value)
    return (value.log() / index).exp()


def _logb(node: App, env: Env) -> acb:
    base = log(evaluate(node.args[0], env))
    if base.contains(0):
        raise NoValue
    return log(evaluate(node.args[1], env)) / base


def _binom(node: App, env: Env) -> acb:
    n, k = evaluate(node.args[0], env), evaluate(node.args[1], env)
    for v in (n, k):
        if magnitude(v) > 60:  # three gammas, each with that many bits in its exponent
            raise TooBig("a binomial too large to compute")
    return (n + 1).gamma() * (k + 1).rgamma() * (n - k + 1).rgamma()


def _extreme(node: App, env: Env) -> acb:
    values = [real(evaluate(arg, env)) for arg in node.args]
    best = values[0]
    for value in values[1:]:
        best = best.max(value) if node.op == "max" else best.min(value)
    return acb(best)


def _sum(node: App, env: Env) -> acb:
    span = exact.index_range(node.args, _whole_values(env))
    if span is None:
        raise NoValue
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
    a, b = real(evaluate(node.args[0], env)), real(evaluate(node.args[1], env))
    if b.contains(0):
        raise NoValue
    return acb(a - b * unique((a / b).floor()))


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
