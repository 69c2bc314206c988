"""The last layer: SymPy, on objects built from our tree, never from text. Runs in a worker."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sympy

from assay.printable import one_line
from assay.verifiers.math_answer.answers import equal
from assay.verifiers.math_answer.answers.equal import Comparison
from assay.verifiers.math_answer.answers.understood import read, read_reference
from assay.verifiers.math_answer.arithmetic import exact
from assay.verifiers.math_answer.deciding import reach
from assay.verifiers.math_answer.limits import TooBig, Unreadable
from assay.verifiers.math_answer.policy import Policy
from assay.verifiers.math_answer.tree import App, Group, Node, Num, Rel, Sym, Words, symbols, walk

_FUNCTIONS: dict[str, Any] = {
    "sin": sympy.sin, "cos": sympy.cos, "tan": sympy.tan, "cot": sympy.cot, "sec": sympy.sec,
    "csc": sympy.csc, "asin": sympy.asin, "acos": sympy.acos, "atan": sympy.atan,
    "acot": sympy.acot, "asec": sympy.asec, "acsc": sympy.acsc, "sinh": sympy.sinh,
    "cosh": sympy.cosh, "tanh": sympy.tanh, "coth": sympy.coth, "sech": sympy.sech,
    "csch": sympy.csch, "asinh": sympy.asinh, "acosh": sympy.acosh, "atanh": sympy.atanh,
    "ln": sympy.log, "log": sympy.log, "exp": sympy.exp, "sqrt": sympy.sqrt, "abs": sympy.Abs,
    "floor": sympy.floor, "ceil": sympy.ceiling, "factorial": sympy.factorial,
    "binom": sympy.binomial, "gamma": sympy.gamma, "zeta": sympy.zeta,
    "gcd": sympy.gcd, "lcm": sympy.lcm,
    "max": sympy.Max, "min": sympy.Min, "re": sympy.re, "im": sympy.im, "arg": sympy.arg,
    "sgn": sympy.sign, "erf": sympy.erf, "mod": sympy.Mod,
}  # fmt: skip

BIG = 10**6
"""Exponents and factorials beyond this are not handed to SymPy."""


class _Untranslated(Exception):
    """The tree has a part that SymPy has no object for."""


@functools.cache
def load() -> None:
    """Have SymPy import what it imports on first use: modules for integrals and for limits."""
    x = sympy.Symbol("x", real=True)
    sympy.integrate(x**2, (x, 0, 1))
    sympy.limit(sympy.sin(x) / x, x, 0)
    sympy.simplify(sympy.sin(x) ** 2 + sympy.cos(x) ** 2)


def attempt(reference: Any, answer: str, policy: Policy, before: Comparison) -> Comparison:
    """`before`, or a comparison that SymPy decided."""
    references = (
        [reference] if not isinstance(reference, Sequence) or isinstance(reference, str)
        else list(reference)
    )  # fmt: skip
    for one in references:
        try:
            left = read_reference(equal.spelled(one, policy)).node
            right = read(equal.spelled(answer, policy)).node
            if left is None or right is None:
                continue
            how = _shown(reach.value(left), reach.value(right))
            if how is not None:
                sides = f"{before.answer} and {before.reference} are equal"
                certainty = "proved" if how is not _NUMERIC else "probable"
                return replace(
                    before, equal=True, decided_by="sympy", certainty=certainty,
                    because=f"{sides}: {how}",
                )  # fmt: skip
        except (_Untranslated, Unreadable, ValueError, TypeError, NotImplementedError,
                AttributeError, ArithmeticError, RecursionError):  # fmt: skip
            continue
    return before


_NUMERIC = "SymPy finds no value at which the difference is other than 0"


def _shown(a: Node, b: Node) -> str | None:
    """How SymPy shows that two values are equal; None: it does not."""
    symbols: dict[str, Any] = {}
    left, right = translate(a, symbols), translate(b, symbols)
    left, right = left.doit(), right.doit()
    if left == right:
        return f"SymPy works out both as {one_line(str(left), 60)}"
    difference = sympy.simplify(left - right)
    if difference == 0:
        return "SymPy simplifies their difference to 0"
    return _NUMERIC if difference.equals(0) else None


def translate(node: Node, symbols: dict[str, Any]) -> Any:
    """`node` as a SymPy object; every name a real symbol.

    Raises:
        _Untranslated: it has a part without a counterpart.
        TooBig: a power or factorial that SymPy would compute at length.
    """
    if isinstance(node, Num):
        return sympy.Rational(int(node.value.p), int(node.value.q))
    if isinstance(node, Sym):
        known = {"pi": sympy.pi, "e": sympy.E, "i": sympy.I, "infinity": sympy.oo}
        if node.name in symbols:
            return symbols[node.name]
        if node.name in known:
            return known[node.name]
        return symbols.setdefault(node.name, sympy.Symbol(f"x{len(symbols)}", real=True))
    if isinstance(node, Group) and len(node.items) == 1:
        return translate(node.items[0], symbols)
    if not isinstance(node, App):
        raise _Untranslated(type(node).__name__)
    op, args = node.op, node.args
    if op in ("int", "iint", "oint", "lim", "sum", "prod"):
        return _operator(node, symbols)
    said = [arg for arg in args if not isinstance(arg, Words)]
    if len(said) < len(args) and (op != "mul" or not said):
        raise _Untranslated("words")  # beside a factor they are a unit; in its place, nothing
    below = [translate(arg, symbols) for arg in said]
    if op in ("add", "mixed"):
        return sympy.Add(*below)
    if op == "mul":
        return sympy.Mul(*below)
    if op == "neg":
        return -below[0]
    if op == "inv":
        return 1 / below[0]
    if op == "pow":
        if below[1].is_number and abs(below[1]) > BIG:
            raise TooBig("a power too large to compute")
        return below[0] ** below[1]
    if op == "root":
        return sympy.real_root(below[1], below[0])
    if op == "logb":
        return sympy.log(below[1], below[0])
    if op == "lg":
        return sympy.log(below[0], 10)
    if op == "percent":
        return below[0] / 100
    if op == "deg":
        return below[0] * sympy.pi / 180
    if op in ("factorial", "binom") and any(b.is_number and abs(b) > BIG for b in below):
        raise TooBig("a factorial too large to compute")
    if op in _FUNCTIONS:
        return _FUNCTIONS[op](*below)
    raise _Untranslated(op)


def _operator(node: App, symbols: dict[str, Any]) -> Any:
    op, args = node.op, node.args
    if op == "lim":
        target = args[1]
        if not (
            isinstance(target, Rel) and target.ops == ("to",) and isinstance(target.args[0], Sym)
        ):
            raise _Untranslated("lim")
        name = target.args[0].name
        inner = {**symbols, name: sympy.Symbol(f"l_{name}", real=True)}
        return sympy.limit(
            translate(args[0], inner), inner[name], translate(target.args[1], symbols)
        )
    if op in ("sum", "prod"):
        low = args[1]
        if not (isinstance(low, Rel) and low.ops == ("=",) and isinstance(low.args[0], Sym)):
            raise _Untranslated(op)
        name = low.args[0].name
        inner = {**symbols, name: sympy.Symbol(f"s_{name}", integer=True)}
        bounds = (inner[name], translate(low.args[1], symbols), translate(args[2], symbols))
        if all(b.is_number and b.is_finite for b in bounds[1:]) and bounds[2] - bounds[1] > 10**4:
            raise TooBig(f"a {op} of too many terms")
        kind = sympy.Sum if op == "sum" else sympy.Product
        return kind(translate(args[0], inner), bounds)
    if op == "int":
        body, name = _differential(args[0])
        if _is_tower(body):
            raise TooBig("an integral of a tower of powers")
        inner = {**symbols, name: sympy.Symbol(f"t_{name}", real=True)}
        integrand = translate(body, inner)
        if isinstance(args[1], Words) or isinstance(args[2], Words):
            raise _Untranslated("an indefinite integral")
        low_, high = translate(args[1], symbols), translate(args[2], symbols)
        return sympy.integrate(integrand, (inner[name], low_, high))
    raise _Untranslated(op)


def _is_tower(node: Node) -> bool:
    """Whether a power stands in an exponent beside names: no closed form to hope for."""
    return any(
        isinstance(n, App)
        and n.op == "pow"
        and any(
            isinstance(m, App) and m.op == "pow" and symbols(m.args[1]) for m in walk(n.args[1])
        )
        for n in walk(node)
    )


def _differential(node: Node) -> tuple[Node, str]:
    """The integrand and the variable of ``f(x) dx``."""
    if isinstance(node, App) and node.op == "mul" and len(node.args) >= 2:
        last, before = node.args[-1], node.args[-2]
        if isinstance(before, Sym) and before.name == "d" and isinstance(last, Sym):
            rest = node.args[:-2] or (Num(exact.ONE),)
            return (rest[0] if len(rest) == 1 else App("mul", rest)), last.name
    raise _Untranslated("dx")


__all__ = ["attempt", "translate", "walk"]
