r"""Counts in a notation that may mean something else: ``C(5, 2)``, ``5C_2``, ``{}_5P_2``.

``C(5, 2)`` is also a point, ``5C_2`` a multiple of a constant, ``^3P_2`` a state of an atom. Beside
a number each of them can only be the count.
"""

from __future__ import annotations

from flint import fmpq

from assay.verifiers.math_answer.arithmetic import exact
from assay.verifiers.math_answer.reading.expressions.selections import arrangements, count
from assay.verifiers.math_answer.tree import (
    App,
    Group,
    Node,
    Num,
    Sym,
    children,
    rebuild,
    symbols,
    walk,
)


def may_be_in(text: str) -> bool:
    """Whether `text` has a letter that counts are written with; cheap."""
    return "C" in text or "P" in text


def beside_number(r: Node, a: Node) -> tuple[Node, Node]:
    """Both readings, the counts in either worked out where the other is a number."""
    if not any(isinstance(side, App) and any(map(_is_sign, walk(side))) for side in (r, a)):
        return r, a
    for one, other in ((r, a), (a, r)):
        value = exact.rational(one)
        if value is not None and not _is_coordinate(other, value):
            return (r, _counted(a)) if one is r else (_counted(r), a)
    scalar = any(isinstance(side, App) and side.op in _SCALARS for side in (r, a))
    if scalar and any(_is_of_names(n) for side in (r, a) for n in walk(side)):
        return _counted(r), _counted(a)
    return r, a


_SCALARS = frozenset({"add", "mul", "inv", "neg", "pow", "binom", "factorial", "sum", "prod"})


def _is_of_names(node: Node) -> bool:
    """Whether it is ``C(n, 2)``: beside a formula, no point."""
    pair = _pair(node) if isinstance(node, App) and node.op == "call" else None
    return pair is not None and bool(symbols(pair[1]))


def _counted(node: Node) -> Node:
    if not isinstance(node, App) or not any(_is_sign(n) for n in walk(node)):
        return node
    count = _count(node)
    if count is not None:
        return count
    return rebuild(node, tuple(_counted(child) for child in children(node)))


def _is_coordinate(node: Node, value: fmpq) -> bool:
    """Whether ``P(4, 1)`` alone may be a point of which one coordinate is asked for."""
    pair = _pair(node) if isinstance(node, App) and node.op == "call" else None
    return pair is not None and value in (exact.rational(pair[1]), exact.rational(pair[2]))


def _is_sign(node: Node) -> bool:
    if isinstance(node, App):
        return node.op == "arrangements"
    return isinstance(node, Sym) and node.name.partition("_")[0] in ("C", "P")


def _count(node: App) -> Node | None:
    pair = _pair(node)
    if pair is None:
        return None
    letter, out_of, taken = pair
    n, k = exact.whole(out_of), exact.whole(taken)
    if symbols(out_of) and node.op == "call":
        return count(letter, out_of, taken)
    if n is None or k is None or not 0 <= k <= n:
        return None
    whole = Num(fmpq(n)), Num(fmpq(k))
    return App("binom", whole) if letter == "C" else arrangements(*whole)


def _pair(node: App) -> tuple[str, Node, Node] | None:
    """The letter and the two numbers of one count."""
    op, args = node.op, node.args
    if op == "arrangements":
        return "P", args[0], args[1]
    head = args[0]
    if op == "call" and head in (Sym("C"), Sym("P")) and isinstance(args[1], Group):
        items = args[1].items
        return ("C" if head == Sym("C") else "P", *items) if len(items) == 2 else None
    if op == "mul" and len(args) == 2 and isinstance(args[1], Sym):
        letter, _, taken = args[1].name.partition("_")
        if letter in ("C", "P") and taken.isdigit() and len(taken) < 5:
            return letter, head, Num(fmpq(int(taken)))
    return None
