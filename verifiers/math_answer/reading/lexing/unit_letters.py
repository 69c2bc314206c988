r"""A letter at the end of a text that is a unit, for a gap parts it from the number: ``5 m``.

In a formula ``5m`` is five times m, and so is ``$5 m$``, whose blank says nothing. In plain text
the blank says something, and in LaTeX a command for it does: ``5\,m``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assay.verifiers.math_answer.reading.lexing.commands import Token

_END = re.compile(r"[\s.$}]*\Z")
_GAP = re.compile(r"(?:\\[,;:! ]|~)\s*\Z")
_OPERATORS = frozenset("*/^-+")
_RELATIONS = frozenset({"=", "~"})

LOOKED_AT = 24
"""Tokens before the letter that are looked at."""


def ends(text: str, start: int, latex: bool, tokens: Sequence[Token]) -> bool:
    """Whether the letter at `start` ends `text` behind a number and a gap that says something."""
    if _END.match(text, start + 1) is None:
        return False
    if _GAP.search(text, max(0, start - 4), start) is None and (
        latex or not text[start - 1].isspace()
    ):
        return False
    for token in reversed(tokens[-LOOKED_AT:]):
        if token.kind == "op" and token.value in _RELATIONS:
            return True
        if not (
            token.kind in ("num", "open", "close")
            or (token.kind == "op" and token.value in _OPERATORS)
            or (token.kind == "cmd" and token.value in ("frac", "sqrt"))
        ):
            return False
    return len(tokens) <= LOOKED_AT
