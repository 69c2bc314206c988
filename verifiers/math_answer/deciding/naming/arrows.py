r"""Vectors with and without their arrows: ``\vec a + \vec b`` is ``\mathbf{a} + \mathbf{b}``."""

from __future__ import annotations

from assay.verifiers.math_answer.tree import Node, Sym, substitute, symbols

ARROW = "vec:"
_AXES = frozenset({"i", "j", "k"})
"""Unit vectors, which are no plain names: i is a number."""


def with_arrows(r: Node, a: Node) -> tuple[Node, Node]:
    r"""Both with an arrow above each name that has one in either.

    Not where a side has both spellings: its a is then another thing than its ``\vec a``.
    """
    names_r, names_a = symbols(r), symbols(a)
    given: dict[str, Node] = {}
    for mine, others in ((names_r, names_a), (names_a, names_r)):
        for name in mine:
            plain = name.removeprefix(ARROW)
            if plain == name or plain in _AXES or plain in mine or name in others:
                continue
            if plain in others:
                given[plain] = Sym(name)
    return (substitute(r, given), substitute(a, given)) if given else (r, a)
