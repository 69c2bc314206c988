"""Commands and escapes of LaTeX, as tokens."""

from __future__ import annotations

import re
from typing import NamedTuple

from assay.verifiers.math_answer.limits import Unreadable
from assay.verifiers.math_answer.reading.lexing import vocabulary
from assay.verifiers.math_answer.tree import Num


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
    wide: bool = False
    r"""Whether a gap stands before it that may set items apart: ``\quad``, a line's end."""
    mark: str = ""
    r"""``norm`` of a double bar, ``congruent`` of ``\equiv``; they are read as ``|`` and ``=``.
    ``bold`` of a bold letter; ``times`` of ``\times``, which is a product of its own of vectors."""


_MARKDOWN = frozenset("*+-=.<^~'")
"""Signs that Markdown escapes: ``2\\*3``."""
_GLUED = re.compile(
    r"(sin|cos|tan|cot|sec|csc|ln|log|pi|theta|alpha|beta|cdot|times|pm|infty)([a-zA-Z])"
)


_OF_FORMS = re.compile(
    r"\s*(?:\\[,;!]\s*)*\(?-?(?:d(?=[a-zA-Z\\])|\\(?:mathrm|text)\s*\{\s*d\s*\}|e_"
    r"|\\(?:vec|mathbf|bm)\b)"
)
"""What stands behind the wedge of differentials and vectors; elsewhere it says "and"."""

_BEGIN = re.compile(r"\s*\{([A-Za-z]+)\*?\}(?:\s*\{[lcrp|.@{} ]*?\})?")


class Commands:
    """What the scanner does with a backslash and what follows it."""

    __slots__ = ("bold", "closers", "depth", "grids", "out", "spaced", "text", "wide")

    bold: int
    closers: list[str]
    depth: int
    grids: int
    out: list[Token]
    spaced: bool
    text: str
    wide: bool

    def add(self, kind: str, value: str, position: int, num: Num | None = None) -> None:
        """Put a token; see the scanner."""
        raise NotImplementedError

    def letters(self, run: str, start: int) -> None:
        """Read a run of letters; see the scanner."""
        raise NotImplementedError

    def operator(self, value: str, start: int) -> None:
        """Read a sign; see the scanner."""
        raise NotImplementedError

    def marked(self, kind: str, value: str, start: int, mark: str) -> None:
        """Put a token that is read as a plainer one, with what it was."""
        self.add(kind, value, start)
        self.out[-1] = self.out[-1]._replace(mark=mark)

    def escape(self, value: str, start: int) -> None:
        """A backslash before a sign."""
        sign = value[1]
        if sign in "{}":
            self.add("open" if sign == "{" else "close", "set" + sign, start)
        elif sign == "%":
            self.add("op", "%", start)
        elif sign == "$":
            self.add("money", "dollar", start)
        elif sign == "|":
            self.marked("op", "|", start, "norm")
        elif sign == "&":
            self.add("sep", "and", start)
        elif sign == "\\":
            self.add("op" if self.grids > 0 else "sep", "\\\\", start)
        elif sign in _MARKDOWN and self.grids == 0:
            self.operator(sign, start)
        elif sign in '()[] \n\t\r,;:!>/"`':
            self.spaced = True
            self.wide |= sign == "\n"
        elif sign in "_#":
            return
        else:
            # "5\\6", a row of a matrix that lost a backslash: shortened, it would be another answer
            raise Unreadable(f"unexpected {value!r}", start)

    def command(self, name: str, start: int, position: int) -> int:
        """A command by its name; gives the position behind it and what it takes with it."""
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
                style = match[1]
                if name == "begin" and style == "array" and self.braced(position):
                    self.out.pop()
                    style = "cases"
                self.add("cmd", f"{name}:{style}", start)
            else:
                self.spaced = True
        elif name in ("frac", "sqrt", "binom", "overline", "sum", "prod", "int",
                    "lim", "iint", "oint", "pmod", "overset", "underset", "stackrel", "choose",
                    "over", "substack", "underbrace", "overbrace"):  # fmt: skip
            self.add("cmd", name, start)
        elif name in vocabulary.TEXT and name not in ("phantom", "color", "textcolor"):
            return self.styled(name, start, position)
        elif name in ("zeta", "Gamma") and self.text.startswith(("(", "\\left("), position):
            self.add("fn", name.lower(), start)
        elif name == "deg" and self.out and self.out[-1].kind in ("num", "close"):
            self.add("op", "deg", start)  # "30\\deg"
        elif name in vocabulary.FUNCTIONS and name not in ("gamma", "Gamma", "inf", "zeta", "div"):
            self.add("fn", vocabulary.FUNCTIONS[name], start)
        elif name == "equiv":
            self.marked("op", "=", start, "congruent")
        elif name in vocabulary.RELATIONS:
            self.add("op", vocabulary.RELATIONS[name], start)
        elif name == "wedge" and _OF_FORMS.match(text, position) is not None:
            self.add("op", "wedge", start)
        elif name in vocabulary.OPERATORS:
            value = vocabulary.OPERATORS[name]
            if value in ("and", "or"):
                self.add("sep", value, start)
            else:
                self.add("op", value, start)
                if name == "times":
                    self.out[-1] = self.out[-1]._replace(mark="times")
        elif name == "dagger" and self.raised():
            self.add("sym", "\\dagger", start)
        elif name in vocabulary.ACCENTS:
            self.add("cmd", "accent", start)
            self.out[-1] = self.out[-1]._replace(text=False, value=f"accent:{name}")
        elif name in vocabulary.NAMES:
            self.add("sym", vocabulary.NAMES[name], start)
        elif name in vocabulary.GREEK:
            self.add("sym", name, start)
        elif name in vocabulary.BRACKETS:
            self.add(*vocabulary.BRACKETS[name], start)
        elif name in ("lvert", "rvert", "vert"):
            self.add("op", "|", start)
        elif name in ("lVert", "rVert", "Vert"):
            self.marked("op", "|", start, "norm")
        elif name in ("pounds", "euro", "yen", "rupee", "won", "ruble", "textdollar"):
            self.add("money", {"pounds": "pound", "textdollar": "dollar"}.get(name, name), start)
        elif name in ("hspace", "vspace", "label", "tag", "hphantom", "vphantom", "phantom",
                      "color", "textcolor"):  # fmt: skip
            if text[position : position + 1] == "{":
                close = text.find("}", position)
                position = close + 1 if close > 0 else position
            self.spaced = True
        elif name in vocabulary.STYLE:
            self.spaced = True
            if name == "bf" and self.closers and self.closers[-1] == "{":
                self.closers[-1] = "B"  # bold to the end of the group
                self.bold += 1
            self.wide |= name in ("quad", "qquad", "newline", "linebreak", "par", "cr")
            if name in ("left", "right", "middle") or name.lower().startswith("big"):
                if text[position : position + 1] == ".":  # \left. has no bracket
                    position += 1
                elif text.startswith("\\|", position):
                    self.marked("op", "|", position, "norm")
                    position += 2
        elif len(name) > 2 and name.startswith("quad"):  # "\quadx" lost its space
            self.spaced = self.wide = True
            self.letters(name[4:], start + 5)
        elif (glued := _GLUED.fullmatch(name)) is not None:  # "\\cotx" lost its space
            position = self.command(glued[1], start, position)
            self.letters(glued[2], start + 1 + len(glued[1]))
        elif self.grids > 0 and len(name) == 1:
            # "2\\x": a row of a matrix that lost a backslash
            raise Unreadable(f"unexpected '\\{name}'", start)
        else:
            self.add("sym", "\\" + name, start)
        return position

    def raised(self) -> bool:
        """Whether what follows stands alone above something: ``^x``, ``^{x``."""
        last = [token.value for token in self.out[-2:]]
        return last[-1:] == ["^"] or last == ["^", "{"]

    def braced(self, position: int) -> bool:
        r"""Whether the array here stands behind a lone brace, as ``\left\{...\right.`` has it."""
        if not self.out or self.out[-1].value != "set{":
            return False
        end = self.text.find("\\end{array}", position)
        return end >= 0 and _LONE.match(self.text, end) is not None

    def styled(self, name: str, start: int, position: int) -> int:
        r"""``\text{...}`` and its kin: the braces go, words in it are words."""
        text = self.text
        while text[position : position + 1] == " ":
            position += 1
        if text[position : position + 1] != "{":
            return position
        position += 1
        alone = _ALONE.match(text, position)
        if alone is not None:
            self.add("sep", vocabulary.SHORT_CONJUNCTIONS[alone[1]], start)
            return alone.end()
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
        elif name in vocabulary.BOLD:
            self.closers.append("b")
            self.bold += 1
        else:
            self.closers.append("x")
        self.spaced = True
        return position


_LONE = re.compile(r"\\end\{array\}[\s$.,]*(?:\\right\s*\.|$)")
_ALONE = re.compile(r"[ ~]+([yeou])[ ~]+\}")
"""``\\text{ y }``: a conjunction of one letter, alone between its blanks."""
