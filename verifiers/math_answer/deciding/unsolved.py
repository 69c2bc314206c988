"""Answers that are still to be solved: ``2x + 3 = 7`` says what was asked, not what was found."""

from __future__ import annotations

from assay.verifiers.math_answer.deciding.number_sets import sets
from assay.verifiers.math_answer.deciding.number_sets.inequalities import ORDER
from assay.verifiers.math_answer.reading.combinations import combines_things, says_value
from assay.verifiers.math_answer.reading.labels import is_label
from assay.verifiers.math_answer.reading.simplify import is_value
from assay.verifiers.math_answer.tree import (
    App,
    Group,
    Matrix,
    Node,
    Rel,
    Sym,
    children,
    symbols,
    walk,
)


def restates(reference: Node, answer: Node) -> bool:
    """Whether the answer is still to be solved where the reference is solved.

    ``2x + 3 = 7`` has the solution 2, but it is the question, not the answer.
    """
    found = [n for n in walk(answer) if isinstance(n, Rel)]
    if not found or all(_is_solved(n) for n in found):
        return False
    stated = [n for n in walk(reference) if isinstance(n, Rel)]
    if not stated:
        return not symbols(reference) or sets.is_set(reference)
    return all(_is_solved(n) and not _is_law(n) and not _is_condition(n) for n in stated)


def _is_condition(node: Rel) -> bool:
    """Whether it would say a value as an answer, and as a reference is an equation: ``|z| = 5``."""
    return node.ops == ("=",) and not is_label(node.args[0]) and says_value(node.args[0])


def _is_solved(node: Rel) -> bool:
    """Whether names stand alone in it: ``x = 3``, ``-4 < m``; of equations, one side is a name."""
    if not set(node.ops) <= ORDER | {"=", "!="}:
        return True
    if set(node.ops) == {"="}:
        label, *values = node.args
        named = any(is_label(a) for a in node.args) or says_value(label)
        return _is_law(node) or named or (is_given(values[-1]) and combines_things(label))
    return all(_is_alone(a) or not symbols(a) for a in node.args) or len(symbols(node)) > 1


def _is_law(node: Rel) -> bool:
    """Whether it relates several names: a line, a circle, a formula."""
    return node.ops == ("=",) and len(symbols(node)) > 1


def _is_alone(node: Node) -> bool:
    while isinstance(node, App) and node.op in ("neg", "abs"):
        node = node.args[0]
    return isinstance(node, Sym) or (isinstance(node, App) and node.op in ("apply", "call"))


def is_given(node: Node) -> bool:
    """Whether it is a vector or a matrix of numbers."""
    if isinstance(node, Group) and (node.left == "{" or len(node.items) < 2):
        return False
    return isinstance(node, Group | Matrix) and all(is_value(item) for item in children(node))
