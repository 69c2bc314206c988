"""Dates in any order: ``June 20, 2024``, ``20th of June 2024``, ``2024-06-20``."""

from __future__ import annotations

import re
from typing import NamedTuple


class Date(NamedTuple):
    """A day, a day of some year, or a month of a year; None for what is not said."""

    year: int | None
    month: int
    day: int | None
    weekday: str = ""


_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
           "october", "november", "december")  # fmt: skip
_NAMES = {m: i for i, m in enumerate(_MONTHS, 1)} | {m[:3]: i for i, m in enumerate(_MONTHS, 1)}
_NAMES["sept"] = 9
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH = r"(?P<month>[a-z]{3,9})"
_DAY = r"(?:the )?(?P<day>\d{1,2})(?: ?(?:st|nd|rd|th))?"
_YEAR = r"(?P<year>\d{4})"
_WRITTEN = tuple(re.compile(p) for p in (
    rf"{_MONTH} {_DAY}(?: (?:of )?{_YEAR})?",
    rf"{_DAY} (?:of )?{_MONTH}(?: (?:of )?{_YEAR})?",
    rf"{_YEAR} {_MONTH} {_DAY}",
    rf"{_YEAR} {_MONTH}",
    rf"{_MONTH} (?:of )?{_YEAR}",
))  # fmt: skip
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_NUMERIC = re.compile(r"(\d{1,2})([/.])(\d{1,2})\2(\d{4})")
_CHINESE = re.compile(r"(?:(\d{4})\s*年\s*)?(\d{1,2})\s*月(?:\s*(\d{1,2})\s*[日号])?")
_STYLE = re.compile(r"\\(?:text(?:bf|rm|it)?|mathrm|mbox)\b|\^\{?(?=(?:st|nd|rd|th))|[${}*]|\\[ ,]")
LONGEST = 60


def date(text: str) -> Date | None:
    """The date that `text` is, and nothing else; None where it is none.

    Of figures alone, ``2024-06-20`` and ``2024/6/20`` begin with the year; between slashes the
    month stands first, as in America, between points the day, as in Europe - each unless it
    could be no month.
    """
    if len(text) > LONGEST or not any(c.isdigit() for c in text):
        return None
    bare = _STYLE.sub(" ", text).strip().rstrip(".")
    chinese = _CHINESE.fullmatch(bare)
    if chinese is not None:
        year, month, day = chinese.groups()
        return _checked(year, int(month), day)
    iso = _ISO.fullmatch(bare)
    if iso is not None:
        return _checked(iso[1], int(iso[2]), iso[3])
    numeric = _NUMERIC.fullmatch(bare)
    if numeric is not None:
        first, second = int(numeric[1]), int(numeric[3])
        swap = numeric[2] == "."
        if (second if swap else first) > 12:
            swap = not swap
        month, of_month = (second, first) if swap else (first, second)
        return _checked(numeric[4], month, str(of_month))
    words = " ".join(re.sub(r"[,.]", " ", bare.lower()).split())
    head, _, rest = words.partition(" ")
    weekday = ""
    if head in _DAYS and rest:
        weekday, words = head, rest
    for pattern in _WRITTEN:
        match = pattern.fullmatch(words)
        if match is not None and match["month"] in _NAMES:
            parts = match.groupdict()
            found = _checked(parts.get("year"), _NAMES[match["month"]], parts.get("day"))
            return found and found._replace(weekday=weekday)
    return None


def _checked(year: str | None, month: int, day: str | None) -> Date | None:
    if not 1 <= month <= 12 or not 1 <= int(day or 1) <= 31:
        return None
    return Date(int(year) if year else None, month, int(day) if day else None)
