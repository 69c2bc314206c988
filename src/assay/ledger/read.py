"""Rewards out of a ledger. For figures over millions of rows, DuckDB reads the shards itself."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assay.arguments import a_path
from assay.errors import RolloutsError
from assay.ledger.as_rows import as_row
from assay.ledger.schema import COLUMNS, HASH_KEY, RUBRIC_KEY, VERSION, VERSION_KEY
from assay.printable import in_line
from assay.rollouts.other_kinds import os_words
from assay.rollouts.sources import need_pyarrow

BATCH_ROWS = 512


def shards(folder: str | os.PathLike[str]) -> list[Path]:
    """The shards of a ledger, each of them whole, by name: a writer's in the order written.

    Raises:
        RolloutsError: no such folder.
    """
    path = Path(a_path(folder, "the folder of a ledger", RolloutsError))
    try:
        names = sorted(name for name in os.listdir(path) if is_shard(name))
    except OSError as err:
        raise RolloutsError(f"{in_line(path)}: {os_words(path, err)}") from err
    return [path / name for name in names]


def is_shard(name: str) -> bool:
    """Whether a file of that name is a finished shard."""
    return name.endswith(".parquet") and not name.startswith(".")


def read_records(folder: str | os.PathLike[str]) -> Iterator[dict[str, Any]]:
    """Every reward by column, shard by shard, a batch of rows in memory at a time.

    Raises:
        RolloutsError: a file that is not a shard, or of a version that this Assay does not know;
            pyarrow is missing.
    """
    need_pyarrow(a_path(folder, "the folder of a ledger", RolloutsError))
    import pyarrow
    import pyarrow.parquet

    names = [column.name for column in COLUMNS]
    for path in shards(folder):
        try:
            with pyarrow.parquet.ParquetFile(path) as file:
                _check(path, file.schema_arrow)
                for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=names):
                    yield from batch.to_pylist()
        except (pyarrow.ArrowException, OSError) as err:
            if isinstance(err, RolloutsError):
                raise
            raise RolloutsError(f"{in_line(path)}: cannot be read: {err}") from err


def read_rows(folder: str | os.PathLike[str]) -> Iterator[dict[str, Any]]:
    """Every reward as the row that `assay verify` would have written; see `as_row`.

    Raises:
        RolloutsError: as `read_records`.
    """
    return map(as_row, read_records(folder))


def rubrics(folder: str | os.PathLike[str]) -> dict[str, dict[str, Any]]:
    """Every rubric that gave rewards of this ledger, by its `rubric_hash`.

    Raises:
        RolloutsError: as `read_records`.
    """
    need_pyarrow(a_path(folder, "the folder of a ledger", RolloutsError))
    import pyarrow
    import pyarrow.parquet

    found: dict[str, dict[str, Any]] = {}
    for path in shards(folder):
        try:
            schema = pyarrow.parquet.read_schema(path)
        except (pyarrow.ArrowException, OSError) as err:
            raise RolloutsError(f"{in_line(path)}: cannot be read: {err}") from err
        _check(path, schema)
        found[schema.metadata[HASH_KEY].decode()] = json.loads(schema.metadata[RUBRIC_KEY])
    return found


def _check(path: Path, schema: Any) -> None:
    version = (schema.metadata or {}).get(VERSION_KEY)
    if version is None:
        raise RolloutsError(f"{in_line(path)}: is not a shard of a ledger")
    if version.decode() != VERSION:
        raise RolloutsError(
            f"{in_line(path)}: is of version {version.decode('ascii', 'replace')[:20]} "
            "of the ledger, "
            f"known here: {VERSION}"
        )
