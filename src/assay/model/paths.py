"""Values inside a row by a path: ``reward_model.ground_truth``, ``messages[0].content``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from assay.errors import SampleError, nearest
from assay.model.frozen import converted
from assay.printable import a_type, in_lines

MISSING: Final = object()
"""What `value_at` gives where there is nothing; a null that is there is None."""

_STEP = re.compile(r"\[(-?\d{1,9})\]|(?:^|\.)([^.\[\]]+)")
_INDEX = re.compile(r"-?\d{1,9}")

NAMED = 20
"""Columns that an error lists."""


def value_at(row: Mapping[str, Any], path: str) -> Any:
    """What stands in `row` at `path`; `MISSING` where nothing does.

    A column whose whole name is `path` goes first, dots and brackets in it or not. Lists are
    entered by an index, as ``[0]`` or as ``.0``; ``[-1]`` is the last entry.

    >>> value_at({"a": {"b": [1, 2]}}, "a.b[-1]"), value_at({"a.b": 3}, "a.b")
    (2, 3)
    """
    if path in row:
        return row[path]
    return _walk(row, path)[0]


def inside(value: Any, step: str) -> Any:
    """What a step of a path leads to in an object or a list; `MISSING` where that is nothing."""
    if isinstance(value, Mapping):
        return value.get(step, MISSING)
    if isinstance(value, list | tuple) and _INDEX.fullmatch(step):
        index = int(step)
        if -len(value) <= index < len(value):
            return value[index]
    return MISSING


def what_is_missing(row: Mapping[str, Any], path: str) -> str:
    r"""Why `value_at` finds nothing, and what there is instead, for an error.

    >>> what_is_missing({"a": {"b": 1}}, "a.c")
    "no column 'a.c'; did you mean 'a.b'?\ncolumns in 'a': b"
    """
    _, reached, held = _walk(row, path)
    if reached is None:
        known = [str(name) for name in row]
        return f"no column {path!r}{nearest(path, known)}\ncolumns: {_listed(known)}"
    if isinstance(held, Mapping):
        below = [str(name) for name in held]
        near = nearest(path, [f"{reached}.{name}" for name in below])
        return f"no column {path!r}{near}\ncolumns in {reached!r}: {_listed(below)}"
    if isinstance(held, list | tuple):
        return f"no column {path!r}: {reached!r} is a list of {len(held)}"
    return f"no column {path!r}: {reached!r} is {_kind(held)}, with nothing inside"


def _walk(row: Mapping[str, Any], path: str) -> tuple[Any, str | None, Any]:
    """(the value or MISSING, the path as far as it goes, what stands there)."""
    value: Any = row
    reached: str | None = None
    for step in steps(path):
        if not isinstance(value, Mapping | list | tuple | str):
            try:
                value = converted(value, "")  # arrays of numpy, Arrow, pandas
            except SampleError:
                return MISSING, reached, value
        inner = inside(value, step)
        if inner is MISSING:
            return MISSING, reached, value
        value = inner
        reached = step if reached is None else f"{reached}.{step}"
    return (value if reached is not None else MISSING), reached, value


@lru_cache(256)
def steps(path: str) -> tuple[str, ...]:
    """The steps of a path; of text that is none, the text itself.

    >>> steps("a.b[-1].c"), steps("a..b")
    (('a', 'b', '-1', 'c'), ('a..b',))
    """
    found: list[str] = []
    end = 0
    for match in _STEP.finditer(path):
        if match.start() != end:
            return (path,)
        found.append(match[1] if match[1] is not None else match[2])
        end = match.end()
    return tuple(found) if end == len(path) and found else (path,)


def _listed(names: list[str]) -> str:
    more = f", and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return (in_lines(names[:NAMED]) or "none") + more


def _kind(value: Any) -> str:
    return "null" if value is None else a_type(value)
