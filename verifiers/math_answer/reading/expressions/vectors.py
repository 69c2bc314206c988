r"""Which values are vectors: between two of them ``\times`` is the cross product."""

from __future__ import annotations

from assay.verifiers.math_answer.tree import App, Group, Node, Sym

_ACCENTS = ("vec:", "hat:", "overrightarrow:", "widehat:")
_NUMBER_SETS = frozenset("ZRQNCF")
"""Letters that are bold for sets of numbers as well: their product is a set of pairs."""


def is_vector(node: Node, bold: frozenset[str]) -> bool:
    """Whether `node` is a vector, where letters in `bold` are written bold."""
    if isinstance(node, Sym):
        if node.name.startswith(_ACCENTS) or node.name == "nabla":
            return True
        head = node.name.partition("_")[0]
        sets = head in _NUMBER_SETS and bold <= _NUMBER_SETS
        return (node.name in bold or head in bold) and not sets
    if isinstance(node, Group):
        return len(node.items) == 1 and is_vector(node.items[0], bold)
    if not isinstance(node, App):
        return False
    if node.op in ("neg", "add"):
        return all(is_vector(arg, bold) for arg in node.args)
    if node.op == "mul":  # a scalar product has two
        return sum(is_vector(arg, bold) for arg in node.args) == 1
    return node.op == "cross"
