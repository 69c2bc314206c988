"""One amount that is said in several units: "4 hours and 30 minutes", "5 feet, 6 inches"."""

from __future__ import annotations

import re
from itertools import pairwise

from flint import fmpq

from assay.verifiers.math_answer import units
from assay.verifiers.math_answer.arithmetic import exact
from assay.verifiers.math_answer.reading.simplify import settle
from assay.verifiers.math_answer.tree import App, Items, Node, Num, Quantity, Sym, Words

MAX_FACTORS = 6
"""Most factors of a number and its units: ``5 kg m^2 s^-3 A^-1`` has five."""


def amount(listed: Items) -> Node | None:
    """The sum that `listed` says, or None where its items are several answers.

    It is one amount where each unit measures the same as the one before, is smaller, and there is
    less of it than would fill one of that: 30 minutes are less than an hour, 90 are not.
    """
    # days, hours, minutes and seconds are the longest that people write
    if listed.kind not in (",", "and") or not 2 <= len(listed.items) <= 4:
        return None
    read = [x if isinstance(x, Quantity) else letters_as_unit(x) for x in listed.items]
    parts = [item for item in read if item is not None]
    if len(parts) != len(listed.items):
        return None
    found = [exact.rational(part.value) for part in parts]
    values = [value for value in found if value is not None and value >= 0]
    if len(values) != len(parts):
        return None
    for (above, part), value in zip(pairwise(parts), values[1:], strict=True):
        larger, smaller = units.together(above.unit, part.unit)
        if larger is None or smaller is None or larger.dimensions != smaller.dimensions:
            return None
        if smaller.factor >= larger.factor or value * smaller.factor >= larger.factor:
            return None
    return settle(App("add", tuple(parts)))


def joined(factors: tuple[Node, ...]) -> list[Node]:
    """`factors` with each prefix of a unit joined to it: ``mu``, ``m`` is a micrometre."""
    out: list[Node] = []
    for factor in factors:
        if isinstance(factor, Sym) and out and isinstance(out[-1], Sym):
            unit = units.prefixed(out[-1].name, factor.name)
            if unit is not None:
                out[-1] = Sym(unit)
                continue
        out.append(factor)
    return out


_HYPHENATED = frozenset({("N", "m"), ("N", "s"), ("V", "s"), ("J", "s"), ("W", "h"), ("A", "h")})


def _hyphenated(node: App) -> Quantity | None:
    """``5*N - m`` as newton-metres."""
    product, minus = node.args if len(node.args) == 2 else (node, node)
    if not (isinstance(product, App) and product.op == "mul" and len(product.args) == 2):
        return None
    value, first = product.args
    second = minus.args[0] if isinstance(minus, App) and minus.op == "neg" else None
    if not isinstance(value, Num) or not isinstance(first, Sym) or not isinstance(second, Sym):
        return None
    unit = (first.name, second.name)
    return Quantity(value, unit) if unit in _HYPHENATED else None


def letters_as_unit(node: Node) -> Quantity | None:
    """``5*m`` or ``25*m/s`` as a quantity, where all the letters are units."""
    if isinstance(node, App) and node.op == "add":
        return _hyphenated(node)
    if not (isinstance(node, App) and node.op == "mul" and len(node.args) <= MAX_FACTORS):
        return None
    value, *rest = joined(node.args)
    if not isinstance(value, Num) or not rest:
        return None
    words: list[str] = []
    for factor in rest:
        if isinstance(factor, App) and factor.op == "inv":
            words.append("/")
            factor = factor.args[0]
        elif "/" in words:
            return _gathered_unit(node)  # a factor above the line again
        if isinstance(factor, App) and factor.op == "pow":
            exponent = exact.whole(factor.args[1])
            name = factor.args[0]
            if not isinstance(name, Sym) or exponent is None:
                return _gathered_unit(node)
            words += [name.name, "^", str(exponent)]
        elif isinstance(factor, Sym):
            words.append(factor.name)
        else:
            return _gathered_unit(node)
    return Quantity(value, tuple(words)) if units.phrase(tuple(words)) is not None else None


def _gathered_unit(node: Node) -> Quantity | None:
    found = gathered(Quantity(node, ()))
    if not isinstance(found, Quantity) or not found.unit or exact.rational(found.value) is None:
        return None
    return found


def as_measured(r: Node, a: Node) -> tuple[Node, Node] | None:
    """Two values whose letters are units, where as names they make them differ: 5 N m and 5 J.

    Beside a plain number the letters are a unit only if they are a compound one: in ``5 m/s``,
    which no formula for 5 could be, but not in ``5 m``, which might be five times m. An answer is
    granted more where the reference is a number, which has no V in it: ``5 V`` and ``5 N-m``.
    """
    left, right = letters_as_unit(r), letters_as_unit(a)
    if left is not None and right is not None:
        return left, right
    one, other = (left, a) if left is not None else (right, r)
    if one is None or exact.rational(other) is None:
        return None
    if left is None:
        return (r, one) if len(one.unit) > 2 or not all(map(_is_common, one.unit)) else None
    if (len(one.unit) > 2 and _HYPHENATED.isdisjoint([one.unit])) or one.unit[-1] in _OHMS:
        return one, a
    return None


_OHMS = frozenset({"Omega", "kOmega", "MOmega"})


def _is_common(letter: str) -> bool:
    """Whether a unit is also a common name of a variable."""
    return len(letter) == 1 and letter.islower()


_DOZENS = frozenset({"dozen", "dozens"})
_CENTS = frozenset({"cent", "cents"})


def in_ones(r: Node, a: Node) -> tuple[Node, Node] | None:
    """Both sides where only one counts in dozens, or an answer in cents beside a plain number.

    The question says what is counted: "2 dozen" answers 24 as well as 2, and "50 cents" 0.50.
    """
    left, right = _ones(r, _DOZENS, 12), _ones(a, _DOZENS, 12)
    if left is not None or right is not None:
        return (left or r, right or a) if left is None or right is None else None
    dollars = _ones(a, _CENTS, fmpq(1, 100)) if not isinstance(r, Quantity) else None
    return None if dollars is None else (r, dollars)


def _ones(node: Node, names: frozenset[str], factor: fmpq | int) -> Node | None:
    """`node` without the unit that is one of `names`; None where it has none."""
    if not isinstance(node, Quantity) or names.isdisjoint(node.unit):
        return None
    value = App("mul", (node.value, Num(fmpq(factor))))
    rest = tuple(word for word in node.unit if word not in names)
    return Quantity(value, rest) if rest else value


def gathered(node: Node) -> Node:
    """A quantity with the letters of its value that are units too: of ``5*s^(-1)`` in m, m/s."""
    if not (isinstance(node, Quantity) and isinstance(node.value, App) and node.value.op == "mul"):
        return node
    numbers = joined(node.value.args)
    words: list[str] = []
    prefix = numbers[-1]
    unit = (
        units.prefixed(prefix.name, node.unit[0]) if isinstance(prefix, Sym) and node.unit else None
    )
    if unit is not None and len(numbers) > 1:
        node = Quantity(App("mul", tuple(numbers[:-1])), (unit, *node.unit[1:]))
        numbers.pop()
    while numbers and (power := _powers(numbers[-1], 1)) is not None:
        words += power
        numbers.pop()
    whole = (*words, *node.unit)
    if not words or not numbers or units.phrase(whole) is None:
        return node
    return Quantity(App("mul", tuple(numbers)) if len(numbers) > 1 else numbers[0], whole)


_EXPONENT = re.compile(r"\s*\^[\s{]*(-?)\s*([0-9])[\s}]*(?![0-9])")


def _powers(factor: Node, sign: int) -> list[str] | None:
    """The words of ``s``, ``s^(-1)``, ``1/s^2`` or ``1/(mol*K)``; None for what is not a unit."""
    if isinstance(factor, App) and factor.op in ("inv", "mul"):
        sign = -sign if factor.op == "inv" else sign
        found = [_powers(part, sign) for part in factor.args]
        return None if None in found else [word for one in found for word in one or ()]
    if isinstance(factor, Words):  # mol * K, s ^ { 2 }
        said = _EXPONENT.sub(r"^\1\2 ", " ".join(factor.words).replace("*", " "))
        out: list[str] = []
        for one in said.split():
            name, _, exponent = one.partition("^")
            if not units.is_unit(name):
                return None
            out += _power(name, sign * int(exponent or "1"))
        return out
    power = sign
    if isinstance(factor, App) and factor.op == "pow":
        power *= exact.whole(factor.args[1]) or 0
        factor = factor.args[0]
    if not isinstance(factor, Sym) or not power or not units.is_unit(factor.name):
        return None
    return _power(factor.name, power)


def _power(name: str, exponent: int) -> list[str]:
    return [name] if exponent == 1 else [name, "^", str(exponent)]
