"""What is read and computed at most, counted in work, never in time."""

from __future__ import annotations

CHARS = 100_000
"""Longest text that is parsed, after normalisation."""

TOKENS = 60_000
"""Most tokens of one expression."""

DEPTH = 90
"""Deepest nesting of brackets, fractions, roots and exponents."""

DIGITS = 20_000
"""Longest numeral."""

BITS = 20_000
"""Largest exact integer, numerator or denominator that is computed, in bits."""


class Unreadable(ValueError):
    """The text is not an answer that can be read: the reason, and the position where known."""

    def __init__(self, reason: str, position: int | None = None) -> None:
        at = f" at character {position + 1}" if position is not None else ""
        super().__init__(f"{reason}{at}")
        self.reason = reason
        self.position = position


class Undefined(Unreadable):
    """It can be read, but has no value: a division by zero."""


class TooBig(Unreadable):
    """It can be read, but not computed within the bounds."""
