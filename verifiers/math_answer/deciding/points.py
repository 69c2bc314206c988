"""Points with their names, as they are written in school books: ``P(1, 2)``."""

from __future__ import annotations

from assay.verifiers.math_answer.tree import App, Group, Node, Rel, Sym


def coordinates(node: Node) -> Group | None:
    """The coordinates of ``P(1, 2)``; None for what is no point with a name."""
    if not isinstance(node, App):
        return None
    name = node.args[0]
    if not isinstance(name, Sym) or not name.name.isupper():
        return None
    if node.op == "call" and isinstance(node.args[-1], Group) and len(node.args[-1].items) > 1:
        return node.args[-1]
    if node.op == "apply" and len(node.args) > 2:
        return Group("(", ")", node.args[1:])
    return None


def named(node: Node) -> Node:
    """``P(1, 2)`` as ``P = (1, 2)``; anything else as it is."""
    point = coordinates(node)
    if point is None or not isinstance(node, App):
        return node
    return Rel(("=",), (node.args[0], point))
