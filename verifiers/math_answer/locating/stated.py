"""What a stated answer says, where a sentence stands around its value."""

from __future__ import annotations

import re

from assay.verifiers.math_answer.locating.sentences import last_claim
from assay.verifiers.math_answer.locating.statements import Statement
from assay.verifiers.math_answer.locating.whole import bare
from assay.verifiers.math_answer.reading.choices import choice

_SENTENCE_END = re.compile(r"\n|[.!\u3002](?=\s|\Z)")


def sentence_end(text: str, at: int) -> int:
    """Where the sentence ends in which a place is."""
    match = _SENTENCE_END.search(text, min(len(text), at + 1))
    return match.end() if match is not None else len(text)


SENTENCE = 400
"""Characters of a sentence around a value, at most."""

_ASIDE = re.compile(
    r"([^()]*\d[^()]*)\s\((?![^()]*\b(?:sin|cos|tan|log|ln|exp|sqrt)\b)(?:=[^()]*|[^()]*[A-Za-z]{3,}[^()]*\s[^()]*)\)"
)
_AROUND = re.compile(
    r"(?:[^\W\d_]{2}|[\u0400-\u04ff]\s+[^\W\d_]{2})[^\d=]*"
    r"(?:\d[\d.,:/]*[^\d=]*|[^=]*=[^=\d]*\d[\d.,]*[^\d=]*)",
    re.DOTALL,
)
"""Words, then one value or a computation with its result: "Tom has 12 apples"."""
_IS = re.compile(
    r"^[^=<>]*[A-Za-z)$][^=<>]*?\b(?:is|are|equals)\s+(?:approximately\s+|about\s+|equal to\s+)?"
    r"((?:(?!\b(?:is|are|equals)\b).)+)$",
    re.DOTALL,
)


_NOT = re.compile(r"(?:,\s*|\s+(?:and|but)\s+)not\s+[-\u2212$\\(]*\d")
"""What leads from a value to one that it is not."""


def without_aside(said: str) -> str:
    """A value without the remark in brackets behind it: "21 (3 times 7)"."""
    aside = _ASIDE.fullmatch(said) if "(" in said else None
    return said if aside is None or choice(said) is not None else aside[1].strip()


def value_of(statement: Statement, text: str) -> str:
    """What a sentence after "the answer is" says: its formula, or its number, or itself."""
    said = statement.said.lstrip("\u3001\uff0c, ")
    predicate = _IS.match(said) if len(said) < SENTENCE else None
    if predicate is not None:
        said = predicate[1].strip().strip("*_").strip()
        if said.count("$") == 2 and said.startswith("$") and said.endswith("$"):
            said = said[1:-1].strip()
    denied = _NOT.search(said)
    if denied is not None and re.search(r"\d", said[: denied.start()]) and choice(said) is None:
        said = said[: denied.start()].strip()  # 7, not 8
    said = without_aside(said)
    words = re.findall(r"[A-Za-z]{4,}", re.sub(r"\\[a-z]+|\$[^$]*\$", " ", said))
    around = _is_around(said) and not re.search(r"\d", _rest(statement, text))
    return _claimed(said) if len(words) >= 3 or around else said


def _rest(statement: Statement, text: str) -> str:
    """The sentence of a statement, behind what was taken of it."""
    at = text.find(statement.said, statement.end)
    if at < 0:
        return ""
    at += len(statement.said)
    return text[at : sentence_end(text, at)]


def value_in(said: str) -> str:
    """The value of a sentence with one value in it: "Tom has 12 apples"; anything else as it is."""
    return _claimed(said) if _is_around(said) else said


def _claimed(said: str) -> str:
    claim = None if choice(said) is not None else last_claim(said)
    return claim.text if claim is not None and claim.text is not None else said


def _is_around(said: str) -> bool:
    return len(said) <= SENTENCE and _AROUND.fullmatch(said) is not None and bare(said) is None
