"""The columns that scoring adds to a row."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from assay.errors import ConfigError
from assay.model.paths import MISSING, value_at, what_is_missing

if TYPE_CHECKING:
    from assay.rollouts.rows import Row

ALWAYS = ("reward", "status", "terms", "verdicts", "signature")
"""In every row out."""

SOMETIMES = ("turns_reward", "error")
"""Only where there is something to say."""

REWARD_COLUMNS = (*ALWAYS, *SOMETIMES)


def is_scored(row: Mapping[str, Any]) -> bool:
    """Whether Assay wrote this row, so that its reward columns are ours to replace."""
    return "verdicts" in row and "signature" in row and "reward" in row


def without_rewards(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as it was before it was scored."""
    return {name: value for name, value in row.items() if name not in REWARD_COLUMNS}


def with_rewards(row: Mapping[str, Any] | None, rewards: Mapping[str, Any]) -> dict[str, Any]:
    """One row out: the row in, then the columns of its reward.

    A column of the row in that has the name of one of ours is replaced. Nothing of an earlier
    scoring stays.
    """
    kept = {} if row is None else (without_rewards(row) if is_scored(row) else dict(row))
    for name in rewards:
        kept.pop(name, None)  # ours stand together, at the end
    return {**kept, **rewards}


LOOKED_AT = 64
"""Rows in which a mapped column is looked for: a field that is not needed may be absent in some."""


def with_columns(rows: Iterator[Row], columns: Mapping[str, str]) -> Iterator[Row]:
    """The same rows, once the columns that the user named have been found in the first of them.

    Reads ahead only until each has been seen, so mostly one row.

    Args:
        rows: Read as they are asked for.
        columns: Field -> column, or a path into one.

    Raises:
        ConfigError: a column that none of the first rows has; lists those that there are.
    """
    ahead: list[Row] = []
    missing = dict(columns)
    first: Row | None = None
    while missing and len(ahead) < LOOKED_AT:
        row = next(rows, None)
        if row is None:
            break
        ahead.append(row)
        if row.data is None:
            continue
        first = first or row
        for field in [f for f, c in missing.items() if value_at(row.data, c) is not MISSING]:
            del missing[field]
    if missing and first is not None and first.data is not None:
        field, column = next(iter(missing.items()))
        told, _, there = what_is_missing(first.data, column).partition("\n")
        raise ConfigError(f"--map {field}={column}: {told} in {first.place}\n{there}".rstrip())
    return itertools.chain(ahead, rows)
