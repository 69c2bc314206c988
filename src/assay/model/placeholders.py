"""References that hold no answer: what data sets leave where one was wanted."""

from __future__ import annotations

import json
import re

_PLACEHOLDERS = frozenset({
    "proof", "proved", "qed", "not found", "notfound", "n/a", "nan", "null", "nil",
    "no answer", "no answer found", "no answer provided", "answer not found", "not available",
    "not provided", "not given", "see solution", "see above", "see proof", "omitted",
    "proof omitted", "not applicable", "todo", "tbd",
    "?", "-", "--", "[]", "{}", "()", "[invalid]",
})  # fmt: skip
"""Whole references, in lower case and without a full stop, that stand for a missing answer.
``none`` and ``undefined`` are not among them: they answer real questions."""

_DRESS = re.compile(r"\\(?:text|mathrm|textbf|boxed)\b|[${}()*\"']|\\[()\[\]]")
LONGEST = 40


def missing(text: str) -> str | None:
    """Why `text` is not an answer to compare with, or None: it may be one."""
    bare = text.strip()
    if len(bare) > 1 and bare[0] == "{" and bare[-1] == "}" and _is_object(bare):
        return "it is a JSON object, not an answer"
    if len(bare) <= LONGEST:
        for form in (bare, _DRESS.sub("", bare)):
            if " ".join(form.lower().split()).rstrip(".!") in _PLACEHOLDERS:
                return "it says that there is no answer"
    return None


def _is_object(text: str) -> bool:
    if not re.match(r"\{\s*([\"'])[^\"'\n]{0,200}\1\s*:", text):
        return False
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return text[1:].lstrip()[:1] == "'"  # Python's spelling of one
