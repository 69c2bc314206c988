"""What a chain of reasoning claims, and whether each claim holds by itself.

Three kinds of claim are read: arithmetic (``16 - 3 = 13``), the solution of an equation that was
stated before (``2x = 6``, then ``x = 3``), and an identity (``(x+1)^2 = x^2 + 2x + 1``). An
equation with unknowns is a premise: it sets up what follows and claims nothing that could be
checked, unless an arrow says that it follows from the one before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

from flint import fmpq

from assay.errors import ReferenceUnreadable
from assay.verifiers.math_answer.answers.equal import same_value
from assay.verifiers.math_answer.to_text import plain
from assay.verifiers.math_answer.tree import App, Node, Sym, symbols
from assay.verifiers.math_steps.scan import Chain, Segment, chains
from assay.verifiers.math_steps.values import (
    agree,
    identical,
    is_idle,
    is_literal,
    places,
    proportional,
    read,
    value,
)

PREMISES = 40
"""How many of the latest equations are kept to check solutions against."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that the text says is so."""

    label: str
    """As it stands in the text, cut to 120 characters."""
    span: tuple[int, int]
    kind: str
    """``arithmetic``, ``solution``, ``equation`` or ``identity``."""
    true: bool | None
    """None: it cannot be checked."""
    value: fmpq | None = None
    """The number it arrives at."""
    shown: int | None = None
    """Digits after the point, where that number was written as a decimal; 0 for a whole one."""
    result: Node | None = field(default=None, compare=False)
    """The expression that an identity arrives at."""
    key: str = ""
    """The same for claims that say the same in the same way."""
    idle: bool = False
    """It computes nothing: ``13 = 13``, ``13 + 0 = 13``."""


@dataclass(slots=True)
class _Side:
    segment: Segment
    node: Node
    value: fmpq | None


def claims(text: str) -> list[Claim]:
    """The claims in `text`, in order.

    >>> [(c.label, c.true) for c in claims("16 - 3 = 13, so 13 * 2 = 27")]
    [('16 - 3 = 13', True), ('13 * 2 = 27', False)]
    """
    return _Reading(text).run(chains(text))


class _Reading:
    def __init__(self, text: str) -> None:
        self.text = text
        self.names: dict[str, fmpq] = {}
        """What the symbols have been found to be."""
        self.premises: list[tuple[Node, Node]] = []
        self.out: list[Claim] = []
        self.waiting: list[tuple[int, str, fmpq]] = []
        """Solutions that no premise could confirm yet: index, name, value."""

    def run(self, found: Iterable[Chain]) -> list[Claim]:
        for chain in found:
            self.chain(chain)
        for index, name, number in self.waiting:
            if self.names.get(name) == number and self.confirmed(name):
                self.out[index] = replace(self.out[index], true=True)
        return self.out

    def chain(self, chain: Chain) -> None:
        sides = []
        for segment in chain.segments:
            node = read(segment.text)
            if node is None:
                if segment.noted or not any(s.noted for s in chain.segments):
                    return  # a side that cannot be read: nothing is claimed that could be checked
                continue
            sides.append(_Side(segment, node, value(node, self.names)))
        sides = _core(sides)
        if len(sides) < 2:
            return
        name = sides[0].node.name if isinstance(sides[0].node, Sym) else None
        last = sides[-1].node
        if (
            name is None
            and len(sides) == 2
            and isinstance(last, Sym)
            and last.name not in self.names
        ):
            sides.reverse()  # 3 = x
            name = last.name
        numbers = sides[1:] if name is not None else sides
        used = frozenset[str]().union(*(symbols(s.node) for s in numbers)) & self.names.keys()
        if used and None not in [s.value for s in sides] and not _holds(sides):
            for known in used:  # not a false sum but another equation in the same letter
                del self.names[known]
            for side in sides:
                side.value = value(side.node, self.names)
        if all(s.value is not None for s in numbers):
            if name is None or (
                name in self.names and len(sides) == 2 and self.names[name] == numbers[0].value
            ):
                self.arithmetic(chain, numbers)
            else:
                self.named(chain, name, numbers)
        else:
            self.symbolic(chain, sides)

    def add(self, chain: Chain, kind: str, true: bool | None, **more: object) -> None:
        start, end = chain.span
        label = " ".join(self.text[start:end].split())[:120]
        self.out.append(Claim(label, (start, end), kind, true, **more))  # type: ignore[arg-type]

    # -- numbers --------------------------------------------------------------------------------

    def arithmetic(self, chain: Chain, sides: list[_Side]) -> None:
        """``16 - 3 = 13``: every side has the value of the one before it."""
        if len(sides) < 2:
            return
        last = sides[-1]
        true = _holds(sides)
        self.add(
            chain,
            "arithmetic",
            true,
            value=last.value,
            shown=places(last.node) if is_literal(last.node) else None,
            key=_key(sides),
            idle=_is_idle(sides, true, self.names),
        )

    def named(self, chain: Chain, name: str, sides: list[_Side]) -> None:
        """``x = 3`` or ``x = 5 + 6 = 11``."""
        number = sides[-1].value
        assert number is not None
        computed = not all(is_idle(s.node) for s in sides)
        before = self.names.get(name)
        self.names[name] = number
        holds = self.confirmed(name)
        if holds is False and before is not None and before != number:
            holds = None  # a name that is used anew, not a wrong solution
        if len(sides) > 1 or (computed and holds is None):
            true = _holds(sides) if len(sides) > 1 else None
            if holds is False or true is False:
                true = False
            elif holds:
                true = True
            kind = "arithmetic"
        else:
            true, kind = holds, "solution"
        asked = any(name in symbols(n) for premise in self.premises for n in premise)
        if true is None and not asked and not computed:
            return  # "let x = 3": a premise
        if true is None:
            self.waiting.append((len(self.out), name, number))
        last = sides[-1].node
        shown = places(last) if is_literal(last) else None
        self.add(chain, kind, true, value=number, shown=shown, key=f"{name}={number}")

    def confirmed(self, name: str) -> bool | None:
        """Whether the premises that speak of `name` hold now.

        None where none of them tells, or where they contradict each other: only the latest can
        make a solution false.
        """
        noted: bool | None = None
        for left, right in reversed(self.premises):
            if name not in symbols(left) | symbols(right):
                continue
            a, b = value(left, self.names), value(right, self.names)
            if a is None or b is None:
                continue
            holds = agree(left, right, a, b, False)
            if noted is None and not holds:
                return False
            if not holds:
                return None
            noted = True
        return noted

    # -- symbols --------------------------------------------------------------------------------

    def symbolic(self, chain: Chain, sides: list[_Side]) -> None:
        """An identity, or an equation in unknowns."""
        pairs = [(a.node, b.node) for a, b in pairwise(sides)]
        if all(s.value is None and not isinstance(s.node, Sym) for s in sides):
            same = [identical(a, b, self.names) for a, b in pairs]
            if all(same):
                texts = {plain(s.node) for s in sides}
                self.add(
                    chain,
                    "identity",
                    True,
                    result=sides[-1].node,
                    key=_key(sides),
                    idle=len(texts) == 1,
                )
                return
        for left, right in pairs:
            if not symbols(left) | symbols(right):
                continue
            if chain.implied and self.premises:
                follows = proportional(self.premises[-1], (left, right), self.names)
                if follows is False and self.same_unknowns(left, right):
                    self.add(chain, "equation", None, key=_key(sides))
            self.premises.append((left, right))
        del self.premises[:-PREMISES]

    def same_unknowns(self, left: Node, right: Node) -> bool:
        unknown = (symbols(left) | symbols(right)) - self.names.keys()
        before = self.premises[-1]
        return unknown == (symbols(before[0]) | symbols(before[1])) - self.names.keys()


def _core(sides: list[_Side]) -> list[_Side]:
    """The sides that are judged: where there is an annotation, it and what it arrives at.

    The prose before an annotation often holds units, words or rounded numbers of its own.
    """
    noted = [i for i, s in enumerate(sides) if s.segment.noted]
    if not noted:
        wordy = len(sides[0].segment.units) > 2 and is_literal(sides[0].node) if sides else False
        return sides[1:] if wordy and len(sides) > 2 else sides
    core = sides[noted[0] :]
    if noted[0] > 0 and isinstance(sides[0].node, Sym):
        core.insert(0, sides[0])
    return core


def _holds(sides: list[_Side]) -> bool | None:
    """Whether each side has the value of the one before it; None where units may tell why not."""
    for a, b in pairwise(sides):
        assert a.value is not None
        assert b.value is not None
        rounded = a.segment.rounded or b.segment.rounded
        if agree(a.node, b.node, a.value, b.value, rounded):
            continue
        if "%" in b.segment.units and agree(a.node, b.node, a.value * 100, b.value, rounded):
            continue
        if a.segment.noted and abs(a.value - b.value) < 1 and b.value.q == 1 and is_literal(b.node):
            continue  # <<15/4=3.75>>3: the prose goes on in whole things
        named = [u for s in (a, b) for u in s.segment.units if u.isalpha()]
        converts = is_literal(a.node) and is_literal(b.node) and bool(named)
        if converts and _converted(a.segment, b.segment):
            continue
        if converts or len(set(named)) > 1:
            return None  # "2 dozen = 24", "1 foot + 3 inches = 15 inches"
        return False
    return True


@lru_cache(maxsize=1_024)
def _same_quantity(left: str, right: str) -> bool:
    try:
        return same_value(left, right).equal
    except ReferenceUnreadable:
        return False


def _converted(left: Segment, right: Segment) -> bool:
    """Whether two numbers with one unit each are the same quantity: ``5 hours = 300 minutes``."""
    if len(left.units) != 1 or len(right.units) != 1:
        return False
    return _same_quantity(f"{left.text} {left.units[0]}", f"{right.text} {right.units[0]}")


def _is_idle(sides: list[_Side], true: bool | None, names: Mapping[str, fmpq]) -> bool:
    """Whether nothing is computed. A change of units is, though both sides are bare numbers."""
    if true is None or not all(is_idle(s.node, names) for s in sides):
        return False
    return all(a.value == b.value for a, b in pairwise(sides)) or true is False


def _key(sides: list[_Side]) -> str:
    return "=".join(dict.fromkeys(_ordered(s.node) for s in sides))


def _ordered(node: Node) -> str:
    """`node` in plain form, its terms or factors in order, so that ``3+4`` and ``4+3`` agree."""
    if isinstance(node, App) and node.op in ("add", "mul"):
        return f"{node.op}({','.join(sorted(_ordered(a) for a in node.args))})"
    return plain(node)
