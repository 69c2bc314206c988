"""From text to tokens, in one pass of one regular expression."""

from __future__ import annotations

import re

from assay.verifiers.math_answer import limits
from assay.verifiers.math_answer.limits import Unreadable
from assay.verifiers.math_answer.reading.lexing import factors, neighbours, unit_letters, vocabulary
from assay.verifiers.math_answer.reading.lexing.clean import clean
from assay.verifiers.math_answer.reading.lexing.commands import Commands, Token
from assay.verifiers.math_answer.reading.lexing.numerals import numeral, repeating
from assay.verifiers.math_answer.tree import Num
from assay.verifiers.math_answer.units import is_unit, prefixed

_TOKEN = re.compile(
    r"(?P<ws>(?:\s|~|\$|\\[,;:!> ]|\\\\?(?=\s*$))+)"
    r"|(?P<rep>\d+\.(?:\(\d+\)|\d*\\(?:dot\s?\{?\d\}?\d*\\dot\s?\{?\d\}?"
    r"|(?:overline|bar|dot|overset\{\\dot\})\s?(?:\{\d+\}|\d))))"
    r"|(?P<num>(?:[1-9]\d{0,2}(?:(?:,(?:\\!|\\,)?\ ?(?=\d\d\d(?:\D|$))|\{,\}(?:\\!)?\ ?|\\,\ ?"
    r"|\\!|\\;|\ (?=\d\d\d(?:\D|$)))\d{3}){1,9}(?!\d)(?:\.\d+)?"
    r"|\d+\{,\}\d+|\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+(?![\w.]))?)"
    r"|(?P<cmd>\\[A-Za-z]+\*?)"
    r"|(?P<esc>\\\\\[[\d.]+\s?(?:pt|em|ex|cm|mm)\]|\\.)"
    r"|(?P<letters>[A-Za-z]+)"
    r"|(?P<op>\*\*|<=>|<=|>=|!=|==|=>|->|:=|\.\.\.+|[-+*/^_=<>!:;,.'|%&@\"?#`])"
    r"|(?P<bracket>[(){}\[\]])"
    r"|(?P<other>.)",
    re.DOTALL,
)

_VALUES = frozenset({"num", "sym", "close"})

_HALF_DAY = re.compile(r"[apAP]\.\s?[mM]\.?")
_BRACED = re.compile(r"0\{,\}\d+|\d+\{,\}(?:\d{1,2}|\d{4,})")
_OPENED = re.compile(r"(?:[(\[]|\\\{|\\lbrace|\\langle)\s?[-\u2212]?\s?$")
_CLOSED = re.compile(r"\s?(?:\\right\s?)?(?:[)\]]|\\\}|\\rbrace|\\rangle)")
_WIDEST_OPENING = len("\\lbrace - ")
_LIST_SPACE = re.compile(r",(?:\\!|\\,)? ")


def tokenize(text: str) -> list[Token]:
    r"""The tokens of one answer, `$` and style left out, an ``end`` token last.

    Raises:
        Unreadable: longer than the limits, or a character that no answer holds.

    >>> [t.value for t in tokenize(r"\dfrac{1}{2}x")][:5]
    ['frac', '{', '1', '}', '{']
    """
    if len(text) > limits.CHARS:
        raise Unreadable(f"longer than {limits.CHARS:,} characters")
    text = clean(text)
    if len(text) > limits.CHARS:
        raise Unreadable(f"longer than {limits.CHARS:,} characters")
    scan = _Scan(text)
    scan.run()
    tokens = scan.out
    tokens.append(Token("end", LATEX if scan.latex else PLAIN, len(text), False))
    return tokens


_CAPITAL_UNITS = frozenset("ACFHJKLMNTVW")
"""Units of one capital letter that are words behind a number in ``\\text{...}``."""
_WORD_AFTER = re.compile(r"(?:\\(?:text|mathrm)\{ ?)?([A-Za-z]+)")
_THOUSANDS = {"k": "thousand", "K": "thousand", "M": "million", "B": "billion"}
_INDEXED = re.compile(r"\s*\}?\s*_")
_TWO_NUMERALS = re.compile(r"\s*\d+\s+choose\s+\d+[\s.]*")

LATEX, PLAIN = "latex", "plain"
"""Value of the end token: whether braces are LaTeX's silent ones."""


class _Scan(Commands):
    __slots__ = ("hyphen", "latex", "skip")  # the others are `Commands`'s

    def __init__(self, text: str) -> None:
        self.text = text
        self.out: list[Token] = []
        self.closers: list[str] = []
        """What each open brace belongs to: ``{`` for a group, ``w`` for the end of \text{...}."""
        self.depth = self.bold = 0
        self.skip = 0
        self.hyphen = False
        """Whether a hyphen between two units stands directly before."""
        self.grids = 0
        self.spaced = False
        self.wide = False
        self.latex = "\\" in text or "$" in text

    def add(self, kind: str, value: str, position: int, num: Num | None = None) -> None:
        if len(self.out) >= limits.TOKENS:
            raise Unreadable(f"more than {limits.TOKENS:,} tokens")
        mark = "bold" if self.bold and kind == "sym" else ""
        inside = self.depth > 0
        self.out.append(Token(kind, value, position, self.spaced, num, inside, self.wide, mark))
        self.spaced = self.wide = False

    def run(self) -> None:
        text = self.text
        position = 0
        end = len(text)
        match_at = _TOKEN.match
        while position < end:
            match = match_at(text, position)
            assert match is not None  # the last branch matches anything
            kind = match.lastgroup
            value = match.group()
            start = position
            position = match.end()
            if kind == "ws":
                self.spaced = True
                self.wide |= "\n" in value
            elif kind == "num":
                position = self.number(value, start)
            elif kind == "rep":
                self.add("num", value, start, repeating(value, start))
            elif kind == "letters":
                self.letters(value, start)
                if self.skip:
                    position, self.skip = self.skip, 0
            elif kind == "op":
                self.operator(value, start)
            elif kind == "bracket":
                self.bracket(value, start)
            elif kind == "cmd":
                position = self.command(value[1:].rstrip("*"), start, position)
            elif kind == "esc":
                self.escape(value, start)
            elif value.isprintable():
                if value.isalpha():
                    self.foreign(value, start)
                    if self.skip:
                        position, self.skip = self.skip, 0
                else:
                    raise Unreadable(f"unexpected {value!r}", start)
            else:
                self.spaced = True

    # -- numerals -------------------------------------------------------------------------------

    def number(self, raw: str, start: int) -> int:
        end = start + len(raw)
        if "{,}" in raw and _BRACED.fullmatch(raw):
            # a braced comma never separates, and these are not thousands: it is a decimal comma
            point = raw.replace("{,}", ".")
            self.add("num", point, start, numeral(point, start))
            return end
        if self.depth == 0 and _LIST_SPACE.search(raw) and "\\!" not in raw:
            # "32, 349" is a list; "32,349" and "32,\! 349" are numerals
            raw = raw[: _LIST_SPACE.search(raw).start()]  # type: ignore[union-attr]
            end = start + len(raw)
        if "," in raw and "{" not in raw and "\\" not in raw and self.lists(start, end):
            raw = raw.partition(",")[0]  # "1,7,103" separates, it groups no thousands
            end = start + len(raw)
        self.add("num", raw, start, numeral(raw, start))
        return end

    def lists(self, start: int, end: int) -> bool:
        """Whether the commas beside a numeral with commas separate items of a list."""
        text = self.text
        before = text[start - 1 : start] == "," and text[start - 2 : start - 1].isdigit()
        after = text[end : end + 1] == "," and text[end + 1 : end + 2].isdigit()
        if before or after:
            return True
        if ",0" in text[start:end]:
            return False  # "(1,000)": no item of a list begins so
        # brackets around one numeral say nothing, so "(3,331)" is a pair
        opening = text[max(0, start - _WIDEST_OPENING) : start]
        return bool(_OPENED.search(opening) and _CLOSED.match(text, end))

    def hyphenates(self, at: int) -> bool:
        """Whether a hyphen stands between two units, and nothing else does."""
        if not self.out or self.out[-1].kind != "word" or not is_unit(self.out[-1].value):
            return False
        after = _WORD_AFTER.match(self.text, at + 1)
        beside = self.text[at - 1].isalpha() or self.text[at - 1] == "}"
        return after is not None and beside and is_unit(after[1])

    # -- letters --------------------------------------------------------------------------------

    def letters(self, run: str, start: int) -> None:
        if self.hyphen:
            self.hyphen = False
            self.add("word", run, start)
            return
        if self.depth and len(self.out) > 1 and self.out[-1].value == "mu":
            unit = prefixed("mu", run)
            if unit is not None and self.out[-2].kind in ("num", "close"):
                self.out.pop()
                self.add("word", unit, start)
                return
        if len(run) == 1:
            if (
                self.out
                and self.out[-1].kind in ("num", "close")
                and is_unit(run)
                and unit_letters.ends(self.text, start, self.latex, self.out)
            ):
                self.add("word", run, start)
                return
            if run in "apAP" and self.out and self.out[-1].kind == "num":
                clock = _HALF_DAY.match(self.text, start)
                if clock is not None:
                    self.add("word", run.lower() + "m", start)
                    self.skip = clock.end()
                    return
            if (
                self.depth
                and (run.islower() or run in _CAPITAL_UNITS)
                and self.out
                and is_unit(run)
                and (self.out[-1].kind in ("num", "close") or self.out[-1].value == "/")
                and _INDEXED.match(self.text, start + 1) is None
            ):
                self.add("word", run, start)
                return
            if (
                run.islower()
                and is_unit(run)
                and len(self.out) > 1
                and (self.out[-1].value == "/" and self.out[-2].kind == "word")
            ):
                self.add("word", run, start)
                return
            if (
                run in _THOUSANDS
                and not self.spaced
                and len(self.out) > 1
                and (self.out[-1].kind == "num" and self.out[-2].kind == "money")
            ):
                self.add("word", _THOUSANDS[run], start)  # $70k
                return
            self.add("sym", run, start)
            return
        if (run in vocabulary.AND or run in vocabulary.OR) and len(run) > 1:
            self.add("sep", "and" if run in vocabulary.AND else "or", start)
            return
        if run == "mod" and self.out and self.out[-1].kind in (*_VALUES, "open"):
            self.add("op", "mod", start)
            return
        if (
            run == "choose"
            and [token.kind for token in self.out] == ["num"]
            and _TWO_NUMERALS.fullmatch(self.text) is not None
        ):
            self.add("cmd", "choose", start)  # "10 choose 3"
            return
        if run in ("st", "nd", "rd", "th") and self.out and self.out[-1].kind == "num":
            self.add("word", run, start)
            return
        if run[:2] == "or" and len(run) == 3 and run[2].isupper() and self.out:
            self.add("sep", "or", start)  # "1orW(x)"
            self.add("sym", run[2], start + 2)
            return
        if len(run) == 2 and run.isupper() and self.out and self.out[-1].value in ("{", "}"):
            self.add("sym", run[0], start)
            self.add("sym", run[1], start + 1)
            return
        if run in vocabulary.FUNCTIONS and (
            run not in vocabulary.ONLY_CALLED
            or self.called(start + len(run))
            or (
                run in vocabulary.OF_THINGS
                and neighbours.is_functional(self.text, start + len(run), self.depth > 0, self.out)
            )
        ):
            self.add("fn", vocabulary.FUNCTIONS[run], start)
            return
        if run in vocabulary.NAMES:
            self.add("sym", vocabulary.NAMES[run], start)
            return
        if run in vocabulary.GREEK and run not in ("Re", "Im"):
            self.add("sym", run, start)
            return
        if self.depth:
            self.add("word", run, start)
            return
        if factors.are_names(self.text, start, run):
            for k, letter in enumerate(run):
                self.add("sym", letter, start + k)
            return
        after_value = bool(self.out) and self.out[-1].kind in ("num", "close")
        if after_value and is_unit(run) and not (len(run) == 2 and not self.spaced and self.latex):
            self.add("word", run, start)
            return
        if (
            self.out
            and self.out[-1].value in ("/", "^")
            and is_unit(run)
            and _INDEXED.match(self.text, start + len(run)) is None  # "{}^nC_r"
        ):
            self.add("word", run, start)
            return
        for name in ("sqrt", "arcsin", "arccos", "arctan", "sin", "cos", "tan", "cot", "ln",
                     "log", "pi"):  # fmt: skip
            if run.startswith(name) and len(run) == len(name) + 1:
                self.letters(name, start)
                self.add("sym", run[-1], start + len(name))
                return
            if run.endswith(name) and len(run) == len(name) + 1 and name != "pi":
                self.add("sym", run[0], start)
                self.letters(name, start + 1)
                return
        if vocabulary.is_product(run):
            for k, letter in enumerate(run):
                self.add("sym", letter, start + k)
            return
        self.add("word", run, start)

    def foreign(self, value: str, start: int) -> None:
        """A letter outside ASCII: joins the word before it, where that touches it."""
        for conjunction, kind in vocabulary.CONJUNCTIONS:
            if value == conjunction[0] and self.text.startswith(conjunction, start):
                before, after = self.text[start - 1 : start], start + len(conjunction)
                if not (_wordy(before) or _wordy(self.text[after : after + 1])):
                    self.add("sep", kind, start)
                    self.skip = after
                    return
        last = self.out[-1] if self.out else None
        if last is not None and last.kind in ("word", "sym") and not self.spaced:
            self.out[-1] = last._replace(kind="word", value=last.value + value)
        else:
            self.add("word", value, start)

    def called(self, after: int) -> bool:
        return self.text.startswith(("(", "}(", "\\(", "\\left("), after)

    # -- signs ----------------------------------------------------------------------------------

    def operator(self, value: str, start: int) -> None:
        if value == "?" and self.depth == 0 and self.out and self.out[-1].kind in _VALUES:
            raise Unreadable("a question mark states no answer", start)
        if value == "." or value in ('"', "`", "?", "#"):
            if value == "." and self.depth == 0 and self.out and self.out[-1].kind == "word":
                self.spaced = True
            self.wide |= value == "."
            return  # a full stop, or a quotation mark
        if value[0] == ".":
            self.add("sym", "dots", start)
        elif value == "**":
            self.add("op", "^", start)
        elif value in ("==", ":="):
            self.add("op", "=", start)
        elif value == "->":
            self.add("op", "to", start)
        elif value in ("=>", "<=>"):
            self.add("op", "=>", start)
        elif value in (",", ";"):
            self.add("sep", value, start)
        elif (
            value == "-" and self.depth and not self.spaced
            and neighbours.joins_words(self.text, start, self.out)
        ):  # fmt: skip
            self.hyphen = True
            self.out[-1] = self.out[-1]._replace(kind="word")
        elif value == "-" and self.hyphenates(start):
            self.hyphen = True
            return  # N-m, foot-pounds: units side by side
        elif value == "@":
            if not self.spaced:
                raise Unreadable("unexpected '@'", start)
            self.add("word", "at", start)
        elif value == "&":
            if self.grids > 0:
                self.add("op", "&", start)
            else:
                self.spaced = self.wide = True
        else:
            self.add("op", value, start)

    def bracket(self, value: str, start: int) -> None:
        if value == "{":
            self.closers.append("{")
            self.add("open", "{", start)
        elif value == "}":
            if not self.closers:
                return  # a stray brace closes nothing
            opener = self.closers.pop()
            if opener == "w":
                self.depth -= 1
                self.spaced = True
            elif opener == "b":
                self.bold -= 1
            elif opener == "B":
                self.bold -= 1
                self.add("close", "}", start)
            elif opener == "{":
                self.add("close", "}", start)
        else:
            self.add("open" if value in "([" else "close", value, start)


def _wordy(char: str) -> bool:
    """Whether it is a letter of prose, beside which a conjunction joins words, not values."""
    return char.isalpha() and not char.isascii()


__all__ = ["LATEX", "PLAIN", "Token", "tokenize"]
