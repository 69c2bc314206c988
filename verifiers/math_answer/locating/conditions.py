"""Whether a value in a sentence says when something holds: "the minimum is 4, when x = 2"."""

from __future__ import annotations

import re

from assay.verifiers.math_answer.languages import of_all

NEAR = 80
"""Characters before a value in which the words that lead to it are sought."""

DIRECTLY = 20
"""Characters before an equation in which a word is sought that makes it a condition."""

_WHEN = re.compile(
    r"\b(?:when|where|whenever|if|for\s+(?:all|any|every|each|which|some)|because|since|at)\s+(?:\w+\s+){0,2}\Z",
    re.IGNORECASE,
)
_WORDS = of_all("conditions")
# "for", "en" and "mit" stand before any value; a condition is only an equation behind them.
_LEADS = re.compile(
    r"(?:(?<![^\W\d_])(?:iff|(?<!solve )(?<!solved )(?<!solving )for|"
    + "|".join(re.escape(w) for w in _WORDS if w[0] < "\u2e80")
    + ")|"
    + "|".join(re.escape(w) for w in _WORDS if w[0] >= "\u2e80")
    + r")\s*\Z",
    re.IGNORECASE,
)
_ENDS = re.compile(r"\s*(?:" + "|".join(re.escape(w) for w in of_all("condition_ends")) + ")")
_EQUATION = re.compile(r"[=<>\u2264\u2265]|\\(?:in|leq?|geq?|to|neq?)\b")


def is_condition(text: str, begin: int, start: int, end: int) -> bool:
    """Whether the value at ``text[start:end]`` of a sentence that begins at `begin` is a condition.

    >>> is_condition("The minimum is 4, when x = 2.", 0, 23, 28)
    True
    >>> is_condition("The minimum is 4, when x = 2.", 0, 15, 16)
    False
    """
    low = max(begin, start - NEAR)
    if _WHEN.search(text, low, start) is not None:
        return True
    if _EQUATION.search(text, start, end) is None:
        return False
    low = max(begin, start - DIRECTLY)
    return _LEADS.search(text, low, start) is not None or _ENDS.match(text, end) is not None
