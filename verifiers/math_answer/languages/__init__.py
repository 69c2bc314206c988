"""How answers are stated, denied and joined: one table a language, each phrase with its source."""

from __future__ import annotations

from assay.verifiers.math_answer.languages import (
    arabic,
    chinese,
    french,
    german,
    hindi,
    japanese,
    korean,
    portuguese,
    russian,
    spanish,
    thai,
    vietnamese,
)
from assay.verifiers.math_answer.languages.table import Language

LANGUAGES: tuple[Language, ...] = (
    arabic.TABLE, chinese.TABLE, french.TABLE, german.TABLE, hindi.TABLE, japanese.TABLE,
    korean.TABLE, portuguese.TABLE, russian.TABLE, spanish.TABLE, thai.TABLE, vietnamese.TABLE,
)  # fmt: skip
"""Every language with a table; English, whose grammar is richer, has rules of its own."""

__all__ = ["LANGUAGES", "Language"]
