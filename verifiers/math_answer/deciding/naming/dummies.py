r"""Names that an operator binds: ``\sum_{k=1}^n f(k)`` is ``\sum_{j=1}^n f(j)``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from assay.verifiers.math_answer.tree import App, Node, Rel, Sym, Words, children, rebuild, walk

_BINDERS = frozenset({"int", "iint", "oint", "sum", "prod", "lim", "bigcup", "bigcap"})


def with_common(r: Node, a: Node) -> tuple[Node, Node] | None:
    """Both with the names that their operators bind numbered alike; None: nothing is bound."""
    if not (_binds(r) and _binds(a)):
        return None
    left, right = _numbered(r, 0, {}), _numbered(a, 0, {})
    return (left, right) if (left, right) != (r, a) else None


def _binds(node: Node) -> bool:
    return any(isinstance(n, App) and n.op in _BINDERS for n in walk(node))


def _numbered(node: Node, level: int, names: Mapping[str, str]) -> Node:
    """`node` with each bound name as ``bound:1``, by how many operators stand around its own."""
    if isinstance(node, Sym):
        return Sym(_renamed(node.name, names))
    if isinstance(node, App) and node.op in _BINDERS:
        body, *limits = node.args
        inner = dict(names)
        for name in _bound(node):
            level += 1
            inner[name] = f"bound:{level}"
        # the name stands in the lower limit, too, but not in what the limits are
        around = [
            Rel(n.ops, (_numbered(n.args[0], level, inner), *_all(n.args[1:], level, names)))
            if isinstance(n, Rel)
            else _numbered(n, level, names)
            for n in limits
        ]
        return App(node.op, (_numbered(body, level, inner), *around))
    below = children(node)
    return rebuild(node, _all(below, level, names)) if below else node


def _all(nodes: tuple[Node, ...], level: int, names: Mapping[str, str]) -> tuple[Node, ...]:
    return tuple(_numbered(node, level, names) for node in nodes)


def _renamed(name: str, names: Mapping[str, str]) -> str:
    """Also in an index: ``a_k`` has the bound name k in it."""
    head, mark, index = name.partition("_")
    if mark and index:
        index = re.sub(r"[A-Za-z]+", lambda found: names.get(found[0], found[0]), index)
    return names.get(name, head + mark + index)


def _bound(node: App) -> list[str]:
    body, low = node.args[0], node.args[1] if len(node.args) > 1 else Words(())
    if node.op in ("int", "iint", "oint"):
        if low == Words(()):
            return []  # an antiderivative is a function of its name
        return [name for part in walk(body) for name in _differentials(part)]
    ops = ("to",) if node.op == "lim" else ("=",)
    if isinstance(low, Rel) and low.ops == ops and isinstance(low.args[0], Sym):
        return [low.args[0].name]
    return []


def _differentials(node: Node) -> list[str]:
    """The x and y of a product with ``dx dy``."""
    if not (isinstance(node, App) and node.op == "mul"):
        return []
    return [
        name.name
        for d, name in zip(node.args, node.args[1:], strict=False)
        if d == Sym("d") and isinstance(name, Sym)
    ]
