"""The database that takes fields out of rows.

It has no file, opens none, and loads no extension: rows are handed to it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import duckdb
import numpy as np
import pyarrow as pa

from assay.audit.logs.fields import sql
from assay.audit.logs.layout import Layout

Keys: TypeAlias = list[list[list[str] | None]]
"""Of rows, of their terms, verdicts and scores; an entry for each set of keys that there is."""

MEMORY = "1GB"
"""Of the database; a batch needs a tenth of it."""

CHUNK_ROWS = 2048
"""Rows that one thread of the database takes at a time."""


class Database:
    """Rows of one batch at a time, and what queries say of them."""

    def __init__(self) -> None:
        self._connection = connect()

    def hold(self, table: pa.Table) -> None:
        """Have these rows, instead of those before, as the table ``batch``."""
        chunks = table.combine_chunks().to_batches(max_chunksize=CHUNK_ROWS)
        if any(pa.types.is_nested(column.type) for column in table.schema):
            # DuckDB refuses structs that begin in the middle of their buffers; a copy does not
            chunks = [chunk.take(pa.array(np.arange(chunk.num_rows))) for chunk in chunks]
        self._connection.register("batch", pa.Table.from_batches(chunks, table.schema))

    def table(self, query: str) -> pa.Table:
        """What a query finds, as columns."""
        return self._connection.sql(query).to_arrow_table().combine_chunks()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds, row by row."""
        found: list[tuple[Any, ...]] = self._connection.sql(query).fetchall()
        return found

    def keys(self, layout: Layout) -> Keys:
        """The different sets of keys of the rows that are held, in the order they come up."""
        found = self.rows(sql.keys_query(layout))
        return [keys for keys, _ in sorted(found, key=lambda pair: pair[1])]

    def close(self) -> None:
        """Let the rows go, and what was set aside for them."""
        self._connection.close()


def connect(threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A database in memory that can touch nothing else."""
    spill = os.path.join(tempfile.gettempdir(), f"assay-audit-{os.getpid()}")
    db = duckdb.connect(
        ":memory:",
        config={
            "threads": threads or len(os.sched_getaffinity(0)),
            "memory_limit": MEMORY,
            "temp_directory": spill,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "python_enable_replacements": False,
        },
    )
    db.execute("SET enable_external_access = false")  # only now: a spill folder counts as access
    db.execute("SET lock_configuration = true")
    return db


@contextmanager
def interrupts() -> Iterator[None]:
    """Ctrl-C within a query is Ctrl-C: the database makes a RuntimeError of it."""
    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except RuntimeError as err:
        if str(err) == "Query interrupted":
            raise KeyboardInterrupt from None
        raise
