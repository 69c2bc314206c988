"""A program that stands in no fence: in ``<code>`` tags, or in the arguments of a tool's call."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

_OPEN = re.compile(r"(<pre[^<>]{0,200}>\s{0,20})?<code[^<>]{0,200}>", re.IGNORECASE)
_CLOSE = re.compile(r"</code>", re.IGNORECASE)
_CALL_OPEN = re.compile(r"<(?:tool_call|function_call|tool_code)>", re.IGNORECASE)
_CALL_CLOSE = re.compile(r"</(?:tool_call|function_call|tool_code)>", re.IGNORECASE)

_ARGUMENTS = ("arguments", "args", "input", "parameters", "function")
_CODE = ("code", "program", "source", "solution")
_MOST_CALLS = 20
"""The last ones are looked at: each is read to its end."""
_MOST_CHARS = 2_000_000
"""Of JSON that is read."""


class Unwrapped(NamedTuple):
    """A program, and where what holds it stands."""

    text: str
    span: tuple[int, int]


def unwrapped(text: str) -> Unwrapped | None:
    """The last program in tags or in a call of a tool; None where there is none."""
    return _in_tags(text) or _in_call(text)


def _in_tags(text: str) -> Unwrapped | None:
    """Of ``<code>`` elements those of several lines, or one that is all there is of them."""
    found: list[Unwrapped] = []
    at = 0
    while (opened := _OPEN.search(text, at)) is not None:
        closed = _CLOSE.search(text, opened.end())
        end = closed.start() if closed is not None else len(text)
        content = text[opened.end() : end]
        if opened[1]:  # of a page, where characters are written as entities
            content = html.unescape(content)
        found.append(Unwrapped(content.strip("\r\n"), (opened.end(), end)))
        at = closed.end() if closed is not None else len(text)
    long = [x for x in found if "\n" in x.text]
    chosen = long or (found if len(found) == 1 else [])
    return chosen[-1] if chosen and chosen[-1].text.strip() else None


def _in_call(text: str) -> Unwrapped | None:
    """The last call's code: the answer is JSON, or holds calls in tags or in a block."""
    spans = []
    for opened in list(_CALL_OPEN.finditer(text))[-_MOST_CALLS:]:
        start = opened.end()
        closed = _CALL_CLOSE.search(text, start)
        spans.append((start, closed.start() if closed is not None else len(text)))
    stripped = text.strip()
    if not spans and stripped[:1] in ("{", "["):
        start = text.index(stripped[0])
        spans = [(start, start + len(stripped))]
    if not spans:
        fence = re.search(r"```json[ \t]*\r?\n", text)
        if fence is not None:
            end = text.find("```", fence.end())
            spans = [(fence.end(), end if end >= 0 else len(text))]
    for start, end in reversed(spans):
        code = _code_of(text[start:end].strip())
        if code is not None:
            return Unwrapped(code, (start, end))
    return None


def _code_of(text: str) -> str | None:
    if len(text) > _MOST_CHARS:
        return None
    try:
        return _found(json.loads(text, strict=False), 0)
    except (ValueError, RecursionError):
        return None


def _found(value: Any, depth: int) -> str | None:
    if depth > 4:
        return None
    if isinstance(value, list):
        for item in reversed(value):
            if (found := _found(item, depth + 1)) is not None:
                return found
        return None
    if isinstance(value, str) and depth and value.lstrip()[:1] == "{":
        try:
            value = json.loads(value, strict=False)
        except (ValueError, RecursionError):
            return None
    if not isinstance(value, Mapping):
        return None
    for name in _CODE:
        if isinstance(value.get(name), str) and value[name].strip():
            return str(value[name])
    for name in _ARGUMENTS:
        if name in value and (found := _found(value[name], depth + 1)) is not None:
            return found
    return None
