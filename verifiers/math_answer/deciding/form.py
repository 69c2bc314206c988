"""Forms that a policy may require besides the value: reduced, factored, expanded, decimal."""

from __future__ import annotations

from math import gcd

from assay.verifiers.math_answer.policy import Policy
from assay.verifiers.math_answer.tree import App, Items, Node, Num, Quantity, Rel, walk


def problem(node: Node, policy: Policy) -> str | None:
    """Why `node` is not in the form that the policy requires, or None."""
    if isinstance(node, Rel) and node.ops == ("=",):
        node = node.args[1]
    if isinstance(node, Quantity):
        node = node.value
    if isinstance(node, Items):
        return next((p for item in node.items if (p := problem(item, policy))), None)
    while isinstance(node, App) and node.op in ("neg", "percent", "deg"):
        node = node.args[0]
    if policy.form == "decimal":
        return _decimal(node, policy.places)
    if policy.form == "reduced":
        return _reduced(node)
    if policy.form == "factored":
        return _factored(node)
    if policy.form == "expanded":
        return _expanded(node)
    return None


def _decimal(node: Node, places: int | None) -> str | None:
    if not isinstance(node, Num):
        return "the answer must be a decimal"
    if places is not None and (node.places or 0) != places:
        return f"the answer must show {places} digits after the point"
    return None


def _reduced(node: Node) -> str | None:
    for part in walk(node):
        if isinstance(part, App) and part.op == "mul":
            factors = _factors(part)
            tops = [f.value for f in factors if isinstance(f, Num)]
            unders = [
                under.value
                for f in factors if isinstance(f, App) and f.op == "inv"
                for under in _factors(f.args[0]) if isinstance(under, Num)
            ]  # fmt: skip
            if 1 in unders or any(gcd(int(t.p), int(u.p)) > 1 for t in tops for u in unders):
                return "the fraction is not reduced"
        if (
            isinstance(part, App)
            and part.op == "add"
            and all(isinstance(a, Num) for a in part.args)
        ):
            return "the sum is not worked out"
    return None


def _factors(node: Node) -> list[Node]:
    """What is multiplied in it, a sign aside."""
    if isinstance(node, App) and node.op in ("mul", "neg"):
        return [f for arg in node.args for f in _factors(arg)]
    return [node]


def _factored(node: Node) -> str | None:
    if isinstance(node, App) and node.op == "add":
        return "the answer must be a product of factors"
    return None


def _expanded(node: Node) -> str | None:
    for part in walk(node):
        if (
            isinstance(part, App)
            and part.op == "mul"
            and any(isinstance(a, App) and a.op == "add" for a in part.args)
        ):
            return "the answer must be expanded"
        if (
            isinstance(part, App)
            and part.op == "pow"
            and isinstance(part.args[0], App)
            and (part.args[0].op == "add")
        ):
            return "the answer must be expanded"
    return None
