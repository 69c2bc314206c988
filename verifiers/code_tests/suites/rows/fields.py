"""Fields of a row's tests, checked. The row is the data set's: what cannot be read raises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from assay.errors import ReferenceUnreadable


def refuse(why: str) -> NoReturn:
    """Say what is wrong with the tests, and what was wanted.

    Raises:
        ReferenceUnreadable: always.
    """
    raise ReferenceUnreadable(
        f"tests: {why}\n"
        'fix: e.g. {"type": "call", "entry_point": "f", "cases": [{"args": [1], "expected": 2}]}, '
        '{"type": "stdio", "cases": [{"stdin": "1\\n", "expected": "2\\n"}]} or '
        '{"type": "asserts", "code": "assert f(1) == 2"}'
    )


def joined(value: Any) -> str:
    """Text of stdin or stdout; some sets hold a list of lines."""
    if isinstance(value, list):
        return "\n".join(str(x) for x in value)
    if not isinstance(value, str):
        refuse(f"standard input and output are text, got {type(value).__name__}")
    return value


def listed(given: Mapping[str, Any], name: str) -> list[Any]:
    """A field that must be there, and a list."""
    value = given.get(name)
    if not isinstance(value, list):
        refuse(f"`{name}` is missing" if value is None else f"`{name}` is not a list")
    return value


def seconds(value: Any) -> float | None:
    """A limit of time, in (0, 3600]; None where there is none."""
    if value is None:
        return None
    limit = float(value)
    if not 0.0 < limit <= 3600.0:
        refuse(f"a time limit of {limit} s; must lie in (0, 3600]")
    return limit


def code(value: Any) -> str | None:
    """A program: its text, or an object that holds it as ``code``."""
    if value is None:
        return None
    if isinstance(value, dict):
        value = value.get("code")
    if not isinstance(value, str):
        refuse("code is not text")
    return value
