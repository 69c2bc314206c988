"""How answers are stated, denied and joined: one table a language, each phrase with its source."""

from __future__ import annotations

from typing import Literal

from assay.verifiers.math_answer.languages import (
    arabic,
    bengali,
    chinese,
    french,
    german,
    hindi,
    italian,
    japanese,
    korean,
    portuguese,
    russian,
    spanish,
    swahili,
    telugu,
    thai,
    vietnamese,
)
from assay.verifiers.math_answer.languages.language import Language

LANGUAGES: tuple[Language, ...] = (
    arabic.TABLE, bengali.TABLE, chinese.TABLE, french.TABLE, german.TABLE, hindi.TABLE,
    italian.TABLE, japanese.TABLE, korean.TABLE, portuguese.TABLE, russian.TABLE, spanish.TABLE,
    swahili.TABLE, telugu.TABLE, thai.TABLE, vietnamese.TABLE,
)  # fmt: skip
"""Every language with a table; English, whose grammar is richer, has rules of its own."""


def of_all(
    kind: Literal[
        "chooses",
        "confirms",
        "denies",
        "joins",
        "offers",
        "concludes",
        "conditions",
        "condition_ends",
    ],
) -> list[str]:
    """The phrases of one kind in every language, the longest first, as a pattern tries them."""
    return sorted({p for t in LANGUAGES for p in getattr(t, kind)}, key=lambda p: (-len(p), p))


__all__ = ["LANGUAGES", "Language", "of_all"]
