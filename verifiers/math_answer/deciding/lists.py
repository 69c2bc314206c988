"""Lists and sets: in order, in any order, under one renaming."""

from __future__ import annotations

from flint import fmpq

from assay.verifiers.math_answer.arithmetic import exact, scalars
from assay.verifiers.math_answer.deciding import relations
from assay.verifiers.math_answer.deciding.naming.renaming import namings
from assay.verifiers.math_answer.deciding.number_sets import sets
from assay.verifiers.math_answer.equality_result import UNKNOWN, EqualityResult, different, every
from assay.verifiers.math_answer.policy import Policy
from assay.verifiers.math_answer.tree import (
    App,
    Group,
    Items,
    Matrix,
    Node,
    Num,
    Rel,
    Sym,
    Words,
    children,
    substitute,
    symbols,
)

_PARTNERS = 60
"""Most members without an equal that are held against each other: each may need algebra."""


class ListComparer:
    """What `Comparer` does with more than one thing at a time."""

    policy: Policy
    directional: bool
    parameters: frozenset[str]
    named: bool
    """Whether the names of constants are settled for the whole whose parts are compared."""

    def same(self, r: Node, a: Node) -> EqualityResult:
        """Whether two readings agree; see `Comparer`."""
        raise NotImplementedError

    def words(self, r: Node, a: Node) -> EqualityResult:
        """Whether two readings agree of which one is words; see `Comparer`."""
        raise NotImplementedError

    def lists(self, r: Node, a: Node) -> EqualityResult:
        """At least one side is a list without brackets."""
        if isinstance(r, Items) and isinstance(a, Items):
            return self.plain_lists(r, a)
        listed, other = (r, a) if isinstance(r, Items) else (a, r)
        assert isinstance(listed, Items)
        if listed is a and listed.kind == "or":
            twice = self.said_twice(r, listed)
            if twice is not None:
                return twice
        if isinstance(other, Group):
            if self.policy.brackets == "require" and self.directional:
                return different("one side is in brackets")
            if other.left == "{":
                return self.unordered(exact.as_items(r), exact.as_items(a), as_sets=True)
            if len(other.items) == len(listed.items):
                return self.ordered(exact.as_items(r), exact.as_items(a))
            return different("lists of different length")
        if isinstance(other, Matrix):
            flat = children(other)
            if 1 in (len(other.rows), len(other.rows[0])) and len(flat) == len(listed.items):
                pair = (listed.items, flat) if r is listed else (flat, listed.items)
                return self.ordered(*pair)
        if sets.is_set(other) or any(isinstance(i, Rel) for i in listed.items):
            found = sets.union_of(listed), sets.as_set(other)
            if found[0] is not None and found[1] is not None:
                return sets.same(found[0], found[1], self)
        if isinstance(listed.items[0], Rel) and isinstance(other, Group | Matrix):
            return different("a list and no list")
        return different(f"{len(listed.items)} answers instead of one" if listed is a
                         else f"one answer instead of {len(listed.items)}")  # fmt: skip

    def said_twice(self, r: Node, offered: Items) -> EqualityResult | None:
        """Whether what is offered is one value in several forms, and right: "3/4 or 0.75"."""
        first, *others = offered.items
        if any(isinstance(item, Rel | Group | Words) for item in offered.items):
            return None
        for other in others:
            near = scalars.rounded(other, first, self.policy) or scalars.rounded(
                first, other, self.policy
            )
            if near is None and not self.same(first, other).equal:
                return None
        found = [self.same(r, item) for item in offered.items]
        return next((f for f in found if f.equal), None)

    def plain_lists(self, r: Items, a: Items) -> EqualityResult:
        """Two lists without brackets."""
        if len(r.items) == len(a.items) and _is_numbered(r) != _is_numbered(a):
            return self.apart(_unnumbered(r), _unnumbered(a))
        tuples = relations.as_tuples(r), relations.as_tuples(a)
        if tuples[0] is not None or tuples[1] is not None:
            r_t = tuples[0] or r
            a_t = tuples[1] or a
            if len(r_t.items) == len(a_t.items):
                found = self.unordered(r_t.items, a_t.items)
                if found.equal:
                    return found
        union_r, union_a = sets.union_of(r), sets.union_of(a)
        if union_r is not None and union_a is not None:
            found = sets.same(union_r, union_a, self)
            if found.equal is not None:
                return found
        if all(isinstance(i, Group) for i in (*r.items, *a.items)):
            return self.unordered(r.items, a.items, as_sets=True)  # solutions: a repetition is none
        if len(r.items) != len(a.items):
            return different(f"{len(a.items)} answers instead of {len(r.items)}")
        if self.policy.order == "keep":
            return self.apart(r.items, a.items)
        values = _system(r, a)
        if values is None:
            return self.unordered(r.items, a.items)
        found = self.ordered(*values)
        return found if found.equal else self.parametric(*values) or found

    def parametric(self, r: tuple[Node, ...], a: tuple[Node, ...]) -> EqualityResult | None:
        """``x = 1 + 2t, y = 3 - t`` with another name for the one parameter."""
        only_r = symbols(Items(r)) - symbols(Items(a))
        only_a = symbols(Items(a)) - symbols(Items(r))
        if self.policy.constants != "rename" or not len(only_r) == len(only_a) == 1:
            return None
        names: dict[str, Node] = {next(iter(only_a)): Sym(next(iter(only_r)))}
        found = self.ordered(r, tuple(substitute(y, names) for y in a))
        return found if found.equal else None

    def ordered(self, r: tuple[Node, ...], a: tuple[Node, ...]) -> EqualityResult:
        """The parts of one thing, item by item: a point, a vector, a system.

        Its constants have one name in all parts: ``(C_1, 2C_2)`` is not ``(C_1, 2C_1)``.
        """
        if len(r) != len(a):
            return different("lists of different length")
        if len(r) == 1 or self.named:
            return every(self.same(x, y) for x, y in zip(r, a, strict=True))
        self.named = True
        try:
            found = every(self.same(x, y) for x, y in zip(r, a, strict=True))
        finally:
            self.named = False
        return found if found.equal else self.renamed_together(r, a) or found

    def apart(self, r: tuple[Node, ...], a: tuple[Node, ...]) -> EqualityResult:
        """Several things, item by item; the constants of each are its own."""
        if len(r) != len(a):
            return different("lists of different length")
        return every(self.same(x, y) for x, y in zip(r, a, strict=True))

    def renamed_together(self, r: tuple[Node, ...], a: tuple[Node, ...]) -> EqualityResult | None:
        """One renaming for all items: ``(1 + t, 2t)`` and ``(1 + s, 2s)``."""
        if self.policy.constants != "rename" or self.named:
            return None
        self.named = True
        try:
            for names in namings(Items(r), Items(a), self.parameters):
                found = every(
                    self.same(x, substitute(y, {**names})) for x, y in zip(r, a, strict=True)
                )
                if found.equal:
                    return found
        finally:
            self.named = False
        return None

    def unordered(
        self, r: tuple[Node, ...], a: tuple[Node, ...], as_sets: bool = False
    ) -> EqualityResult:
        """Every item of one has a partner in the other; exact values are paired by hash."""
        left, right = _keyed(r, as_sets), _keyed(a, as_sets)
        rest_r, rest_a = _unmatched(left, right), _unmatched(right, left)
        if not rest_r and not rest_a:
            return EqualityResult(True, "exact", "proved")
        if len(rest_r) != len(rest_a) and not as_sets:
            return different("lists of different length")
        if as_sets and (not rest_r) != (not rest_a):
            return different("one has members that the other lacks", "exact")
        if len(rest_r) > _PARTNERS or len(rest_a) > _PARTNERS:
            return different("too many members without a partner", "exact", "unproved")
        findings = []
        free = list(rest_a)
        unknown = False
        for item in rest_r:
            partner = None
            for candidate in free:
                found = self.same(item, candidate)
                if found.equal:
                    partner = candidate
                    findings.append(found)
                    break
                unknown |= found.equal is None
            if partner is None:
                if unknown:
                    return UNKNOWN
                return different("the reference has a member that the answer lacks", "exact")
            free.remove(partner)
        if free:
            if as_sets and all(any(self.same(x, y).equal for x in rest_r) for y in free):
                return every(findings)
            return different("the answer has a member that the reference lacks", "exact")
        return every(findings)


def _system(r: Items, a: Items) -> tuple[tuple[Node, ...], tuple[Node, ...]] | None:
    """The values of the same names, in one order: ``x = C_1, y = C_2``; None: no such lists."""
    left, right = _named_values(r), _named_values(a)
    if left is None or right is None or set(left) != set(right) or len(left) < 2:
        return None
    return tuple(left.values()), tuple(right[label] for label in left)


def _named_values(listed: Items) -> dict[Node, Node] | None:
    """The values by their names, where each item gives one to another name."""
    values: dict[Node, Node] = {}
    for item in listed.items:
        if not (isinstance(item, Rel) and item.ops == ("=",)):
            return None
        label, value = item.args
        called = isinstance(label, App) and label.op in ("apply", "call")
        if label in values or not (called or isinstance(label, Sym)):
            return None
        values[label] = value
    return values


def _is_numbered(listed: Items) -> bool:
    """Whether a list gives the values of the parts of a question, in order."""
    return all(
        isinstance(item, Rel) and item.ops == ("=",) and item.args[0] == Sym(f"P_{k}")
        for k, item in enumerate(listed.items, 1)
    )


def _unnumbered(listed: Items) -> tuple[Node, ...]:
    """The values of such a list; the items of another one."""
    if not _is_numbered(listed):
        return listed.items
    return tuple(item.args[-1] for item in listed.items if isinstance(item, Rel))


def _keyed(items: tuple[Node, ...], as_sets: bool) -> dict[fmpq | Node, list[Node]]:
    """The items by their exact value, or else by their structure."""
    values: dict[fmpq | Node, list[Node]] = {}
    for item in items:
        key: fmpq | Node | None = exact.rational(item) if isinstance(item, Num | App) else None
        if key is None:
            key = item
            if isinstance(item, Group) and item.left == "(":
                parts = [exact.rational(i) for i in item.items]
                known = [Num(p) for p in parts if p is not None]
                if len(known) == len(parts):
                    key = Group("(", item.right, tuple(known))
        kept = values.setdefault(key, [])
        if not (as_sets and kept):
            kept.append(item)
    return values


def _unmatched(
    items: dict[fmpq | Node, list[Node]], others: dict[fmpq | Node, list[Node]]
) -> list[Node]:
    """Items that have no partner of the same value or structure."""
    return [i for key, kept in items.items() for i in kept[len(others.get(key, ())) :]]
