r"""Functions in pieces: ``cases``, and ``|x|`` or ``\max(x, 0)`` against their cases."""

from __future__ import annotations

from functools import cmp_to_key
from itertools import pairwise
from typing import NamedTuple

from flint import fmpq

from assay.verifiers.math_answer.arithmetic import scalars
from assay.verifiers.math_answer.deciding.decides import Decides
from assay.verifiers.math_answer.deciding.number_sets import sets
from assay.verifiers.math_answer.deciding.number_sets.regions import INFINITY, MINUS, Region, order
from assay.verifiers.math_answer.equality_result import EqualityResult, different, every
from assay.verifiers.math_answer.tree import (
    App,
    Group,
    Items,
    Node,
    Num,
    Sym,
    Words,
    substitute,
    symbols,
)

_ELSE = frozenset({"otherwise", "else", "elsewhere", "other", "others"})
_MOST = 40
"""Most pieces of both sides, and most endpoints; each makes two places of comparison."""


class _Piece(NamedTuple):
    value: Node
    condition: Node | None
    """None: wherever no other piece holds."""


def is_piecewise(node: Node) -> bool:
    """Whether `node` is written in pieces."""
    return isinstance(node, App) and node.op == "cases"


def compare(r: Node, a: Node, comparer: Decides) -> EqualityResult:
    """Two values of which at least one is written in pieces."""
    left, right = _pieces(r), _pieces(a)
    if len(left) + len(right) > _MOST:
        return different(f"more than {_MOST} pieces", "bounds", "unproved")
    name = _variable(left, right)
    if name is not None:
        regions = [_regions(left, name), _regions(right, name)]
        if regions[0] is not None and regions[1] is not None:
            found = _by_intervals(regions[0], regions[1], name, comparer)
            if found is not None:
                return found
    if not (is_piecewise(r) and is_piecewise(a)):
        return different("one is written in pieces that cannot be worked out")
    if len(left) != len(right):
        return different("another number of pieces")
    free = list(right)
    findings = []
    for piece in left:
        for other in free:
            found = _same_piece(piece, other, comparer)
            if found.equal:
                free.remove(other)
                findings.append(found)
                break
        else:
            return different("the reference has a piece that the answer lacks")
    return every(findings)


def _same_piece(r: _Piece, a: _Piece, comparer: Decides) -> EqualityResult:
    if (r.condition is None) != (a.condition is None):
        return different("the conditions differ")
    if r.condition is None or a.condition is None:
        return comparer.same(r.value, a.value)
    return every((comparer.same(r.value, a.value), comparer.same(r.condition, a.condition)))


def _pieces(node: Node) -> list[_Piece]:
    if not is_piecewise(node):
        return [_Piece(node, None)]
    out = []
    assert isinstance(node, App)
    for row in node.args:
        assert isinstance(row, Group)
        value, *rest = row.items
        noted = [c for c in rest if c != Words(()) and not _is_else(c)]
        condition: Node | None = None
        if len(noted) == 1:
            condition = noted[0]
        elif noted:
            condition = Items(tuple(noted), "and")
        out.append(_Piece(value, condition))
    return out


def _is_else(node: Node) -> bool:
    return isinstance(node, Words) and bool(_ELSE & {w.lower() for w in node.words})


def _variable(*sides: list[_Piece]) -> str | None:
    """The one name that the conditions are about."""
    names = {n for side in sides for p in side if p.condition is not None
             for n in symbols(p.condition)}  # fmt: skip
    return next(iter(names)) if len(names) == 1 else None


def _regions(pieces: list[_Piece], name: str) -> list[tuple[Node, Region | None]] | None:
    out: list[tuple[Node, Region | None]] = []
    for value, condition in pieces:
        if condition is None:
            out.append((value, None))
            continue
        region = sets.as_set(condition)
        if region is None or (region.name and region.name != name):
            return None
        out.append((value, region))
    return out


def _by_intervals(
    r: list[tuple[Node, Region | None]], a: list[tuple[Node, Region | None]], name: str,
    comparer: Decides,
) -> EqualityResult | None:  # fmt: skip
    """Compare between each two neighbouring endpoints, and at each endpoint."""
    ends: list[Node] = []
    for _, region in (*r, *a):
        for part in (region or Region(())).parts:
            for end in (part.low, part.high):
                if end in (MINUS, INFINITY):
                    continue
                orders = [order(end, known) for known in ends]
                if None in orders or symbols(end):
                    return None
                if 0 not in orders:
                    ends.append(end)
    if len(ends) > _MOST:
        return None
    ends.sort(key=cmp_to_key(lambda x, y: order(x, y) or 0))
    findings: list[EqualityResult] = []
    square = App("pow", (Sym(name), Num(fmpq(2))))
    fences: list[Node] = [MINUS, *ends, INFINITY]
    for low, high in pairwise(fences):
        # the values as functions of a free name that runs through the interval
        left, right = _active(r, low, high), _active(a, low, high)
        if left is None or right is None:
            if left is not right:
                return different("one has a value where the other has none")
            continue
        inside = _through(low, high, square)
        findings.append(
            scalars.same(
                substitute(left, {name: inside}), substitute(right, {name: inside}), comparer.policy
            )
        )
    for end in ends:
        left, right = _active(r, end, end), _active(a, end, end)
        if left is None or right is None:
            if left is not right:
                return different("one has a value where the other has none")
            continue
        findings.append(
            comparer.same(substitute(left, {name: end}), substitute(right, {name: end}))
        )
    return every(findings)._replace(why="compared piece by piece")


def _through(low: Node, high: Node, square: Node) -> Node:
    """An expression that takes the values between `low` and `high` as its name runs freely."""
    if low == MINUS and high == INFINITY:
        assert isinstance(square, App)
        return square.args[0]
    if high == INFINITY:
        return App("add", (low, square))
    if low == MINUS:
        return App("add", (high, App("neg", (square,))))
    share = App("mul", (square, App("inv", (App("add", (square, Num(fmpq(1)))),))))
    span = App("add", (high, App("neg", (low,))))
    return App("add", (low, App("mul", (share, span))))


def _active(pieces: list[tuple[Node, Region | None]], low: Node, high: Node) -> Node | None:
    """The value that holds on the whole of an interval, or at a point where both ends are one."""
    otherwise: Node | None = None
    for value, region in pieces:
        if region is None:
            otherwise = value
            continue
        for part in region.parts:
            below, above = order(part.low, low), order(high, part.high)
            if below is None or above is None or below > 0 or above > 0:
                continue
            if low == high and (
                (below == 0 and not part.low_closed) or (above == 0 and not part.high_closed)
            ):
                continue
            return value
    return otherwise
