"""What readers that go row by row have in common."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from assay.errors import RolloutsError
from assay.printable import in_line
from assay.rollouts.rows import read_rows
from assay.rollouts.sources import Source


def lines(path: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The rows of a JSONL file, with their lines.

    Raises:
        RolloutsError: a line that is not a row; what came before was given.
    """
    for row in read_rows([Source(path)]):
        if row.data is None:
            raise RolloutsError(f"{in_line(row.place)}: {row.error}")
        yield row.line, row.data


def table(value: Any) -> Mapping[str, Any]:
    """An object; an empty one where it is none."""
    return value if isinstance(value, Mapping) else {}


def items(value: Any) -> list[Any]:
    """A list; an empty one where it is none."""
    return value if isinstance(value, list) else []


def is_number(value: Any) -> bool:
    """Whether it is a score: a number, or a yes or no."""
    return isinstance(value, int | float)


def number(value: Any) -> float | None:
    """As a float; None where it is not a finite number."""
    if not is_number(value) or not math.isfinite(value):
        return None
    return float(value)


def present(row: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not there."""
    return {name: value for name, value in row.items() if value is not None}


def last_text(messages: Any) -> Any:
    """What the assistant said last of a chat; the value itself where it is not a chat."""
    for message in reversed(items(messages)):
        if table(message).get("role") == "assistant":
            return [message]
    return messages if isinstance(messages, str) else None
