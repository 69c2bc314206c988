"""From text to tokens, in one pass of one regular expression."""

from __future__ import annotations

import re
from typing import NamedTuple

from assay.verifiers.math_answer import limits
from assay.verifiers.math_answer.limits import Unreadable
from assay.verifiers.math_answer.reading import vocabulary
from assay.verifiers.math_answer.reading.clean import clean
from assay.verifiers.math_answer.reading.numerals import numeral, repeating
from assay.verifiers.math_answer.tree import Num
from assay.verifiers.math_answer.units import is_unit


class Token(NamedTuple):
    """One token.

    Kinds: ``num``, ``sym``, ``fn`` (function), ``word``, ``op`` (with the relations), ``open``,
    ``close``, ``cmd`` (a command with arguments), ``sep``, ``money``, ``end``.
    """

    kind: str
    value: str
    position: int
    spaced: bool
    """Whether white space stands before it."""
    num: Num | None = None
    text: bool = False
    r"""Whether it stood in \text{...}."""


_TOKEN = re.compile(
    r"(?P<ws>(?:\s|~|\$|\\[,;:!> ]|\\\\?(?=\s*$))+)"
    r"|(?P<rep>\d+\.\d*\\(?:overline|bar|dot|overset\{\\dot\})\s?(?:\{\d+\}|\d))"
    r"|(?P<num>(?:[1-9]\d{0,2}(?:(?:,(?:\\!|\\,)?\ ?(?=\d\d\d(?:\D|$))|\{,\}(?:\\!)?\ ?|\\,\ ?"
    r"|\\!|\\;|\ (?=\d\d\d(?:\D|$)))\d{3}){1,9}(?!\d)(?:\.\d+)?"
    r"|\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+(?![\w.]))?)"
    r"|(?P<cmd>\\[A-Za-z]+\*?)"
    r"|(?P<esc>\\.)"
    r"|(?P<letters>[A-Za-z]+)"
    r"|(?P<op>\*\*|<=>|<=|>=|!=|==|=>|->|:=|\.\.\.+|[-+*/^_=<>!:;,.'|%&@\"?#`])"
    r"|(?P<bracket>[(){}\[\]])"
    r"|(?P<other>.)",
    re.DOTALL,
)

_HALF_DAY = re.compile(r"[apAP]\.\s?[mM]\.?")
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


LATEX, PLAIN = "latex", "plain"
"""Value of the end token: whether braces are LaTeX's silent ones."""


class _Scan:
    __slots__ = ("closers", "depth", "grids", "latex", "out", "skip", "spaced", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.out: list[Token] = []
        self.closers: list[str] = []
        """What each open brace belongs to: ``{`` for a group, ``w`` for the end of \text{...}."""
        self.depth = 0
        self.skip = 0
        self.grids = 0
        self.spaced = False
        self.latex = "\\" in text or "$" in text

    def add(self, kind: str, value: str, position: int, num: Num | None = None) -> None:
        if len(self.out) >= limits.TOKENS:
            raise Unreadable(f"more than {limits.TOKENS:,} tokens")
        self.out.append(Token(kind, value, position, self.spaced, num, self.depth > 0))
        self.spaced = False

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
                else:
                    raise Unreadable(f"unexpected {value!r}", start)
            else:
                self.spaced = True

    # -- numerals -------------------------------------------------------------------------------

    def number(self, raw: str, start: int) -> int:
        end = start + len(raw)
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
        return before or after

    # -- letters --------------------------------------------------------------------------------

    def letters(self, run: str, start: int) -> None:
        if len(run) == 1:
            if run in "apAP" and self.out and self.out[-1].kind == "num":
                clock = _HALF_DAY.match(self.text, start)
                if clock is not None:
                    self.add("word", run.lower() + "m", start)
                    self.skip = clock.end()
                    return
            if (
                self.depth
                and run.islower()
                and self.out
                and is_unit(run)
                and (self.out[-1].kind in ("num", "close") or self.out[-1].value == "/")
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
            self.add("sym", run, start)
            return
        if (run in vocabulary.AND or run in vocabulary.OR) and len(run) > 1:
            self.add("sep", "and" if run in vocabulary.AND else "or", start)
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
            run not in vocabulary.ONLY_CALLED or self.called(start + len(run))
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
        after_value = bool(self.out) and self.out[-1].kind in ("num", "close")
        if after_value and is_unit(run) and not (len(run) == 2 and not self.spaced and self.latex):
            self.add("word", run, start)
            return
        if self.out and self.out[-1].value in ("/", "^") and is_unit(run):
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
        last = self.out[-1] if self.out else None
        if last is not None and last.kind in ("word", "sym") and not self.spaced:
            self.out[-1] = last._replace(kind="word", value=last.value + value)
        else:
            self.add("word", value, start)

    def called(self, after: int) -> bool:
        return self.text.startswith(("(", "}(", "\\(", "\\left("), after)

    # -- signs ----------------------------------------------------------------------------------

    def operator(self, value: str, start: int) -> None:
        if value == "." or value in ('"', "`", "?", "#"):
            if value == "." and self.depth == 0 and self.out and self.out[-1].kind == "word":
                self.spaced = True
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
        elif value == "@":
            self.add("word", "at", start)
        elif value == "&":
            if self.grids > 0:
                self.add("op", "&", start)
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
            elif opener == "{":
                self.add("close", "}", start)
        else:
            self.add("open" if value in "([" else "close", value, start)

    def escape(self, value: str, start: int) -> None:
        sign = value[1]
        if sign in "{}":
            self.add("open" if sign == "{" else "close", "set" + sign, start)
        elif sign == "%":
            self.add("op", "%", start)
        elif sign == "$":
            self.add("money", "dollar", start)
        elif sign == "|":
            self.add("op", "|", start)
        elif sign == "&":
            self.add("sep", "and", start)
        elif sign == "\\":
            self.add("op" if self.grids > 0 else "sep", "\\\\", start)
        elif sign in "()[]":
            self.spaced = True
        elif sign in "_#":
            return
        else:
            self.spaced = True

    def command(self, name: str, start: int, position: int) -> int:
        text = self.text
        if name in ("dfrac", "tfrac", "cfrac"):
            name = "frac"
        elif name in ("dbinom", "tbinom"):
            name = "binom"
        if name in ("begin", "end"):
            match = _BEGIN.match(text, position)
            if match is None:
                return position
            position = match.end()
            if match[1] in vocabulary.GRIDS:
                self.grids += 1 if name == "begin" else -1
                self.add("cmd", f"{name}:{match[1]}", start)
            else:
                self.spaced = True
        elif name in ("frac", "sqrt", "binom", "overline", "sum", "prod", "int",
                    "lim", "iint", "oint", "pmod", "overset", "underset", "stackrel", "choose",
                    "over", "substack", "underbrace", "overbrace"):  # fmt: skip
            self.add("cmd", name, start)
        elif name in vocabulary.TEXT:
            return self.styled(name, start, position)
        elif name in vocabulary.FUNCTIONS and name not in ("gamma", "Gamma", "inf"):
            self.add("fn", vocabulary.FUNCTIONS[name], start)
        elif name in vocabulary.RELATIONS:
            self.add("op", vocabulary.RELATIONS[name], start)
        elif name in vocabulary.OPERATORS:
            value = vocabulary.OPERATORS[name]
            if value in ("and", "or"):
                self.add("sep", value, start)
            else:
                self.add("op", value, start)
        elif name in vocabulary.ACCENTS:
            self.add("cmd", "accent", start)
            self.out[-1] = self.out[-1]._replace(text=False, value=f"accent:{name}")
        elif name in vocabulary.NAMES:
            self.add("sym", vocabulary.NAMES[name], start)
        elif name in vocabulary.GREEK:
            self.add("sym", name, start)
        elif name in vocabulary.BRACKETS:
            self.add(*vocabulary.BRACKETS[name], start)
        elif name in ("lvert", "rvert", "vert", "lVert", "rVert", "Vert"):
            self.add("op", "|", start)
        elif name in ("pounds", "euro", "yen", "textdollar"):
            self.add("money", {"pounds": "pound", "textdollar": "dollar"}.get(name, name), start)
        elif name in ("hspace", "vspace", "label", "tag", "hphantom", "vphantom"):
            if text[position : position + 1] == "{":
                close = text.find("}", position)
                position = close + 1 if close > 0 else position
            self.spaced = True
        elif name in vocabulary.STYLE:
            self.spaced = True
            if name in ("left", "right", "middle") or name.lower().startswith("big"):
                if text[position : position + 1] == ".":  # \left. has no bracket
                    position += 1
                elif text.startswith("\\|", position):
                    self.add("op", "|", position)
                    position += 2
        elif len(name) > 2 and name.startswith("quad"):  # "\quadx" lost its space
            self.spaced = True
            self.letters(name[4:], start + 5)
        else:
            self.add("sym", "\\" + name, start)
        return position

    def styled(self, name: str, start: int, position: int) -> int:
        r"""``\text{...}`` and its kin: the braces go, words in it are words."""
        text = self.text
        while text[position : position + 1] == " ":
            position += 1
        if text[position : position + 1] != "{":
            return position
        position += 1
        if name == "mathbb" and text[position + 1 : position + 2] == "}":
            number_set = vocabulary.NUMBER_SETS.get(text[position])
            if number_set is not None:
                self.add("sym", number_set, start)
                return position + 2
        if (
            name in ("mathbf", "bm", "boldsymbol") and text[position + 1 : position + 2] == "}"
        ) and (text[position] in "ijk"):
            self.add("sym", f"vec:{text[position]}", start)
            return position + 2
        if name in vocabulary.WORDS:
            self.closers.append("w")
            self.depth += 1
        else:
            self.closers.append("x")
        self.spaced = True
        return position


_BEGIN = re.compile(r"\s*\{([A-Za-z]+)\*?\}(?:\s*\{[lcrp|.@{} ]*?\})?")
