"""Exact rational arithmetic on trees, sized up before it is done."""

from __future__ import annotations

import math

from flint import fmpq, fmpz

from assay.verifiers.math_answer import limits
from assay.verifiers.math_answer.limits import Undefined
from assay.verifiers.math_answer.tree import App, Group, Items, Node, Num, Rel, Sym, Words

ZERO = fmpq(0)
ONE = fmpq(1)
HUNDREDTH = fmpq(1, 100)

TERMS = 400
INNER_TERMS = 20
"""Most terms of a finite sum or product that is written out, and of one that stands in another:
400 times 20 times 20 is what is waited for."""

LARGEST = 10**9
"""Largest whole number that counts something: an index, a member, the upper of a binomial."""

MODULAR_BITS = 4_000_000
"""Bits of modulus times bits of exponent: a power beyond takes more than some milliseconds."""


def rational(node: Node, bound: dict[str, fmpq] | None = None) -> fmpq | None:
    """The value of `node` where it is a rational number that can be computed exactly.

    Args:
        node: Any tree.
        bound: Values of names, such as the index of a sum.

    Returns:
        None where it is not rational, has free names, or is larger than `limits.BITS` bits.

    Raises:
        Undefined: it divides by zero.
    """
    if isinstance(node, Num):
        return node.value
    if isinstance(node, Sym):
        return bound.get(node.name) if bound else None
    if isinstance(node, App):
        handler = _HANDLERS.get(node.op)
        if handler is not None:
            return handler(node.args, bound)
        return None
    if isinstance(node, Group) and len(node.items) == 1 and node.left in ("(", "["):
        return rational(node.items[0], bound)
    return None


def bits(value: fmpq) -> int:
    """Size of a rational: bits of its numerator and denominator together."""
    return int(value.p.bit_length()) + int(value.q.bit_length())


def _add(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    total = ZERO
    for arg in args:
        value = rational(arg, bound)
        if value is None:
            return None
        total += value
        if bits(total) > limits.BITS:
            return None
    return total


def _mul(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    total = ONE
    for arg in args:
        value = rational(arg, bound)
        if value is None:
            return None
        if bits(total) + bits(value) > limits.BITS:
            return None
        total *= value
    return total


def _inv(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    value = rational(args[0], bound)
    if value is None:
        return None
    if value == 0:
        raise Undefined("a division by zero")
    return 1 / value


def _neg(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    value = rational(args[0], bound)
    return None if value is None else -value


def power(base: fmpq, exponent: fmpq) -> fmpq | None:
    """`base` to the `exponent` where that is rational and within bounds; real roots only."""
    if exponent.q != 1:
        if abs(exponent.p) > limits.BITS or exponent.q > 64:  # nobody writes the 65th root
            return None
        root = nth_root(base, int(exponent.q))
        return None if root is None else power(root, fmpq(exponent.p))
    if base == 0:
        if exponent < 0:
            raise Undefined("a division by zero")
        if exponent == 0:
            raise Undefined("0^0")
        return ZERO
    if base == 1 or exponent == 0:
        return ONE
    if base == -1:
        return ONE if exponent.p % 2 == 0 else -ONE
    n = abs(exponent.p)
    if n > limits.BITS or bits(base) * int(n) > limits.BITS:
        return None
    return base ** int(exponent.p)


def nth_root(value: fmpq, n: int) -> fmpq | None:
    """The real `n`-th root where it is rational."""
    if n <= 0 or bits(value) > limits.BITS:
        return None
    if value < 0:
        if n % 2 == 0:
            return None
        root = nth_root(-value, n)
        return None if root is None else -root
    top, bottom = value.p.root(n), value.q.root(n)
    if top**n == value.p and bottom**n == value.q:
        return fmpq(top, bottom)
    return None


def _pow(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    base = rational(args[0], bound)
    if base is None:
        return None
    exponent = rational(args[1], bound)
    return None if exponent is None else power(base, exponent)


def _sqrt(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    value = rational(args[0], bound)
    return None if value is None else nth_root(value, 2)


def _root(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    index = rational(args[0], bound)
    value = rational(args[1], bound)
    if index is None or value is None or index.q != 1 or not 1 <= index <= 1000:
        return None  # of `limits.BITS` a higher root leaves less than a digit or two
    return nth_root(value, int(index.p))


def _factorial(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    n = rational(args[0], bound)
    if n is None or n.q != 1:
        return None
    if n < 0:
        raise Undefined("the factorial of a negative number")
    if n > 1800:  # 1800! has about 17,000 bits
        return None
    return fmpq(math.factorial(int(n.p)))


def _binom(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    n, k = rational(args[0], bound), rational(args[1], bound)
    if n is None or k is None or n.q != 1 or k.q != 1 or n < 0:
        return None
    if k < 0 or k > n:
        return ZERO
    small = min(k, n - k)
    if n > LARGEST or small * int(n.p.bit_length()) > limits.BITS:
        return None
    return fmpq(math.comb(int(n.p), int(small.p)))


def _abs(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    value = rational(args[0], bound)
    return None if value is None else abs(value)


def _percent(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    value = rational(args[0], bound)
    return None if value is None else value * HUNDREDTH


def _mixed(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    return _add(args, bound)


def _floor(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    value = rational(args[0], bound)
    return None if value is None else fmpq(value.p // value.q)


def _ceil(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    value = rational(args[0], bound)
    return None if value is None else fmpq(-((-value.p) // value.q))


def _all(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> list[fmpq] | None:
    values = []
    for arg in args:
        value = rational(arg, bound)
        if value is None:
            return None
        values.append(value)
    return values


def _gcd(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    values = _all(args, bound)
    if not values or any(v.q != 1 for v in values):
        return None
    total = fmpz(0)
    for value in values:
        total = total.gcd(value.p)
    return fmpq(total)


def _lcm(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    values = _all(args, bound)
    if not values or any(v.q != 1 for v in values):
        return None
    total = fmpz(1)
    for value in values:
        total = total.lcm(value.p)
        if total.bit_length() > limits.BITS:
            return None
    return fmpq(total)


def _max(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    values = _all(args, bound)
    return max(values) if values else None


def _min(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    values = _all(args, bound)
    return min(values) if values else None


def _mod(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    modulus = rational(args[1], bound)
    if modulus is None or modulus.q != 1:
        return None
    if modulus == 0:
        raise Undefined("a division by zero")
    value = modular(args[0], modulus.p)
    if value is not None:
        return fmpq(value)
    plain_value = rational(args[0], bound)
    if plain_value is None or plain_value.q != 1:
        return None
    return fmpq(plain_value.p % modulus.p)


def modular(node: Node, modulus: fmpz) -> fmpz | None:
    """An integer expression reduced as it is computed, so that 2^(10^9) mod 7 costs nothing."""
    if isinstance(node, App) and node.op == "pow":
        base, exponent = rational(node.args[0]), rational(node.args[1])
        if base is None or exponent is None or base.q != 1 or exponent.q != 1 or exponent < 0:
            return None
        if modulus.bit_length() * exponent.p.bit_length() > MODULAR_BITS:
            return None
        return fmpz(pow(int(base.p), int(exponent.p), int(modulus)))
    if isinstance(node, App) and node.op in ("add", "mul"):
        total = fmpz(0 if node.op == "add" else 1)
        for arg in node.args:
            value = modular(arg, modulus)
            if value is None:
                return None
            total = (total + value if node.op == "add" else total * value) % modulus
        return total
    known = rational(node)
    return known.p % modulus if known is not None and known.q == 1 else None


def _sum(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    span = index_range(args, bound)
    if span is None:
        return None
    name, low, high = span
    total = ZERO
    for k in range(low, high + 1):
        value = rational(args[0], {**(bound or {}), name: fmpq(k)})
        if value is None:
            return None
        total += value
        if bits(total) > limits.BITS:
            return None
    return total


def _prod(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    span = index_range(args, bound)
    if span is None:
        return None
    name, low, high = span
    total = ONE
    for k in range(low, high + 1):
        value = rational(args[0], {**(bound or {}), name: fmpq(k)})
        if value is None or bits(total) + bits(value) > limits.BITS:
            return None
        total *= value
    return total


def index_range(
    args: tuple[Node, ...], bound: dict[str, fmpq] | None = None
) -> tuple[str, int, int] | None:
    """Name, first and last value of the index of a finite sum or product of few terms."""
    if len(args) != 3 or isinstance(args[2], Words):
        return None
    low_part, high_part = args[1], args[2]
    if not (isinstance(low_part, Rel) and low_part.ops == ("=",)):
        return None
    name, start = low_part.args
    if not isinstance(name, Sym):
        return None
    low, high = rational(start, bound), rational(high_part, bound)
    if low is None or high is None or low.q != 1 or high.q != 1:
        return None
    depth = len(bound) if bound else 0
    if high - low >= (TERMS if depth == 0 else INNER_TERMS) or depth > 2:
        return None
    return name.name, int(low.p), int(high.p)


def _identity(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    return rational(args[0], bound)


def _ratio(args: tuple[Node, ...], bound: dict[str, fmpq] | None) -> fmpq | None:
    values = _all(args, bound)
    if values is None or len(values) != 2:
        return None
    if values[1] == 0:
        return None
    return values[0] / values[1]


_HANDLERS = {
    "add": _add, "mul": _mul, "inv": _inv, "neg": _neg, "pow": _pow, "sqrt": _sqrt, "root": _root,
    "factorial": _factorial, "binom": _binom, "abs": _abs, "percent": _percent, "mixed": _mixed,
    "floor": _floor, "ceil": _ceil, "gcd": _gcd, "lcm": _lcm, "max": _max, "min": _min,
    "mod": _mod, "sum": _sum, "prod": _prod, "ratio": _ratio,
}  # fmt: skip


def whole(node: Node) -> int | None:
    """A small whole number, or None."""
    value = rational(node)
    if value is None or value.q != 1 or abs(value.p) > LARGEST:
        return None
    return int(value.p)


def as_items(node: Node) -> tuple[Node, ...]:
    """The items of a list or of brackets; anything else alone."""
    return node.items if isinstance(node, Items | Group) else (node,)
