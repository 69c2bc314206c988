"""``a ± b`` as the two values that it is short for."""

from __future__ import annotations

from assay.verifiers.math_answer.tree import App, Group, Items, Node, children, rebuild, walk


def has_signs(node: Node) -> bool:
    """Whether a sign of two values occurs in it."""
    return any(isinstance(n, App) and n.op in ("pm", "mp") for n in walk(node))


def spread_signs(node: Node) -> Node:
    r"""``a \\pm b`` as the two values; signs of one expression go together."""
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


def _signed(node: Node, minus: bool) -> Node:
    below = children(node)
    if not below:
        return node
    new = tuple(_signed(c, minus) for c in below)
    if isinstance(node, App) and node.op in ("pm", "mp"):
        return App("neg", new) if (node.op == "pm") == minus else new[0]
    return rebuild(node, new)
