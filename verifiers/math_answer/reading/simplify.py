"""Readings made plain: chains of equalities that hold, brackets that say nothing, signs."""

from __future__ import annotations

from flint import fmpq, fmpz

from assay.verifiers.math_answer import units
from assay.verifiers.math_answer.arithmetic import exact, numerics, scalars
from assay.verifiers.math_answer.limits import TooBig, Unreadable
from assay.verifiers.math_answer.policy import DEFAULT, LENIENT
from assay.verifiers.math_answer.reading.labels import is_label
from assay.verifiers.math_answer.reading.phrases import meaning
from assay.verifiers.math_answer.tree import (
    App,
    Group,
    Items,
    Matrix,
    Node,
    Num,
    Quantity,
    Rel,
    Such,
    Sym,
    Words,
    children,
    symbols,
    walk,
)

_EQUALITY = frozenset({"="})
_STRUCTURED = (Group, Items, Matrix, Such, Words, Rel)


def settle(node: Node) -> Node:
    """The top of the tree in its plainest form.

    ``a = b = 5`` keeps its first name and its last value where the values agree; what follows an
    approximation sign or stands before an implication arrow goes.

    Raises:
        Unreadable: a chain of equalities whose values differ, such as ``x = 5 = 6``.
    """
    for _ in range(6):
        new = _step(node)
        if new is node:
            return node
        node = new
    return node


def _step(node: Node) -> Node:
    if isinstance(node, Words):
        found = meaning(node.words)
        return node if found is None or found == node else found
    if isinstance(node, Rel):
        return _relation(node)
    if isinstance(node, Sym):
        return _HALF_LINES.get(node.name, node)
    if isinstance(node, Items):
        return _each_excluded(node)
    if isinstance(node, Group) and len(node.items) == 1 and node.left == "(":
        return node.items[0]
    if (
        isinstance(node, Group)
        and node.left + node.right == "[]"
        and len(node.items) == 1
        and (isinstance(node.items[0], Rel | Matrix | App))
    ):
        return node.items[0]
    if isinstance(node, App) and node.op == "neg":
        inner = node.args[0]
        if isinstance(inner, Quantity):
            return Quantity(App("neg", (inner.value,)), inner.unit)
    if isinstance(node, App) and node.op == "ratio" and isinstance(node.args[-1], Quantity):
        tail = node.args[-1]
        return Quantity(App("ratio", (*node.args[:-1], tail.value)), tail.unit)
    if (
        isinstance(node, App)
        and node.op == "mul"
        and any(isinstance(a, Quantity) for a in node.args)
    ):
        unit: tuple[str, ...] = ()
        args: list[Node] = []
        for arg in node.args:
            if isinstance(arg, Quantity):
                unit += arg.unit
                args.append(arg.value)
            else:
                args.append(arg)
        return Quantity(App("mul", tuple(args)), unit)
    if (
        isinstance(node, App)
        and node.op == "add"
        and any(isinstance(a, Quantity) for a in node.args)
    ):
        total = _added(node.args)
        if total is not None:
            return total
    if _is_length(node):
        return _length(node)
    if isinstance(node, App) and node.op == "abs" and isinstance(node.args[0], Matrix):
        return Matrix(node.args[0].rows, bars=True)
    return node


_ZERO = Num(fmpq(0))
_POSITIVE = Group("(", ")", (_ZERO, Sym("infinity")))
_NEGATIVE = Group("(", ")", (App("neg", (Sym("infinity"),)), _ZERO))
_HALF_LINES: dict[str, Node] = {
    "reals^+": _POSITIVE,
    "reals_+": _POSITIVE,
    "reals^-": _NEGATIVE,
    "reals_-": _NEGATIVE,
}


def _each_excluded(node: Items) -> Node:
    r"""``x \ne 2, 3`` as ``x \ne 2, x \ne 3``: both are excluded."""
    first = node.items[0]
    if not (isinstance(first, Rel) and first.ops == ("!=",)):
        return node
    rest = node.items[1:]
    if not rest or not all(is_value(item) for item in rest):
        return node
    name = first.args[0]
    return Items((first, *(Rel(("!=",), (name, item)) for item in rest)), ",")


def _added(terms: tuple[Node, ...]) -> Quantity | None:
    """A sum of quantities in the unit of the first: ``3 hours 20 minutes``."""
    first = next(t for t in terms if isinstance(t, Quantity))
    values: list[Node] = []
    for term in (_lettered(t, first) for t in terms):
        if not isinstance(term, Quantity) or term.unit == first.unit:
            values.append(term.value if isinstance(term, Quantity) else term)
            continue
        base, unit = units.together(first.unit, term.unit)
        if base is None or unit is None or base.dimensions != unit.dimensions:
            return None
        values.append(App("mul", (term.value, Num(unit.factor / base.factor))))
    return Quantity(App("add", tuple(values)), first.unit)


def _lettered(term: Node, first: Quantity) -> Node:
    """``200*m`` as metres beside kilometres: ``3 km 200 m``."""
    if not (isinstance(term, App) and term.op == "mul" and len(term.args) == 2):
        return term
    value, name = term.args
    if not (isinstance(value, Num) and isinstance(name, Sym)):
        return term
    larger, smaller = units.phrase(first.unit), units.phrase((name.name,))
    same = larger is not None and smaller is not None and larger.dimensions == smaller.dimensions
    return Quantity(value, (name.name,)) if same else term


def _relation(node: Rel) -> Node:
    ops, args = node.ops, node.args
    if any(map(_is_length, args)):
        return Rel(ops, tuple(_length(a) if _is_length(a) else a for a in args))
    if any(_is_determinant(a) for a in args):
        done = tuple(determinant(_bars(a)) or a if _is_determinant(a) else a for a in args)
        if done != args:
            return Rel(ops, done)
    if "=>" in ops:
        last = len(ops) - 1 - ops[::-1].index("=>")
        rest = Rel(ops[last + 1 :], args[last + 1 :])
        return rest if rest.ops else rest.args[0]
    if "~" in ops:
        first = ops.index("~")
        if first == 0 and isinstance(args[0], Sym | Words):
            return Rel(("=", *ops[1:]), args)
        kept = Rel(ops[:first], args[: first + 1])
        return kept if kept.ops else kept.args[0]
    if ops == ("=",) and isinstance(args[0], Quantity) and is_value(args[0].value):
        return args[1]  # "1/2 dollar = 50": a conversion
    if ops == ("=",) and exact.rational(args[0]) is not None and is_value(args[1]):
        agree(args)  # a sum that is worked out names no other value
    if set(ops) <= _EQUALITY and (len(ops) > 1 or is_value(args[0])):
        if not _renames(args):
            return _chain(args)
        if len(ops) > 1 and all(is_value(a) for a in args[1:]):
            agree(args[1:])
        return Rel(("=",), (args[0], args[-1])) if len(ops) > 1 else node
    return node


def _renames(args: tuple[Node, ...]) -> bool:
    r"""Whether ``e`` or ``i`` is a mere name here: ``e = \\frac{c}{a}``, ``i = 3``.

    A constant is not set equal to another value, so what is set is a name: an eccentricity, an
    index, a rate. Where it occurs again (``i^2 = -1``, ``i = 2 + 3i``) it is the constant.
    """
    head = args[0]
    return (
        isinstance(head, Sym)
        and head.name in ("e", "i")
        and not any(head in walk(arg) for arg in args[1:])
    )


def _chain(args: tuple[Node, ...]) -> Node:
    head, rest = args[0], args[1:]
    values = [a for a in args if is_value(a)]
    if is_value(head):
        if len(values) == len(args):
            agree(args)
            return args[-1]
        return Rel(("=",) * len(rest), args) if len(rest) > 1 else _swapped(head, rest[0])
    if len(rest) == 1:
        return Rel(("=",), args)
    if all(is_value(a) for a in rest):
        agree(rest)
        return Rel(("=",), (head, rest[-1]))
    if not any(isinstance(a, _STRUCTURED) for a in rest):
        if is_label(head) and len(rest) > 1 and not is_value(rest[-1]):
            check = numerics.same(rest[0], rest[-1])
            if check.equal is not True:
                return Rel(("=",), (head, rest[-1])) if check.equal is None else _broken(args)
            return Rel(("=",), (head, rest[-1]))
        if is_value(rest[-1]):
            agree(tuple(a for a in rest if is_value(a)))
            return Rel(("=",), (head, rest[-1]))
    return Rel(("=",), (head, rest[-1]))


def _swapped(value: Node, other: Node) -> Node:
    return Rel(("=",), (other, value)) if is_label(other) else Rel(("=",), (value, other))


def _broken(args: tuple[Node, ...]) -> Node:
    raise Unreadable("a chain of equalities that does not hold")


def agree(args: tuple[Node, ...]) -> None:
    """Check that a chain of constants ends with the value it began with.

    A slip in between is a false step, not a second answer on offer; another last value is.

    Raises:
        Unreadable: the first and the last differ.
    """
    if _is_congruence(args[-1]):
        if not _congruent(args[0], args[-1]):
            raise Unreadable("a congruence that does not hold")
        return
    for one, other in ((args[0], args[-1]),):
        left, right = exact.rational(one), exact.rational(other)
        if left is not None and right is not None:
            if left != right and not _near(one, other):
                raise Unreadable("a chain of equalities that does not hold")
            continue
        try:
            found = scalars.same(one, other, DEFAULT)
        except TooBig:
            continue
        if found.equal is False and not _near(one, other):
            raise Unreadable("a chain of equalities that does not hold")


def _is_congruence(node: Node) -> bool:
    """Whether a modulus stands behind it: ``1 (mod 3)``."""
    last = node.args[-1] if isinstance(node, App) and node.op == "mul" else None
    return isinstance(last, App) and last.op == "pmod"


def _congruent(value: Node, residue: Node) -> bool:
    """Whether ``value = residue`` holds for its modulus; so it does where that is not computed."""
    assert isinstance(residue, App)
    *rest, sign = residue.args
    assert isinstance(sign, App)
    modulus = exact.whole(sign.args[0])
    if not modulus:
        return True
    apart = App("add", (value, App("neg", (App("mul", tuple(rest)),))))
    found = exact.modular(apart, fmpz(modulus))
    return found is None or found == 0


def _near(one: Node, other: Node) -> bool:
    """Whether a decimal in the chain is a rounding of its neighbour."""
    return scalars.rounded(one, other, LENIENT) is not None or (
        scalars.rounded(other, one, LENIENT) is not None
    )


def is_value(node: Node) -> bool:
    """Whether it is a constant: no free names, no words, no brackets with several items."""
    if isinstance(node, (*_STRUCTURED, Quantity)):
        return False
    if isinstance(node, Sym):
        return node.name in ("pi", "e", "i")
    if isinstance(node, App) and node.op in ("int", "lim", "sum", "prod", "apply", "call", "pm",
                                             "mp", "cases", "ratio", "cup", "cap"):  # fmt: skip
        return node.op in ("int", "lim", "sum", "prod") and not symbols(node)
    return not symbols(node) and not any(isinstance(n, _STRUCTURED) for n in walk(node))


def _bars(node: Node) -> Matrix:
    inner = node.args[0] if isinstance(node, App) else node
    assert isinstance(inner, Matrix)
    return inner


def _is_determinant(node: Node) -> bool:
    if isinstance(node, App) and node.op in ("abs", "det"):
        node = node.args[0]
        return isinstance(node, Matrix)
    return isinstance(node, Matrix) and node.bars and len(node.rows) == len(node.rows[0]) <= 3


def _is_length(node: Node) -> bool:
    r"""Whether it is the length of a vector of numbers: ``\|(3, 4)\|``."""
    inner = node.args[0] if isinstance(node, App) and node.op == "abs" else None
    return (
        isinstance(inner, Group) and len(inner.items) > 1 and inner.left in "(<["
        and all(map(is_value, inner.items))
    )  # fmt: skip


def _length(node: Node) -> Node:
    assert isinstance(node, App)
    squares = tuple(App("pow", (item, Num(fmpq(2)))) for item in children(node.args[0]))
    return App("sqrt", (App("add", squares),))


def determinant(node: Matrix) -> Node | None:
    """The determinant of a matrix of at most three rows, written out."""
    rows = node.rows
    if len(rows) != len(rows[0]) or len(rows) > 3:
        return None
    if len(rows) == 1:
        return App("abs", (rows[0][0],))
    if len(rows) == 2:
        (a, b), (c, d) = rows
        return App("add", (App("mul", (a, d)), App("neg", (App("mul", (b, c)),))))
    terms: list[Node] = []
    for order, sign in (((0, 1, 2), 1), ((1, 2, 0), 1), ((2, 0, 1), 1),
                        ((2, 1, 0), -1), ((0, 2, 1), -1), ((1, 0, 2), -1)):  # fmt: skip
        term = App("mul", tuple(rows[k][order[k]] for k in range(3)))
        terms.append(term if sign > 0 else App("neg", (term,)))
    return App("add", tuple(terms))
