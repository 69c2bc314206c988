"""The answer field of a JSON object in a response: fenced or bare, strict or nearly JSON.

Models write LaTeX with single backslashes into JSON, leave commas before closing braces and break
lines within strings, so the field is read where it stands instead of parsing the whole object. One
pass over braces and keys.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple


class Field(NamedTuple):
    """The answer field that counts, and where its object stands."""

    text: str | None
    """None where it is null or empty."""
    start: int
    end: int


_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_SINGLE = re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL)
_BARE = re.compile(r"[^,}\]\n]{1,400}")
_BLANKS = " \t\r\n"
VALUE = 4_000
"""Longest value of a field that is read, in characters."""


@lru_cache(maxsize=64)
def _marks(fields: tuple[str, ...]) -> re.Pattern[str]:
    names = "|".join(re.escape(f) for f in fields)
    return re.compile(
        rf"""[{{}}]|(?<!\\)(?P<quote>["'])(?P<name>{names})(?P=quote)[ \t]{{0,9}}:\s{{0,40}}"""
    )


def answer_field(text: str, fields: Sequence[str]) -> Field | None:
    r"""The answer of the last object of `text` that has one of `fields`.

    In one object an earlier name of `fields` counts before a later one.

    >>> answer_field('```json\n{"answer": "10", "why": "5+5"}\n```', ["answer"]).text
    '10'
    """
    if "{" not in text or not _names_one(text, fields):
        return None
    stack: list[int] = []
    ends: dict[int, int] = {}
    keys: dict[
        int, dict[str, int]
    ] = {}  # where the object starts -> name -> where the value starts
    last = -1
    for match in _marks(tuple(fields)).finditer(text):
        sign = match.group()
        if sign == "{":
            stack.append(match.start())
        elif sign == "}":
            if stack:
                ends[stack.pop()] = match.end()
        elif stack and _is_key(text, match.start()):
            last = stack[-1]
            keys.setdefault(last, {})[match["name"]] = match.end()
    if last < 0:
        return None
    name = next(f for f in fields if f in keys[last])
    value, end = _value(text, keys[last][name])
    return Field(value, last, max(ends.get(last, len(text)), end))


def _names_one(text: str, fields: Sequence[str]) -> bool:
    """Whether one of `fields` stands in quotes anywhere, which most texts have nowhere."""
    for quote in ('"', "'"):
        if quote in text:
            for field in fields:
                if quote + field + quote in text:
                    return True
    return False


def _is_key(text: str, at: int) -> bool:
    """Whether a name at `at` stands where a key may: after a brace or a comma."""
    before = text[max(0, at - 200) : at].rstrip(_BLANKS)
    return before[-1:] in ("{", ",")


def _value(text: str, at: int) -> tuple[str | None, int]:
    window = text[at : at + VALUE]
    first = window[:1]
    if first == '"' or first == "'":
        match = (_STRING if first == '"' else _SINGLE).match(window)
        if match is None:
            return None, at  # cut off within the string
        return _unescaped(match[1]).strip() or None, at + match.end()
    if first in ("[", "{"):
        try:
            value, end = json.JSONDecoder(strict=False).raw_decode(window)
        except (ValueError, RecursionError):
            close = window.find("]" if first == "[" else "}")
            return (window[: close + 1], at + close + 1) if close > 0 else (None, at)
        return _joined(value), at + end
    match = _BARE.match(window)
    if match is None:
        return None, at
    word = match.group().strip()
    return (None if word in ("null", "None", "") else word), at + match.end()


def _joined(value: Any) -> str | None:
    """A list or an object as the list of its values."""
    items = list(value.values()) if isinstance(value, dict) else value
    if not all(isinstance(i, str | int | float) for i in items):
        return json.dumps(value, ensure_ascii=False)
    return ", ".join(str(i) for i in items) or None


_ESCAPE = re.compile(r'\\(?:(["\\/])|u([0-9a-fA-F]{4})|n(?![A-Za-z]))')


def _unescaped(inside: str) -> str:
    r"""The text of a JSON string. Escapes of letters are left: ``\frac`` holds no form feed."""

    def one(match: re.Match[str]) -> str:
        if match[1]:
            return match[1]
        return chr(int(match[2], 16)) if match[2] else "\n"

    return _ESCAPE.sub(one, inside) if "\\" in inside else inside
