"""The shapes of matrices and vectors that make every sum and product in a tree possible."""

from __future__ import annotations

from collections.abc import Sequence

from assay.verifiers.math_answer.arithmetic.noncommuting.evaluation import Misfit
from assay.verifiers.math_answer.arithmetic.noncommuting.roles import Roles, is_accented
from assay.verifiers.math_answer.tree import Matrix, Node

Shape = tuple[int, int]
"""Rows and columns, as numbers of dimensions, not as sizes."""

ONE, THREE = 0, 1
"""The dimensions with a fixed size: of numbers, and of vectors that have a cross product."""

NUMBER: Shape = (ONE, ONE)


class Shapes:
    """Dimensions, made equal as the operations ask for it."""

    def __init__(self, roles: Roles) -> None:
        self.roles = roles
        self.parent = [ONE, THREE]
        self.fixed = {ONE: 1, THREE: 3}
        """Sizes of dimensions that are given."""
        self.names: dict[str, Shape] = {}

    def new(self) -> int:
        """A dimension of its own."""
        self.parent.append(len(self.parent))
        return len(self.parent) - 1

    def find(self, dimension: int) -> int:
        """What stands for all dimensions that equal this one."""
        while self.parent[dimension] != dimension:
            dimension = self.parent[dimension]
        return dimension

    def same(self, a: int, b: int) -> int:
        """Make two dimensions equal.

        Raises:
            Misfit: one is fixed, and the other is not free.
        """
        a, b = self.find(a), self.find(b)
        if a == b:
            return a
        if b in self.fixed:
            a, b = b, a
        if ONE in (a, b) or b in self.fixed:  # more than one row is what makes a matrix
            raise Misfit
        self.parent[b] = a
        return a

    def sized(self, size: int) -> int:
        """The dimension of this size."""
        for dimension, known in self.fixed.items():
            if known == size:
                return dimension
        self.fixed[(dimension := self.new())] = size
        return dimension

    def number(self, node: Node) -> Shape:
        """A number."""
        return NUMBER

    def name(self, name: str) -> Shape:
        """The shape of a name."""
        if name not in self.names:
            columns = ONE if name in self.roles.vectors else self.new()
            self.names[name] = (self.new(), columns)
        return self.names[name]

    def unit(self, like: Sequence[Shape]) -> Shape:
        """As large as a square matrix beside it."""
        rows = next((s[0] for s in like if not self.is_number(s)), None)
        if rows is None:
            raise Misfit
        return (rows, rows)

    def literal(self, node: Matrix) -> Shape:
        """A matrix that is written out, of numbers."""
        if not all(self.roles.plain(cell) for row in node.rows for cell in row):
            raise Misfit  # blocks
        return (self.sized(len(node.rows)), self.sized(len(node.rows[0])))

    def is_number(self, value: Shape) -> bool:
        """Whether both dimensions are one."""
        return self.is_row(value) and self.is_column(value)

    def is_row(self, value: Shape) -> bool:
        """Whether it has one row."""
        return self.find(value[0]) == ONE

    def is_column(self, value: Shape) -> bool:
        """Whether it has one column."""
        return self.find(value[1]) == ONE

    def plus(self, a: Shape, b: Shape) -> Shape:
        """Both of one shape; of a number and a matrix, the matrix is square."""
        if self.is_number(a) != self.is_number(b):
            square = b if self.is_number(a) else a
            self.same(*square)
            return square
        return (self.same(a[0], b[0]), self.same(a[1], b[1]))

    def times(self, a: Shape, b: Shape) -> Shape:
        """Columns meet rows."""
        if self.is_number(a) or self.is_number(b):
            return b if self.is_number(a) else a
        self.same(a[1], b[0])
        return (a[0], b[1])

    def turned(self, a: Shape, conjugate: bool) -> Shape:
        """Rows for columns."""
        return (a[1], a[0])

    def power(self, a: Shape, exponent: Node) -> Shape:
        """Of a square matrix, or of a column with itself: its square."""
        if self.is_column(a) and not self.is_number(a):
            return NUMBER
        self.same(*a)
        return a

    def function(self, op: str, args: Sequence[Shape]) -> Shape:
        """See `evaluation.Domain`."""
        first = args[0]
        if op == "cross":
            for vector in args:
                if not self.is_column(vector):
                    raise Misfit
                self.same(vector[0], THREE)
            return (THREE, ONE)
        if op == "wedge":
            for vector in args:
                if not self.is_column(vector) or self.is_number(vector):
                    raise Misfit
                self.same(vector[0], first[0])
            return (self.new(), ONE)
        if op == "otimes":
            pair = [
                ONE if self.find(x) == self.find(y) == ONE else self.new()
                for x, y in zip(*args[:2], strict=True)
            ]
            return (pair[0], pair[1])
        if op in ("abs", "norm") and self.is_column(first):
            return NUMBER
        if op == "norm":
            raise Misfit  # which norm of a matrix, it does not say
        self.same(*first)
        if op == "sqrt" and not self.is_number(first):
            raise Misfit
        return NUMBER if op in ("det", "tr", "abs") else first

    def differ(self, a: Shape, b: Shape) -> bool:
        """Whether two matrices are of one shape only if names that need not be square are.

        So ``A(A^TA)^{-1}A^T`` is not ``A^T(AA^T)^{-1}A``, though both are 1 of a square A.
        """
        if self.is_number(a) or self.is_number(b):
            return False  # zero, or the identity
        return any(self.find(x) != self.find(y) for x, y in zip(a, b, strict=True))

    def free(self) -> list[int]:
        """The dimensions of names whose sizes may be chosen, each of its own."""
        found = {self.find(d) for shape in self.names.values() for d in shape}
        return sorted(found - self.fixed.keys())


def axis(name: str) -> int | None:
    r"""Which of three unit vectors a name is: of ``\hat{i}`` and ``|0\rangle`` 0."""
    kind, _, letter = name.partition(":")
    if kind == "ket":
        return int(letter) if letter in ("0", "1", "2") else None
    return "ijk".index(letter) if is_accented(name) and letter in ("i", "j", "k") else None
