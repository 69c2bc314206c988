"""Parquet, a batch of rows at a time; and single rows again, by their number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from assay.errors import RolloutsError
from assay.printable import in_line
from assay.rollouts.parquet import as_json

BATCH_ROWS = 65_536
BATCH_CELLS = 4_000_000
BATCH_BYTES = 32 * 1024 * 1024
"""Of a batch, as near as the file's own figures tell."""


def _open(path: str) -> pq.ParquetFile:
    try:
        # without buffering ahead, a row group is not held whole, whatever its size
        return pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20)
    except (pa.ArrowException, OSError) as err:
        raise RolloutsError(f"{in_line(path)}: is not a whole Parquet file: {err}") from err


def schema(path: str) -> dict[str, str]:
    """Column -> Arrow type, in the file's order.

    Raises:
        RolloutsError: no Parquet file, or two columns of one name.
    """
    with _open(path) as file:
        names = file.schema_arrow.names
        for name in names:
            if names.count(name) > 1:
                raise RolloutsError(f"{in_line(path)}: two columns are named {name!r}")
        return {f.name: str(f.type) for f in file.schema_arrow}


def types(path: str) -> dict[str, pa.DataType]:
    """Column -> Arrow type, as `schema`."""
    with _open(path) as file:
        return {f.name: f.type for f in file.schema_arrow}


def batches(path: str, columns: Sequence[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The columns of all rows, with the number of each batch's first row, from 1.

    Raises:
        RolloutsError: it cannot be read further; what was yielded before counts.
    """
    number = 1
    with _open(path) as file:
        meta = file.metadata
        size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        by_size = int(BATCH_BYTES / max(1.0, size / max(1, meta.num_rows)))
        rows = max(64, min(BATCH_ROWS, by_size, BATCH_CELLS // max(1, len(columns))))
        if not columns:  # rows without anything that is read are rows
            yield 1, pa.RecordBatch.from_pydict({"-": pa.nulls(meta.num_rows)})
            return
        try:
            for batch in file.iter_batches(batch_size=rows, columns=list(columns)):
                yield number, _widened(batch)
                number += batch.num_rows
        except (pa.ArrowException, OSError) as err:
            raise RolloutsError(f"{in_line(path)}:{number}: cannot be read further: {err}") from err


def _widened(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Half floats as floats: the database does not know them."""
    kinds = [pa.float32() if pa.types.is_float16(f.type) else f.type for f in batch.schema]
    return batch.cast(pa.schema(zip(batch.schema.names, kinds, strict=True)))


def no_nulls(path: str, column: str) -> bool:
    """Whether the file itself says that the column holds no null."""
    with _open(path) as file:
        meta = file.metadata
        paths = [meta.schema.column(i).path for i in range(meta.num_columns)]
        if column not in paths:
            return False
        place = paths.index(column)
        for i in range(meta.num_row_groups):
            figures = meta.row_group(i).column(place).statistics
            if figures is None or not figures.has_null_count or figures.null_count:
                return False
    return True


def all_null(path: str, column: str) -> bool:
    """Whether the column holds nothing; reads it."""
    with _open(path) as file:
        batches = file.iter_batches(columns=[column])
        return all(batch.column(0).null_count == batch.num_rows for batch in batches)


def rows(path: str, numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Whole rows, by their numbers from 1, which must ascend, as JSON values.

    Raises:
        RolloutsError: the file has changed since.
    """
    with _open(path) as file:
        first, wanted = 1, list(numbers)
        for group in range(file.metadata.num_row_groups):
            last = first + file.metadata.row_group(group).num_rows
            here = [n for n in wanted if first <= n < last]
            if here:
                yield from _of_group(file, group, [n - first for n in here], path)
            first = last
        if any(n >= first for n in wanted):
            raise RolloutsError(f"{in_line(path)}: has changed since it was read")


def _of_group(
    file: pq.ParquetFile, group: int, places: Sequence[int], path: str
) -> Iterator[dict[str, Any]]:
    done, begin = 0, 0
    try:
        for batch in file.iter_batches(batch_size=1024, row_groups=[group]):
            inside = [p - begin for p in places[done:] if p < begin + batch.num_rows]
            if inside:
                for row in batch.take(pa.array(inside)).to_pylist():
                    plain: Mapping[str, Any] = {k: as_json(v) for k, v in row.items()}
                    yield dict(plain)
                done += len(inside)
            if done == len(places):
                return
            begin += batch.num_rows
    except (pa.ArrowException, OSError) as err:
        raise RolloutsError(f"{in_line(path)}: cannot be read further: {err}") from err
