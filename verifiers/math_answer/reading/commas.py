"""Decimal commas: ``3,14`` as 3.14, where a policy says that commas are decimal."""

from __future__ import annotations

import re

_DECIMAL = re.compile(r"(?<![\d.,])(\d{1,3}(?:\.\d{3})+|\d+)(?:,|\{,\})(\d+)(?![\d,])")


_GROUPED = re.compile(r"(?<![\d.,])(\d{1,3}(?:\.\d{3})+)(?![.,]?\d)")
_LETTER = re.compile(r"(?<=[\d)\]}$])\s+[ye]\s+(?=[-+(\[{\d\\$])")
"""Spanish "y" and Portuguese and Italian "e" between two values."""
_EITHER = re.compile(rf"\d(?:,|\{{,\}})\d|\d\.\d{{3}}(?!\d)|{_LETTER.pattern}")


def may_be_local(text: str) -> bool:
    """Whether `text` reads otherwise in a language whose commas are decimal."""
    return _EITHER.search(text) is not None


def as_locals_write(text: str) -> str:
    """`text` as `with_points`, without points that group thousands, and "and" for its one letter.

    >>> as_locals_write("12.500 y 0,5")
    '12500 and 0.5'
    """
    return _LETTER.sub(" and ", _GROUPED.sub(lambda m: m[1].replace(".", ""), with_points(text)))


def with_points(text: str) -> str:
    """`text` with a point for each comma that stands directly between digits.

    Points before such a comma group thousands and go. A comma with a space behind it still
    separates, as a semicolon does; so an interval is ``(0; 1)`` here, not ``(0,1)``.

    >>> with_points("1.234,5; 0,25")
    '1234.5; 0.25'
    """
    if "," not in text:
        return text
    return _DECIMAL.sub(lambda m: f"{m[1].replace('.', '')}.{m[2]}", text)
