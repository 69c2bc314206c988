"""Expansions to an order: ``1 + x + O(x^2)`` against ``1 + x``."""

from __future__ import annotations

from assay.verifiers.math_answer.tree import App, Node, Sym, symbols

_ORDERS = (Sym("O"), Sym("o"))


def cut(r: Node, a: Node) -> tuple[Node, Node] | None:
    """Both sides without the order of the rest, where only one of them gives it; else None.

    The terms are the answer; that more of them follow is understood. Two orders are compared.
    """
    left, right = _terms(r), _terms(a)
    if (left is None) == (right is None):
        return None
    other = a if left is not None else r
    if not symbols(other).isdisjoint({"O", "o"}):
        return None
    return left or r, right or a


def _terms(node: Node) -> Node | None:
    """The sum before ``+ O(x^n)``; None where no such term ends it."""
    if not (isinstance(node, App) and node.op == "add" and len(node.args) > 1):
        return None
    last = node.args[-1]
    if not (isinstance(last, App) and last.op in ("mul", "call") and last.args[0] in _ORDERS):
        return None
    rest = node.args[:-1]
    return rest[0] if len(rest) == 1 else App("add", rest)
