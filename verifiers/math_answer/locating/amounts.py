"""Values of several words in prose: pairs, amounts with units, times of day, dates, ratios."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assay.verifiers.math_answer.locating.clocks import CLOCK

_BRACKETS = frozenset({"()", "[]", "{}", "(]", "[)"})
_TUPLE = re.compile(r"[(\[{]\s?-?[\w./^-]{1,20}(?:\s?,\s?-?[\w./^-]{1,20}){1,8}\s?[)\]}]")
_DIGIT = re.compile(r"\d")
_UNITS = (
    r"(?:hours?|hrs?|minutes?|mins?|seconds?|secs?|days?|weeks?|months?|years?|feet|foot|ft|inch(?:es)?"
    r"|yards?|miles?|pounds?|lbs?|ounces?|oz|dollars?|cents?|euros?|degrees?|percent|km|cm|mm|kg|kilometers?|meters?"
    r"|metres?|centimeters?|kilograms?|grams?|liters?|litres?|mph|gallons?|dozen)"
)
_AMOUNT = r"(?<![\d.,/])\d{1,15}(?:[.,]\d{1,15})?(?![\d.])"
_QUANTITY = re.compile(
    rf"(?:{_AMOUNT}\s?{_UNITS}\b,?\s?(?:and\s)?){{0,3}}{_AMOUNT}\s?(?:(?:square|cubic)\s)?{_UNITS}\b",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?\b"
_DATE = re.compile(
    rf"\b(?:{_MONTH}\s{_DAY}(?:,?\s\d{{4}}\b)?|(?<!\d)(?<![.,/]){_DAY}\s(?:of\s)?{_MONTH}\b(?:,?\s\d{{4}}\b)?)"
)
_MONTHS = re.compile("Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec")
_ODDS = re.compile(r"(?<![\d.,/])\d{1,9}\sto\s\d{1,9}\b(?![.,/]\d)")


def tuples(text: str, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Where pairs, triples, intervals and sets stand: ``(3, 4)``."""
    for match in _TUPLE.finditer(text, low, high):
        said = match.group()
        if _DIGIT.search(said) and said[0] + said[-1] in _BRACKETS:
            yield match.span()


def amounts(text: str, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Where amounts, times, dates and ratios in words stand: ``4 hours and 30 minutes``.

    >>> ["It ends on March 14."[a:b] for a, b in amounts("It ends on March 14.", 0, 20)]
    ['March 14']
    """
    if _DIGIT.search(text, low, high) is None:
        return
    patterns = [_QUANTITY, CLOCK]
    if _MONTHS.search(text, low, high) is not None:
        patterns.append(_DATE)
    if text.find("atio", low, high) >= 0 or text.find("dds", low, high) >= 0:
        patterns.append(_ODDS)
    for pattern in patterns:
        for match in pattern.finditer(text, low, high):
            yield match.span()
