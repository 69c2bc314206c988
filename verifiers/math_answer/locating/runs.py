r"""Runs of numbers, names and operators in prose: ``3 + 2 = 5``, ``158 + LK``, ``x = -2``.

One pass over tokens, with no way back: a run ends where prose, or two values side by side, begin.
"""

from __future__ import annotations

import re

from assay.verifiers.math_answer.reading.lexing.vocabulary import TWO_LETTER_WORDS

NUMERAL = (
    r"(?:\d{1,3} \d{1,2}/\d{1,3}(?!/?\d)|\d{1,3}(?:,\d{3})+(?:\.\d+)?"
    r"|\d{1,3}(?:[ \u202f]\d{3})+(?!\d)|\d+(?:[.,]\d+)?|\.\d+)"
)
"""A numeral as prose writes it: mixed (``2 1/4``), or decimal with separators of thousands."""

_MONEY = (
    r"(?:(?:(?<![A-Za-z])(?:US|CA|AU|HK|NZ|SG|R|A|C|S))?\\?\$\s?"
    r"|[\u20ac\u00a3\u20b9\u00a5\uffe5]\s?|(?<![A-Za-z])Rs\.?\s?)"
)
_TOKEN = re.compile(
    rf"(?P<num>{_MONEY}?{NUMERAL}(?:[eE][+-]?\d+(?![A-Za-z\d]))?"
    r"(?:\s(?:thousand|million|billion|trillion)\b)?"
    r"(?:\s?\\?[%\uff05]|\s?[\u20ac\u00a3\u20b9\u00b0])?[\u00b2\u00b3!]?)"
    r"|(?P<word>[A-Za-z]{3,}[\w'\u2019]*)"
    r"|(?P<op>\*\*|[+\-\u2212\u2013*/^=<>\u2264\u2265\u00d7\u00f7\u00b7:\u2236\u2248]"
    r"|\\(?:times|cdot|div|approx)(?![A-Za-z])"
    r"|(?<=[\d)\s])[xX](?=\s?\\?\$?\d)(?!\d\s?=))"
    r"|(?P<name>(?=[A-Za-z\u0391-\u03c9\u221a\u221e])(?:[A-Za-z]{1,2}(?:\d(?=\s?=))?|\u0394[A-Za-z]"
    r"|(?<![^\W\d_])[\u0391-\u03c9](?![^\W\d_\u00b2\u00b3\u2080-\u2089]))"
    r"(?:_\w|[\u2080-\u2089]{1,2})?[\u00b2\u00b3]?|[\u03c0\u03b8\u221a\u221e])"
    r"|(?P<open>[(\[])|(?P<close>[)\]])|(?P<space>[ \t]+)|(?P<other>[^\W\d_]+|.)",
    re.DOTALL,
)
_WORDS = frozenset({"sqrt", "sin", "cos", "tan", "log", "ln", "exp", "pi"})
_SIGNS = frozenset({"-", "+", "\u2212", "\u2013"})
_OPERANDS = frozenset({"num", "name", "close"})


class _Run:
    """A run that is being read."""

    def __init__(self) -> None:
        self.start = self.end = self.operand_end = -1
        self.last = ""
        self.depth = 0
        self.value = False
        self.operators = 0

    def put(self, kind: str, start: int, end: int) -> None:
        if self.start < 0:
            self.start = start
        self.end, self.last = end, kind
        if kind in _OPERANDS and (kind != "close" or self.depth >= 0):
            self.operand_end = end


def runs(text: str, low: int, high: int) -> list[tuple[int, int, bool]]:
    """The runs of ``text[low:high]`` that hold a number or an equation, in order.

    Returns:
        Start, end, and whether an operator without its second operand follows.

    >>> runs("so 3 + 2 = 5 apples", 0, 19)
    [(3, 12, False)]
    """
    out: list[tuple[int, int, bool]] = []
    run = _Run()

    def flush() -> None:
        nonlocal run
        if run.operand_end > run.start >= 0 and run.value:
            said = text[run.start : run.operand_end]
            start = run.start
            extra = said.count("(") + said.count("[") - said.count(")") - said.count("]")
            while extra > 0 and text[start] in "([":
                start, extra = start + 1, extra - 1
            out.append((start, run.operand_end, run.last == "op"))
        run = _Run()

    spaced = False
    for match in _TOKEN.finditer(text, low, high):
        kind = str(match.lastgroup)
        start, end = match.span()
        if kind == "space":
            spaced = True
            if end - start > 3:
                flush()
            continue
        sign = match.group()
        if kind == "word":
            kind = "name" if sign in _WORDS else "other"
        if kind == "name" and sign in TWO_LETTER_WORDS:
            kind = "other"
        if (
            kind == "num"
            and start > 0
            and (text[start - 1].isascii() and text[start - 1].isalpha() and run.end != start)
        ):
            kind = "other"  # part of a word: x86
        if kind in ("num", "name"):
            if run.last in _OPERANDS and (spaced or kind == "num"):
                flush()
            run.put(kind, start, end)
            run.value = run.value or kind == "num" or sign in "\u03c0\u221e"
        elif kind == "op":
            if run.last in _OPERANDS:
                run.put("op", start, end)
                run.operators += 1
                run.value = run.value or sign == "="
            elif sign in _SIGNS and run.last in ("", "op", "open"):
                run.put("sign", start, end)
            else:
                flush()
        elif kind == "open":
            if run.last in _OPERANDS and spaced:
                flush()
            run.put("open", start, end)
            run.depth += 1
        elif kind == "close" and run.depth > 0 and run.last in _OPERANDS:
            run.depth -= 1
            run.put("close", start, end)
        else:
            flush()
        spaced = False
    flush()
    return out
