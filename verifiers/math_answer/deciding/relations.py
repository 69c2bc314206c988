"""Equations, assignments, definitions of functions, inequalities between expressions."""

from __future__ import annotations

from flint import fmpq

from assay.verifiers.math_answer.arithmetic import algebra, exact, numerics, scalars
from assay.verifiers.math_answer.deciding.decides import Decides
from assay.verifiers.math_answer.deciding.matrices import is_worked_out
from assay.verifiers.math_answer.deciding.number_sets import sets
from assay.verifiers.math_answer.deciding.number_sets.inequalities import ORDER
from assay.verifiers.math_answer.deciding.unsolved import is_given
from assay.verifiers.math_answer.equality_result import EqualityResult, different, every
from assay.verifiers.math_answer.reading.combinations import combines_things, says_value
from assay.verifiers.math_answer.reading.labels import is_derivative, is_label, is_product, primed
from assay.verifiers.math_answer.reading.simplify import is_value
from assay.verifiers.math_answer.tree import (
    App,
    Group,
    Items,
    Node,
    Num,
    Quantity,
    Rel,
    Sym,
    Words,
    substitute,
    symbols,
    walk,
)

_INDICES = frozenset("ijklmn")
_FLIP = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
_TURNED = {
    ">": "<", ">=": "<=", "supset": "subset", "supsetneq": "subsetneq", "sqsupseteq": "sqsubseteq",
    "gg": "ll", "ggg": "lll", "gtrsim": "lesssim", "succ": "prec", "succeq": "preceq",
    "ngtr": "nless", "ngeq": "nleq", "dashv": "vdash", "leftarrow": "to", "ni": "in",
    "trianglerighteq": "trianglelefteq", "triangleright": "triangleleft",
}  # fmt: skip
"""What says the same with its sides exchanged."""
_OF_VALUES = ORDER | {"=", "!=", "~", "propto", "parallel", "perp"}
"""Relations that hold, or hold turned round, of multiples of both sides or with them exchanged."""


def same(r: Node, a: Node, comparer: Decides) -> EqualityResult | None:
    """Whether two readings agree of which at least one is a relation; None: no view."""
    if isinstance(r, Rel) and isinstance(a, Rel):
        return both(r, a, comparer)
    relation, other = (r, a) if isinstance(r, Rel) else (a, r)
    assert isinstance(relation, Rel)
    if relation.ops == ("=",):
        return _against_value(relation, other, r, a, comparer)
    if set(relation.ops) & (ORDER | {"in", "notin", "!="}):
        region, facing = sets.as_set(relation), sets.as_set(other)
        if region is not None and facing is not None:
            if not comparer.policy.sets_as_relations and relation is a and relation.ops != ("in",):
                return different("the reference is a set, the answer an inequality")
            return sets.same(region, facing, comparer)
        one_way = set(relation.ops) <= {"<", "<="} or set(relation.ops) <= {">", ">="}
        if (isinstance(other, Items) and relation is r and one_way) and (
            len(other.items) == len(relation.args) == len(symbols(relation)) > 2
        ):
            return comparer.ordered(relation.args, other.items)  # an order, as a list
        if relation.ops == ("in",) and comparer.policy.labels == "optional":
            inner = relation.args[1]
            return comparer.same(inner, a) if relation is r else comparer.same(r, inner)
        return different("one is a relation, the other is not")
    if relation.ops in (("sim",), ("to",), ("propto",)):
        return different("another relation")
    return different("one is a relation, the other is not")


def _against_value(
    relation: Rel, other: Node, r: Node, a: Node, comparer: Decides
) -> EqualityResult | None:
    """``x = 3`` against ``3``; ``(f, g) = (n, 1)`` against ``f = n, g = 1``."""
    label, value = relation.args
    if (
        (
            isinstance(other, Items)
            and isinstance(label, Group | Items)
            and isinstance(value, Group | Items)
        )
        and len(label.items) == len(value.items)
        and all(isinstance(i, Rel) for i in other.items)
    ):
        spread = Items(tuple(
            Rel(("=",), pair) for pair in zip(label.items, value.items, strict=True)
        ))  # fmt: skip
        return comparer.same(spread, a) if relation is r else comparer.same(r, spread)
    if comparer.policy.labels == "require":
        return different("one names its value, the other does not")
    vanishes = isinstance(value, Num) and value.value == 0
    if is_label(label) and not (vanishes and is_product(label)):
        return comparer.same(value, a) if relation is r else comparer.same(r, value)
    if is_label(value) and not is_label(label) and not isinstance(value, Words):
        return comparer.same(label, a) if relation is r else comparer.same(r, label)
    said = relation is a and _is_amount(other) and _is_amount(value) and not vanishes
    if said and says_value(label):
        return comparer.same(r, value)
    given = is_given(value) or (is_worked_out(value) and not symbols(value))
    said_of = given and combines_things(label) and (relation is a or _is_power(label))
    if said_of or (_is_power(label) and _is_of_a_matrix(label, value)):
        return comparer.same(value, a) if relation is r else comparer.same(r, value)
    solved = _solved(relation, symbols(other))
    if solved is not None:
        return comparer.same(solved, a) if relation is r else comparer.same(r, solved)
    region, facing = sets.as_set(relation), sets.as_set(other)
    if region is not None and facing is not None and sets.is_set(other):
        return sets.same(region, facing, comparer)
    if isinstance(other, Items) and any(isinstance(i, Rel) for i in other.items):
        return None
    return different("one is an equation, the other is not")


def _is_amount(node: Node) -> bool:
    """Whether it is a constant, or one with a unit."""
    return is_value(node.value if isinstance(node, Quantity) else node)


def _is_power(label: Node) -> bool:
    """``A^{-1}``, ``A^T``, ``A^2``: what is asked for of one matrix, in a reference as well."""
    return isinstance(label, App) and label.op == "pow" and isinstance(label.args[0], Sym)


def _is_of_a_matrix(label: Node, value: Node) -> bool:
    """``A^{-1} = A - I``: what a matrix or the identity says of an inverse, and of no quotient."""
    if not (isinstance(label, App) and isinstance(label.args[0], Sym)):
        return False
    name = label.args[0].name
    return (
        name[:1].isupper()
        and any(isinstance(n, Sym) and n.name in ("I", "E") for n in walk(value))
        and any(n == label.args[0] for n in walk(value))
    )


def _solved(relation: Rel, names: frozenset[str]) -> Node | None:
    """``y + 1 = g(x)`` as ``g(x) - 1``, where the other side is in x alone."""
    left, right = relation.args
    extra = symbols(left) - symbols(right) - names
    if len(extra) != 1 or not isinstance(left, App) or left.op != "add":
        return None
    name = next(iter(extra))
    rest = [term for term in left.args if term != Sym(name)]
    alone = len(rest) == len(left.args) - 1 and all(name not in symbols(term) for term in rest)
    if not alone or not (symbols(right) & names):
        return None
    return App("add", (right, *(App("neg", (t,)) for t in rest)))


def both(r: Rel, a: Rel, comparer: Decides) -> EqualityResult:
    """Two relations."""
    r, a = _single_barred(r), _single_barred(a)
    if r.ops == ("=",) == a.ops:
        return _equations(r, a, comparer)
    region, facing = sets.as_set(r), sets.as_set(a)
    several = len(symbols(r)) > 1 and symbols(r) == symbols(a)
    if region is not None and facing is not None and not several:
        if not comparer.policy.sets_as_relations and r.ops == ("in",) != a.ops:
            return different("the reference is a set, the answer an inequality")
        named = region.name and facing.name and "in" not in {*r.ops, *a.ops}
        if named and region.name != facing.name:
            same_case = region.name.lower() == facing.name.lower()
            if comparer.policy.labels == "require" or not same_case:
                return different("they are about other names")
        return sets.same(region, facing, comparer)
    r, a = _oriented(r), _oriented(a)
    found = different("other relations")
    if r.ops == a.ops:
        found = every(comparer.same(x, y) for x, y in zip(r.args, a.args, strict=True))
    if found.equal or len(r.ops) != 1 or len(a.ops) != 1 or not {*r.ops, *a.ops} <= _OF_VALUES:
        return found
    if not all(_scalar(x) for x in (*r.args, *a.args)):
        return found
    return _compared(r, a)


def _single_barred(node: Rel) -> Rel:
    r"""``\|v\| = 5`` as ``|v| = 5``: both sides of a comparison name the same."""
    head = node.args[0]
    if not (isinstance(head, App) and head.op == "norm"):
        return node
    return Rel(node.ops, (App("abs", head.args), *node.args[1:]))


def _oriented(node: Rel) -> Rel:
    """Chains of ``>`` turned around."""
    if node.ops and set(node.ops) <= _TURNED.keys():
        return Rel(tuple(_TURNED[o] for o in reversed(node.ops)), tuple(reversed(node.args)))
    return node


def _equations(r: Rel, a: Rel, comparer: Decides) -> EqualityResult:
    (left_r, right_r), (left_a, right_a) = r.args, a.args
    if is_label(left_r) and is_label(left_a):
        found = _named(left_r, right_r, left_a, right_a, comparer)
        if found is not None:
            return found
    if left_r in (left_a, right_a):
        other = right_a if left_r == left_a else left_a
        found = comparer.same(right_r, other)
        if found.equal:
            return found
    if any(isinstance(x, Group | Items | Words) for x in (*r.args, *a.args)):
        return every(comparer.same(x, y) for x, y in zip(r.args, a.args, strict=True))
    return _proportional(_difference(r), _difference(a), comparer)


def _named(
    left_r: Node, right_r: Node, left_a: Node, right_a: Node, comparer: Decides
) -> EqualityResult | None:
    """Two assignments or definitions: the names must fit, then the values."""
    if left_r == left_a:
        return _unless_equation(comparer.same(right_r, right_a), left_r)
    if not (is_derivative(left_r) and is_derivative(left_a)):
        left_r, left_a = primed(left_r), primed(left_a)
    args_r, args_a = _parameters(left_r), _parameters(left_a)
    if (args_r is not None and args_a is not None and len(args_r) == len(args_a)) and (
        _head(left_r) == _head(left_a) or comparer.policy.labels == "optional"
    ):
        if _head(left_r) != _head(left_a):
            return different(f"{_head(left_r)} is not {_head(left_a)}")
        names: dict[str, Node] = {x: Sym(y) for x, y in zip(args_a, args_r, strict=True) if x != y}
        return comparer.same(right_r, substitute(right_a, names) if names else right_a)
    if isinstance(left_r, Words) or isinstance(left_a, Words):
        if isinstance(left_r, Words) and isinstance(left_a, Words):
            return every((comparer.words(left_r, left_a), comparer.same(right_r, right_a)))
        return comparer.same(right_r, right_a)
    if (args_r is None) != (args_a is None):  # y = 2x and f(x) = 2x
        plain = left_a if args_a is None else left_r
        stem = plain.name.rstrip("'") if isinstance(plain, Sym) else ""
        orders = {_head(left).count("'") for left in (left_r, left_a)}
        if (stem == "y" and len(orders) == 1) or _head(left_r) == _head(left_a):
            return comparer.same(right_r, right_a)
    if left_r == left_a:  # dy/dx and y'
        return comparer.same(right_r, right_a)
    if isinstance(left_r, Sym) and isinstance(left_a, Sym):
        index_r, index_a = _index(left_r), _index(left_a)
        if (
            _head(left_r)[:-1] == _head(left_a)[:-1]
            and index_r in symbols(right_r) - symbols(right_a)
            and index_a in symbols(right_a)
        ):  # a_n = 2^n and a_k = 2^k
            return comparer.same(right_r, substitute(right_a, {index_a: Sym(index_r)}))
        if symbols(right_r) or symbols(right_a):
            return None
        return different(f"{left_r.name} is not {left_a.name}")
    if isinstance(left_r, Group) and isinstance(left_a, Group):
        if (sorted(map(repr, left_r.items)) == sorted(map(repr, left_a.items))) and (
            isinstance(right_r, Group) and isinstance(right_a, Group)
        ):
            pairs_r = Items(
                tuple(Rel(("=",), p) for p in zip(left_r.items, right_r.items, strict=False))
            )
            pairs_a = Items(
                tuple(Rel(("=",), p) for p in zip(left_a.items, right_a.items, strict=False))
            )
            return comparer.same(pairs_r, pairs_a)
        return different("other names")
    return None


def _unless_equation(found: EqualityResult, label: Node) -> EqualityResult | None:
    """A difference of right sides decides only where the left side is a mere name."""
    if (
        found.equal is False
        and not isinstance(label, Sym | Group | Words)
        and not (isinstance(label, App) and label.op in ("apply", "call"))
    ):
        return None
    return found


def _head(label: Node) -> str:
    if isinstance(label, App) and isinstance(label.args[0], Sym):
        return label.args[0].name
    return label.name if isinstance(label, Sym) else ""


def _index(label: Sym) -> str:
    """The n of ``a_n``, the term of a sequence; "" where the index is no letter for a number."""
    index = label.name.rpartition("_")[2]
    return index if index in _INDICES and index != label.name else ""


def _parameters(label: Node) -> list[str] | None:
    """The names in ``f(x, y)``."""
    if not (isinstance(label, App) and label.op in ("apply", "call")):
        return None
    names = []
    for arg in label.args[1:]:
        for item in exact.as_items(arg):
            if not isinstance(item, Sym):
                return None
            names.append(item.name)
    return names


def _difference(node: Rel) -> Node:
    left, right = node.args
    if isinstance(right, Num) and right.value == 0:
        return left
    return App("add", (left, App("neg", (right,))))


def _proportional(r: Node, a: Node, comparer: Decides) -> EqualityResult:
    """``F = 0`` and ``G = 0`` where F/G is a constant other than zero, or clearing denominators."""
    if symbols(r) != symbols(a):
        return different("equations in other names")
    if not symbols(r):
        return different("equations without a name")
    found = algebra.same_zeros(r, a)
    if found is not None:
        return found
    # of f(1) and f(2) alone any two expressions have one ratio: the values do not vary
    factor = numerics.ratio(r, a) if _varies(r) else None
    if factor is None:
        return different("the equations are not multiples of each other", "numeric", "unproved")
    if factor.equal:
        return factor
    return factor


def _varies(node: Node) -> bool:
    """Whether a name stands in it that is no function's."""
    heads = {
        n.args[0].name
        for n in walk(node)
        if isinstance(n, App) and n.op in ("apply", "call") and isinstance(n.args[0], Sym)
    }
    return bool(symbols(node) - heads)


def _compared(r: Rel, a: Rel) -> EqualityResult:
    """Two inequalities in several names: proportional, with the sign of the factor."""
    left, right = _difference(r), _difference(a)
    if symbols(left) != symbols(right):
        return different("relations in other names")
    factor = numerics.ratio(left, right)
    if factor is None or not factor.equal:
        return factor or different("the relations are not multiples of each other", "numeric")
    negative = factor.why.startswith("-")
    wanted = _FLIP.get(a.ops[0], a.ops[0]) if negative else a.ops[0]
    if wanted == r.ops[0]:
        return factor
    return different("the relation points the other way")


def _scalar(node: Node) -> bool:
    return isinstance(node, App | Num | Sym) and not any(
        isinstance(n, Group | Items | Words) for n in walk(node)
    )


def as_tuples(node: Items) -> Items | None:
    """``p=5, q=2; p=7, q=2`` as tuples: labels that repeat in a cycle."""
    labels: list[Node] = []
    for item in node.items:
        if not (isinstance(item, Rel) and item.ops == ("=",) and is_label(item.args[0])):
            return None
        labels.append(item.args[0])
    period = next((k for k in range(1, len(labels)) if labels[k] == labels[0]), 0)
    if period < 2 or len(labels) % period:
        return None
    if any(labels[k] != labels[k % period] for k in range(len(labels))):
        return None
    values = [item.args[1] for item in node.items if isinstance(item, Rel)]
    return Items(tuple(
        Group("(", ")", tuple(values[k : k + period])) for k in range(0, len(values), period)
    ))  # fmt: skip


__all__ = ["as_tuples", "both", "fmpq", "is_value", "same", "scalars"]
