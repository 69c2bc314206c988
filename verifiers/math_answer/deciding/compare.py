"""Two readings, compared by kind."""

from __future__ import annotations

from typing import TypeGuard

from assay.verifiers.math_answer import units
from assay.verifiers.math_answer.arithmetic import exact, scalars
from assay.verifiers.math_answer.arithmetic.noncommuting.roles import Roles
from assay.verifiers.math_answer.deciding import (
    counts,
    order_of_factors,
    piecewise,
    points,
    relations,
    series,
    times_of_day,
    words,
)
from assay.verifiers.math_answer.deciding.amounts import (
    amount,
    as_measured,
    gathered,
    in_ones,
    letters_as_unit,
)
from assay.verifiers.math_answer.deciding.lists import ListComparer
from assay.verifiers.math_answer.deciding.matrices import is_worked_out, matrix, vector
from assay.verifiers.math_answer.deciding.naming.renaming import namings
from assay.verifiers.math_answer.deciding.number_sets import rosters, sets
from assay.verifiers.math_answer.deciding.signs import has_signs, spread_signs
from assay.verifiers.math_answer.equality_result import EqualityResult, different, every
from assay.verifiers.math_answer.policy import Policy
from assay.verifiers.math_answer.reading.simplify import determinant, settle
from assay.verifiers.math_answer.tree import (
    App,
    Group,
    Items,
    Matrix,
    Node,
    Num,
    Quantity,
    Rel,
    Sym,
    Words,
    children,
    spelled,
    substitute,
)

PAIRS = 4000
"""Most comparisons of single values in one verdict."""


class Comparer(ListComparer):
    """One comparison of a reference with an answer. Holds the policy and the budget."""

    def __init__(self, policy: Policy, directional: bool = True) -> None:
        self.policy = policy
        self.directional = directional
        self.left = PAIRS
        self.parameters: frozenset[str] = frozenset()
        """Names that a clause declares free (``for some integer t``)."""
        self.named = False
        self.may_count = True
        """Whether one of the texts has a letter of counts, as ``C(5, 2)`` has."""
        self.signs = True
        """Whether a sign of two values occurs at all: looked for once, not in each part."""
        self.factors = True
        """Whether the order of factors may count in either at all: looked at once, too."""
        self.roles: Roles | None = None
        """What the names of two lists stand for in all their parts."""
        self.in_order = False
        """Whether some names kept their places: constants of a family may change theirs."""

    # -- dispatch -------------------------------------------------------------------------------

    def same(self, r: Node, a: Node) -> EqualityResult:
        """Whether `a` answers `r`."""
        self.left -= 1
        if self.left < 0:
            return EqualityResult(None, "bounds", "unproved", f"more than {PAIRS:,} comparisons")
        r, a = settle(r), settle(a)
        if _has_place(a) and not _has_place(r) and self.directional:
            return self.same(r, a.args[0])  # "5 at x = 2", where 5 is asked for
        if _has_place(r) and not _has_place(a):
            return different("the reference says where the value is taken")
        if _has_place(r) and _has_place(a):
            return every(self.same(x, y) for x, y in zip(r.args, a.args, strict=True))
        if rosters.may_be(r) or rosters.may_be(a):
            found = self.rosters(r, a)
            if found is not None:
                return found
        if r == a:
            scalars.defined(r)
            return EqualityResult(True, "structure", "proved")
        if isinstance(r, Num) and isinstance(a, Num):
            if r.places is None is a.places and r.base is None is a.base:  # two plain numbers
                if r.value == a.value:
                    return EqualityResult(True, "exact", "proved")
                return different(
                    f"{scalars.short(a.value)} is not {scalars.short(r.value)}", "exact"
                )
            return self.scalar(r, a)
        ordered = order_of_factors.compare(r, a, self.roles, self.directional)
        if ordered is not None:
            self.in_order = True
            return ordered
        if self.may_count:
            r, a = counts.beside_number(r, a)
        if self.signs and (has_signs(r) or has_signs(a)):
            listed = any(isinstance(side, Items) and not _points(side) for side in (r, a))
            return self.same(spread_signs(r, listed), spread_signs(a, listed))
        if isinstance(r, Rel) != isinstance(a, Rel):
            r, a = points.named(r), points.named(a)
        if isinstance(r, Rel) or isinstance(a, Rel):
            found = self.related(r, a)
            if found is not None:
                return found
        if isinstance(r, Group) != isinstance(a, Group):
            r, a = (points.coordinates(side) or side for side in (r, a))
        if piecewise.is_piecewise(r) or piecewise.is_piecewise(a):
            return piecewise.compare(r, a, self)
        if times_of_day.is_marked(r) or times_of_day.is_marked(a):
            return times_of_day.compare(r, a)
        if isinstance(r, Items) != isinstance(a, Items):
            r, a = (amount(side) or side if isinstance(side, Items) else side for side in (r, a))
        if isinstance(r, Quantity) or isinstance(a, Quantity):
            return self.quantities(r, a)
        if isinstance(r, Items) or isinstance(a, Items):
            return self.lists(r, a)
        if (
            isinstance(r, Matrix)
            or isinstance(a, Matrix)
            or (is_worked_out(r) and is_worked_out(a))
        ):
            return self.matrices(r, a)
        if sets.is_set(r) or sets.is_set(a):
            return self.sets(r, a)
        if isinstance(r, Group) or isinstance(a, Group):
            return self.groups(r, a)
        if isinstance(r, Words) or isinstance(a, Words):
            return self.words(r, a)
        if isinstance(r, App) and isinstance(a, App) and r.op == a.op == "ratio":
            return self.ratios(r, a)
        found = self.scalar(r, a)
        if not found.equal:
            terms = series.cut(r, a)
            if terms is not None:
                return self.same(*terms)
        if found.equal is False:
            measured = as_measured(r, a)
            if measured is not None:
                return self.quantities(*measured)
        return found

    # -- values ---------------------------------------------------------------------------------

    def scalar(self, r: Node, a: Node) -> EqualityResult:
        """Two values, with the customs for marks, rounding and names."""
        policy = self.policy
        if (isinstance(r, Num) and r.base is not None and self.directional) and (
            not (isinstance(a, Num) and a.base == r.base)
        ):
            return different(f"the reference is written in base {r.base}, the answer is not")
        found = self.marked(r, a)
        if found is not None and found.equal:
            return found
        found = scalars.same(r, a, policy)
        if found.equal:
            return found
        near = scalars.rounded(r, a, policy)
        if near is not None:
            return near
        if found.by == "exact":
            return found
        if policy.constants == "rename" and not self.named:
            renamed = self.renamed(r, a)
            if renamed is not None:
                return renamed
        return found

    def marked(self, r: Node, a: Node) -> EqualityResult | None:
        """Percent and degree signs on one side only."""
        if _mark(r) and _mark(a) and _mark(r) != _mark(a):
            return None
        for op, rule in (("percent", self.policy.percent), ("deg", self.policy.degrees)):
            if rule != "strip":
                continue
            with_r = isinstance(r, App) and r.op == op
            with_a = isinstance(a, App) and a.op == op
            if with_r != with_a:
                bare_r = r.args[0] if with_r and isinstance(r, App) else r
                bare_a = a.args[0] if with_a and isinstance(a, App) else a
                found = scalars.same(bare_r, bare_a, self.policy)
                if found.equal:
                    return found._replace(why=f"one side leaves out its {op} sign")
                near = scalars.rounded(bare_r, bare_a, self.policy)
                if near is not None:
                    return near
            elif with_r and isinstance(r, App) and isinstance(a, App):
                near = scalars.rounded(r.args[0], a.args[0], self.policy)
                if near is not None:
                    return near
        return None

    def renamed(self, r: Node, a: Node) -> EqualityResult | None:
        """Equality after other names for arbitrary constants and parameters."""
        if isinstance(r, Sym) or isinstance(a, Sym):
            return None
        for names in namings(r, a, self.parameters):
            found = scalars.same(r, substitute(a, {**names}), self.policy)
            if found.equal:
                pairs = ", ".join(f"{x} for {y.name}" for x, y in names.items() if x != y.name)
                return found._replace(why=f"with {pairs}" if pairs else found.why)
        return None

    def ratios(self, r: App, a: App) -> EqualityResult:
        """Ratios by cross multiplication; times of day as they stand."""
        if len(r.args) != len(a.args):
            found = times_of_day.without_seconds(r, a)
            return found or different("ratios of different length")
        if _is_clock(r) and _is_clock(a):
            return every(self.scalar(x, y) for x, y in zip(r.args, a.args, strict=True))
        first_r, first_a = r.args[0], a.args[0]
        if exact.rational(first_r) == 0 or exact.rational(first_a) == 0:
            return every(self.scalar(x, y) for x, y in zip(r.args, a.args, strict=True))
        return every(
            scalars.same(App("mul", (x, first_a)), App("mul", (y, first_r)), self.policy)
            for x, y in zip(r.args[1:], a.args[1:], strict=True)
        )

    def quantities(self, r: Node, a: Node) -> EqualityResult:
        """Values with units, or with the things that are counted."""
        r, a = gathered(r), gathered(a)
        scaled = in_ones(r, a) if self.policy.units != "require" else None
        if scaled is not None:
            found = self.same(*scaled)
            if found.equal:
                return found
        r_value, r_unit = _split(r)
        a_value, a_unit = _split(a)
        policy = self.policy
        if not r_unit or not a_unit:
            other = a_value if r_unit else r_value
            mine = units.phrase(r_unit or a_unit)
            letters = letters_as_unit(other) if mine is not None else None
            if letters is not None:
                return self.quantities(r if r_unit else letters, a if a_unit else letters)
            if policy.units == "require" or (policy.units in ("convert", "stated") and r_unit):
                missing = "answer" if r_unit else "reference"
                return different(f"the {missing} names no unit", "kind")
            return self.same(r_value, a_value)
        left, right = units.together(r_unit, a_unit)
        if left is not None and right is not None:
            if left.dimensions != right.dimensions:
                return different(f"{spelled(a_unit)} does not measure what {spelled(r_unit)} does")
            if left.factor == right.factor or policy.units == "require":
                if left.factor != right.factor:
                    return different("another unit")
                return self.same(r_value, a_value)
            factor = right.factor / left.factor
            return self.same(r_value, App("mul", (a_value, Num(factor))))
        words_r, words_a = _unit_words(r_unit), _unit_words(a_unit)
        if words_r <= words_a or words_a <= words_r:
            return self.same(r_value, a_value)
        return different(f"{' '.join(r_unit)} is not {' '.join(a_unit)}", "words")

    # -- words ----------------------------------------------------------------------------------

    def words(self, r: Node, a: Node) -> EqualityResult:
        """At least one side is words that spell no number."""
        for one, other in ((r, a), (a, r)):
            if one == Sym("infinity") and other == Words(("infinitely", "many")):
                return EqualityResult(True, "words", "proved", "infinitely many")
        return words.same(r, a, self.policy)

    # -- brackets and matrices ---------------------------------------------------------------

    def groups(self, r: Node, a: Node) -> EqualityResult:
        """At least one side is in brackets."""
        if isinstance(r, Group) and isinstance(a, Group):
            pair = {r.left + r.right, a.left + a.right}
            if pair == {"{}"}:
                return self.unordered(r.items, a.items, as_sets=True)
            if len(pair) == 1:
                return self.ordered(r.items, a.items)
            if self.policy.tuple_is_set and pair == {"{}", "()"}:
                return self.unordered(r.items, a.items, as_sets=True)
            if pair <= {"()", "<>", "[]"} and "<>" in pair:
                return self.ordered(r.items, a.items)
            if len(r.items) == len(a.items) == 1:
                return self.same(r.items[0], a.items[0])
            return different(f"{r.left}...{r.right} is not {a.left}...{a.right}")
        group, other = (r, a) if isinstance(r, Group) else (a, r)
        assert isinstance(group, Group)
        if len(group.items) == 1 and self.policy.brackets == "optional":
            inner = group.items[0]
            return self.same(inner, a) if group is r else self.same(r, inner)
        parts = vector(other)
        if parts is not None and len(parts) == len(group.items) and group.left in "(<[":
            return self.ordered(*((group.items, parts) if group is r else (parts, group.items)))
        return different("one is a list in brackets, the other is not")

    def matrices(self, r: Node, a: Node) -> EqualityResult:
        """At least one side is a matrix."""
        left, right = matrix(r), matrix(a)
        if left is None or right is None:
            value_r = determinant(r) if isinstance(r, Matrix) and r.bars else None
            value_a = determinant(a) if isinstance(a, Matrix) and a.bars else None
            if value_r is not None or value_a is not None:
                return self.same(value_r or r, value_a or a)
            flat_r, flat_a = vector(r), vector(a)
            if flat_r is not None and flat_a is not None and self.policy.brackets == "optional":
                return self.ordered(flat_r, flat_a)
            return different("one is a matrix, the other is not")
        if (len(left.rows), len(left.rows[0])) != (len(right.rows), len(right.rows[0])):
            flat_r, flat_a = vector(r), vector(a)
            if flat_r is not None and flat_a is not None and self.policy.brackets == "optional":
                return self.ordered(flat_r, flat_a)
            return different("matrices of different shape")
        return self.ordered(children(left), children(right))

    # -- relations and sets ---------------------------------------------------------------------

    def related(self, r: Node, a: Node) -> EqualityResult | None:
        """At least one side is a relation."""
        return relations.same(r, a, self)

    def rosters(self, r: Node, a: Node) -> EqualityResult | None:
        """Sets of whole numbers by a condition, or with dots, as their members."""
        lists_r, lists_a = rosters.written_out(r), rosters.written_out(a)
        if not lists_r and not lists_a:
            if isinstance(r, Rel) or isinstance(a, Rel):
                return None  # "A = {...}": of what is named, later
            if rosters.is_whole(r) != rosters.is_whole(a):
                return different("one is a set of whole numbers, the other is not")
            short_r, short_a = rosters.shortened(r), rosters.shortened(a)
            both = isinstance(short_r, Group) and isinstance(short_a, Group)
            if both and (short_r is not r or short_a is not a):
                return self.groups(short_r, short_a)
            return None
        tried = [self.same(x, y) for x in lists_r or (r,) for y in lists_a or (a,)]
        return next((f for f in tried if f.equal), tried[0])

    def sets(self, r: Node, a: Node) -> EqualityResult:
        """At least one side is a set of numbers."""
        return sets.compare(r, a, self)


def _points(node: Items) -> bool:
    return any(isinstance(item, Group) for item in node.items)


def _mark(node: Node) -> str:
    return node.op if isinstance(node, App) and node.op in ("percent", "deg") else ""


def _has_place(node: Node) -> TypeGuard[App]:
    """Whether it says where its value is taken: ``5 at x = 2``."""
    return isinstance(node, App) and node.op == "taken_at"


def _split(node: Node) -> tuple[Node, tuple[str, ...]]:
    if isinstance(node, Quantity):
        if isinstance(node.value, Quantity):
            return _split(node.value)
        return node.value, node.unit
    return node, ()


def _unit_words(unit: tuple[str, ...]) -> frozenset[str]:
    return frozenset(w.lower().rstrip("s") for w in unit if w not in ("of", "a", "the", "per"))


def _is_clock(node: App) -> bool:
    """Whether a ratio could be a time of day: 4:10 and 2:00, but not 2:5, and not 3:4.

    Times in exercises end in multiples of five minutes; 2:05 is read as 2:5, which is a ratio far
    more often.
    """
    if len(node.args) not in (2, 3):
        return False
    values = [exact.whole(arg) for arg in node.args]
    return (
        all(v is not None for v in values)
        and 0 <= (values[0] or 0) <= 24
        and all(0 <= (v or 0) < 60 for v in values[1:])
        and (values[1] or 0) % 5 == 0
        and (values[1] or 0) != 5
    )
