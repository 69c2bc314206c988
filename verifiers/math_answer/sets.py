"""Sets of real numbers: intervals, unions, inequalities, set-builder notation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cmp_to_key
from typing import TYPE_CHECKING

from flint import fmpq

from assay.verifiers.math_answer import exact, numerics
from assay.verifiers.math_answer.finding import Finding, different, every
from assay.verifiers.math_answer.settle import settle
from assay.verifiers.math_answer.tree import (
    App,
    Group,
    Items,
    Node,
    Num,
    Rel,
    Such,
    Sym,
    symbols,
    walk,
)

if TYPE_CHECKING:
    from assay.verifiers.math_answer.lists import Lists

INFINITY = Sym("infinity")
_MINUS = App("neg", (INFINITY,))
_ORDER = frozenset({"<", ">", "<=", ">="})


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`; a point is closed on both sides."""

    low: Node
    low_closed: bool
    high: Node
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Region:
    """A union of intervals, and the name of the variable where there is one."""

    parts: tuple[Interval, ...]
    name: str = ""


EVERYTHING = Interval(_MINUS, False, INFINITY, False)


def is_set(node: Node) -> bool:
    """Whether it can only be a set of numbers, not a tuple."""
    if isinstance(node, Such):
        return True
    if isinstance(node, Sym):
        return node.name in ("reals", "emptyset", "integers", "naturals", "rationals", "complexes")
    if isinstance(node, App):
        return node.op in ("cup", "cap", "setminus") or (
            node.op == "add" and any(isinstance(a, Such) or _braces(a) for a in node.args)
        )
    if isinstance(node, Group) and len(node.items) == 2:
        return node.left + node.right in ("[)", "(]") or any(_is_infinite(i) for i in node.items)
    return False


def _braces(node: Node) -> bool:
    return (isinstance(node, Group) and node.left == "{") or (
        isinstance(node, App) and node.op == "neg" and _braces(node.args[0])
    )


def _is_infinite(node: Node) -> bool:
    return node in (INFINITY, _MINUS)


def as_set(node: Node) -> Region | None:
    """`node` as a region of the real line, or None where it is none that can be worked out."""
    node = settle(node)
    if isinstance(node, Group):
        if node.left == "{":
            return Region(tuple(_point(i) for i in node.items))
        if len(node.items) == 2 and node.left in "([" and node.right in ")]":
            low, high = node.items
            return Region((Interval(low, node.left == "[", high, node.right == "]"),))
        return None
    if isinstance(node, Sym):
        if node.name == "reals":
            return Region((EVERYTHING,))
        if node.name == "emptyset":
            return Region(())
        return None
    if isinstance(node, Such):
        return as_set(node.condition)
    if isinstance(node, Rel):
        return _from_relation(node)
    if isinstance(node, Items):
        return union_of(node)
    if isinstance(node, App):
        if node.op == "cup":
            found = [as_set(arg) for arg in node.args]
            if any(f is None for f in found):
                return None
            return Region(tuple(p for f in found if f is not None for p in f.parts))
        if node.op == "cap":
            region = as_set(node.args[0])
            for arg in node.args[1:]:
                region = _meet(region, as_set(arg))
            return region
        if node.op in ("setminus", "add") and len(node.args) == 2:
            whole, less = as_set(node.args[0]), node.args[1]
            if node.op == "add":
                if not (isinstance(less, App) and less.op == "neg"):
                    return None
                less = less.args[0]
            if isinstance(less, Group) and less.left == "{":
                for item in less.items:
                    whole = _meet(whole, _without(item))
                return whole
    return None


def union_of(node: Items) -> Region | None:
    """A list of conditions or sets as one region: ``or`` unites, ``and`` intersects."""
    if len(node.items) > 40:
        return None
    if not any((isinstance(i, Rel) and set(i.ops) & (_ORDER | {"in", "!="})) or is_set(i)
               for i in node.items):  # fmt: skip
        return None
    found = [as_set(i) for i in node.items]
    if any(f is None for f in found):
        return None
    regions = [f for f in found if f is not None]
    if len({r.name for r in regions if r.name}) > 1:
        return None
    name = regions[0].name
    together = node.kind == "and" or any(isinstance(i, Rel) and "!=" in i.ops for i in node.items)
    united = normal(Region(tuple(p for r in regions for p in r.parts), name))
    if together or (united is not None and united.parts == (EVERYTHING,)):
        region: Region | None = regions[0]
        for other in regions[1:]:
            region = _meet(region, other)
        if region is not None and (region.parts or node.kind != "and"):
            return Region(region.parts, name)
    return Region(tuple(p for r in regions for p in r.parts), name)


def _point(node: Node) -> Interval:
    return Interval(node, True, node, True)


def _without(node: Node) -> Region:
    return Region((Interval(_MINUS, False, node, False), Interval(node, False, INFINITY, False)))


def _from_relation(node: Rel) -> Region | None:
    ops, args = node.ops, node.args
    if ops == ("in",):
        inner = as_set(args[1])
        return None if inner is None else Region(inner.parts, _name(args[0]))
    if ops == ("notin",):
        inner_node = args[1]
        if isinstance(inner_node, Group) and inner_node.left == "{":
            region: Region | None = Region((EVERYTHING,), _name(args[0]))
            for item in inner_node.items:
                region = _meet(region, _without(item))
            return region
        return None
    if not set(ops) <= _ORDER | {"!=", "="}:
        return None
    region = None
    for left, op, right in zip(args, ops, args[1:], strict=False):
        part = _one(left, op, right)
        if part is None:
            return None
        region = part if region is None else _meet(region, part)
        if region is None:
            return None
    return region


_FLIP = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}


def _one(left: Node, op: str, right: Node) -> Region | None:
    """``u op v`` where one side is a number and the other linear in one variable."""
    if _variable(right) is not None and _variable(left) is None:
        left, right, op = right, left, _FLIP[op]
    name = _variable(left)
    if name is None or symbols(right) & {name}:
        return _linear_both(left, op, right)
    if isinstance(left, Sym) or (isinstance(left, App) and left.op in ("apply", "call")):
        return Region(_ray(op, right), name)
    if isinstance(left, App) and left.op == "abs":
        return _absolute(left.args[0], op, right)
    return _linear(left, op, right, name)


def _linear_both(left: Node, op: str, right: Node) -> Region | None:
    names = symbols(left) | symbols(right)
    if len(names) != 1:
        return None
    difference = App("add", (left, App("neg", (right,))))
    return _linear(difference, op, Num(fmpq(0)), next(iter(names)))


def _variable(node: Node) -> str | None:
    """The one name of a side of an inequality; of ``f(x)`` the whole."""
    if isinstance(node, App) and node.op in ("apply", "call"):
        return repr(node)
    names = symbols(node)
    return next(iter(names)) if len(names) == 1 else None


def _name(node: Node) -> str:
    return node.name if isinstance(node, Sym) else ""


def _ray(op: str, bound: Node) -> tuple[Interval, ...]:
    if op == "<":
        return (Interval(_MINUS, False, bound, False),)
    if op == "<=":
        return (Interval(_MINUS, False, bound, True),)
    if op == ">":
        return (Interval(bound, False, INFINITY, False),)
    if op == ">=":
        return (Interval(bound, True, INFINITY, False),)
    if op == "=":
        return (_point(bound),)
    return _without(bound).parts


def _linear(left: Node, op: str, right: Node, name: str) -> Region | None:
    """Solve ``a*x + b op c`` for rational a and b."""
    found = _coefficients(left, name)
    if found is None:
        return None
    slope, offset = found
    if slope == 0:
        return None
    value = exact.rational(right)
    bound: Node = (
        Num((value - offset) / slope)
        if value is not None
        else App("mul", (App("add", (right, Num(-offset))), Num(1 / slope)))
    )
    return Region(_ray(_FLIP[op] if slope < 0 else op, bound), name)


def _coefficients(node: Node, name: str) -> tuple[fmpq, fmpq] | None:
    """Slope and offset of a rational linear expression, from three exact values."""
    values = []
    for k in (0, 1, 2, 5):
        try:
            value = exact.rational(node, {name: fmpq(k)})
        except ValueError:
            return None
        if value is None:
            return None
        values.append(value)
    offset, slope = values[0], values[1] - values[0]
    if values[2] != offset + 2 * slope or values[3] != offset + 5 * slope:
        return None
    if any(isinstance(n, App) and n.op in ("abs", "floor", "ceil", "max", "min", "mod")
           for n in walk(node)):  # fmt: skip
        return None
    return slope, offset


def _absolute(inner: Node, op: str, right: Node) -> Region | None:
    name = _variable(inner)
    if name is None:
        return None
    minus: Node = App("neg", (right,))
    if op in ("<", "<="):
        above = _one(inner, op, right)
        below = _one(inner, ">" if op == "<" else ">=", minus)
        return _meet(above, below)
    if op in (">", ">="):
        above = _one(inner, op, right)
        below = _one(inner, "<" if op == ">" else "<=", minus)
        if above is None or below is None:
            return None
        return Region((*below.parts, *above.parts), name)
    return None


# -- order of endpoints -----------------------------------------------------------------------


def order(a: Node, b: Node) -> int | None:
    """-1, 0 or 1 as `a` is less than, equal to or greater than `b`; None: not certain."""
    if a == b:
        return 0
    if a == _MINUS or b == INFINITY:
        return -1
    if b == _MINUS or a == INFINITY:
        return 1
    left, right = exact.rational(a), exact.rational(b)
    if left is not None and right is not None:
        return (left > right) - (left < right)
    difference = App("add", (a, App("neg", (b,))))
    if symbols(difference):
        return 0 if numerics.same(a, b).equal else None
    found = numerics.sign(difference)
    if found is None and numerics.same(a, b).equal:
        return 0
    return found


def _meet(a: Region | None, b: Region | None) -> Region | None:
    """The intersection; None where the order of endpoints is not known."""
    if a is None or b is None:
        return None
    if len(a.parts) * len(b.parts) > 400:
        return None
    out: list[Interval] = []
    for x in a.parts:
        for y in b.parts:
            lows, highs = order(x.low, y.low), order(x.high, y.high)
            if lows is None or highs is None:
                return None
            low, low_closed = (x.low, x.low_closed) if lows > 0 else (y.low, y.low_closed)
            if lows == 0:
                low_closed = x.low_closed and y.low_closed
            high, high_closed = (x.high, x.high_closed) if highs < 0 else (y.high, y.high_closed)
            if highs == 0:
                high_closed = x.high_closed and y.high_closed
            span = order(low, high)
            if span is None:
                if symbols(low) | symbols(high):
                    out.append(Interval(low, low_closed, high, high_closed))
                    continue
                return None
            if span < 0 or (span == 0 and low_closed and high_closed):
                out.append(Interval(low, low_closed, high, high_closed))
    return Region(tuple(out), a.name or b.name)


def normal(region: Region) -> Region | None:
    """Sorted, empty parts dropped, touching parts joined; None where the order is not known."""
    parts = []
    for part in region.parts:
        span = order(part.low, part.high)
        if span is None:
            return None
        if span < 0 or (span == 0 and part.low_closed and part.high_closed):
            parts.append(part)
    unknown = False

    def by_low(x: Interval, y: Interval) -> int:
        nonlocal unknown
        found = order(x.low, y.low)
        if found is None:
            unknown = True
            return 0
        return found or (y.low_closed - x.low_closed)

    parts.sort(key=cmp_to_key(by_low))
    if unknown:
        return None
    out: list[Interval] = []
    for part in parts:
        if out:
            last = out[-1]
            gap = order(last.high, part.low)
            if gap is None:
                return None
            if gap > 0 or (gap == 0 and (last.high_closed or part.low_closed)):
                ends = order(last.high, part.high)
                if ends is None:
                    return None
                if ends < 0:
                    out[-1] = Interval(last.low, last.low_closed, part.high, part.high_closed)
                elif ends == 0:
                    closed = last.high_closed or part.high_closed
                    out[-1] = Interval(last.low, last.low_closed, last.high, closed)
                continue
        out.append(part)
    return Region(tuple(out), region.name)


# -- comparing --------------------------------------------------------------------------------


def compare(r: Node, a: Node, comparer: Lists) -> Finding:
    """Two readings of which at least one is a set of numbers."""
    left, right = as_set(r), as_set(a)
    if left is not None and right is not None:
        return same(left, right, comparer)
    if isinstance(r, App) and isinstance(a, App) and r.op == a.op and len(r.args) == len(a.args):
        if r.op in ("cup", "cap"):
            return comparer.unordered(r.args, a.args)
        return every(comparer.same(x, y) for x, y in zip(r.args, a.args, strict=True))
    if isinstance(r, Such) and isinstance(a, Such):
        return every((comparer.same(r.item, a.item), comparer.same(r.condition, a.condition)))
    if isinstance(r, Group) and isinstance(a, Group) and r.left + r.right == a.left + a.right:
        return comparer.ordered(r.items, a.items)
    return different("one is a set of numbers, the other is not")


def same(r: Region, a: Region, comparer: Lists) -> Finding:
    """Whether two regions are equal as sets."""
    left, right = normal(r) or r, normal(a) or a
    if len(left.parts) != len(right.parts):
        return different("the sets differ")
    findings = []
    for x, y in zip(left.parts, right.parts, strict=True):
        if (x.low_closed, x.high_closed) != (y.low_closed, y.high_closed):
            return different("the sets differ in an endpoint")
        findings.append(comparer.same(x.low, y.low))
        if x.low is not x.high:
            findings.append(comparer.same(x.high, y.high))
    if comparer.policy.constants == "rename" and any(f.equal is False for f in findings):
        flat_r = tuple(n for p in left.parts for n in (p.low, p.high))
        flat_a = tuple(n for p in right.parts for n in (p.low, p.high))
        renamed = comparer.renamed_together(flat_r, flat_a)
        if renamed is not None:
            return renamed
    return every(findings)


__all__ = ["Interval", "Items", "Region", "as_set", "compare", "is_set", "normal", "same",
           "settle", "union_of"]  # fmt: skip
