r"""Families with a whole parameter: ``x = \frac{\pi}{4} + k\pi``, ``7k + 3``, ``5 \pmod{17}``.

Each is an arithmetic progression in both directions. Two lists of them are equal if they have the
same members, however the parameter is named and wherever it begins to count.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from flint import fmpq

from assay.verifiers.math_answer.arithmetic import exact, numerics, scalars
from assay.verifiers.math_answer.deciding.signs import spread_signs
from assay.verifiers.math_answer.equality_result import EqualityResult, different
from assay.verifiers.math_answer.limits import Unreadable
from assay.verifiers.math_answer.policy import Policy
from assay.verifiers.math_answer.reading.labels import is_label
from assay.verifiers.math_answer.reading.simplify import settle
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
    walk,
)

_COUNTERS = frozenset({"k", "n", "m", "l", "j", "t", "q", "N", "K", "M"})
"""Names that are used for whole parameters."""

_UNKNOWNS = frozenset({"x", "y", "z", "n", "a", "b", "t", "u", "w", "theta", "alpha", "phi"})
"""Names of what an equation is solved for."""

_MOST = 48
"""Most progressions that a list is taken apart into."""

_STEPS = 10**6
"""Most steps that two members, or two step widths, may lie apart: a double still counts them."""

_DENOMINATOR = 60
"""Largest denominator that the steps of two progressions may have between them."""


class _Progression(NamedTuple):
    offset: Node
    step: Node


def compare(r: Node, a: Node, declared: frozenset[str], policy: Policy) -> EqualityResult | None:
    r"""Whether two readings are the same families or residues; None: they are no such things.

    Args:
        r: The reference.
        a: The answer.
        declared: Names that a clause declares to be whole (``k \in \mathbb{Z}``).
        policy: What custom decides.
    """
    if policy.constants != "rename" or not (_is_candidate(r) and _is_candidate(a)):
        return None
    if any(isinstance(n, Items) and len(n.items) > _MOST for n in (r, a)):
        return None
    (r, named_r), (a, named_a) = _collected(r), _collected(a)
    declared = declared | named_r | named_a
    r, a = _spread(r), _spread(a)
    found = _against_value(r, a)
    if found is not None:
        return found
    left, right = _items(r), _items(a)
    if not _same_names(r, a):
        return None
    names_r = _parameter(left, declared, r)
    names_a = _parameter(right, declared, a)
    if names_r is None or names_a is None:
        return None
    kept = names_r == names_a and names_r != ""
    if not (names_r in declared or _counts(r, a, left, right, kept)):
        return None
    one, two = _progressions(left, names_r), _progressions(right, names_a)
    if one is None or two is None:
        return None
    try:
        return _same_members(one, two, policy)
    except Unreadable:
        return None


def _counts(r: Node, a: Node, left: Sequence[Node], right: Sequence[Node], kept: bool) -> bool:
    """Whether a parameter that nothing declares counts: beside pi, a degree, a residue, an unknown.

    ``2n + 1`` and ``2k - 1`` alone may be formulas in two given numbers, and ``x = 7k + 3`` and
    ``x = 7k + 10``, whose parameter is kept, in one.
    """
    if any(all(_is_residue(v) for v in side) for side in (left, right)):
        return True
    turns = any(
        (isinstance(n, Sym) and n.name == "pi") or (isinstance(n, App) and n.op == "deg")
        for n in walk(r)
    )
    solved = bool(_label(r)) and _label(r) | _label(a) <= _UNKNOWNS
    return (turns and solved) if kept else (turns or solved)


def _is_candidate(node: Node) -> bool:
    """Whether `node` has a residue, or a name that may be a whole parameter; cheap."""
    return any(
        (isinstance(n, App) and n.op in ("pmod", "mod")) or (type(n) is Sym and n.name in _COUNTERS)
        or (isinstance(n, Num) and n.places is None)
        for n in walk(node)
    )  # fmt: skip


def _collected(node: Node) -> tuple[Node, frozenset[str]]:
    r"""What ``\\{k\\pi : k \\in \\mathbb{Z}\\}`` collects, and its parameter."""
    if isinstance(node, Such) and isinstance(node.condition, Rel):
        condition = node.condition
        name = condition.args[0]
        if (
            condition.ops == ("in",)
            and isinstance(name, Sym)
            and condition.args[1] in (Sym("integers"), Sym("Z"))
        ):
            return node.item, frozenset({name.name})
    return node, frozenset()


def _spread(node: Node) -> Node:
    r"""A list under one modulus, ``n \\equiv 1, 4 \\pmod 5``, with the modulus at each item."""
    node = settle(node)
    if isinstance(node, Rel) and node.ops == ("=",) and isinstance(node.args[1], Items):
        node = node.args[1]
    node = settle(spread_signs(node))
    if not isinstance(node, Items):
        return node
    modulus = _modulus(_value(node.items[-1]))
    if modulus is None:
        return node
    out: list[Node] = []
    for item in node.items:
        value = _value(item)
        bare = modulus is not None and _modulus(value) is None
        out.append(App("mul", (value, App("pmod", (modulus,)))) if bare else item)
    return Items(tuple(out), node.kind)


def _value(item: Node) -> Node:
    """The right side of ``x = ...``; anything else as it is."""
    item = settle(item)
    if isinstance(item, Rel) and item.ops == ("=",) and is_label(item.args[0]):
        return item.args[1]
    return item


def _modulus(value: Node) -> Node | None:
    return value.args[-1].args[0] if _is_residue(value) and isinstance(value, App) and isinstance(
        value.args[-1], App) else None  # fmt: skip


def _is_residue(value: Node) -> bool:
    if not (isinstance(value, App) and value.op == "mul"):
        return False
    last = value.args[-1]
    return isinstance(last, App) and last.op == "pmod"


def _items(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Items) or (isinstance(node, Group) and node.left == "{"):
        return tuple(_value(i) for i in node.items)
    return (_value(node),)


def _label(node: Node) -> frozenset[str]:
    parts = node.items if isinstance(node, Items) else (node,)
    labels = set()
    for part in parts:
        part = settle(part)
        if isinstance(part, Rel) and part.ops == ("=",) and isinstance(part.args[0], Sym):
            labels.add(part.args[0].name)
    return frozenset(labels)


def _same_names(r: Node, a: Node) -> bool:
    """Whether both speak of the same unknown, as far as they name it."""
    left, right = _label(r), _label(a)
    return len(left | right) <= 1 or (left == right and len(left) == 1)


def _against_value(r: Node, a: Node) -> EqualityResult | None:
    r"""``n \equiv 5 \pmod{17}`` against 5: the residue, as it is written."""
    left, right = _items(r), _items(a)
    if len(left) != len(right) or not _same_names(r, a):
        return None
    residues = [all(_is_residue(v) for v in side) for side in (left, right)]
    if residues[0] == residues[1]:
        return None
    plain = right if residues[0] else left
    wanted = [exact.whole(v) for v in plain]
    given = [exact.whole(_residue(v)) for v in (left if residues[0] else right)]
    if None in wanted or None in given:
        return None
    if sorted(map(str, wanted)) == sorted(map(str, given)):
        return EqualityResult(True, "exact", "proved", "the residue, with its modulus left out")
    return different("another residue", "exact")


def _residue(value: Node) -> Node:
    assert isinstance(value, App)
    rest = value.args[:-1]
    return rest[0] if len(rest) == 1 else App("mul", rest)


def _parameter(values: Sequence[Node], declared: frozenset[str], whole: Node) -> str | None:
    """The one whole parameter of all items; "" where all are residues; None: there is none."""
    names: set[str] = set()
    for value in values:
        if _is_residue(value):
            continue
        found = [n for n in symbols(value) if n in declared or (not declared and n in _COUNTERS)]
        if len(found) != 1 or (not declared and len(symbols(value)) != 1):
            return None
        names.update(found)
    if len(names) > 1 or names & _label(whole):
        return None
    return next(iter(names), "")


def _progressions(values: Sequence[Node], name: str) -> list[_Progression] | None:
    out = []
    for value in values:
        if _is_residue(value):
            modulus = _modulus(value)
            assert modulus is not None
            out.append(_Progression(_residue(value), modulus))
            continue
        line = _line(value, name)
        if line is not None:
            out.append(line)
            continue
        if not any(isinstance(n, App) and n.op == "pow" for n in walk(value)):
            return None
        twice = App("mul", (Num(fmpq(2)), Sym(name)))
        for half in (twice, App("add", (twice, Num(fmpq(1))))):  # (-1)^k: even and odd k apart
            line = _line(substitute(value, {name: half}), name)
            if line is None:
                return None
            out.append(line)
    return out


def _line(value: Node, name: str) -> _Progression | None:
    """``offset + step * name``, where `value` is that."""
    try:
        zero = substitute(value, {name: Num(fmpq(0))})
        one = substitute(value, {name: Num(fmpq(1))})
        step = App("add", (one, App("neg", (zero,))))
        straight = numerics.same(value, App("add", (zero, App("mul", (step, Sym(name))))))
    except Unreadable:
        return None
    return _Progression(zero, step) if straight.equal else None


def _same_members(
    one: list[_Progression], two: list[_Progression], policy: Policy
) -> EqualityResult | None:
    """Both lists taken apart to one common step, and matched offset by offset."""
    unit = one[0].step
    ratios: list[list[Fraction]] = []
    for side in (one, two):
        found = [_ratio(p.step, unit, policy) for p in side]
        if any(f is None for f in found):
            return different("progressions whose steps have no common multiple", "numeric")
        ratios.append([abs(f) for f in found if f is not None])
    flat = [f for side in ratios for f in side]
    if any(f == 0 for f in flat):
        return None
    common = Fraction(
        lcm(*(f.numerator for f in flat)), 1
    ) if all(f.denominator == 1 for f in flat) else _multiple(flat)  # fmt: skip
    pieces: list[list[Node]] = []
    for side, steps in zip((one, two), ratios, strict=True):
        offsets: list[Node] = []
        for progression, step in zip(side, steps, strict=True):
            count = int(common / step)
            if count > _MOST or len(offsets) + count > _MOST:
                return None
            offsets += [
                App("add", (progression.offset, App("mul", (Num(fmpq(i)), progression.step))))
                for i in range(count)
            ]
        pieces.append(offsets)
    whole = App("mul", (Num(fmpq(common.numerator, common.denominator)), unit))
    findings = []
    for side_a, side_b in (pieces, reversed(pieces)):
        for offset in side_a:
            match = next((f for o in side_b if (f := _congruent(offset, o, whole, policy))), None)
            if match is None:
                return different("one family has a member that the other lacks", "numeric")
            findings.append(match)
    weakest = next((f for f in findings if f.certainty != "proved"), findings[0])
    return EqualityResult(
        True, weakest.by, weakest.certainty, "the same values for whole parameters"
    )


def _multiple(values: list[Fraction]) -> Fraction:
    below = lcm(*(v.denominator for v in values))
    above = lcm(*(int(v * below) for v in values))
    return Fraction(above, below)


def _ratio(step: Node, unit: Node, policy: Policy) -> Fraction | None:
    """``step / unit`` as a fraction of small terms, shown to be so."""
    quotient = numerics.value_of(App("mul", (step, App("inv", (unit,)))))
    if quotient is None or not quotient.is_finite() or not quotient.imag.contains(0):
        return None
    guess = Fraction(float(quotient.real.mid())).limit_denominator(_DENOMINATOR)
    if abs(guess.numerator) > _STEPS:
        return None
    shown = scalars.same(
        App("mul", (step, Num(fmpq(guess.denominator)))),
        App("mul", (unit, Num(fmpq(guess.numerator)))), policy,
    )  # fmt: skip
    return guess if shown.equal else None


def _congruent(a: Node, b: Node, step: Node, policy: Policy) -> EqualityResult | None:
    """Equality up to a whole number of steps."""
    apart = App("add", (a, App("neg", (b,))))
    count = numerics.value_of(App("mul", (apart, App("inv", (step,)))))
    if count is None or not count.is_finite() or not count.imag.contains(0):
        return None
    nearest = round(float(count.real.mid()))
    if abs(nearest) > _STEPS:
        return None
    found = scalars.same(apart, App("mul", (Num(fmpq(nearest)), step)), policy)
    return found if found.equal else None
