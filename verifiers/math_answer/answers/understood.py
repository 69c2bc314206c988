"""A text as it was understood: its tree, its spelling, and the choice or the date that it is."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from flint import fmpq

from assay.errors import ReferenceUnreadable
from assay.model import placeholders
from assay.printable import a_type, one_line, printable
from assay.verifiers.math_answer.arithmetic import scalars
from assay.verifiers.math_answer.limits import Unreadable
from assay.verifiers.math_answer.locating.extract import reference_text
from assay.verifiers.math_answer.reading import chemistry, choices
from assay.verifiers.math_answer.reading.choices import Choice
from assay.verifiers.math_answer.reading.dates import Date, date
from assay.verifiers.math_answer.reading.expressions.notation import canonical
from assay.verifiers.math_answer.reading.lexing.numerals import numeral
from assay.verifiers.math_answer.reading.lexing.tokens import tokenize
from assay.verifiers.math_answer.reading.parse import parse_tokens
from assay.verifiers.math_answer.reading.parts import named, parts
from assay.verifiers.math_answer.reading.restated import restated
from assay.verifiers.math_answer.reading.simplify import settle
from assay.verifiers.math_answer.reading.spoken import spoken
from assay.verifiers.math_answer.to_text import plain
from assay.verifiers.math_answer.tree import App, Items, Node, Num, Rel, Sym

CACHED = 2000
"""Longest reference whose reading is kept, in characters."""

SHOWN = 160
"""Characters of a reading that are shown."""


class Reading:
    """A text as it was understood."""

    __slots__ = ("_choice", "_date", "_formula", "_option", "_shown", "node", "notation",
                 "parameters", "squeezed", "text")  # fmt: skip

    def __init__(
        self,
        text: str,
        squeezed: str,
        node: Node | None,
        notation: tuple[str, ...],
        parameters: frozenset[str] = frozenset(),
    ) -> None:
        self.text = text
        self.squeezed = squeezed
        """The text without dollar signs and idle white space."""
        self.node = node
        """None where it is readable only as a sequence of signs."""
        self.notation = notation
        self.parameters = parameters
        self._shown: str | None = None
        self._choice: Choice | Literal[False] | None = False
        self._date: Date | Literal[False] | None = False
        self._formula: chemistry.Formula | Literal[False] | None = False
        self._option: Reading | Literal[False] | None = False

    @property
    def choice(self) -> Choice | None:
        """The choice that the text makes, if it is one."""
        if self._choice is False:
            self._choice = choices.reference_choice(self.text)
        return self._choice

    @property
    def date(self) -> Date | None:
        """The date that the text is, if it is one."""
        if self._date is False:
            self._date = date(self.text)
        return self._date

    @property
    def formula(self) -> chemistry.Formula | None:
        """The chemical formula that the text is, if it is one."""
        if self._formula is False:
            self._formula = chemistry.formula(self.text)
        return self._formula

    @property
    def option(self) -> Reading | None:
        """The text behind a choice letter, read by itself; None without one."""
        if self._option is False:
            text = choices.option_text(self.text)
            try:
                self._option = read(text) if text is not None else None
            except Unreadable:
                self._option = None
        return self._option

    @property
    def shown(self) -> str:
        """In plain form."""
        if self._shown is None:
            text = self.text if self.node is None else plain(self.node)
            self._shown = one_line(text.strip(), SHOWN)
        return self._shown


def read(text: str) -> Reading:
    """The reading of one answer.

    Raises:
        Unreadable: it is empty, has no value (0/0), states a false chain of equalities, is beyond
            the limits, or is a formula with an error in it.
    """
    bare = text.strip()
    if len(bare) <= 18 and bare.isdecimal() and bare.isascii():  # the commonest answer by far
        return Reading(text, bare, Num(fmpq(int(bare))), (str(int(bare)),))
    if bare[:1] in "-0123456789" and (plain_number := _PLAIN.fullmatch(bare)) is not None:
        return _plain_number(text, bare, *plain_number.groups())
    if len(bare) > 2 and bare[0] == bare[-1] and bare[0] in "*_":
        text = bare.strip("*_")  # Markdown
    several = parts(text) if text[:1] in "(\uff08$\\ " else None
    tokens = tokenize(restated(text) if several is None else named(several))
    notation = canonical(tokens)
    if not notation:
        raise Unreadable("empty")
    squeezed = squeeze(text)
    node = spoken(text)
    notes: tuple[str, ...] = ()
    try:
        if node is None:
            node, notes = parse_tokens(tokens)
    except Unreadable:
        words = any(t.kind == "word" and len(t.value) > 2 for t in tokens)
        if not words and date(text) is None and chemistry.formula(text) is None:
            raise
        return Reading(text, squeezed, None, notation, frozenset())
    node = settle(node)
    scalars.defined(node)
    names = frozenset(w for w in notes if len(w) == 1 and w.isalpha())
    node, declared = declarations(node)
    return Reading(text, squeezed, node, notation, names | declared)


_PLAIN = re.compile(r"(-?)([0-9]{1,9}(?:\.[0-9]{1,9})?)")


def _plain_number(text: str, bare: str, sign: str, digits: str) -> Reading:
    """What `read` makes of a decimal or a negative number, without its tokens."""
    number = numeral(digits)
    spelling = digits if number.places is not None else str(number.value)
    if sign:
        return Reading(text, bare, App("neg", (number,)), (sign, spelling))
    return Reading(text, bare, number, (spelling,))


def declarations(node: Node) -> tuple[Node, frozenset[str]]:
    r"""`node` without items such as ``k \\in \\mathbb{Z}``, and the names they declare."""
    if not isinstance(node, Items):
        return node, frozenset()
    kept: list[Node] = []
    names: set[str] = set()
    for item in node.items:
        if isinstance(item, Rel) and item.ops == ("in",) and isinstance(item.args[0], Sym):
            domain = item.args[1]
            if isinstance(domain, Sym) and domain.name in _DOMAINS and kept:
                names.add(item.args[0].name)
                continue
        kept.append(item)
    if not names:
        return node, frozenset()
    rest = kept[0] if len(kept) == 1 else Items(tuple(kept), node.kind)
    return settle(rest), frozenset(names)


_DOMAINS = frozenset({"integers", "naturals", "reals", "rationals", "Z", "N", "R", "Q"})


_IDLE_SPACE = re.compile(r"(?<![\w,.])\s+|\s+(?![\w,.])")


def squeeze(text: str) -> str:
    """`text` without dollar signs and the white space that says nothing: ``2 1`` is not ``21``."""
    bare = text.replace("$", " ").strip()
    return bare if bare.isalnum() else _IDLE_SPACE.sub("", bare)


def _stated(text: str) -> Reading:
    absent = placeholders.missing(text)
    if absent is not None:
        raise Unreadable(absent)
    return read(reference_text(text))


_read_reference = lru_cache(maxsize=4096)(_stated)


def read_reference(reference: str | int | float) -> Reading:
    """The reading of a reference; kept, since a group of completions shares one.

    Raises:
        ReferenceUnreadable: it cannot be read; says where.
    """
    if not isinstance(reference, str | int | float):
        raise ReferenceUnreadable(f"the reference is {a_type(reference)}; wanted text or a number")
    text = reference if isinstance(reference, str) else _number_text(reference)
    try:
        return _read_reference(text) if len(text) <= CACHED else _stated(text)
    except Unreadable as err:
        raise ReferenceUnreadable(
            f"the reference {printable(text.strip(), 80)!r} cannot be read: {err}"
        ) from None


def _number_text(value: int | float) -> str:
    if isinstance(value, bool):
        raise ReferenceUnreadable(f"the reference is {value}, which is not an answer")
    if (isinstance(value, float) and value != value) or value in (float("inf"), float("-inf")):
        raise ReferenceUnreadable(f"the reference is {value}, which is not a number")
    return str(value)
