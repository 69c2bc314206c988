r"""What a name is, by what stands beside it: a functional before its argument, half of a word."""

from __future__ import annotations

import re

from assay.verifiers.math_answer.reading.lexing import vocabulary
from assay.verifiers.math_answer.reading.lexing.commands import Token

_GREEK = "|".join(sorted(vocabulary.GREEK, key=len, reverse=True))
_A_THING = (
    r"(?:[_(\[]|\\left\s*[(\[]|\\(?:math|bold|vec|nabla|ker|operatorname|begin|"
    + _GREEK
    + r")|[A-Z](?![A-Za-z])|ker\b|Im\b)"
)
_THING = re.compile(r"\s*(?:" + _A_THING + r"|[a-z](?=\s*[(=]))")
_THING_IN_TEXT = re.compile(
    r"\s*\}(?:\s|~|\\[ ,;:!])*(?:" + _A_THING + r"|[a-z](?![A-Za-z]))|\s*[(\[_]"
)
_REST_OF_WORD = re.compile("[a-z]{3,}")


def is_functional(text: str, after: int, in_text: bool, out: list[Token]) -> bool:
    """Whether a name that ends at `after` has what it is of behind it: ``rank A``."""
    if out and out[-1].kind in ("num", "close"):
        return False  # "30 deg C", "5 min"
    return (_THING_IN_TEXT if in_text else _THING).match(text, after) is not None


def joins_words(text: str, at: int, out: list[Token]) -> bool:
    r"""Whether a hyphen in ``\text{...}`` joins a letter and a word: ``p-value``, ``x-axis``."""
    if not out or out[-1].kind != "sym" or len(out[-1].value) > 1:
        return False
    return _REST_OF_WORD.match(text, at + 1) is not None
