"""JSON in a completion: fenced, in tags, or bare; the last that can be read counts."""

from __future__ import annotations

import json
import re
from typing import Any, Final

MISSING: Final = object()
"""No JSON was found: None is a value."""

MOST_CHARS = 200_000
MOST_BRACKETS = 20_000

_FENCE = re.compile(r"```(?:json|JSON)?[ \t]*\n(.*?)\n?[ \t]*```", re.DOTALL)
_TAG = re.compile(r"<(?:answer|tool_call|json)>(.*?)</(?:answer|tool_call|json)>", re.DOTALL)


def json_of(text: str) -> Any:
    """The last JSON value that stands in a fence or a tag, or is all of the text.

    Returns:
        The value, or `MISSING`.
    """
    found = jsons_of(text)
    return found[-1] if found else MISSING


def jsons_of(text: str) -> list[Any]:
    """All of them, in order; of tags first, then of fences, then the whole text."""
    text = text.strip()
    if len(text) > MOST_CHARS or text.count("{") + text.count("[") > MOST_BRACKETS:
        return []
    for pattern in (_TAG, _FENCE):
        values = [value for part in pattern.findall(text) if (value := _read(part)) is not MISSING]
        if values:
            return values
    value = _read(text)
    return [] if value is MISSING else [value]


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not valid JSON")


def _read(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_constant)
    except (ValueError, RecursionError):
        return MISSING


def same(one: Any, other: Any, tolerance: float = 0.0) -> bool:
    """Whether two JSON values are equal: numbers within a relative tolerance, ``1`` is ``1.0``.

    True is not 1, and keys of objects have no order.
    """
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other or abs(one - other) <= tolerance * max(abs(one), abs(other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k], tolerance) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(lambda a, b: same(a, b, tolerance), one, other))
    return bool(type(one) is type(other) and one == other)
