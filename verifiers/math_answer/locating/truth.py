"""Whether a text says yes or no, where that is what is asked: "No, because 3 is odd"."""

from __future__ import annotations

import re

TRUTHS = frozenset({"yes", "no", "true", "false"})
"""The words that a reference may be."""

REACH = 2_000
"""Characters at the end of a text that are looked at."""

_FIRST = re.compile(r"\s*[*_]*(yes|no|true|false)\b[*_]*\s*(?:[,.;:!\u2014-]|\Z)", re.IGNORECASE)
_SAID = re.compile(
    r"\b(?:statement|claim|proposition|assertion|conjecture|answer|this|that|it)\s+is\s+"
    r"(?:(?:therefore|thus|hence|indeed|always|clearly|in\s+fact)[,\s]+)*[*_]*(?P<not>not\s+)?"
    r"[*_]*(?P<said>true|false|yes|no)\b(?![*_]*\s*(?:or|for|if|only|when)\b)",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\b(?:if|whether|suppose|assum\w*|unless|when|say|known?|sure|not)\b[^.!?\n]*\Z", re.IGNORECASE
)
"""What leaves it open: "whether it is true"."""

LEAD = 60
"""Characters before the words in which such a word is sought."""

_OPPOSITE = {"true": "false", "false": "true", "yes": "no", "no": "yes"}


def asks_for_truth(reference: object) -> bool:
    """Whether the reference is one of the words."""
    return isinstance(reference, str) and reference.strip().lower() in TRUTHS


def truth(text: str) -> str | None:
    """What the last sentence that says so says, or the word that the text begins with.

    >>> truth("No, because 3 is odd.")
    'no'
    >>> truth("We see that the statement is not true.")
    'false'
    """
    tail = text[-REACH:]
    found = [m for m in _SAID.finditer(tail) if not _OPEN.search(tail[: m.start()][-LEAD:])]
    if found:
        said = found[-1]["said"].lower()
        return _OPPOSITE[said] if found[-1]["not"] else said
    first = _FIRST.match(text)
    return first[1].lower() if first is not None else None
