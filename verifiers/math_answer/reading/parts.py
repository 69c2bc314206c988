r"""Answers to the parts of a question: ``(1) 3; (2) 5``, ``\text{(a)}\ 3,\ \text{(b)}\ 5``.

Each part becomes a named value, so that the parts are not exchanged, and so that a reference or an
answer may list the values alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST = 600
"""Longest text in which parts are looked for, in characters."""

_ORDERS: tuple[Sequence[str], ...] = ("123456789", "abcdefgh", ("i", "ii", "iii", "iv", "v"),
                                      ("I", "II", "III", "IV", "V"))  # fmt: skip
_LABEL = re.compile(
    r"(?:\\text\w*\s*\{\s*)?[(\uff08]([1-9]|[a-h]|i{1,3}|iv|v|I{1,3}|IV|V)[)\uff09]\s*\}?"
    r"(?:\\[ ,;:]|[\s~:])*"
)
_BEFORE = re.compile(r"(?:[;,.\u3002\uff1b\uff0c\n]|\\\\|[\d}$)]\s|\\[ ,;]|\bq?quad)\s*\Z")


def named(values: Sequence[str]) -> str:
    """The values of parts, each with a name: ``P_1 = 3 ; P_2 = 5``."""
    return " ; ".join(f"P_{k} = {value}" for k, value in enumerate(values, 1))


def parts(text: str) -> list[str] | None:
    """The values of the parts that `text` consists of, two at least; None where it has no parts.

    >>> parts("(1) 3; (2) 5"), parts("(1)(2)"), parts("(a) + (b)")
    (['3', '5'], None, None)
    """
    first = _LABEL.match(text.lstrip(" $")) if len(text) <= LONGEST else None
    order = first and next((o for o in _ORDERS if o[0] == first[1]), None)
    if first is None or order is None:
        return None
    text = text.lstrip(" $")
    found = [first]
    for match in _LABEL.finditer(text, first.end()):
        at = len(found)
        if at < len(order) and match[1] == order[at]:
            if _BEFORE.search(text, max(0, match.start() - 8), match.start()) is None:
                return None
            found.append(match)
    ends = [match.start() for match in found[1:]] + [len(text)]
    values = [
        text[match.end() : end].strip(" \n$;,.\\\u3002\uff1b\uff0c")
        for match, end in zip(found, ends, strict=True)
    ]
    return values if len(values) > 1 and all(values) else None
