"""A walk through a tree whose products have an order, over any domain of values.

The same walk finds the shapes that fit (`shapes`) and the values at seeded points (`values`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from assay.verifiers.math_answer.arithmetic import exact
from assay.verifiers.math_answer.arithmetic.noncommuting.roles import (
    TRANSPOSED,
    Roles,
    mark_of,
)
from assay.verifiers.math_answer.tree import App, Group, Matrix, Node, Num, Sym

V = TypeVar("V")

MAX_POWER = 60
"""Highest power of a matrix: each step of the ladder widens the balls."""


class Misfit(Exception):
    """No value: shapes that do not fit, or an operation that is not of matrices."""


class Domain(Protocol[V]):
    """Values of one kind; a number is a matrix of one row and one column."""

    roles: Roles

    def number(self, node: Node) -> V:
        """The value of a tree in which nothing has an order."""

    def name(self, name: str) -> V:
        """The value of a matrix or a column."""

    def unit(self, like: Sequence[V]) -> V:
        """The identity matrix, as large as the others need it."""

    def literal(self, node: Matrix) -> V:
        """A matrix that is written out."""

    def is_number(self, value: V) -> bool:
        """Whether it has one row and one column."""

    def is_row(self, value: V) -> bool:
        """Whether it has one row."""

    def is_column(self, value: V) -> bool:
        """Whether it has one column."""

    def plus(self, a: V, b: V) -> V:
        """The sum; a number beside a square matrix is a multiple of the identity."""

    def times(self, a: V, b: V) -> V:
        """The product, shapes fitting, or one of them a number."""

    def turned(self, a: V, conjugate: bool) -> V:
        """The transpose, or the adjoint."""

    def power(self, a: V, exponent: Node) -> V:
        """A power with a number as exponent."""

    def function(self, op: str, args: Sequence[V]) -> V:
        """The value of one of `FUNCTIONS`, ``cross``, ``otimes`` or ``wedge``."""


FUNCTIONS = frozenset({"inv", "exp", "det", "tr", "abs", "norm", "sqrt"})


def evaluate(node: Node, domain: Domain[V]) -> V:
    """The value of `node`.

    Raises:
        Misfit: it has none.
    """
    roles = domain.roles
    if roles.plain(node):
        return domain.number(node)
    if roles.is_identity(node):
        return domain.number(_ONE)
    if isinstance(node, Sym):
        name = node.name
        if name.startswith("bra:"):
            return domain.turned(domain.name("ket:" + name[4:]), True)
        if roles.primed and name.endswith("'"):
            return domain.turned(domain.name(name[:-1]), False)
        return domain.name(name)
    if isinstance(node, Matrix) and not node.bars:
        return domain.literal(node)
    if isinstance(node, Group):
        if len(node.items) == 1:
            return evaluate(node.items[0], domain)
        if node.left + node.right == "[]" and len(node.items) == 2:
            a, b = (evaluate(item, domain) for item in node.items)
            return domain.plus(
                product((a, b), domain), product((domain.number(_MINUS), b, a), domain)
            )
    if not isinstance(node, App):
        raise Misfit
    return _operation(node, domain)


def _operation(node: App, domain: Domain[V]) -> V:
    op, args, roles = node.op, node.args, domain.roles
    if op == "pow":
        return _power(node, domain)
    if op == "otimes" and any(map(roles.is_identity, args)):
        values = [evaluate(arg, domain) for arg in args if not roles.is_identity(arg)]
        unit = domain.unit(values)
        return domain.function(op, [
            unit if roles.is_identity(arg) else evaluate(arg, domain) for arg in args
        ])  # fmt: skip
    if op == "compose" and not all(map(_composes, args)):
        raise Misfit  # f∘(g + h) is not f∘g + f∘h, unless f is linear
    values = [evaluate(arg, domain) for arg in args]
    if op == "add":
        total = values[0]
        for value in values[1:]:
            total = domain.plus(total, value)
        return total
    if op in ("mul", "call", "compose"):
        return product(values, domain)
    if op == "neg":
        return product((domain.number(_MINUS), values[0]), domain)
    if op in FUNCTIONS and len(values) == 1:
        return domain.function(op, values)
    if op == "wedge":
        return domain.function(op, values)
    if op in ("cross", "otimes"):
        total = values[0]
        for value in values[1:]:
            total = domain.function(op, (total, value))
        return total
    raise Misfit


_ONE = Num(exact.ONE)
_MINUS = Num(-exact.ONE)


def _composes(node: Node) -> bool:
    """Whether it is a name, an inverse, a power or a composition of such."""
    if isinstance(node, App):
        return node.op in ("pow", "compose") and _composes(node.args[0])
    return isinstance(node, Sym)


def _power(node: App, domain: Domain[V]) -> V:
    base, exponent = node.args
    found = mark_of(node)
    if found is not None and found[0] in domain.roles.marks:
        mark, inverted = found
        value = domain.turned(evaluate(base, domain), mark not in TRANSPOSED)
        return domain.function("inv", (value,)) if inverted else value
    if isinstance(base, Sym) and base.name == "e":
        return domain.function("exp", (evaluate(exponent, domain),))
    if not domain.roles.plain(exponent):
        raise Misfit
    return domain.power(evaluate(base, domain), exponent)


def product(values: Sequence[V], domain: Domain[V]) -> V:
    """The product of `values` in their order.

    A row ends at the next column, where both make a number: so ``A x^T y`` has a value, though
    ``A x^T`` has none. Two columns side by side are a scalar product.
    """
    total: V | None = None
    at = 0
    while at < len(values):
        value = values[at]
        at += 1
        if total is None:
            total = value
            continue
        if domain.is_row(value) and not domain.is_number(value) and not domain.is_column(total):
            while at < len(values) and not domain.is_number(value):
                value = _pair(value, values[at], domain)
                at += 1
        total = _pair(total, value, domain)
    if total is None:
        raise Misfit
    return total


def _pair(a: V, b: V, domain: Domain[V]) -> V:
    if domain.is_number(a) or domain.is_number(b):
        return domain.times(a, b)
    if domain.is_column(a) and domain.is_column(b):
        return domain.times(domain.turned(a, False), b)
    return domain.times(a, b)
