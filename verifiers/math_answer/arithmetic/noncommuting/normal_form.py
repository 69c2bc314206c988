"""Sums of words: scalars in front, transposes and inverses distributed, X beside 1/X cancelled.

Equal normal forms prove an equality of square matrices. Of others ``(X^T X)^{-1}`` is no product
of inverses, so this only makes sure of what `at_matrices` found at matrices that are not square.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from assay.verifiers.math_answer.arithmetic import algebra, exact
from assay.verifiers.math_answer.arithmetic.noncommuting.evaluation import Misfit, evaluate
from assay.verifiers.math_answer.arithmetic.noncommuting.roles import Roles
from assay.verifiers.math_answer.limits import Unreadable
from assay.verifiers.math_answer.tree import App, Matrix, Node, Num, Sym, walk

MAX_TERMS = 100
"""Most words of a sum: as many as a person writes out, and more."""

MAX_POWER = 12
"""Highest power that is multiplied out."""

MAX_NODES = 400
"""Largest coefficient that is carried along."""


class Letter(NamedTuple):
    """A name, turned or inverted or both; or the inverse of a sum, by its text."""

    name: str
    mark: str
    """``T``, ``H`` or nothing."""
    inverted: bool


Word: TypeAlias = tuple[Letter, ...]
Polynomial: TypeAlias = dict[Word, Node]
"""The coefficient of each word; the empty word is the identity."""

_ONE = Num(exact.ONE)


class _Words:
    """See `evaluation.Domain`: values are sums of words."""

    def __init__(self, roles: Roles) -> None:
        self.roles = roles

    def number(self, node: Node) -> Polynomial:
        return {} if exact.rational(node) == 0 else {(): node}

    def name(self, name: str) -> Polynomial:
        return {(Letter(name, "", False),): _ONE}

    def unit(self, like: Sequence[Polynomial]) -> Polynomial:
        raise Misfit

    def literal(self, node: Matrix) -> Polynomial:
        raise Misfit

    def is_number(self, value: Polynomial) -> bool:
        return all(not word for word in value)

    def is_row(self, value: Polynomial) -> bool:
        return False

    def is_column(self, value: Polynomial) -> bool:
        return False

    def plus(self, a: Polynomial, b: Polynomial) -> Polynomial:
        total = dict(a)
        for word, coefficient in b.items():
            _add(total, word, coefficient)
        return total

    def times(self, a: Polynomial, b: Polynomial) -> Polynomial:
        total: Polynomial = {}
        if len(a) * len(b) > MAX_TERMS:
            raise Misfit
        for left, x in a.items():
            column = bool(left) and left[-1].name in self.roles.vectors and not left[-1].mark
            if column and any(b):
                raise Misfit  # x y: which of them belong together, the words do not say
            for right, y in b.items():
                _add(total, _joined(left, right), _product(x, y))
        return total

    def turned(self, a: Polynomial, conjugate: bool) -> Polynomial:
        mark = "H" if conjugate else "T"
        total: Polynomial = {}
        for word, coefficient in a.items():
            if any(letter.mark not in ("", mark) for letter in word):
                raise Misfit
            if conjugate and Sym("i") in walk(coefficient):
                raise Misfit
            back = tuple(x._replace(mark="" if x.mark else mark) for x in reversed(word))
            _add(total, back, coefficient)
        return total

    def power(self, a: Polynomial, exponent: Node) -> Polynomial:
        if self.is_number(a):
            value = App("pow", (a.get((), Num(exact.ZERO)), exponent))
            return {(): value}
        count = exact.whole(exponent)
        if count is None or not 0 < abs(count) <= MAX_POWER:
            raise Misfit
        base = self.function("inv", (a,)) if count < 0 else a
        total = base
        for _ in range(abs(count) - 1):
            total = self.times(total, base)
        return total

    def function(self, op: str, args: Sequence[Polynomial]) -> Polynomial:
        (value, *rest) = args
        if op != "inv" or rest or not value:
            raise Misfit
        if len(value) == 1:
            ((word, coefficient),) = value.items()
            back = tuple(x._replace(inverted=not x.inverted) for x in reversed(word))
            return {back: App("inv", (coefficient,))}
        text = " + ".join(sorted(f"{c!r} {word}" for word, c in value.items()))
        return {(Letter(text, "", True),): _ONE}


def _add(total: Polynomial, word: Word, coefficient: Node) -> None:
    before = total.get(word)
    total[word] = coefficient if before is None else App("add", (before, coefficient))
    if len(total) > MAX_TERMS or sum(1 for _ in walk(total[word])) > MAX_NODES:
        raise Misfit


def _product(x: Node, y: Node) -> Node:
    if x == _ONE or y == _ONE:
        return y if x == _ONE else x
    return App("mul", (x, y))


def _joined(left: Word, right: Word) -> Word:
    """Both words in one, inverses side by side cancelled."""
    word = list(left)
    for letter in right:
        if word and word[-1] == letter._replace(inverted=not letter.inverted):
            word.pop()
        else:
            word.append(letter)
    return tuple(word)


def same(a: Node, b: Node, roles: Roles) -> bool:
    """Whether two expressions have one normal form; False where it is not shown."""
    words = _Words(roles)
    zero = Num(exact.ZERO)
    try:
        left, right = evaluate(a, words), evaluate(b, words)
        for word in left.keys() | right.keys():
            found = algebra.same(left.get(word, zero), right.get(word, zero))
            if found is None or not found.equal:
                return False
    except (Misfit, Unreadable, RecursionError):
        return False
    return True


__all__ = ["same"]
