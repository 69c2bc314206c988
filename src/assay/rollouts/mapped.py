"""Columns that the user named, looked for before any work is done."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from assay.errors import ConfigError
from assay.model.paths import MISSING, value_at, what_is_missing
from assay.printable import in_line
from assay.rollouts.rows import Row

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
        absent, _, there = what_is_missing(first.data, column).partition("\n")
        option = f"--map {in_line(field)}={in_line(column)}"
        raise ConfigError(f"{option}: {absent} in {in_line(first.place)}\n{there}".rstrip())
    return itertools.chain(ahead, rows)
