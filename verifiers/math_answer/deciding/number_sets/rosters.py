r"""Sets of whole numbers by a condition: ``\{x \in \mathbb{Z} : -2 < x < 3\}``, as their members.

Also what stands between dots: ``\{1, 2, \ldots, 9\}``.
"""

from __future__ import annotations

from flint import fmpq

from assay.verifiers.math_answer.arithmetic import algebra, exact
from assay.verifiers.math_answer.deciding.number_sets.inequalities import solved
from assay.verifiers.math_answer.deciding.number_sets.regions import (
    INFINITY,
    MINUS,
    Region,
    meet,
    normal,
)
from assay.verifiers.math_answer.limits import Unreadable
from assay.verifiers.math_answer.tree import (
    App,
    Group,
    Items,
    Node,
    Num,
    Rel,
    Such,
    Sym,
    substitute,
    symbols,
)

MOST = 400
"""Most members that are written out."""

CONDITIONS = 12
"""Most conditions that are looked at; each is asked of each number."""

REACH = 300
"""How far from 0 the members are sought where no condition bounds them; there is none in the outer
half of that, where no sign may change, or the set is not written out."""


def may_be(node: Node) -> bool:
    """Whether it is worth asking; cheap."""
    if isinstance(node, Group):
        return node.left == "{" and Sym("dots") in node.items
    return is_whole(node)


def written_out(node: Node) -> tuple[Group, ...]:
    """The rosters that `node` may mean: one, or two where the naturals may begin at 0 or at 1."""
    if isinstance(node, Group) and node.left == "{":
        filled = _between_dots(node.items)
        return (Group("{", "}", filled),) if filled is not None else ()
    if not isinstance(node, Such):
        return ()
    conditions = list(_conditions(node.condition))
    item = node.item
    if isinstance(item, Rel) and item.ops == ("in",):
        conditions.append(item)
        item = item.args[0]
    domains = [c for c in conditions if isinstance(c, Rel) and c.ops == ("in",)]
    whole = [(c.args[0], _least(c.args[1])) for c in domains]
    if len(whole) != 1 or not isinstance(whole[0][0], Sym) or not whole[0][1]:
        return ()
    name = whole[0][0].name
    rest = [c for c in conditions if c not in domains]
    if len(rest) > CONDITIONS:
        return ()
    if symbols(item) != {name} or any(not isinstance(c, Rel) or symbols(c) != {name} for c in rest):
        return ()
    found = []
    for least in whole[0][1]:
        members = _members(item, name, [c for c in rest if isinstance(c, Rel)], least)
        if members is not None:
            found.append(Group("{", "}", members))
    return tuple(found)


def shortened(node: Node) -> Node:
    r"""``\{1, 2, 3, \ldots, n\}`` with no more before its dots than shows its steps.

    One number shows steps of one, two show any other; names show them by their indices.
    """
    if not (isinstance(node, Group) and node.left == "{" and Sym("dots") in node.items):
        return node
    at = node.items.index(Sym("dots"))
    places = [_place(item) for item in node.items[:at]]
    if len(places) < 2 or any(place is None or place[0] != places[0][0] for place in places):  # type: ignore[index]
        return node
    numbers = [place[1] for place in places if place is not None]
    step = numbers[1] - numbers[0]
    if step == 0 or numbers != [numbers[0] + k * step for k in range(at)]:
        return node
    kept = 1 if step == 1 else 2
    return Group("{", node.right, (*node.items[:kept], *node.items[at:]))


def _place(item: Node) -> tuple[str, int] | None:
    """A whole number, or the index of a name, with the name."""
    if isinstance(item, Sym):
        name, _, index = item.name.partition("_")
        return (name, int(index)) if index.isdecimal() and len(index) < 9 else None
    number = exact.whole(item)
    return None if number is None else ("", number)


def is_whole(node: Node) -> bool:
    """Whether a set-builder collects whole numbers only, so that it is not an interval."""
    if not isinstance(node, Such):
        return False
    conditions = (*_conditions(node.condition), node.item)
    return any(isinstance(c, Rel) and c.ops == ("in",) and _least(c.args[1]) for c in conditions)


def _conditions(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Items) else (node,)


def _least(domain: Node) -> tuple[int | None, ...]:
    """Where the domain may begin; (None,) where it has no least member; () where it is none."""
    plus = False
    if isinstance(domain, App) and domain.op == "pow" and isinstance(domain.args[1], Sym):
        plus = domain.args[1].name in ("*", "+")
        domain = domain.args[0]
    if not isinstance(domain, Sym):
        return ()
    name = domain.name
    for suffix in ("^*", "^+", "_+", "_>0"):
        if name.endswith(suffix):
            plus, name = True, name.removesuffix(suffix)
    if name in ("integers", "Z"):
        return (1,) if plus else (None,)
    if name in ("naturals", "N"):
        return (1,) if plus else (0, 1)
    return ()


def _members(
    item: Node, name: str, conditions: list[Rel], least: int | None
) -> tuple[Node, ...] | None:
    low, high = (-REACH if least is None else least), REACH
    bounded: Region | None = None
    for condition in conditions:
        part = solved(condition)
        if part is not None:
            bounded = part if bounded is None else meet(bounded, part)
    span = _span(bounded, least)
    known = True
    if span is not None:
        low, high = span
        if high - low > MOST:
            return None
    else:
        furthest = [_furthest(condition) for condition in conditions]
        known = None not in furthest
        if any(f is not None and f > REACH // 2 for f in furthest):
            return None
    members: list[Node] = []
    for k in range(low, high + 1):
        holds = [_holds(c, name, k) for c in conditions]
        if None in holds:
            return None
        if all(holds):
            if span is None and abs(k) > REACH // 2:
                return None
            members.append(substitute(item, {name: Num(fmpq(k))}))
    return tuple(members) if members or known else None


def _furthest(condition: Rel) -> fmpq | None:
    """How far from 0 it can begin or cease to hold; None: not known."""
    found = [algebra.furthest_sign(App("add", (left, App("neg", (right,)))))
             for left, right in zip(condition.args, condition.args[1:], strict=False)]  # fmt: skip
    return max((f for f in found if f is not None), default=None) if None not in found else None


def _span(region: Region | None, least: int | None) -> tuple[int, int] | None:
    region = normal(region) if region is not None else None
    if region is None or not region.parts:
        return None
    low, high = region.parts[0].low, region.parts[-1].high
    below = fmpq(least) if low == MINUS and least is not None else exact.rational(low)
    above = exact.rational(high)
    if high == INFINITY or below is None or above is None:
        return None
    first = int(-((-below.p) // below.q))
    return (first if least is None else max(first, least)), int(above.p // above.q)


def _holds(condition: Rel, name: str, k: int) -> bool | None:
    bound = {name: fmpq(k)}
    try:
        values = [exact.rational(arg, bound) for arg in condition.args]
    except Unreadable:
        return False
    for left, op, right in zip(values, condition.ops, values[1:], strict=False):
        if left is None or right is None:
            return None
        found = {
            "<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right,
            "=": left == right, "!=": left != right,
        }.get(op)  # fmt: skip
        if not found:
            return found
    return True


def _between_dots(items: tuple[Node, ...]) -> tuple[Node, ...] | None:
    """``1, 2, ..., 9`` with what the dots leave out: whole numbers in steps of one size."""
    at = next((i for i, item in enumerate(items) if item == Sym("dots")), None)
    if at is None or at < 1 or at != len(items) - 2:
        return None
    known = [exact.whole(i) for i in (*items[:at], items[-1])]
    first, last = known[0], known[-1]
    if any(k is None for k in known) or first is None or last is None or known[1] is None:
        return None
    step = known[1] - first if at > 1 else 1  # "1, ..., 9": nothing else is said of the steps
    if step == 0 or (last - first) % step or not 0 < (last - first) // step <= MOST:
        return None
    if any(k != first + i * step for i, k in enumerate(known[:-1])):
        return None
    return tuple(Num(fmpq(k)) for k in range(first, last + (1 if step > 0 else -1), step))
