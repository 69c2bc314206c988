"""Matrices and vectors, however they are written."""

from __future__ import annotations

from flint import fmpq, fmpq_mat

from assay.verifiers.math_answer.arithmetic import exact
from assay.verifiers.math_answer.limits import BITS
from assay.verifiers.math_answer.tree import (
    App,
    Group,
    Matrix,
    Node,
    Num,
    Sym,
    children,
    substitute,
    symbols,
    walk,
)

_TRANSPOSED = (Sym("T"), Sym("\\top"), Sym("\\intercal"))
"""What stands above a matrix to turn it."""

_ROWS = 12
"""Most rows of a matrix whose powers are worked out."""

_POWER = 200
"""Highest power that is worked out; of numbers, each is a product of small matrices."""

_NODES = 20_000
"""Largest product that is worked out: each factor multiplies the terms of all entries."""


def matrix(node: Node) -> Matrix | None:
    """`node` as one matrix, sums and products of matrices worked out; else None."""
    if isinstance(node, Matrix):
        return None if node.bars else node
    if (
        isinstance(node, Group)
        and node.left == "["
        and node.items
        and all(isinstance(i, Group) and i.left == "[" for i in node.items)
    ):
        rows = tuple(i.items for i in node.items if isinstance(i, Group))
        if len({len(r) for r in rows}) == 1:
            return Matrix(rows)
    if isinstance(node, Group) and len(node.items) == 1:
        return matrix(node.items[0])
    if isinstance(node, App):
        return _combined(node)
    return None


def is_worked_out(node: Node) -> bool:
    """Whether `node` is a sum or product that has a matrix as its value."""
    if not isinstance(node, App):
        return False
    return any(isinstance(n, Matrix) or _is_tuple(n) for n in walk(node)) and (
        matrix(node) is not None
    )


def _is_tuple(node: Node) -> bool:
    return (
        isinstance(node, Group) and node.left + node.right in ("()", "<>") and len(node.items) > 1
    )


def _operand(node: Node) -> Matrix | None:
    """A matrix, or a tuple as a column: in a sum or a multiple it can only be a vector."""
    if isinstance(node, Group) and _is_tuple(node):
        return Matrix(tuple((item,) for item in node.items))
    return matrix(node)


def _as_multiple(node: Node) -> Node:
    """``t(3, 4)`` beside a vector: a multiple, and no value of a function t."""
    if not isinstance(node, App):
        return node
    if node.op == "call" and len(node.args) == 2 and _is_tuple(node.args[1]):
        return App("mul", node.args)
    if node.op in ("neg", "mul"):
        return App(node.op, tuple(map(_as_multiple, node.args)))
    return node


def _combined(node: App) -> Matrix | None:
    """Sums, multiples and products of matrices, written out; small ones only."""
    if node.op == "neg":
        inner = _operand(node.args[0])
        return (
            None
            if inner is None
            else Matrix(tuple(tuple(App("neg", (c,)) for c in row) for row in inner.rows))
        )
    if node.op == "pow" and node.args[1] in _TRANSPOSED:
        turned = matrix(node.args[0])
        if turned is None and isinstance(node.args[0], Group) and node.args[0].left in "([":
            turned = Matrix((node.args[0].items,))  # (1, 2)^T is a column
        return None if turned is None else Matrix(tuple(zip(*turned.rows, strict=True)))
    if node.op == "pow":
        count = exact.whole(node.args[1])
        base = matrix(node.args[0]) if count is not None else None
        return None if base is None or count is None else _power(base, count)
    if node.op == "add":
        parts = [_operand(arg) for arg in node.args]
        if any(part is not None for part in parts):
            parts = [
                p or _operand(_as_multiple(arg)) for p, arg in zip(parts, node.args, strict=True)
            ]
        total = parts[0]
        for part in parts[1:]:
            if total is None or part is None or len(part.rows) != len(total.rows):
                return None
            if len(part.rows[0]) != len(total.rows[0]):
                return None
            total = Matrix(tuple(
                tuple(App("add", (x, y)) for x, y in zip(p, q, strict=True))
                for p, q in zip(total.rows, part.rows, strict=True)
            ))  # fmt: skip
        return total
    if node.op == "mul":
        result: Matrix | None = None
        scale: list[Node] = []
        for arg in node.args:
            part = _operand(arg)
            if part is None:
                if any(isinstance(n, Matrix) for n in walk(arg)):
                    return None
                scale.append(arg)
                continue
            if result is None:
                result = part
                continue
            result = _times(result, part)
            if result is None:
                return None
        if result is None:
            return None
        if scale:
            rows = tuple(tuple(App("mul", (*scale, c)) for c in row) for row in result.rows)
            result = Matrix(rows)
        return result
    return None


def _times(a: Matrix, b: Matrix) -> Matrix | None:
    """The product, written out; None where the shapes do not fit, or it would be too large."""
    if len(a.rows[0]) != len(b.rows):
        return None
    columns = list(zip(*b.rows, strict=True))
    if _size(a) * len(columns) + _size(b) * len(a.rows) > _NODES:
        return None
    return Matrix(tuple(tuple(_dot(row, c) for c in columns) for row in a.rows))


def _power(base: Matrix, count: int) -> Matrix | None:
    """A whole power of a square matrix: of numbers any, of expressions a small one."""
    if len(base.rows) != len(base.rows[0]) or len(base.rows) > _ROWS or abs(count) > _POWER:
        return None
    entries = [[exact.rational(cell) for cell in row] for row in base.rows]
    numbers = [[cell for cell in row if cell is not None] for row in entries]
    if numbers == entries:
        return _numeric_power(fmpq_mat(numbers), count)
    if count < 0:
        inverse = _inverse(base)
        return None if inverse is None else _power(inverse, -count)
    result: Matrix | None = base
    for _ in range(count - 1):
        result = None if result is None else _times(result, base)
    return result if count else None


def _numeric_power(base: fmpq_mat, count: int) -> Matrix | None:
    """The same of numbers, exactly; None where there is no inverse."""
    size = base.nrows()
    widest = max(exact.bits(cell) for cell in base.entries())
    if (widest + size) * abs(count) > BITS:
        return None
    if count < 0:
        if base.det() == 0:
            return None
        base = base.inv()
    result = fmpq_mat(size, size, [int(k % (size + 1) == 0) for k in range(size * size)])
    for _ in range(abs(count)):
        result = result * base
    return Matrix(tuple(tuple(_entry(cell) for cell in row) for row in result.table()))


def _entry(value: fmpq) -> Node:
    return Num(value) if value >= 0 else App("neg", (Num(-value),))


def _inverse(base: Matrix) -> Matrix | None:
    """The inverse of a matrix of two rows, with its entries written out."""
    if len(base.rows) != 2:
        return None
    (a, b), (c, d) = base.rows
    below = App("inv", (App("add", (App("mul", (a, d)), App("neg", (App("mul", (b, c)),)))),))
    rows = ((d, App("neg", (b,))), (App("neg", (c,)), a))
    return Matrix(tuple(tuple(App("mul", (cell, below)) for cell in row) for row in rows))


def _size(node: Matrix) -> int:
    return sum(1 for _ in walk(node))


def _dot(row: tuple[Node, ...], column: tuple[Node, ...]) -> Node:
    return App("add", tuple(App("mul", pair) for pair in zip(row, column, strict=True)))


_AXES = ("i", "j", "k")


def vector(node: Node) -> tuple[Node, ...] | None:
    """The components of a tuple, a row, a column, or of ``3i + 4j - k``."""
    if isinstance(node, Group) and node.left in ("(", "[", "<"):
        return node.items
    if isinstance(node, Matrix) and 1 in (len(node.rows), len(node.rows[0])):
        return children(node)
    if isinstance(node, App) and node.op == "pow" and node.args[1] in _TRANSPOSED:
        return vector(node.args[0])
    found = matrix(node) if isinstance(node, App) else None
    if found is not None and 1 in (len(found.rows), len(found.rows[0])):
        return children(found)
    names = symbols(node) | {n.name for n in walk(node) if isinstance(n, Sym) and n.name == "i"}
    axes = [n.removeprefix("vec:") for n in names if n.removeprefix("vec:") in _AXES]
    if not axes or not (isinstance(node, App) and node.op in ("add", "mul", "neg")):
        return None
    width = 3 if "k" in axes else 2
    zero: Node = Num(fmpq(0))
    one: Node = Num(fmpq(1))
    out: list[Node] = []
    for axis in _AXES[:width]:
        names_: dict[str, Node] = {}
        for other in _AXES:
            names_[other] = one if other == axis else zero
            names_[f"vec:{other}"] = names_[other]
        out.append(substitute(node, names_))
    return tuple(out)
