"""Answers that are sets of real numbers: intervals, unions, conditions, set-builder notation."""

from __future__ import annotations

from assay.verifiers.math_answer.deciding.decides import Decides
from assay.verifiers.math_answer.deciding.number_sets.inequalities import ORDER, solved
from assay.verifiers.math_answer.deciding.number_sets.regions import (
    EVERYTHING,
    INFINITY,
    MINUS,
    Interval,
    Region,
    complement,
    meet,
    normal,
    order,
    point,
    without,
)
from assay.verifiers.math_answer.equality_result import EqualityResult, different, every
from assay.verifiers.math_answer.reading.simplify import settle
from assay.verifiers.math_answer.tree import (
    App,
    Group,
    Items,
    Node,
    Rel,
    Such,
    Sym,
    substitute,
)


def is_set(node: Node) -> bool:
    """Whether it can only be a set of numbers, not a tuple."""
    if isinstance(node, Such):
        return True
    if isinstance(node, Sym):
        return node.name in ("reals", "emptyset", "integers", "naturals", "rationals", "complexes")
    if isinstance(node, App):
        return node.op in ("cup", "cap", "setminus") or (
            node.op == "add" and any(isinstance(a, Such) or _braces(a) for a in node.args)
        )
    if isinstance(node, Group) and len(node.items) == 2:
        return node.left + node.right in ("[)", "(]") or any(_is_infinite(i) for i in node.items)
    return False


def _braces(node: Node) -> bool:
    return (isinstance(node, Group) and node.left == "{") or (
        isinstance(node, App) and node.op == "neg" and _braces(node.args[0])
    )


def _is_infinite(node: Node) -> bool:
    return node in (INFINITY, MINUS)


def as_set(node: Node) -> Region | None:
    """`node` as a region of the real line, or None where it is none that can be worked out."""
    node = settle(node)
    if isinstance(node, Group):
        if node.left == "{":
            return Region(tuple(point(i) for i in node.items))
        if len(node.items) == 2 and node.left in "([" and node.right in ")]":
            low, high = node.items
            if order(low, high) == 1 or (low == high and node.left + node.right == "()"):
                return None  # "(5, -10)" is a point, not an interval without members
            return Region((Interval(low, node.left == "[", high, node.right == "]"),))
        return None
    if isinstance(node, Sym):
        if node.name == "reals":
            return Region((EVERYTHING,))
        if node.name == "emptyset":
            return Region(())
        return None
    if isinstance(node, Such):
        collected = as_set(node.condition)
        names = _bound(node)
        if collected is None or len(names) != 1 or isinstance(_item(node), App):
            return None  # "{x^2 : x > 2}" are no numbers above 2
        if isinstance(node.item, Rel) and node.item.args[1] != Sym("reals"):
            collected = meet(collected, as_set(node.item))  # "x in Q" is none that is worked out
        return collected if collected and collected.name in ("", *names) else None
    if isinstance(node, Rel):
        return _from_relation(node)
    if isinstance(node, Items):
        return union_of(node)
    if isinstance(node, App):
        if node.op == "cup":
            found = [as_set(arg) for arg in node.args]
            if any(f is None for f in found):
                return None
            return Region(tuple(p for f in found if f is not None for p in f.parts))
        if node.op == "cap":
            region = as_set(node.args[0])
            for arg in node.args[1:]:
                region = meet(region, as_set(arg))
            return region
        if node.op in ("setminus", "add") and len(node.args) == 2:
            whole, less = as_set(node.args[0]), node.args[1]
            if node.op == "add":
                if not (isinstance(less, App) and less.op == "neg"):
                    return None
                less = less.args[0]
            if isinstance(less, Group) and less.left == "{":
                for item in less.items:
                    whole = meet(whole, without(item))
                return whole
    return None


def union_of(node: Items) -> Region | None:
    """A list of conditions or sets as one region: ``or`` unites, ``and`` intersects."""
    if len(node.items) > 40:  # each is met with what the others leave
        return None
    if not any((isinstance(i, Rel) and set(i.ops) & (ORDER | {"in", "notin", "!="})) or is_set(i)
               for i in node.items):  # fmt: skip
        return None
    found = [as_set(i) for i in node.items]
    if any(f is None for f in found):
        return None
    regions = [f for f in found if f is not None]
    if len({r.name for r in regions if r.name}) > 1:
        return None
    name = regions[0].name
    together = node.kind == "and" or any(isinstance(i, Rel) and "!=" in i.ops for i in node.items)
    united = normal(Region(tuple(p for r in regions for p in r.parts), name))
    if together or (united is not None and united.parts == (EVERYTHING,)):
        region: Region | None = regions[0]
        for other in regions[1:]:
            region = meet(region, other)
        if region is not None and (region.parts or node.kind != "and"):
            return Region(region.parts, name)
    return Region(tuple(p for r in regions for p in r.parts), name)


def _from_relation(node: Rel) -> Region | None:
    ops, args = node.ops, node.args
    if ops == ("in",):
        inner = as_set(args[1])
        return None if inner is None else Region(inner.parts, _name(args[0]))
    if ops == ("notin",):
        inner_node = args[1]
        if isinstance(inner_node, Group) and inner_node.left == "{":
            region: Region | None = Region((EVERYTHING,), _name(args[0]))
            for item in inner_node.items:
                region = meet(region, without(item))
            return region
        inside = as_set(inner_node)
        outside = complement(inside) if inside is not None else None
        return None if outside is None else Region(outside.parts, _name(args[0]))
    return solved(node)


def _name(node: Node) -> str:
    return node.name if isinstance(node, Sym) else ""


def compare(r: Node, a: Node, comparer: Decides) -> EqualityResult:
    """Two readings of which at least one is a set of numbers."""
    left, right = as_set(r), as_set(a)
    if left is not None and right is not None:
        return same(left, right, comparer)
    if isinstance(r, App) and isinstance(a, App) and r.op == a.op and len(r.args) == len(a.args):
        if r.op in ("cup", "cap"):
            return comparer.unordered(r.args, a.args)
        return every(comparer.same(x, y) for x, y in zip(r.args, a.args, strict=True))
    if isinstance(r, Such) and isinstance(a, Such):
        r, a = _with_one_name(_of_reals(r), _of_reals(a))
        return every((comparer.same(r.item, a.item), comparer.same(r.condition, a.condition)))
    if isinstance(r, Group) and isinstance(a, Group) and r.left + r.right == a.left + a.right:
        return comparer.ordered(r.items, a.items)
    return different("one is a set of numbers, the other is not")


def _intervals(region: Region) -> tuple[Node, ...]:
    """The parts of a region, each on its own."""
    return tuple(
        Group("[" if p.low_closed else "(", "]" if p.high_closed else ")", (p.low, p.high))
        for p in region.parts
    )


def _with_one_name(r: Such, a: Such) -> tuple[Such, Such]:
    """Both under one name for what is collected: it is bound, and means nothing outside."""
    one, two = _bound(r), _bound(a)
    if len(one) != len(two) or one == two:
        return r, a
    # names that nobody writes, so that none catches a free one
    common = [Sym(f"bound:{k}") for k in range(len(one))]
    left = substitute(r, dict(zip(one, common, strict=True)))
    right = substitute(a, dict(zip(two, common, strict=True)))
    assert isinstance(left, Such)
    assert isinstance(right, Such)
    return left, right


def _of_reals(node: Such) -> Such:
    r"""``\{x \in \mathbb{R} : ...\}`` as ``\{x : ...\}``: without a word, numbers are real."""
    item = node.item
    real = isinstance(item, Rel) and item.ops == ("in",) and item.args[1] == Sym("reals")
    return Such(_item(node), node.condition) if real else node


def _bound(node: Such) -> tuple[str, ...]:
    r"""The names of ``\{x : ...\}``, ``\{(x, y) : ...\}`` and ``\{x^2 : x \in A\}``, in order."""
    item = _item(node)
    names = item.items if isinstance(item, Group) else (item,)
    if isinstance(item, App):
        domain = node.condition
        names = domain.args[:1] if isinstance(domain, Rel) and domain.ops == ("in",) else ()
    found = tuple(name.name for name in names if isinstance(name, Sym))
    return found if len(set(found)) == len(names) else ()


def _item(node: Such) -> Node:
    r"""What is collected; of ``\{x \in A : ...\}``, ``x``."""
    item = node.item
    return item.args[0] if isinstance(item, Rel) and item.ops == ("in",) else item


def same(r: Region, a: Region, comparer: Decides) -> EqualityResult:
    """Whether two regions are equal as sets."""
    ordered_r, ordered_a = normal(r), normal(a)
    if None in (ordered_r, ordered_a) and len(r.parts) == len(a.parts) > 1:
        # which part is first depends on a name
        found = comparer.unordered(_intervals(r), _intervals(a))
        return found._replace(certainty="unproved") if found.equal is False else found
    left, right = ordered_r or r, ordered_a or a
    if len(left.parts) != len(right.parts):
        return different("the sets differ")
    findings = []
    for x, y in zip(left.parts, right.parts, strict=True):
        if (x.low_closed, x.high_closed) != (y.low_closed, y.high_closed):
            return different("the sets differ in an endpoint")
        findings.append(comparer.same(x.low, y.low))
        if x.low is not x.high:
            findings.append(comparer.same(x.high, y.high))
    if comparer.policy.constants == "rename" and any(f.equal is False for f in findings):
        flat_r = tuple(n for p in left.parts for n in (p.low, p.high))
        flat_a = tuple(n for p in right.parts for n in (p.low, p.high))
        renamed = comparer.renamed_together(flat_r, flat_a)
        if renamed is not None:
            return renamed
    return every(findings)
