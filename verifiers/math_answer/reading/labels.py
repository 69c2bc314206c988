r"""What names a value: ``x``, ``f(x)``, ``\max f``, ``dy/dx``.

A name, a value of a function and a functional of anything say what their value is the value of. A
function of one unknown number (``\ln x``, ``x^2``, ``\sqrt{a}``) does not: set equal to a number,
it is an equation that is still to be solved.
"""

from __future__ import annotations

from flint import fmpq

from assay.verifiers.math_answer.arithmetic import exact
from assay.verifiers.math_answer.tree import (
    BINARY,
    App,
    Group,
    Items,
    Matrix,
    Node,
    Num,
    Such,
    Sym,
    Words,
    children,
    symbols,
    walk,
)

FUNCTIONALS = frozenset({"degree", "dim", "rank", "tr", "nullity", "Var", "Cov", "Corr", "Res",
                         "Pr", "ord", "vol", "limsup", "liminf", "argmax", "argmin", "ker", "div",
                         "curl", "grad"})  # fmt: skip
"""Operations of a polynomial, a matrix, a field, a random variable: of no number to solve for."""

EXTREMES = frozenset({"max", "min", "sup", "inf"})
_OPERATORS = (Sym("Delta"), Sym("nabla"))
TRIGONOMETRIC = frozenset({"sin", "cos", "tan", "cot", "sec", "csc"})
_UNEVALUATED = frozenset({"lim", "int", "iint", "oint", "sum", "prod", "at"})
_OF_THINGS = frozenset(
    {"abs", "cross", "mul", "inv", "ratio", "deg", "arg", "cup", "cap", "setminus"}
)
_SQUARED = frozenset({"sigma", "chi"})
"""Names whose squares are quantities of their own: a variance, a test statistic."""
_DISTRIBUTED = frozenset("XYZ")
"""Names that random variables have by custom."""


def is_label(node: Node) -> bool:
    """Whether it only names something: ``x``, ``f(x)``, ``|AB|``, ``(p, q)``, words."""
    if isinstance(node, Sym):
        return node.name not in ("pi", "infinity")
    if isinstance(node, Words):
        return True
    if isinstance(node, Group) and node.left == "[" and _is_ratio(node.items):
        return True  # a degree or an index: [K : Q]
    if isinstance(node, Group | Matrix):
        return bool(children(node)) and all(is_label(i) for i in children(node))
    if isinstance(node, Items):
        return all(is_label(i) for i in node.items)
    if isinstance(node, Such):
        return is_label(node.item)
    return isinstance(node, App) and (_is_named_value(node) or _is_of_things(node))


def _is_named_value(node: App) -> bool:
    """Whether an operation gives the value that is asked for, whatever its arguments are."""
    op, args = node.op, node.args
    head = op.partition("_")[0]
    if op in ("apply", "call"):
        return isinstance(args[0], Sym) or is_derivative(args[0])
    if op in _UNEVALUATED:
        return True  # an unevaluated operator with its value
    if op == "compose":
        return True
    if op in BINARY:  # an operation of the question's own, with its result
        names = symbols(node)
        return len(names) != 1 or all(map(names_a_thing, names))
    if head in FUNCTIONALS:
        return True
    if head in EXTREMES and len(args) == 1:
        return bool(symbols(node))  # of one number there is no greatest: what it takes is meant
    if op == "mul":
        return _is_named_product(args)
    if op == "ratio":
        return all(map(is_label, args)) or _is_of_things(node)
    if op == "pow":
        base, exponent = args
        head = base.name.partition("_")[0].rpartition(":")[2] if isinstance(base, Sym) else ""
        return head in _SQUARED and exponent == Num(fmpq(2))
    if op == "add":  # f(1) - f(2)
        called = all(isinstance(a, App) and a.op in ("apply", "call") for a in map(_unsigned, args))
        return called and not any("'" in name for name in symbols(node))
    return op in TRIGONOMETRIC and is_label(args[0])  # the sine that is asked for, not the angle


def _is_ratio(items: tuple[Node, ...]) -> bool:
    return len(items) == 1 and isinstance(items[0], App) and items[0].op == "ratio"


def _unsigned(node: Node) -> Node:
    return node.args[0] if isinstance(node, App) and node.op == "neg" else node


def _is_named_product(args: tuple[Node, ...]) -> bool:
    if is_derivative(App("mul", args)):
        return True
    return _is_operated(args) or (len(args) == 2 and _is_expectation(args))


def _is_operated(args: tuple[Node, ...]) -> bool:
    r"""A change, ``\Delta H``; a gradient, ``\nabla f``."""
    return len(args) == 2 and args[0] in _OPERATORS and is_label(args[1])


def is_product(label: Node) -> bool:
    """Whether it is a product of names, or a derivative: with 0, an equation to be solved."""
    if not (isinstance(label, App) and label.op == "mul"):
        return False
    args = label.args
    return not _is_operated(args) and not (len(args) == 2 and _is_expectation(args))


def _is_of_things(node: App) -> bool:
    r"""Whether it is put together of names of things alone: ``AB/CD``, ``|A \cup B|``."""
    if node.op == "det":
        return all(
            isinstance(n, App | Num) or (isinstance(n, Sym) and names_a_thing(n.name))
            for n in walk(node)
        ) and bool(symbols(node))
    return node.op in _OF_THINGS and all(
        isinstance(n, App | Words) or (isinstance(n, Sym) and names_a_thing(n.name))
        for n in walk(node)
    )


def _is_expectation(args: tuple[Node, ...]) -> bool:
    """``E[X]``, ``P[A]``, ``E(2X + 1)``."""
    head, inner = args
    if not (isinstance(head, Sym) and head.name.isupper()):
        return False
    if isinstance(inner, Group) and inner.left == "[" and inner.right == "]":
        return head.name in ("E", "P", "V", "D") or all(is_label(i) for i in inner.items)
    names = {name.partition("_")[0] for name in symbols(inner)}
    return head.name in ("E", "V", "D") and bool(names) and names <= _DISTRIBUTED


def is_derivative(node: Node) -> bool:
    r"""``dy/dx``, ``\frac{d^2y}{dx^2}``, ``\frac{d}{dx} f``."""
    if not (isinstance(node, App) and node.op == "mul" and len(node.args) > 1):
        return False
    top, under, *rest = node.args
    if not (isinstance(under, App) and under.op == "inv"):
        return False
    for d in (Sym("d"), Sym("partial")):
        below = _factors(under.args[0])
        above = _factors(top)
        if _base(above[0]) != d or below[0] != d or len(below) % 2 or len(above) > 2:
            continue
        if any(factor != d for factor in below[::2]):
            continue
        # d/dx is an operator with something behind it; dy/dx stands alone
        return bool(rest) if len(above) == 1 else not rest
    return False


def primed(label: Node) -> Node:
    r"""``dy/dx`` and ``\frac{d^2y}{dx^2}`` as ``y'`` and ``y''``; anything else as it is."""
    if not (isinstance(label, App) and is_derivative(label)):
        return label
    d, *rest = _factors(label.args[0])
    order = exact.whole(d.args[1]) if isinstance(d, App) and d.op == "pow" else 1
    if len(rest) != 1 or not isinstance(rest[0], Sym) or _base(d) != Sym("d"):
        return label  # of several names it is not said by which a prime is taken
    return Sym(rest[0].name + "'" * order) if order in (1, 2, 3) else label


def _factors(node: Node) -> tuple[Node, ...]:
    return node.args if isinstance(node, App) and node.op == "mul" else (node,)


def _base(node: Node) -> Node:
    return node.args[0] if isinstance(node, App) and node.op == "pow" else node


def names_a_thing(name: str) -> bool:
    """Whether a point, a line, a vector or an event has such a name, and no unknown number."""
    head = name.partition("_")[0]
    return head.isupper() or ":" in head or name in ("d",) or "'" in name


__all__ = [
    "EXTREMES",
    "FUNCTIONALS",
    "TRIGONOMETRIC",
    "is_derivative",
    "is_label",
    "is_product",
    "names_a_thing",
    "primed",
]
