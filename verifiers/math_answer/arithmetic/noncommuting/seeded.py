"""Seeded matrices and columns, and what the operations make of them, as balls."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import permutations
from random import Random

from flint import acb, acb_mat, arb, fmpq

from assay.verifiers.math_answer.arithmetic import balls
from assay.verifiers.math_answer.arithmetic.noncommuting.evaluation import MAX_POWER, Misfit
from assay.verifiers.math_answer.arithmetic.noncommuting.roles import Roles
from assay.verifiers.math_answer.arithmetic.noncommuting.shapes import axis
from assay.verifiers.math_answer.limits import TooBig
from assay.verifiers.math_answer.tree import Matrix, Node, Sym, walk

MAX_ENTRIES = 1000
"""Most entries of a tensor product: three square factors of the least size, or six columns."""

_COST = {"exp": 40, "inv": 3, "det": 2}
"""Products of matrices that a function is worth."""


class Values:
    """Balls for matrices of chosen sizes, the same for both sides."""

    def __init__(
        self,
        roles: Roles,
        sizes: dict[str, tuple[int, int]],
        seed: bytes,
        whole: frozenset[str],
        imaginary: bool,
        work: list[int],
    ) -> None:
        self.roles = roles
        self.sizes = sizes
        self.seed = seed
        self.imaginary = imaginary
        self.matrices: dict[str, acb_mat] = {}
        self.numbers: dict[str, acb] = {}
        self.whole = whole
        self.work = work
        """What is left of the budget, shared by all points of a comparison."""

    def spend(self, a: acb_mat, times: int = 1) -> None:
        """Take what a product with `a` costs from the budget."""
        self.work[0] -= times * int(a.nrows()) * int(a.ncols()) * max(int(a.nrows()), 3)
        if self.work[0] < 0:
            raise TooBig("more products of matrices than are worked out")

    def random(self, name: str) -> Random:
        """The same numbers for a name on both sides."""
        return Random(hashlib.blake2b(self.seed + name.encode(), digest_size=8).digest())  # noqa: S311

    def number(self, node: Node) -> acb_mat:
        """A number, its names at seeded values."""
        for part in walk(node):
            if isinstance(part, Sym) and part.name not in ("pi", "e", "i", *self.numbers):
                random = self.random(part.name)
                value = _dyadic(random, 1)
                if part.name in self.whole:
                    value = acb(random.randrange(2, 6))
                self.numbers[part.name] = value
        return acb_mat([[balls.evaluate(node, self.numbers)]])

    def name(self, name: str) -> acb_mat:
        """A matrix or a column of seeded entries."""
        found = self.matrices.get(name)
        if found is None:
            if name in ("ket:+", "ket:-"):
                return self.plus_or_minus(name)
            rows, columns = self.sizes[name]
            random, unit = self.random(name), axis(name)
            found = acb_mat([
                [self.entry(random) if unit is None else acb(k == unit) for _ in range(columns)]
                for k in range(rows)
            ])  # fmt: skip
            self.matrices[name] = found
        return found

    def plus_or_minus(self, name: str) -> acb_mat:
        """``(|0> + |1>)/sqrt(2)``, or their difference."""
        other = acb(1 if name == "ket:+" else -1)
        column = [acb(1), other, *(acb(0) for _ in range(self.sizes[name][0] - 2))]
        return acb_mat([[entry / acb(2).sqrt()] for entry in column])

    def entry(self, random: Random) -> acb:
        """One entry: complex where adjoints tell them from transposes."""
        if not self.imaginary:
            return _dyadic(random, 2)
        return _dyadic(random, 2) + acb(0, 1) * _dyadic(random, 2)

    def unit(self, like: Sequence[acb_mat]) -> acb_mat:
        """As large as a square matrix beside it."""
        size = next((int(v.nrows()) for v in like if not self.is_number(v)), None)
        if size is None:
            raise Misfit
        return identity(size)

    def literal(self, node: Matrix) -> acb_mat:
        """A matrix that is written out."""
        return acb_mat([[self.number(cell)[0, 0] for cell in row] for row in node.rows])

    def is_number(self, value: acb_mat) -> bool:
        """Whether it has one entry."""
        return self.is_row(value) and self.is_column(value)

    def is_row(self, value: acb_mat) -> bool:
        """Whether it has one row."""
        return int(value.nrows()) == 1

    def is_column(self, value: acb_mat) -> bool:
        """Whether it has one column."""
        return int(value.ncols()) == 1

    def plus(self, a: acb_mat, b: acb_mat) -> acb_mat:
        """The sum."""
        if self.is_number(a) != self.is_number(b):
            number, square = (a, b) if self.is_number(a) else (b, a)
            if square.nrows() != square.ncols():
                raise Misfit
            return square + identity(int(square.nrows())) * number[0, 0]
        return a + b

    def times(self, a: acb_mat, b: acb_mat) -> acb_mat:
        """The product."""
        if self.is_number(a) or self.is_number(b):
            number, other = (a, b) if self.is_number(a) else (b, a)
            return other * number[0, 0]
        self.spend(a if len(a.entries()) > len(b.entries()) else b)
        return a * b

    def turned(self, a: acb_mat, conjugate: bool) -> acb_mat:
        """The transpose, or the adjoint."""
        turned = a.transpose()
        return turned.conjugate() if conjugate else turned

    def power(self, a: acb_mat, exponent: Node) -> acb_mat:
        """A power: of a matrix a whole one, of a number any."""
        count = self.number(exponent)[0, 0]
        if self.is_number(a):
            if a[0, 0].contains(0):
                raise Misfit
            return acb_mat([[a[0, 0].pow(count)]])
        n = count.unique_fmpz() if count.is_exact() else None
        if n is None or abs(n) > MAX_POWER:
            raise Misfit
        self.spend(a, 2 + 2 * int(abs(n)).bit_length())
        if self.is_column(a):
            if n != 2:
                raise Misfit
            return a.transpose() * a
        return a.inv() ** int(-n) if n < 0 else a ** int(n)

    def function(self, op: str, args: Sequence[acb_mat]) -> acb_mat:
        """See `evaluation.Domain`."""
        a = args[0]
        self.spend(a, _COST.get(op, 1))
        if op == "cross":
            return _cross(a, args[1])
        if op == "wedge":
            return _wedge(args)
        if op == "otimes":
            return _kronecker(a, args[1])
        if op == "inv":
            return a.inv()
        if op == "exp":
            return a.exp()
        if op in ("abs", "norm") and self.is_number(a):
            return acb_mat([[abs(a[0, 0])]])
        if op in ("abs", "norm") and self.is_column(a):
            return acb_mat([[(a.transpose().conjugate() * a)[0, 0].sqrt()]])
        if op == "sqrt":
            return acb_mat([[a[0, 0].sqrt()]])
        return acb_mat([[a.trace() if op == "tr" else a.det()]])


def _dyadic(random: Random, span: int) -> acb:
    """An exact number within `span` of 0, or above it where the span is 1."""
    low = 1 << 12 if span == 1 else -(span << 16)
    return acb(arb(fmpq(random.randrange(low, span << 16), 1 << 16)))


def identity(size: int) -> acb_mat:
    """The identity matrix."""
    return acb_mat([[int(k == j) for j in range(size)] for k in range(size)])


def _cross(a: acb_mat, b: acb_mat) -> acb_mat:
    if not int(a.nrows()) == int(b.nrows()) == 3:
        raise Misfit
    x, y = ([v[k, 0] for k in range(3)] for v in (a, b))
    return acb_mat([
        [x[1] * y[2] - x[2] * y[1]], [x[2] * y[0] - x[0] * y[2]], [x[0] * y[1] - x[1] * y[0]],
    ])  # fmt: skip


def _kronecker(a: acb_mat, b: acb_mat) -> acb_mat:
    if len(a.entries()) * len(b.entries()) > MAX_ENTRIES:
        raise Misfit
    return acb_mat([
        [x * y for x in row for y in other] for row in a.table() for other in b.table()
    ])  # fmt: skip


def _wedge(factors: Sequence[acb_mat]) -> acb_mat:
    """The tensor products in every order, with the sign of each."""
    total: acb_mat | None = None
    for order in permutations(range(len(factors))):
        term = factors[order[0]]
        for at in order[1:]:
            term = _kronecker(term, factors[at])
        odd = sum(x > y for k, x in enumerate(order) for y in order[k + 1 :]) % 2
        term = term * (-1 if odd else 1)
        total = term if total is None else total + term
    if total is None:
        raise Misfit
    return total
