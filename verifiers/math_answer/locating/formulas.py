r"""Where the formulas of a text stand: between dollars, ``\(``, ``\[`` or in an environment.

Amounts of money are expected to be written ``\$`` already (`money.amounts_escaped`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

_DELIMITER = re.compile(
    r"\$\$|\\(?:begin|end)\{(?:align|equation|gather)\*?\}|\\.|\$|\n", re.DOTALL
)
PROSE = re.compile(r"[A-Za-z]{3,}")
"""A word of prose."""


class Span(NamedTuple):
    """One formula: where it starts and ends with its delimiters, and what is between them."""

    start: int
    end: int
    inside: str


_PAIRS = {"$$": "$$", "\\[": "\\]", "\\(": "\\)", "$": "$", "begin": "end"}


def formulas(text: str) -> list[Span]:
    r"""The formulas of `text`, in order, by their delimiters: dollars, ``\(``, ``\[``, ``align``.

    One pass. A formula within a line does not cross it, so that two prices are not a formula.
    """
    out: list[Span] = []
    opened = ""
    begun = inner = 0
    for match in _DELIMITER.finditer(text):
        sign = match.group()
        if sign == "\n":
            if opened in ("$", "\\("):
                opened = ""
            continue
        kind = sign[1:].partition("{")[0] if len(sign) > 2 else sign
        if opened:
            if kind == _PAIRS[opened]:
                inside = text[inner : match.start()].strip()
                if inside and (opened != "$" or _formula_like(inside)):
                    out.append(Span(begun, match.end(), inside))
                    opened = ""
                elif opened == "$":  # the dollar before belongs to no formula
                    begun, inner = match.start(), match.end()
                else:
                    opened = ""
                continue
            if opened == "$" and kind in ("\\[", "\\(", "$$"):
                opened = ""
        if not opened and kind in _PAIRS:
            opened, begun, inner = kind, match.start(), match.end()
    return out


def _formula_like(inside: str) -> bool:
    """Whether a pair of dollar signs encloses a formula, not the prose between two prices."""
    if not inside[0].isdigit():
        return True
    words = PROSE.findall(re.sub(r"\\[A-Za-z]+(?:\{[^{}]*\})?", " ", inside))
    return len(words) < 2
