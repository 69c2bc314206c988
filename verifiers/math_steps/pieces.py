r"""Prose cut into the pieces that formulas are made of: ``35 hours * $20`` is five of them.

One pass of one regular expression, linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class TextPiece(NamedTuple):
    """A piece of the text: kind, the plain notation of it, and where it stands."""

    kind: str
    plain: str
    start: int
    end: int
    spaced: bool


_TOKEN = re.compile(
    r"(?P<note><<[^<>\n]{1,200}>>)"
    r"|(?P<mixed>(?<![\d.,/*+=-])\d{1,6}[ ]\d{1,3}/\d{1,3}(?![\d.,]*\d))"
    r"|(?P<num>\d{1,3}(?:(?:,|\{,\}|\\,|,\\!|\ )\d{3})+(?![\d.]*\d)|\d{1,3}(?:,\d{3})+(?!\d)\.\d+"
    r"|\d+(?:\.\d+)?|\.\d+)"
    r"|(?P<arrow>=>|[⇒⟹→⟶∴]|->|\\(?:Rightarrow|Longrightarrow|implies|iff|Leftrightarrow|to"
    r"|rightarrow|longrightarrow|therefore)(?![A-Za-z]))"
    r"|(?P<compare>[<>≤≥≠]=?|!=|\\(?:leq?|geq?|lt|gt|neq?|in|subset|mid)(?![A-Za-z]))"
    r"|(?P<rel>==?|[≈≃≅]|\\(?:approx|simeq|doteq|cong|equiv)(?![A-Za-z]))"
    r"|(?P<text>\\(?:text|textbf|mathrm|mathbf|mbox|operatorname)\s*\{(?P<inner>[^{}]{0,80})\})"
    r"|(?P<frac>\\[dtc]?frac(?![A-Za-z]))"
    r"|(?P<cmd>\\[A-Za-z]+)"
    r"|(?P<delimiter>\\[()\[\]])"
    r"|(?P<newrow>\\\\)"
    r"|(?P<skip>\\[,;:!> ]|\\\$|[$€£¥&~])"
    r"|(?P<percent>\\?%)"
    r"|(?P<brace>\\?[{}])"
    r"|(?P<op>\*\*|[-+*/^×÷·⋅∗−–∙!_])"
    r"|(?P<bracket>[()\[\]])"
    r"|(?P<word>[^\W\d_]+(?:['’-][^\W\d_]+)*)"
    r"|(?P<newline>\n)"
    r"|(?P<space>[^\S\n]+)"
    r"|(?P<other>.)",
    re.DOTALL,
)

_OPERATORS = {
    "×": "*", "·": "*", "⋅": "*", "∗": "*", "∙": "*", "÷": "/", "−": "-", "–": "-", "**": "^",
}  # fmt: skip
_COMMANDS = {
    r"\times": "*", r"\cdot": "*", r"\div": "/", r"\ast": "*", r"\pi": "pi", r"\sqrt": r"\sqrt",
    r"\left": "", r"\right": "", r"\displaystyle": "", r"\quad": " ", r"\qquad": " ",
}  # fmt: skip


def pieces(text: str, start: int, end: int) -> Iterator[TextPiece]:
    """The pieces of a part of the text, in order; white space only shows in what follows it."""
    spaced = True
    for match in _TOKEN.finditer(text, start, end):
        kind = match.lastgroup or "other"
        if kind == "space":
            spaced = True
            continue
        raw = match.group()
        start, end = match.span()
        if kind == "inner":  # the text of \text{...}, which is the last group to match in it
            kind, raw = "text", match["inner"]
        plain = raw
        if kind == "mixed":
            kind, plain = "num", _mixed(raw)
        elif kind == "num":
            plain = re.sub(r"[^\d.]", "", raw)
        elif kind == "op":
            plain = _OPERATORS.get(raw, raw)
        elif kind == "rel":
            plain = "=" if raw in ("=", "==") else "~"
        elif kind == "frac":
            kind, plain = "formula", r"\frac"
        elif kind == "cmd":
            if raw not in _COMMANDS:
                kind = "break" if raw != "\\boxed" else "skip"
            else:
                plain = _COMMANDS[raw]
                kind = "op" if plain in ("*", "/") else "formula" if plain.strip() else "skip"
        elif kind == "brace":
            kind, plain = "bracket", raw[-1]
        elif kind == "percent":
            kind = "op"
            plain = "%"
        yield TextPiece(kind, plain, start, end, spaced)
        spaced = kind in ("newline", "skip", "note")


def _mixed(raw: str) -> str:
    """``3 1/2`` as a sum; ``2 6/3`` stays two things, of which the first is left out."""
    whole, _, fraction = raw.partition(" ")
    top, _, bottom = fraction.partition("/")
    return f"({whole}+{fraction})" if int(top) < int(bottom) else fraction


def balanced(parts: list[TextPiece], right: bool) -> list[TextPiece]:
    """`parts` without a bracket that is never closed (before it) or opened (after it)."""
    depth = 0
    for i, token in enumerate(parts):
        if token.kind != "bracket":
            continue
        if token.plain in "([{":
            depth += 1
        elif depth:
            depth -= 1
        else:  # closes what stood before: the formula ends here, or begins after it
            if right:
                return parts[:i]
            return balanced(parts[i + 1 :], right)
    while depth:  # opened and never closed: the formula begins after it
        level = 0
        for i in range(len(parts) - 1, -1, -1):
            if parts[i].kind == "bracket":
                level += -1 if parts[i].plain in "([{" else 1
                if level < 0:
                    if right:
                        return parts[:i]
                    return parts[i + 1 :]
        break
    return parts


def plain(parts: list[TextPiece]) -> str:
    """A formula in plain notation."""
    out: list[str] = []
    for i, token in enumerate(parts):
        text = token.plain
        if token.kind == "sym" and text in "xX" and _between(parts, i):
            text = "*"
        elif token.plain == "%" and token.kind == "op":
            if out:  # binds to the number before it: 50*20% is 50*(20/100)
                out[-1] = f"({out[-1]}/100)"
            continue
        elif token.kind == "sym" and out and out[-1][-1:].isalpha():
            text = "*" + text
        out.append(text)
    return "".join(out)


def _between(parts: list[TextPiece], i: int) -> bool:
    """Whether an ``x`` stands between two numbers, and so means "times"."""
    if i == 0 or i + 1 >= len(parts):
        return False
    left, right = parts[i - 1], parts[i + 1]
    return (left.kind == "num" or left.plain in ")%]}") and (
        right.kind == "num" or right.plain in "(["
    )
