r"""What an answer says the value of, where it is an equation: ``m + n = 5``, ``|z| = 5``.

An equation in one unknown number is still to be solved. One in several, with a number on its other
side, says the value of an expression, unless a number among its terms is still to be moved. So does
one about a modulus, a norm or the sine of some angles, which fixes nothing else. Of a reference
none of this holds: there, an equation is the answer, and the number on its side is not.
"""

from __future__ import annotations

from assay.verifiers.math_answer.arithmetic import exact
from assay.verifiers.math_answer.reading.labels import (
    EXTREMES,
    TRIGONOMETRIC,
    is_derivative,
    is_label,
    names_a_thing,
)
from assay.verifiers.math_answer.tree import App, Node, Sym, children, rebuild, symbols, walk

_COMPLEX = frozenset({"z", "w"})
"""Names that complex numbers have by custom."""
_ANGLES = frozenset({"theta", "alpha", "beta", "gamma", "phi", "psi", "omega", "delta"})
"""Names that angles have by custom: the sine of such a one is asked for, of ``2x`` as often x."""
_STATISTICS = frozenset({"R", "S"})
"""Names whose squares are asked for: a share of a variance, a variance of a sample."""
_BARS = frozenset({"abs", "norm"})


def says_value(label: Node) -> bool:
    r"""Whether an answer that sets it equal to a number says its value: ``\sqrt{a + b} = 5``."""
    if not isinstance(label, App) or _is_differential(label):
        return False
    if label.op == "pow" and exact.whole(label.args[1]) is not None:
        base, exponent = label.args
        if isinstance(base, Sym) and base.name in _STATISTICS:
            return exact.whole(exponent) == 2
        if isinstance(base, App) and (base.op in _BARS or _is_sine(base)):
            return _is_modulus(base) or _is_sine(base)
    if _is_modulus(label) or _is_sine(label):
        return True
    several = len(symbols(label)) > 1 or _has_several_values(label)
    return several and (_of_names(label) or _of_sines(label))


def _has_several_values(label: Node) -> bool:
    """Whether it speaks of several values of one function: ``f(3)/f(1)``."""
    called = {n for n in walk(label) if isinstance(n, App) and n.op in ("apply", "call")}
    return len(called) > 1


def _is_modulus(node: App) -> bool:
    """Whether it is a size or a part of what is no real number."""
    inner = node.args[0]
    if node.op == "norm":
        return _of_names(inner)
    if node.op == "abs" and isinstance(inner, App) and inner.op == "abs":  # "||v||"
        return _of_names(inner.args[0])
    names = {name.partition("_")[0] for name in symbols(node)}
    complex_part = node.op in ("re", "im", "arg", "abs") and names <= _COMPLEX
    return complex_part and bool(names) and _of_names(node.args[0])


def _is_sine(node: App) -> bool:
    r"""Whether it is the sine of angles by their names: ``\cos 2\theta``, ``\tan(x + y)``."""
    if node.op not in TRIGONOMETRIC:
        return False
    angle = node.args[0]
    names = symbols(angle)
    known = all(n.partition("_")[0] in _ANGLES or names_a_thing(n) for n in names)
    terms = angle.args if isinstance(angle, App) and angle.op == "add" else (angle,)
    unknown = [term for term in terms if not (known and _is_given_angle(term))]
    return bool(unknown) and (known or len(names) > 1) and all(map(_of_names, unknown))


def _is_given_angle(node: Node) -> bool:
    r"""``30^\circ``, ``\frac{\pi}{6}``."""
    return not symbols(node) and any(
        n == Sym("pi") or (isinstance(n, App) and n.op == "deg") for n in walk(node)
    )


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
    stems = [n.rstrip("'").rpartition("dot:")[2] for n in names if n.islower()]
    primed = len(set(stems)) < len(stems)
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
        return all(term == Sym("dots") or (symbols(term) and _of_names(term)) for term in args)
    if op == "mul":  # "a b sin C" as well, but no sine by itself
        sines = [part for part in args if isinstance(part, App) and part.op in TRIGONOMETRIC]
        rest = [part for part in args if part not in sines]
        named = all(map(_of_names, rest)) and all(map(_of_sines, sines))
        return named and (not sines or any(map(symbols, rest)))
    if op in ("neg", "inv", "sqrt", "abs", "norm", "cross"):
        return all(_of_names(part) for part in args)
    if op == "pow":
        return _of_names(args[0]) and exact.whole(args[1]) is not None
    if op == "root":
        return exact.whole(args[0]) is not None and _of_names(args[1])
    if op in ("ln", "log", "lg", "logb", "binom"):  # of one name, it is to be solved
        return len(symbols(node)) > 1 and all(_of_names(part) for part in args)
    if op in ("gcd", "lcm") or (op in EXTREMES and len(args) > 1):
        return len(symbols(node)) > 1 and all(symbols(part) for part in args)
    if op in TRIGONOMETRIC or op in ("lim", "int", "sum", "prod"):
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
    return node.op in TRIGONOMETRIC and (is_label(node) or _is_sine(node))


__all__ = ["combines_things", "says_value"]
