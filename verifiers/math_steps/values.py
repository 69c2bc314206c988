"""Exact values of formulas: rational arithmetic, bounded by the size of its numbers."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from flint import fmpq

from assay.verifiers.math_answer.limits import Unreadable
from assay.verifiers.math_answer.reading.parse import parse
from assay.verifiers.math_answer.to_text import plain
from assay.verifiers.math_answer.tree import App, Group, Node, Num, Quantity, Sym, symbols

BITS = 4_096
"""Largest numerator or denominator, in bits; what would be larger has no value here."""

POINTS = 4
"""Exact sample points at which two expressions in symbols must agree."""

FLOAT_PLACES = 9
"""A decimal that shows this many places or more was computed in floats."""

NO_NAMES: Mapping[str, fmpq] = {}
_ZERO, _ONE = fmpq(0), fmpq(1)


@lru_cache(maxsize=8_192)
def read(text: str) -> Node | None:
    """The tree of one side of a claim; None where it is not a single expression."""
    try:
        node = parse(text)
    except Unreadable:
        return None
    return unwrapped(node)


def unwrapped(node: Node) -> Node:
    """`node` without brackets around all of it, and without a unit."""
    while True:
        if isinstance(node, Group) and len(node.items) == 1 and node.left in "({":
            node = node.items[0]
        elif isinstance(node, Quantity):
            node = node.value
        else:
            return node


def value(node: Node, names: Mapping[str, fmpq] = NO_NAMES) -> fmpq | None:
    """The exact value of `node`; None where it has none that is rational and bounded.

    >>> value(read("60-15-25"))
    20
    >>> value(read("2^(10^9)")) is None
    True
    """
    node = unwrapped(node)
    if isinstance(node, Num):
        return node.value if _bits(node.value) <= BITS else None
    if isinstance(node, Sym):
        return names.get(node.name)
    if not isinstance(node, App):
        return None
    if node.op == "pow":
        return _power(node, names)
    below = []
    for child in node.args:
        found = value(child, names)
        if found is None:
            return None
        below.append(found)
    return _combine(node.op, below)


def _combine(op: str, args: Sequence[fmpq]) -> fmpq | None:
    if op in ("add", "mul", "mixed"):
        total = args[0]
        for arg in args[1:]:
            total = total * arg if op == "mul" else total + arg
            if _bits(total) > BITS:
                return None
        return total
    if op == "neg":
        return -args[0]
    if op == "inv":
        return _ONE / args[0] if args[0] != 0 else None
    if op == "percent":
        return args[0] / 100
    if op == "ratio" and len(args) == 2:
        return args[0] / args[1] if args[1] != 0 else None
    if op == "factorial" and args[0].q == 1 and 0 <= args[0].p <= 200:
        out = _ONE
        for k in range(2, int(args[0].p) + 1):
            out = out * k
        return out
    return None


def _power(node: App, names: Mapping[str, fmpq]) -> fmpq | None:
    base, exponent = value(node.args[0], names), value(node.args[1], names)
    if base is None or exponent is None or exponent.q != 1 or abs(exponent.p) > BITS:
        return None
    power = int(exponent.p)
    if _bits(base) * abs(power) > BITS or (base == 0 and power <= 0):
        return None
    return base**power if power >= 0 else _ONE / base ** (-power)


def _bits(number: fmpq) -> int:
    return max(int(number.p.bit_length()), int(number.q.bit_length()))


def is_literal(node: Node) -> bool:
    """Whether it is one number as written, signed or not: nothing is computed."""
    node = unwrapped(node)
    if isinstance(node, App) and node.op == "neg":
        node = unwrapped(node.args[0])
    return isinstance(node, Num)


def places(node: Node) -> int | None:
    """Digits after the point of a decimal literal; None for anything else."""
    node = unwrapped(node)
    if isinstance(node, App) and node.op == "neg":
        node = unwrapped(node.args[0])
    if isinstance(node, Num):
        return node.places if node.places is not None else 0 if node.value.q == 1 else None
    return None


def is_idle(node: Node, names: Mapping[str, fmpq] = NO_NAMES) -> bool:
    """Whether its value stands in it already: ``13``, ``13 + 0``, ``13 * 1``, ``13 + 2 - 2``.

    A sum is idle where one idle term is the whole value, since the rest of it is nought; a
    product where one idle factor is, since the rest is one; a power of a first power likewise.
    """
    node = unwrapped(node)
    if is_literal(node) or isinstance(node, Sym):
        return True
    if not isinstance(node, App) or node.op not in ("add", "mul", "pow", "neg"):
        return False
    if node.op == "neg":
        return is_idle(node.args[0], names)
    total = value(node, names)
    pieces = node.args[:1] if node.op == "pow" else tuple(_flat(node, node.op))
    return any(value(p, names) == total and is_idle(p, names) for p in pieces)


def _flat(node: Node, op: str) -> Iterator[Node]:
    """The terms of a sum (factors of a product), through brackets within it."""
    for child in node.args if isinstance(node, App) else ():
        inner = unwrapped(child)
        if isinstance(inner, App) and inner.op == op:
            yield from _flat(inner, op)
        elif op == "add" and isinstance(inner, App) and inner.op == "neg":
            below = unwrapped(inner.args[0])
            if isinstance(below, App) and below.op == "add":
                yield from (App("neg", (term,)) for term in _flat(below, op))
            else:
                yield inner
        else:
            yield inner


def points(*nodes: Node) -> list[dict[str, fmpq]]:
    """Exact values for the symbols of `nodes`, drawn by a seed that all of them make together."""
    names = sorted(frozenset[str]().union(*(symbols(n) for n in nodes)))
    draw = random.Random("\n".join(plain(n) for n in nodes))  # noqa: S311 - no secret
    return [
        {name: fmpq(draw.randint(2, 10**6), draw.randint(2, 10**6)) for name in names}
        for _ in range(POINTS)
    ]


def identical(left: Node, right: Node, names: Mapping[str, fmpq] = NO_NAMES) -> bool | None:
    """Whether two expressions agree wherever both have a value; None where that is not known.

    A difference is proved by one point. Agreement rests on `POINTS` exact points, which for
    rational functions of the size that fits here is certain but for a vanishing chance (Schwartz
    1980, Zippel 1979).
    """
    seen = 0
    for point in points(left, right):
        a, b = value(left, {**point, **names}), value(right, {**point, **names})
        if a is None or b is None:
            continue
        if a != b:
            return False
        seen += 1
    return True if seen else None


def proportional(
    first: tuple[Node, Node], second: tuple[Node, Node], names: Mapping[str, fmpq] = NO_NAMES
) -> bool | None:
    """Whether two equations say the same: the difference of sides differs by a constant factor."""
    ratio: fmpq | None = None
    for point in points(*first, *second):
        at = {**point, **names}
        sides = [value(n, at) for n in (*first, *second)]
        if any(s is None for s in sides):
            return None
        a, b = sides[0] - sides[1], sides[2] - sides[3]  # type: ignore[operator]
        if a == 0 or b == 0:
            return bool(a == b)
        if ratio is not None and a / b != ratio:
            return False
        ratio = a / b
    return None if ratio is None else True


def agree(left: Node, right: Node, a: fmpq, b: fmpq, rounded: bool) -> bool:
    """Whether a claim ``left = right`` holds for their values `a` and `b`.

    A decimal is read as rounded or cut to the digits it shows, a long one as what a pocket
    calculator or a computer's floats give; after a sign for "about" a whole number is rounded too,
    and anything within a hundredth of the value agrees.
    """
    if a == b:
        return True
    apart = abs(a - b)
    for node in (left, right):
        if not is_literal(node):
            continue
        shown = places(node)
        if shown is None:
            continue
        if shown > 0 and apart < fmpq(1, 10 ** min(shown, 1_000)):
            return True
        if shown >= FLOAT_PLACES and apart * 10**FLOAT_PLACES <= abs(b):
            return True
        if rounded and shown == 0 and apart <= fmpq(1, 2):
            return True
    return rounded and apart * 100 <= abs(b)
