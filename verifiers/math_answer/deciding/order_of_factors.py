r"""Where the order of the factors counts: matrices, vectors, groups, composed functions.

A pair that shows what its names are (`noncommuting.evidence`) is compared at seeded matrices.
"""

from __future__ import annotations

from assay.verifiers.math_answer.arithmetic.noncommuting import at_matrices, normal_form
from assay.verifiers.math_answer.arithmetic.noncommuting.assigned import may_count, roles
from assay.verifiers.math_answer.arithmetic.noncommuting.roles import Roles, parts
from assay.verifiers.math_answer.equality_result import UNKNOWN, EqualityResult
from assay.verifiers.math_answer.tree import App, Group, Items, Node, Num, Rel, Sym

_REFUSED = EqualityResult(
    False, "none", "unproved",
    "the order of the factors counts here, and they have no value as matrices or vectors",
)  # fmt: skip


def _refused(result: EqualityResult) -> EqualityResult:
    """`result`, or not equal where it could not tell: as numbers the names would change places."""
    return result if result.equal is not None or result.by == "bounds" else _REFUSED


def of_lists(r: Node, a: Node) -> Roles | None:
    """What names stand for in all parts of two lists, if one part shows it."""
    lists = (Items, Group)
    return roles(r, a) if isinstance(r, lists) and isinstance(a, lists) else None


def compare(
    r: Node, a: Node, shared: Roles | None = None, directional: bool = True
) -> EqualityResult | None:
    """Whether two answers are equal with their factors in order.

    None: the order is free, or they are lists or something else whose parts are compared.
    `shared` is what the list that they are part of says of their names.
    """
    if isinstance(r, Rel) and isinstance(a, Rel):
        if not all(map(_is_expression, (*r.args, *a.args))):
            return None  # words that name a value
        found = _roles(r, a, shared, directional)
        if found is None:
            return None
        if r.ops == a.ops == ("=",):
            return _equations(r, a, found)
        return _relations(r, a, found)
    if isinstance(r, Rel) or isinstance(a, Rel):
        return _identity(r, a)
    if not (_is_expression(r) and _is_expression(a)):
        return None
    found = _roles(r, a, shared, directional)
    if found is None:
        return None
    result = _same(r, a, found)
    return _refused(result)


def _roles(r: Node, a: Node, shared: Roles | None, directional: bool) -> Roles | None:
    found = roles(r, a, directional)
    if found is not None or shared is None:
        return found
    named = shared.matrices | shared.vectors
    concerned = any(isinstance(n, Sym) and n.name in named for tree in (r, a) for n in parts(tree))
    return shared if concerned else None


def _identity(r: Node, a: Node) -> EqualityResult | None:
    """``(AB)^{-1} = B^{-1}A^{-1}`` and its right side; None: the equation is no identity."""
    relation, other = (r, a) if isinstance(r, Rel) else (a, r)
    if not isinstance(relation, Rel) or relation.ops != ("=",) or not _is_expression(other):
        return None
    left, right = relation.args
    if isinstance(left, Sym) or not all(map(_is_expression, relation.args)):
        return None
    found = roles(r, a)
    if found is None or not _same(left, right, found).equal:
        return None
    result = _same(right, other, found)
    return _refused(result)


def _relations(r: Rel, a: Rel, found: Roles) -> EqualityResult:
    """Two relations that are no equations: side by side, as written or turned around."""
    for ops, sides in (
        (a.ops, a.args),
        (tuple(_TURNED.get(op, "") for op in reversed(a.ops)), a.args[::-1]),
    ):
        if ops == r.ops:
            pairs = zip(r.args, sides, strict=True)
            results = [_same(x, y, found) for x, y in pairs if x != y]
            if all(one.equal for one in results):
                return results[0] if results else EqualityResult(True, "structure", "proved")
    return _REFUSED


_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "!=": "!="}


def _same(r: Node, a: Node, found: Roles) -> EqualityResult:
    """What seeded matrices show; an equality is proved where the normal forms are one."""
    result = at_matrices.same(r, a, found) if found.valued else UNKNOWN
    if result.equal and normal_form.same(r, a, found):
        why = "they are one sum of products, the factors in their order"
        return EqualityResult(True, "algebra", "proved", why)
    return result


def _is_expression(node: Node) -> bool:
    if isinstance(node, Group):
        return len(node.items) == 1 or (
            node.left + node.right == "[]" and len(node.items) == 2
            and all(any(isinstance(n, Sym) for n in parts(item)) for item in node.items)
        )  # fmt: skip
    return isinstance(node, App | Sym | Num)


def _is_estimate(left: Node, right: Node) -> bool:
    r"""``x`` and ``\hat x``: one name for the same solution."""
    names = [n.name for n in (left, right) if isinstance(n, Sym)]
    hats = [name.removeprefix("hat:") for name in names]
    return len(names) == 2 and names[0] != names[1] and hats[0] == hats[1]


def _equations(r: Rel, a: Rel, found: Roles) -> EqualityResult:
    """Two equations: side by side, or with their sides exchanged."""
    if _is_estimate(r.args[0], a.args[0]):
        said = _same(r.args[1], a.args[1], found)
        return _refused(said)
    result = _REFUSED
    for sides in (a.args, a.args[::-1]):
        pairs = [_same(x, y, found) if x != y else None for x, y in zip(r.args, sides, strict=True)]
        results = [pair for pair in pairs if pair is not None]
        if results and all(pair.equal for pair in results):
            return results[0]
        result = next((p for p in results if p.equal is False), result)
    differences = [App("add", (x.args[0], App("neg", (x.args[1],)))) for x in (r, a)]
    for sign in ("add", "neg"):
        whole = _same(differences[0], App(sign, (differences[1],)), found)
        if whole.equal:
            return whole
    return result


__all__ = ["compare", "may_count", "of_lists"]
