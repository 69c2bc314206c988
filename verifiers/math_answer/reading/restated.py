r"""One value that is said twice: ``3/4, i.e. 0.75``, ``120 minutes (2 hours)``, ``3/4 (or 75%)``.

Written as an offer, "3/4 or 0.75", so that both have to be right. A remark in brackets without a
value of its own is none.
"""

from __future__ import annotations

import re

LONGEST = 120
"""Longest text in which a value may be said twice, in characters."""

_WORDS = re.compile("that is|namely|equivalently")
_MEANT = re.compile(
    r"\s*[,;(]?\s*(?:\\text\s*\{\s*)?[,;]?\s*(?:i\.\s?e\.|\b(?:that\s+is|namely|equivalently)\b)[,:]?\s*\}?\s*"
    r"(?=[-+\d\\$.])"
)
_OFFERED = re.compile(
    r"\s*\((?:or|about|approximately|which\s+is)\s+(?:about\s+|approximately\s+)?([^()]*\d[^()]*)\)"
)
_BESIDE = re.compile(
    r"(\d[\d.,/]*\s?(?:\\?%|[A-Za-z]{3,}))\s+\((\$?\d[\d.,/]*\s?(?:\\?%|[A-Za-z]{2,}(?:\s[A-Za-z]+)?))\)\s*\Z"
)


def restated(text: str) -> str:
    """`text`, with "or" before what says its value once more.

    >>> restated("3/4, i.e. 0.75"), restated("120 minutes (2 hours)")
    ('3/4 or 0.75', '120 minutes or 2 hours')
    """
    if "(" not in text and "i.e" not in text and _WORDS.search(text) is None:
        return text
    if len(text) > LONGEST:
        return text
    said = _MEANT.sub(" or ", text) if text[:1] not in "ietn" else text
    said = _OFFERED.sub(r" or \1", said)
    return _BESIDE.sub(r"\1 or \2", said)
