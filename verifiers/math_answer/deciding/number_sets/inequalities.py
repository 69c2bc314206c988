"""What an inequality says of its variable: ``2x - 1 < 3``, ``|x| >= 2``, ``0 < x <= 5``."""

from __future__ import annotations

from flint import fmpq

from assay.verifiers.math_answer.arithmetic import algebra, exact
from assay.verifiers.math_answer.deciding.number_sets.regions import (
    INFINITY,
    MINUS,
    Interval,
    Region,
    meet,
    point,
    without,
)
from assay.verifiers.math_answer.tree import App, Node, Num, Rel, Sym, symbols

ORDER = frozenset({"<", ">", "<=", ">="})
_FLIP = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}


def solved(node: Rel) -> Region | None:
    """Where a chain of relations holds; None where it is none of one variable that is linear."""
    ops, args = node.ops, node.args
    if not set(ops) <= ORDER | {"!=", "="}:
        return None
    region: Region | None = None
    for left, op, right in zip(args, ops, args[1:], strict=False):
        part = _one(left, op, right)
        if part is None:
            return None
        region = part if region is None else meet(region, part)
        if region is None:
            return None
    return region


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


def _ray(op: str, bound: Node) -> tuple[Interval, ...]:
    if op == "<":
        return (Interval(MINUS, False, bound, False),)
    if op == "<=":
        return (Interval(MINUS, False, bound, True),)
    if op == ">":
        return (Interval(bound, False, INFINITY, False),)
    if op == ">=":
        return (Interval(bound, True, INFINITY, False),)
    if op == "=":
        return (point(bound),)
    return without(bound).parts


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
    """Slope and offset of a rational linear expression; None unless algebra shows it to be one.

    Values alone never do: x(x - 1)(x - 2)(x - 5) + x is x at four whole numbers.
    """
    try:
        offset, there = (exact.rational(node, {name: fmpq(k)}) for k in (0, 1))
    except ValueError:
        return None
    if offset is None or there is None:
        return None
    slope = there - offset
    line = App("add", (App("mul", (Num(slope), Sym(name))), Num(offset)))
    shown = algebra.same(node, line)
    return (slope, offset) if shown is not None and shown.equal else None


def _absolute(inner: Node, op: str, right: Node) -> Region | None:
    name = _variable(inner)
    if name is None:
        return None
    minus: Node = App("neg", (right,))
    if op in ("<", "<="):
        above = _one(inner, op, right)
        below = _one(inner, ">" if op == "<" else ">=", minus)
        return meet(above, below)
    if op in (">", ">="):
        above = _one(inner, op, right)
        below = _one(inner, "<" if op == ">" else "<=", minus)
        if above is None or below is None:
            return None
        return Region((*below.parts, *above.parts), name)
    return None
