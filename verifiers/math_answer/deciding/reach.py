"""What a computer algebra system has an object for: looked at before a pair is taken to one.

The first such pair costs half a second, for the import, in a worker; a pair that cannot even be
put to it is not worth that.
"""

from __future__ import annotations

from assay.verifiers.math_answer.reading.labels import is_label
from assay.verifiers.math_answer.tree import App, Group, Node, Num, Rel, Sym, Words

FUNCTIONS = frozenset({
    "sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan", "acot", "asec", "acsc",
    "sinh", "cosh", "tanh", "coth", "sech", "csch", "asinh", "acosh", "atanh", "ln", "log", "exp",
    "sqrt", "abs", "floor", "ceil", "factorial", "binom", "gamma", "zeta", "gcd", "lcm", "max",
    "min", "re", "im", "arg", "sgn", "erf", "mod",
})  # fmt: skip
"""Functions that have the same name in the tree and an object in SymPy."""

ARITHMETIC = frozenset({"add", "mixed", "mul", "neg", "inv", "pow", "root", "logb", "lg", "percent",
                        "deg"})  # fmt: skip


def value(node: Node) -> Node:
    """The right side of ``x = ...``; anything else as it is."""
    if isinstance(node, Rel) and node.ops == ("=",) and is_label(node.args[0]):
        return node.args[1]
    return node


def is_within(node: Node) -> bool:
    """Whether the whole tree has a counterpart, its label aside."""
    stack = [value(node)]
    while stack:
        top = stack.pop()
        if isinstance(top, Num | Sym):
            continue
        if isinstance(top, Group) and len(top.items) == 1:
            stack.append(top.items[0])
        elif not isinstance(top, App):
            return False
        elif top.op in FUNCTIONS or top.op in ARITHMETIC:
            said = [arg for arg in top.args if not isinstance(arg, Words)]
            if len(said) < len(top.args) and (top.op != "mul" or not said):
                return False
            stack.extend(said)
        else:
            parts = _operator(top)
            if parts is None:
                return False
            stack.extend(parts)
    return True


def _operator(node: App) -> tuple[Node, ...] | None:
    """What stands in a limit, a sum, a product or a definite integral; None: none of these."""
    if node.op == "lim":
        target = node.args[1]
        named = isinstance(target, Rel) and target.ops == ("to",)
        return (node.args[0], target.args[1]) if named and isinstance(target, Rel) else None
    if node.op in ("sum", "prod"):
        low = node.args[1]
        if not (isinstance(low, Rel) and low.ops == ("=",) and isinstance(low.args[0], Sym)):
            return None
        return (node.args[0], low.args[1], node.args[2])
    if node.op == "int" and not any(isinstance(limit, Words) for limit in node.args[1:]):
        return node.args
    return None
