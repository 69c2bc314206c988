"""Lines as rows that the database can read; what it cannot read, Python does, or it is reported."""

from __future__ import annotations

import json
from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa

from assay.audit.logs.batch import Batch
from assay.audit.logs.fields import sql
from assay.audit.logs.fields.database import Database, Keys
from assay.audit.logs.problems import Problems
from assay.rollouts.rows import parse_line


class Mender:
    """Looks at lines before their fields are taken out.

    Args:
        files: Of the log, as `Batch.file` counts them.
        problems: Where lines that are not rows are reported.
        db: Reads most lines.
    """

    def __init__(self, files: Sequence[str], problems: Problems, db: Database) -> None:
        self._files = files
        self._problems = problems
        self._db = db

    def mended(self, batch: Batch) -> tuple[Batch, Keys]:
        """The lines that are rows, as JSON that the database reads too; and their keys.

        Args:
            batch: Lines, and beside each whether it is ``odd``: does not begin like an object.
        """
        batch = self._checked(batch)
        if batch.data.num_rows == 0:
            return batch, []
        try:
            keys = self._keys(batch)
        except duckdb.InterruptException:
            raise
        except duckdb.Error:
            batch = self._by_python(batch, self._invalid(batch))
            if batch.data.num_rows == 0:
                return batch, []
            keys = self._keys(batch)
        if any(len(set(some)) != len(some) for sets in keys for some in sets if some):
            batch = self._by_python(batch, self._doubled(batch))
            keys = self._keys(batch)
        return batch, keys

    def _keys(self, batch: Batch) -> Keys:
        self._db.hold(batch.data)
        return self._db.keys(batch.layout)

    def _checked(self, batch: Batch) -> Batch:
        """Lines that are UTF-8 and look like an object; the others are looked at one by one."""
        docs = batch.data["doc"].combine_chunks()
        if isinstance(docs, pa.ChunkedArray):
            docs = docs.chunk(0) if docs.num_chunks else pa.array([], pa.large_string())
        suspects: set[int] = set(np.flatnonzero(batch.data["odd"].to_numpy()).tolist())
        try:
            docs.validate(full=True)
        except pa.ArrowInvalid:
            raw = docs.view(pa.large_binary())
            suspects.update(i for i, line in enumerate(raw) if not _is_utf8(line.as_py()))
        table = pa.table({"i": np.arange(len(docs)), "doc": docs})
        batch = Batch(batch.layout, table, batch.file, batch.line, batch.at)
        return self._by_python(batch, sorted(suspects)) if suspects else batch

    def _invalid(self, batch: Batch) -> list[int]:
        self._db.hold(batch.data)
        found = self._db.rows("SELECT i FROM batch WHERE NOT json_valid(doc)")
        return sorted(i for (i,) in found)

    def _doubled(self, batch: Batch) -> list[int]:
        """Rows with two keys of one name: the last counts, as in Python, not the first."""
        self._db.hold(batch.data)
        twice = "list_transform(k, lambda s: len(s) <> len(list_distinct(s)))"
        keys = sql.keys_of(batch.layout)
        query = f"SELECT i FROM (SELECT i, {keys} AS k FROM batch) WHERE list_bool_or({twice})"  # noqa: S608
        return sorted(i for (i,) in self._db.rows(query))

    def _by_python(self, batch: Batch, suspects: Sequence[int]) -> Batch:
        """The batch with these lines read by Python, or reported as problems and left out."""
        docs = batch.data["doc"].combine_chunks()
        if isinstance(docs, pa.ChunkedArray):
            docs = docs.chunk(0)
        docs = docs.cast(pa.large_string(), safe=False) if len(docs) else docs
        raw = docs.view(pa.large_binary())
        mended: dict[int, str] = {}
        for i in suspects:
            line = raw[i].as_py()
            if line.isspace():
                continue
            file, number = self._files[batch.file[i]], int(batch.line[i])
            row = parse_line(line, file, number)
            if row.data is None:
                self._problems.line(f"{file}:{number}", row.error or "")
            else:
                noted = json.dumps(row.data, ensure_ascii=False)
                mended[i] = noted.encode("utf-8", "replace").decode()
        bad = np.zeros(len(docs), bool)
        bad[list(suspects)] = True
        good = np.flatnonzero(~bad)
        order = np.argsort(np.concatenate([good, np.array(list(mended), np.int64)]))
        kept = np.sort(np.concatenate([good, np.array(list(mended), np.int64)]))
        fixed = pa.array(list(mended.values()), pa.large_string())
        docs = pa.concat_arrays([docs.take(pa.array(good)), fixed]).take(pa.array(order))
        columns = {"i": pa.array(np.arange(len(docs))), "doc": docs}
        for name in batch.data.column_names:
            if name not in ("i", "doc", "odd"):
                columns[name] = batch.data[name].combine_chunks().take(pa.array(kept))
        table = pa.table(columns)
        return Batch(batch.layout, table, batch.file[kept], batch.line[kept], batch.at[kept])


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
