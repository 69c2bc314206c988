r"""An expression at a place: ``\frac{dy}{dx}|_{x=2}``, ``\frac{x^2}{2}|_0^1``."""

from __future__ import annotations

from assay.verifiers.math_answer.tree import (
    App,
    Items,
    Node,
    Rel,
    Sym,
    Words,
    substitute,
    symbols,
    walk,
)

_BINDING = frozenset({"int", "lim", "sum", "prod", "at"})
_NOTHING = Words(())

LARGEST, LARGEST_VALUE = 200, 16
"""Most nodes of what stands before a bar, and of a value that is put into it: it is copied there,
and the next bar copies the copies."""


def at(node: Node, low: Node, high: Node) -> Node:
    """`node` with the values of an evaluation bar put in; as it stands where that is no value.

    Args:
        node: What stands before the bar.
        low: What stands below behind it: ``x = 2``, or the lower end of an integral.
        high: What stands above: the upper end, or no words where there is none.
    """
    if _is_open(node) or _size(node) > LARGEST or max(_size(low), _size(high)) > LARGEST_VALUE:
        return App("at", (node, low) if high == _NOTHING else (node, low, high))
    if high == _NOTHING:
        values = _values(low)
        if values and values.keys() <= symbols(node):
            return substitute(node, values)
        return App("at", (node, low))
    names = symbols(node) - _functions(node)
    ends = [end.args[1] if isinstance(end, Rel) and end.ops == ("=",) else end
            for end in (low, high)]  # fmt: skip
    if len(names) != 1 or any(isinstance(end, Rel | Items | Words) for end in ends):
        return App("at", (node, low, high))
    first, last = (substitute(node, {next(iter(names)): end}) for end in ends)
    return App("add", (last, App("neg", (first,))))


def _functions(node: Node) -> set[str]:
    """The names of functions in it: no values are put in for them."""
    called = (n.args[0] for n in walk(node) if isinstance(n, App) and n.op in ("apply", "call"))
    return {name.name for name in called if isinstance(name, Sym)}


def _size(node: Node) -> int:
    return sum(1 for _ in walk(node))


def _is_open(node: Node) -> bool:
    """Whether a name in it is not simply its value: ``dx`` of a derivative, a bound one."""
    return any(
        n in (Sym("d"), Sym("partial")) or (isinstance(n, App) and n.op in _BINDING)
        for n in walk(node)
    )


def _values(condition: Node) -> dict[str, Node]:
    """The values of names that ``x = 1, y = 2`` gives; empty where it says something else."""
    found: dict[str, Node] = {}
    for item in condition.items if isinstance(condition, Items) else (condition,):
        if not (isinstance(item, Rel) and item.ops == ("=",) and isinstance(item.args[0], Sym)):
            return {}
        found[item.args[0].name] = item.args[1]
    return found
