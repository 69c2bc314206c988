"""Cells of a row, read as what they have to be; an error names the column and what was wanted."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from assay.errors import SampleError
from assay.model.paths import MISSING, value_at, what_is_missing
from assay.printable import brief

SHOWN = 60
"""Characters of a cell that an error shows."""


def has(row: Mapping[str, Any], path: str) -> bool:
    """Whether something stands there: no null, no NaN of a data frame, no empty text."""
    value = value_at(row, path)
    if value is MISSING or value is None or (isinstance(value, str) and not value):
        return False
    return not (isinstance(value, float) and math.isnan(value))


def first(row: Mapping[str, Any], names: Sequence[str]) -> Any:
    """What stands in the first of the columns that has anything; None where none has."""
    return next((value_at(row, name) for name in names if has(row, name)), None)


def named(row: Mapping[str, Any], names: Sequence[str]) -> str:
    """The first of the columns that has anything; the first of all where none has."""
    return next((name for name in names if has(row, name)), names[0])


def cell(row: Mapping[str, Any], path: str, wanted: str) -> Any:
    """What stands at `path`.

    Raises:
        SampleError: nothing does.
    """
    if not has(row, path):
        if value_at(row, path) is MISSING:
            why, _, there = what_is_missing(row, path).partition("\n")
            raise SampleError(f"{why}; wanted {wanted}" + (f"; {there}" if there else ""))
        raise wrong(row, path, wanted)
    return value_at(row, path)


def wrong(row: Mapping[str, Any], path: str, wanted: str) -> SampleError:
    """The error for a column that holds something else."""
    return SampleError(f"column {path!r} is {shown(value_at(row, path))}; wanted {wanted}")


def shown(value: Any) -> str:
    """What a cell holds, in a few words."""
    if value is None:
        return "null"
    if isinstance(value, str) and not value:
        return "empty"
    text = brief(value, SHOWN + len("..."))
    if isinstance(value, str | int | float):
        return text
    kind = "an object" if isinstance(value, Mapping) else "a list"
    return f"{kind}, {text}"


def text(row: Mapping[str, Any], path: str, wanted: str = "text") -> str:
    """Text that is not blank."""
    value = cell(row, path, wanted)
    if not isinstance(value, str) or not value.strip():
        raise wrong(row, path, wanted)
    return value


def json_in(row: Mapping[str, Any], path: str, wanted: str) -> Any:
    """A value that columnar files hold as JSON text; where it is not text, the value itself."""
    value = cell(row, path, wanted)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as err:
        why = err.msg if isinstance(err, json.JSONDecodeError) else "nested too deeply"
        raise SampleError(
            f"column {path!r} is not valid JSON ({why}): {shown(value)}; wanted {wanted}"
        ) from err


def object_in(row: Mapping[str, Any], path: str, wanted: str) -> dict[str, Any]:
    """An object, or one as JSON text."""
    value = json_in(row, path, wanted)
    if not isinstance(value, Mapping):
        raise wrong(row, path, wanted)
    return dict(value)


def objects_in(row: Mapping[str, Any], path: str, wanted: str) -> list[dict[str, Any]]:
    """A list of objects that is not empty, or one as JSON text."""
    value = json_in(row, path, wanted)
    if not isinstance(value, list | tuple) or not value:
        raise wrong(row, path, wanted)
    if not all(isinstance(entry, Mapping) for entry in value):
        raise wrong(row, path, wanted)
    return [dict(entry) for entry in value]


def answer(row: Mapping[str, Any], path: str) -> Any:
    """A reference: text, a number, or a list of them, any of which is right."""
    wanted = "an answer: text, a number, or a list of them"
    value = cell(row, path, wanted)
    several = value if isinstance(value, list | tuple) else [value]
    for one in several:
        plain = isinstance(one, str | int | float) and not isinstance(one, bool)
        if not plain or (isinstance(one, str) and not one.strip()):
            raise wrong(row, path, wanted)
    if not several:
        raise wrong(row, path, wanted)
    return list(several) if isinstance(value, list | tuple) else value


def messages(row: Mapping[str, Any], path: str) -> Any:
    """A prompt: text, or chat messages."""
    wanted = "a prompt: text, or a list of chat messages with role and content"
    value = cell(row, path, wanted)
    if isinstance(value, str):
        return value
    if (
        isinstance(value, list | tuple)
        and value
        and all(isinstance(m, Mapping) and "content" in m for m in value)
    ):
        return list(value)
    raise wrong(row, path, wanted)


def prompt_in(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """``{"prompt": ...}`` of the first of these columns that has anything; else nothing."""
    name = next((name for name in names if has(row, name)), None)
    return {} if name is None else {"prompt": messages(row, name)}
