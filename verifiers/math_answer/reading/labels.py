r"""What names a value: ``x``, ``f(x)``, ``\max f``, ``dy/dx``; or, by several names, ``m + n``.

A name, a value of a function and a functional of anything say what their value is the value of. A
function of one unknown number (``\ln x``, ``x^2``, ``\sqrt{a}``) does not: set equal to a number,
it is an equation that is still to be solved.
"""

from __future__ import annotations

from flint import fmpq

from assay.verifiers.math_answer.arithmetic import exact
from assay.verifiers.math_answer.tree import (
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
    rebuild,
    symbols,
    walk,
)

FUNCTIONALS = frozenset({"degree", "dim", "rank", "tr", "nullity", "Var", "Cov", "Corr", "Res",
                         "Pr", "ord", "vol", "limsup", "liminf", "argmax", "argmin", "ker", "div",
                         "curl", "grad"})  # fmt: skip
"""Operations of a polynomial, a matrix, a field, a random variable: of no number to solve for."""

EXTREMES = frozenset({"max", "min", "sup", "inf"})
_OPERATORS = (Sym("Delta"), Sym("nabla"))
_TRIGONOMETRIC = frozenset({"sin", "cos", "tan", "cot", "sec", "csc"})
_UNEVALUATED = frozenset({"lim", "int", "iint", "oint", "sum", "prod", "at"})
_OF_THINGS = frozenset({"abs", "mul", "inv", "ratio", "deg", "arg", "cup", "cap", "setminus"})
_COMPLEX = frozenset({"z", "w"})
"""Names that complex numbers have by custom: ``|z| = 5`` says no more than a modulus."""
_GREEK_ANGLES = frozenset({"theta", "alpha", "beta", "gamma", "phi", "psi", "omega", "delta"})
_DISTRIBUTED = frozenset("XYZ")
"""Names that random variables have by custom."""


def is_label(node: Node) -> bool:
    """Whether it only names something: ``x``, ``f(x)``, ``|AB|``, ``(p, q)``, words."""
    if isinstance(node, Sym):
        return node.name not in ("pi", "infinity")
    if isinstance(node, Words):
        return True
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
    if head in FUNCTIONALS:
        return True
    if head in EXTREMES and len(args) == 1:
        return bool(symbols(node))  # of one number there is no greatest: what it takes is meant
    if head in ("gcd", "lcm") or head in EXTREMES:
        return len(symbols(node)) > 1 and all(symbols(arg) for arg in args)
    if op == "norm":
        return _of_names(args[0])
    if op in ("re", "im", "arg", "abs") and _is_complex(args[0]):
        return True
    if op == "mul":
        return _is_named_product(args)
    if op == "pow":
        base, exponent = args
        whole = exact.whole(exponent) is not None
        squared = isinstance(base, App) and (base.op == "norm" or _is_trigonometric(base, False))
        variance = isinstance(base, Sym) and base.name.partition("_")[0] == "sigma"
        return (variance and exponent == Num(fmpq(2))) or (whole and squared and is_label(base))
    if op == "add":  # f(1) + f(2)
        return all(isinstance(a, App) and a.op in ("apply", "call") for a in args)
    return _is_trigonometric(node, True)


def _is_named_product(args: tuple[Node, ...]) -> bool:
    if is_derivative(App("mul", args)):
        return True
    if len(args) == 2 and args[0] in _OPERATORS:
        return is_label(args[1])  # a change: \Delta H; a gradient: \nabla f
    return len(args) == 2 and _is_expectation(args)


def _is_of_things(node: App) -> bool:
    r"""Whether it is put together of names of things alone: ``AB/CD``, ``|A \cup B|``."""
    if node.op == "det":
        return all(
            isinstance(n, App | Num) or (isinstance(n, Sym) and _names_a_thing(n.name))
            for n in walk(node)
        ) and bool(symbols(node))
    return node.op in _OF_THINGS and all(
        isinstance(n, App) or (isinstance(n, Sym) and _names_a_thing(n.name)) for n in walk(node)
    )


def _is_complex(node: Node) -> bool:
    names = {name.partition("_")[0] for name in symbols(node)}
    return bool(names) and names <= _COMPLEX and _of_names(node)


def _is_trigonometric(node: Node, plain: bool) -> bool:
    r"""Whether it is the sine that is asked for, not the angle: ``\sin\theta``, ``\tan(x+y)``.

    Args:
        node: Any tree.
        plain: Whether the sine of a mere ``x`` counts; of ``2x`` or of its square, what is asked
            for is as often x.
    """
    if not (isinstance(node, App) and node.op in _TRIGONOMETRIC):
        return False
    angle = node.args[0]
    if plain and is_label(angle):
        return True
    names = symbols(angle)
    known = all(n.partition("_")[0] in _GREEK_ANGLES or _names_a_thing(n) for n in names)
    return bool(names) and (known or len(names) > 1) and _of_names(angle)


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


def _factors(node: Node) -> tuple[Node, ...]:
    return node.args if isinstance(node, App) and node.op == "mul" else (node,)


def _base(node: Node) -> Node:
    return node.args[0] if isinstance(node, App) and node.op == "pow" else node


def _names_a_thing(name: str) -> bool:
    head = name.partition("_")[0]
    return head.isupper() or ":" in head or name in ("d",) or "'" in name


def is_combination(label: Node) -> bool:
    r"""Whether it names what is asked for by several names: ``m + n``, ``a*b``, ``\sqrt{a + b}``.

    An equation in one unknown is still to be solved; one in several, with a number on its other
    side, says the value of an expression, unless a number among its terms is still to be moved.
    """
    if len(symbols(label)) < 2 or not isinstance(label, App) or _is_differential(label):
        return False
    return _of_names(label) or _of_sines(label)


def combines_things(label: Node) -> bool:
    r"""Whether vectors or matrices alone are combined: ``u \times v``, ``A^{-1}``, ``A + 2B``.

    ``A x`` with a vector on its other side is a system of equations, which is to be solved.
    """
    if not isinstance(label, App):
        return False
    bare = _without_powers(label)
    cases = {name.partition("_")[0].isupper() for name in symbols(bare)}
    if len(cases) != 1 or not _of_names(bare):
        return False
    return len(symbols(bare)) > 1 or (True in cases and label.op == "pow")


def _without_powers(node: Node) -> Node:
    """`node` with a matrix for each of its powers, for its inverse and its transpose."""
    if isinstance(node, App) and node.op == "pow" and isinstance(node.args[0], Sym):
        base, exponent = node.args
        transposed = isinstance(exponent, Sym) and exponent.name in ("T", "\\top", "\\intercal")
        return base if transposed or exact.whole(exponent) is not None else node
    below = tuple(map(_without_powers, children(node)))
    return rebuild(node, below) if below else node


def _is_differential(label: Node) -> bool:
    """Whether it relates a derivative to its function or to others: ``x y' + y``."""
    names = symbols(label)
    primed = any(
        name.rstrip("'") in names for name in names if name.endswith("'") and name.islower()
    )
    return primed or any(
        is_derivative(App("mul", pair))
        for n in walk(label)
        if isinstance(n, App) and n.op == "mul"
        for pair in zip(n.args, n.args[1:], strict=False)
    )


def _of_names(node: Node) -> bool:
    """Whether it is made of names by arithmetic and roots, without a number among its terms."""
    if isinstance(node, Sym):
        return True
    if not isinstance(node, App):
        return exact.rational(node) is not None
    op, args = node.op, node.args
    if op == "add":
        return all(symbols(term) and _of_names(term) for term in args)
    if op in ("neg", "mul", "inv", "sqrt", "abs", "norm"):
        return all(_of_names(part) for part in args)
    if op == "pow":
        return _of_names(args[0]) and exact.whole(args[1]) is not None
    if op == "root":
        return exact.whole(args[0]) is not None and _of_names(args[1])
    if op in ("ln", "log", "lg", "logb", "binom"):  # of one name, it is to be solved
        return len(symbols(node)) > 1 and all(_of_names(part) for part in args)
    if op in _TRIGONOMETRIC or op in ("lim", "int", "sum", "prod"):
        return False
    return is_label(node)


def _of_sines(node: Node) -> bool:
    r"""``\sin A + \sin B``, ``\tan\alpha \tan\beta``."""
    if not isinstance(node, App):
        return exact.rational(node) is not None
    if node.op == "add":
        return all(symbols(term) and _of_sines(term) for term in node.args)
    if node.op in ("neg", "mul", "inv"):
        return all(_of_sines(part) for part in node.args)
    if node.op == "pow":
        return _of_sines(node.args[0]) and exact.whole(node.args[1]) is not None
    return _is_trigonometric(node, True)


__all__ = [
    "EXTREMES",
    "FUNCTIONALS",
    "combines_things",
    "is_combination",
    "is_derivative",
    "is_label",
]
