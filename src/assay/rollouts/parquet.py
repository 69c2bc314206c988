"""Rows out of a Parquet file, as JSON values."""

from __future__ import annotations

import base64
import datetime
import decimal
from collections.abc import Callable, Iterator
from io import BufferedReader
from typing import Any

from assay.errors import RolloutsError
from assay.printable import in_line

BATCH_ROWS = 1024


def read_parquet(file: BufferedReader, name: str) -> Iterator[dict[str, Any]]:
    """Each row as a dict of JSON values, a batch of rows in memory at a time.

    Times become ISO 8601 text, decimals text, bytes base64 unless they are UTF-8.

    Raises:
        RolloutsError: no Parquet inside, a pipe (Parquet is read from its end), two columns of
            one name.
    """
    import pyarrow
    import pyarrow.parquet

    if not file.seekable():
        raise RolloutsError(
            f"{in_line(name)}: Parquet cannot be read from a pipe; give the file itself"
        )
    number = 0
    try:
        table = pyarrow.parquet.ParquetFile(file)
        names = table.schema_arrow.names
        for column in names:
            if names.count(column) > 1:
                raise RolloutsError(f"{in_line(name)}: two columns are named {column!r}")
        foreign = [f.name for f in table.schema_arrow if not _is_plain(f.type)]
        for batch in table.iter_batches(batch_size=BATCH_ROWS):
            for row in batch.to_pylist():
                number += 1
                for column in foreign:
                    row[column] = as_json(row[column])
                yield row
    except (pyarrow.ArrowException, OSError) as err:
        if isinstance(err, RolloutsError):
            raise
        raise RolloutsError(
            f"{in_line(name)}:{number + 1}: cannot be read further: {in_line(err)}"
            "\nfix: the file is damaged or cut off: make or fetch it again"
        ) from err


def _is_plain(kind: Any) -> bool:
    """Whether pyarrow gives values of this type as JSON already."""
    from pyarrow import types

    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return _is_plain(kind.value_type)
    if types.is_struct(kind):
        return all(_is_plain(kind.field(i).type) for i in range(kind.num_fields))
    plain: tuple[Callable[[Any], bool], ...] = (
        types.is_string,
        types.is_large_string,
        types.is_integer,
        types.is_floating,
        types.is_boolean,
        types.is_null,
    )
    return any(check(kind) for check in plain)


def as_json(value: Any) -> Any:
    """`value` as JSON knows it.

    >>> as_json({"at": datetime.date(2026, 1, 2), "price": [decimal.Decimal("1.50")]})
    {'at': '2026-01-02', 'price': ['1.50']}
    """
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, dict):
        return {str(k): as_json(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(v) for v in value]
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, decimal.Decimal):
        return str(value)
    return str(value)
