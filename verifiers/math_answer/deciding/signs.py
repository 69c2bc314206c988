"""``a ± b`` as the two values that it is short for."""

from __future__ import annotations

from assay.verifiers.math_answer.limits import Unreadable
from assay.verifiers.math_answer.tree import App, Group, Items, Node, children, rebuild, walk

MOST = 64
"""Most points that one with signs is short for: six coordinates with both signs."""


def has_signs(node: Node) -> bool:
    """Whether a sign of two values occurs in it."""
    return any(isinstance(n, App) and n.op in ("pm", "mp") for n in walk(node))


def spread_signs(node: Node, listed: bool = False) -> Node:
    r"""``a \\pm b`` as the two values; signs of one expression go together.

    Args:
        node: What may have signs in it.
        listed: Whether brackets hold a list of values, ``(\\pm 2, \\pm 3)`` for four of them, and
            no point: where the other side is such a list.
    """
    if isinstance(node, Group) and node.left != "{" and not listed:
        return Items(_points(node))
    if isinstance(node, Items | Group):
        out: list[Node] = []
        for item in node.items:
            done = spread_signs(item) if has_signs(item) else item
            out.extend(done.items if isinstance(done, Items) else (done,))
        return (
            Items(tuple(out), node.kind)
            if isinstance(node, Items)
            else Group(node.left, node.right, tuple(out))
        )
    if not has_signs(node):
        return node
    return Items((_signed(node, False), _signed(node, True)))


def _points(node: Group) -> tuple[Node, ...]:
    r"""The points of ``(\\pm 1, 2)``.

    With ``\\mp`` the signs go together; without it each coordinate has both: ``(\\pm 3, \\pm 4)``
    are the four corners of a rectangle.
    """
    together = any(isinstance(n, App) and n.op == "mp" for n in walk(node))
    points: list[tuple[Node, ...]] = [()]
    for item in node.items:
        signs = (False, True) if has_signs(item) else (False,)
        points = [(*point, _signed(item, minus)) for point in points for minus in signs]
        if len(points) > MOST:
            raise Unreadable(f"more than {MOST} points in one", 0)
    if together:
        points = [tuple(_signed(item, minus) for item in node.items) for minus in (False, True)]
    return tuple(Group(node.left, node.right, point) for point in points)


def _signed(node: Node, minus: bool) -> Node:
    below = children(node)
    if not below:
        return node
    new = tuple(_signed(c, minus) for c in below)
    if isinstance(node, App) and node.op in ("pm", "mp"):
        return App("neg", new) if (node.op == "pm") == minus else new[0]
    return rebuild(node, new)
