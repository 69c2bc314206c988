r"""Finds the chains of equalities in prose: ``16 - 3 = 13``, ``<<16-3=13>>13``, ``a = b = c``.

A chain is a run of formulas joined by ``=``. Prose around it is left out, as are units and money
signs within it; a word ends a formula unless it names what the number before it counts
(``35 hours * 2``). One pass over the pieces of the text; nothing is evaluated here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from assay.verifiers.math_steps.pieces import TextPiece, balanced, pieces, plain

CHARS = 100_000
"""What is read of one text; claims past it do not count."""

CHAINS = 2_000
"""How many chains are read of one text."""

SIDES = 64
"""Longest chain; a longer one is read as several."""

SEGMENT_CHARS = 400
"""Longest formula that is read as a side of a claim."""

UNIT_WORDS = 4
"""Words that may stand between a number and the operator after it."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One side of a claim."""

    text: str
    """The formula, in plain notation: units, money signs and thousands separators left out."""
    start: int
    end: int
    units: tuple[str, ...] = ()
    """The words and money signs that were left out, in order."""
    rounded: bool = False
    """Whether the sign before it says "about"."""
    noted: bool = False
    """Whether it stood in an annotation, ``<<16-3=13>>``."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Formulas joined by ``=``, at least two."""

    segments: tuple[Segment, ...]
    implied: bool = False
    r"""Whether an arrow (``\Rightarrow``) says that it follows from the chain before it."""

    @property
    def span(self) -> tuple[int, int]:
        """Where it stands, from its first formula to its last."""
        return min(s.start for s in self.segments), max(s.end for s in self.segments)


_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_RELATION = re.compile(r"[=≈≃≅⇒⟹→⟶∴]|\\approx|\\(?:implies|Rightarrow)|equals")
_GOES_ON = re.compile(r"[\s&$]*[=≈]|[\s&$]*\\(?:approx|implies|Rightarrow)")

_WORD_OPERATORS = {"times": "*", "plus": "+", "minus": "-", "divided": "/", "multiplied": "*"}
_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_ARTICLES = ("a", "A", "I")
_STOP = frozenset({  # words that are not a unit, and so end a formula
    "and", "or", "so", "then", "thus", "hence", "therefore", "because", "since", "which", "if",
    "but", "while", "where", "when", "we", "he", "she", "they", "it", "has", "have", "had", "gives",
    "get", "gets", "is", "are", "was", "were", "let", "that", "this", "there",
})  # fmt: skip
_MONEY = {"$": "$", "\\$": "$", "€": "€", "£": "£", "¥": "¥"}


def chains(text: str) -> list[Chain]:
    r"""The chains of equalities in `text`, in order.

    >>> [[s.text for s in c.segments] for c in chains("so 35 hours * $20 = $700. Done: 700")]
    [['35*20', '700']]
    >>> [[s.text for s in c.segments] for c in chains("she has 16 - 3 = <<16-3=13>>13 eggs")]
    [['16-3', '16-3', '13', '13']]
    """
    found: list[Chain] = []
    reader = _ChainBuilder()
    for start, end in _lines(text[:CHARS]):
        for token in pieces(text, start, end):
            chain = reader.feed(token)
            if chain is not None:
                found.append(chain)
                if len(found) == CHAINS:
                    return found
    chain = reader.close()
    if chain is not None:
        found.append(chain)
    return found


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Where the lines stand that can hold a part of a chain: most prose needs no closer look."""
    before: tuple[int, int] | None = None
    for line in _LINE.finditer(text):
        span = line.span()
        if _RELATION.search(text, *span) is None:
            before = span
            continue
        if before is not None and before[1] == span[0] and _GOES_ON.match(text, *span):
            yield before
        before = None
        yield span


class _ChainBuilder:
    """Builds chains token by token: the formula being read, and those complete before it."""

    __slots__ = ("after", "arrow", "chain", "open", "parts", "rounded", "units", "words")

    def __init__(self) -> None:
        self.chain: list[Segment] = []
        self.arrow = False
        """An arrow stood before this chain."""
        self.open = False
        """A relation has been read and its right side is being read."""
        self.rounded = False
        self.after = False
        """A line has ended after a formula: only a relation goes on with the chain."""
        self.parts: list[TextPiece] = []
        self.units: list[str] = []
        self.words: list[TextPiece] = []
        """Words after a number, which may be its unit."""

    def feed(self, token: TextPiece) -> Chain | None:
        kind = token.kind
        if kind == "newrow" or kind == "newline":
            self.after = True
            return None
        if self.after and kind != "skip":
            self.after = False
            if kind != "rel":
                arrow = self.arrow and not self.chain and not self.parts
                done = self.close()
                self.arrow = arrow
                self.feed(token)
                return done
        if kind == "word" or kind == "text":
            return self._word(token)
        if kind == "skip":
            if token.plain in _MONEY:
                self.units.append(_MONEY[token.plain])
            return None
        if kind in ("num", "op", "formula", "bracket"):
            return self._formula(token)
        if kind == "rel":
            return self._relation(token)
        if kind == "note":
            return self._note(token)
        if kind == "arrow":
            done = self.close()
            self.arrow = True
            return done
        return self.close()

    # -- words ----------------------------------------------------------------------------------

    def _word(self, token: TextPiece) -> Chain | None:
        word = token.plain.strip()
        lower = word.lower()
        last = self.words[-1] if self.words else self.parts[-1] if self.parts else None
        if lower in _SCALES and last is not None and last.kind == "num" and last.plain[0] != "(":
            scaled = Decimal(last.plain).scaleb(_SCALES[lower])
            self.parts[-1] = last._replace(plain=f"{scaled:f}", end=token.end)
            return None
        if token.kind == "word" and lower in _STOP:
            return self._restart(None)
        if token.kind == "word" and len(word) == 1 and self.words and word not in _ARTICLES:
            return self._restart(token)
        if token.kind == "word" and len(word) == 1 and not self.words:
            if last is not None and last.kind in ("num", "op", "formula", "bracket", "sym"):
                if lower == "x" and last.kind != "op":  # 20 x 3, or 3x: the next token tells
                    return self._formula(token._replace(kind="sym"))
                if last.kind in ("op", "bracket") or not token.spaced:
                    return self._formula(token._replace(kind="sym"))
            elif last is None:
                return self._formula(token._replace(kind="sym"))
        if lower in _WORD_OPERATORS and self.parts and not (self.words and len(self.words) > 3):
            return self._formula(token._replace(kind="op", plain=_WORD_OPERATORS[lower]))
        if lower == "by" and last is not None and last.kind == "op":
            return None  # divided by
        if (
            lower == "of"
            and last is not None
            and self.parts
            and (last.plain == "%" or (last.kind == "num" and self._is_fraction()))
        ):
            return self._formula(token._replace(kind="op", plain="*"))
        if lower == "equals" and (self.parts or self.words):
            return self._relation(token._replace(kind="rel", plain="="))
        if self.parts and self.parts[-1].kind in ("num", "bracket", "sym", "op"):
            tail = self.parts[-1]
            if tail.kind == "op" and tail.plain not in ("%", "/", "!"):
                return self._restart(None)
            if tail.plain == "/":  # $20/hour
                self.parts.pop()
            self.words.append(token)
            if len(self.words) <= UNIT_WORDS:
                return None
        return self._restart(None)

    def _is_fraction(self) -> bool:
        return len(self.parts) >= 3 and self.parts[-2].plain == "/"

    def _restart(self, token: TextPiece | None) -> Chain | None:
        """A word or a number that cannot go on with the formula: the chain ends before it."""
        done = self.close()
        if token is not None:
            self.feed(token)
        return done

    # -- formulas -------------------------------------------------------------------------------

    def _formula(self, token: TextPiece) -> Chain | None:
        if self.words:
            joins = token.kind == "op" and token.plain not in ("!", "_", "^")
            closes = token.kind == "bracket" and token.plain in ")}]"
            if not joins and not closes:
                return self._restart(token)
            self._take_units()
        last = self.parts[-1] if self.parts else None
        if token.kind == "num" and last is not None and last.kind == "num" and token.spaced:
            return self._restart(token)  # two numbers side by side are not a product
        if (
            token.kind == "num"
            and last is not None
            and last.kind == "sym"
            and token.spaced
            and (last.plain not in "xX")
        ):
            return self._restart(token)  # "a 5" is not a product either
        self.parts.append(token)
        return None

    def _take_units(self) -> None:
        self.units.extend(w.plain.strip().lower() for w in self.words)
        self.words.clear()

    def _segment(self, right: bool) -> Segment | None:
        """What has been read, as one side of a claim; None where nothing can be one."""
        self._take_units()
        parts, self.parts = self.parts, []
        units, self.units = tuple(self.units), []
        parts = balanced(parts, right)
        while parts and (parts[-1].kind == "op" and parts[-1].plain not in ("%", "!")):
            parts.pop()
        while parts and parts[0].kind == "op" and parts[0].plain not in ("-", "+"):
            parts.pop(0)
        if not parts:
            return None
        if len(parts) == 2 and parts[1].plain == "%":
            units = (*units, "%")  # a bare percentage is its number, and the sign its unit
            text = parts[0].plain
        else:
            text = plain(parts)
        if not text or len(text) > SEGMENT_CHARS or not re.search(r"[\w]", text):
            return None
        return Segment(text, parts[0].start, parts[-1].end, units, right and self.rounded)

    # -- relations ------------------------------------------------------------------------------

    def _relation(self, token: TextPiece) -> Chain | None:
        segment = self._segment(self.open)
        done: Chain | None = None
        if segment is not None:
            if self.chain and self.chain[-1].noted and not segment.text.replace(".", "").isdigit():
                # "<<45/200=0.225>>0.225 x 200 = 45": what follows is a claim of its own
                done = Chain(tuple(self.chain), self.arrow) if len(self.chain) > 1 else None
                self.chain, self.arrow = [], False
            if len(self.chain) == SIDES:
                done = Chain(tuple(self.chain), self.arrow)
                self.chain = []
            self.chain.append(segment)
        elif not (self.open and self.chain and self.chain[-1].noted):
            self.chain.clear()
        self.open = True
        self.rounded = token.plain == "~"
        return done

    def _note(self, token: TextPiece) -> Chain | None:
        """An annotation: its own small chain, within the one around it."""
        inner = _ChainBuilder()
        done: Chain | None = None
        for piece in pieces(token.plain, 2, len(token.plain) - 2):
            at = token.start
            done = inner.feed(piece._replace(start=piece.start + at, end=piece.end + at)) or done
        done = inner.close() or done
        closed: Chain | None = None
        segment = self._segment(self.open)
        if self.open:
            if segment is not None:
                self.chain.append(segment)
        else:
            closed = self.close()
            if segment is not None and done is not None:
                self.chain = []
        if done is not None:
            self.chain.extend(
                Segment(s.text, s.start, s.end, s.units, s.rounded, noted=True)
                for s in done.segments
            )
            self.open = True
            self.rounded = False
        return closed

    def close(self) -> Chain | None:
        """End the chain: what is complete of it, if that makes a claim."""
        segment = self._segment(self.open) if self.open else None
        parts = self.chain
        if segment is not None:
            parts.append(segment)
        arrow = self.arrow
        self.chain, self.parts, self.units, self.words = [], [], [], []
        self.arrow = self.open = self.rounded = self.after = False
        return Chain(tuple(parts), arrow) if len(parts) > 1 else None
