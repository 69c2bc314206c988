"""The typed tree of an answer: what was written, before anyone asks what it is worth.

Sums, products, relations and lists are flat, so the depth of a tree is bounded by the nesting of
its brackets and no long chain can exhaust the stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from flint import fmpq


@dataclass(frozen=True, slots=True)
class Num:
    """A numeral: its exact value, and how it was written."""

    value: fmpq
    places: int | None = None
    """Digits after the decimal point; None for what was not written as a decimal."""
    digits: int = 0
    """Significant digits of a decimal, leading zeros not counted."""
    base: int | None = None
    """Base of a numeral with a subscript (``204_5``)."""


@dataclass(frozen=True, slots=True)
class Sym:
    """A name: a variable, ``e``, ``pi``, ``infinity``, an indexed or accented letter."""

    name: str


@dataclass(frozen=True, slots=True)
class App:
    """An operation: ``add``, ``mul``, ``inv``, ``pow``, ``neg``, a function by its name."""

    op: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Rel:
    """A chain of relations: ``args[0] ops[0] args[1] ops[1] ...``."""

    ops: tuple[str, ...]
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Items in brackets: a tuple, an interval, a set, a vector; one item keeps its brackets."""

    left: str
    right: str
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """Items without brackets, set apart by commas, semicolons or words."""

    items: tuple[Node, ...]
    kind: str = ","
    """``,`` ``;`` ``or`` ``and``: the weakest separator that was used."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of equal length; `bars` marks a determinant."""

    rows: tuple[tuple[Node, ...], ...]
    bars: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Prose."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with what follows it: a unit, or the things that are counted."""

    value: Node
    unit: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Such:
    """Set-builder notation: what is collected, and the condition on it."""

    item: Node
    condition: Node


Node: TypeAlias = Num | Sym | App | Rel | Group | Items | Matrix | Words | Quantity | Such


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below `node`."""
    kind = type(node)
    if kind is Num or kind is Sym or kind is Words:
        return ()
    if kind is App or kind is Rel:
        return node.args  # type: ignore[union-attr]
    if kind is Group or kind is Items:
        return node.items  # type: ignore[union-attr]
    if isinstance(node, Matrix):
        return tuple(cell for row in node.rows for cell in row)
    if isinstance(node, Quantity):
        return (node.value,)
    if isinstance(node, Such):
        return (node.item, node.condition)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """Every node of the tree, `node` first; iterative."""
    stack = [node]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(reversed(children(top)))


def symbols(node: Node) -> frozenset[str]:
    """The names that occur in it, constants such as ``pi`` left out."""
    return frozenset(n.name for n in walk(node) if type(n) is Sym and n.name not in CONSTANTS)


CONSTANTS = frozenset({"pi", "e", "i", "infinity", "emptyset", "reals", "integers", "naturals",
                       "rationals", "complexes", "dots"})  # fmt: skip
"""Names with a fixed meaning; ``e`` and ``i`` lose it where a sum binds them."""


def rebuild(node: Node, new: tuple[Node, ...]) -> Node:
    """`node` with other children, in the order of `children`."""
    if isinstance(node, App):
        return App(node.op, new)
    if isinstance(node, Rel):
        return Rel(node.ops, new)
    if isinstance(node, Group):
        return Group(node.left, node.right, new)
    if isinstance(node, Items):
        return Items(new, node.kind)
    if isinstance(node, Matrix):
        width = len(node.rows[0])
        rows = tuple(new[i : i + width] for i in range(0, len(new), width))
        return Matrix(rows, node.bars)
    if isinstance(node, Quantity):
        return Quantity(new[0], node.unit)
    if isinstance(node, Such):
        return Such(new[0], new[1])
    return node


def substitute(node: Node, names: dict[str, Node]) -> Node:
    """`node` with names replaced, all at once."""
    if isinstance(node, Sym):
        return names.get(node.name, node)
    below = children(node)
    if not below:
        return node
    return rebuild(node, tuple(substitute(child, names) for child in below))


_TIGHT = re.compile(r" ?([\^_/]) ?|(?<=[({]) | (?=[)}])")
_BRACED = re.compile(r"(?<=[\^_])\{(-?\w+)\}")


def spelled(words: Sequence[str]) -> str:
    """Prose and units, with what is written without blanks without them: ``m/s^2``, ``CO_2``."""
    return _BRACED.sub(r"\1", _TIGHT.sub(r"\1", " ".join(words)))


BINARY = frozenset({
    "otimes", "odot", "star", "diamond", "wr", "rtimes", "ltimes", "boxtimes", "oslash", "bowtie",
    "wedge",
    "oplus", "ominus", "boxplus", "boxminus", "uplus", "sqcup", "sqcap", "amalg",
})  # fmt: skip
"""Operators between two values that have several meanings, or one of their own in a question."""

LOOSE = frozenset({"oplus", "ominus", "boxplus", "boxminus", "uplus", "sqcup", "amalg"})
"""Those that bind like a sum; the others bind like a product."""

COMMUTING = frozenset({"oplus", "boxplus", "uplus", "sqcup", "sqcap", "amalg", "odot", "bowtie"})
"""Those whose operands may change places in every common meaning: direct and exclusive sums,
unions, products entry by entry."""

ASSOCIATIVE = (COMMUTING - {"bowtie"}) | {"otimes", "wedge", "wr"}
"""Those that need no brackets in a chain."""

SIGN_OF = {
    "otimes": "⊗", "odot": "⊙", "star": "⋆", "diamond": "⋄", "wr": "≀", "rtimes": "⋊",
    "ltimes": "⋉", "boxtimes": "⊠", "oslash": "⊘", "bowtie": "⋈", "oplus": "⊕", "ominus": "⊖",
    "boxplus": "⊞", "boxminus": "⊟", "uplus": "⊎", "sqcup": "⊔", "sqcap": "⊓", "amalg": "⨿",
    "cross": "×", "compose": "∘", "wedge": "∧",
}  # fmt: skip
"""How an operator between two values is shown."""
