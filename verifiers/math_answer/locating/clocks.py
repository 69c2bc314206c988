"""Times of day in prose: "at 9:15 a.m.", "3 PM"."""

from __future__ import annotations

import re

CLOCK = re.compile(r"(?<![\d:.])\d{1,2}(?::\d\d){0,2}\s?(?:[ap]\.\s?m\b\.?|[ap]m\b)", re.IGNORECASE)
"""A time with the half of the day that it is in."""
