"""One file with its reader: its rows in batches, and single rows again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from assay.audit.logs.batch import Batch
from assay.audit.logs.fields import sql, table_sql
from assay.audit.logs.fields.database import connect
from assay.audit.logs.layout import FIELDS, ROW_FIELDS, Layout, Path, pointer
from assay.audit.logs.problems import Problems
from assay.audit.logs.sources import parquet_files
from assay.audit.logs.sources.jsonl_files import LineFile
from assay.errors import RolloutsError
from assay.model.paths import MISSING, inside
from assay.plugins.log_readers import LogHead
from assay.printable import in_line
from assay.rollouts.output import encode

ROWS = 4096
"""Rows that a reader of rows yields to one batch."""


@dataclass
class LogFile:
    """One file with its reader."""

    number: int
    path: str
    form: str
    reader: Any
    layout: Layout
    reader_name: str
    types: dict[str, pa.DataType] = field(default_factory=dict)
    lines: LineFile | None = None

    def batches(self, problems: Problems, tokens: bool) -> Iterator[Batch]:
        """Its rows. Where it breaks off, that is reported, and what came before counts."""
        made = self._table(tokens) if self.form == "parquet" else self._json(problems)
        try:
            yield from made
        except (RolloutsError, ValueError) as err:
            noted = str(err).partition("\n")[0].removeprefix(self.path).removeprefix(":").strip()
            problems.add("files not read to their end", f"{self.path}:{noted}")

    def _batch(self, data: pa.Table, line: Any, at: Any, types: Any = None) -> Batch:
        file = np.full(data.num_rows, self.number, np.int32)
        return Batch(self.layout, data, file, line, at, types)

    def _json(self, problems: Problems) -> Iterator[Batch]:
        if self.lines is None:
            yield from self._rows()
            return
        for piece in self.lines.pieces():
            for number in piece.too_long:
                problems.line(f"{self.path}:{number}", "longer than any row may be")
            odd = pa.array(piece.first != ord("{"))
            yield self._batch(pa.table({"doc": piece.docs, "odd": odd}), piece.line, piece.at)

    def _rows(self) -> Iterator[Batch]:
        docs: list[str] = []
        lines: list[int] = []
        done = 0
        failure: RolloutsError | ValueError | None = None
        rows = iter(self.reader.rows(self.path))
        while failure is None:
            found: tuple[int, Mapping[str, Any]] | None = None
            try:
                found = next(rows, None)
            except (RolloutsError, ValueError) as err:
                failure = err  # once what came before is handed on
            if found is not None:
                lines.append(found[0])
                docs.append(encode(found[1]).decode())
            if docs and (found is None or len(docs) >= ROWS):
                data = {
                    "doc": pa.array(docs, pa.large_string()),
                    "odd": pa.array([False] * len(docs)),
                }
                at = np.arange(done, done + len(docs))
                yield self._batch(pa.table(data), np.array(lines, np.int64), at)
                done, docs, lines = done + len(docs), [], []
            if found is None:
                break
        if failure is not None:
            raise failure

    def _table(self, tokens: bool) -> Iterator[Batch]:
        wanted = [
            path for name in self._wanted(tokens) for path in table_sql.leaves(name, self.types)
        ]
        for number, batch in parquet_files.batches(self.path, wanted):
            line = np.arange(number, number + batch.num_rows)
            types = {column.name: column.type for column in batch.schema}
            yield self._batch(pa.Table.from_batches([batch]), line, line, types)

    def _wanted(self, tokens: bool) -> list[str]:
        layout = self.layout
        names = {path[0] for name in {*FIELDS, *layout.fields} for path in layout.places(name)}
        names |= {path[0] for places in layout.chosen.values() for path in places}
        names -= {path[0] for name in ROW_FIELDS for path in layout.fields.get(name, ())}
        if not layout.chosen:
            names |= {"terms", "verdicts"} if layout.criteria == "terms" else set()
            names |= {layout.scores[0]} if layout.criteria != "columns" else set()
            if layout.criteria == "columns":
                numeric = {c for c, kind in self.types.items() if _is_numeric(kind)}
                names |= numeric - layout.known
        if tokens or layout.fields.get("n_chars"):
            names -= {path[0] for path in layout.places("completion")}
        turns = "turns_reward" in self.types and not parquet_files.all_null(
            self.path, "turns_reward"
        )
        if "verdict_score" in str(self.types.get("terms")) and not turns:
            names.discard("verdicts")  # terms tell all that is read of them
        return [name for name in self.types if name in names]

    def seems_to_have_tokens(self, head: LogHead) -> bool:
        """Whether every row has its length in tokens, as far as the beginning tells."""
        places = self.layout.places("n_tokens")
        if self.form == "parquet":
            only = len(places) == 1 and len(places[0]) == 1
            return only and parquet_files.no_nulls(self.path, places[0][0])
        return bool(head.rows) and all(_first(row, places) is not None for row in head.rows)

    def rows(self, at: Sequence[int]) -> list[dict[str, Any]]:
        """Whole rows, by their place, ascending."""
        found: list[dict[str, Any]]
        if self.form == "parquet":
            found = list(parquet_files.rows(self.path, at))
        elif self.lines is not None:
            found = [_parsed(line, self.path) for line in self.lines.lines(at)]
        else:
            wanted = set(at)
            rows = enumerate(self.reader.rows(self.path))
            found = [dict(row) for i, (_, row) in rows if i in wanted]
            if len(found) != len(at):
                raise RolloutsError(f"{in_line(self.path)}: has changed since it was read")
        as_row = getattr(self.reader, "as_row", None)
        return [self._named(as_row(row) if as_row is not None else row) for row in found]

    def _named(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row, with fields that stand elsewhere under their own names too."""
        out = dict(row)
        for name in (*FIELDS, *ROW_FIELDS):
            places = self.layout.fields.get(name)
            if places:
                values = (_at(row, path) for path in places)
                value = next((v for v in values if v is not None), None)
                if value is not None:
                    out[name] = value
        if self.layout.chosen:
            scores = {c: _first(row, places) for c, places in self.layout.chosen.items()}
            out["scores"] = {c: v for c, v in scores.items() if v is not None}
        return out


def _is_numeric(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_floating(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_decimal(kind)
    )


def _at(row: Any, path: Path) -> Any:
    for name in path:
        row = inside(row, name)
    return None if row is MISSING else row


def _first(row: Any, places: Sequence[Path]) -> Any:
    return next((v for path in places if (v := _at(row, path)) is not None), None)


def _parsed(line: bytes, path: str) -> dict[str, Any]:
    text = line.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogatepass")
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        row = _by_database(text)
    if not isinstance(row, dict):
        raise RolloutsError(f"{in_line(path)}: has changed since it was read")
    return row


def _by_database(text: str) -> Any:
    """JSON that DuckDB reads and Python does not: a comma before the end, or nested too deeply.

    What is nested too deeply for Python stays text.
    """
    db = connect(1)
    try:
        (keys,) = db.execute("SELECT json_keys(?)", [text]).fetchall()[0]
        paths = ", ".join(sql.literal(pointer((key,))) for key in keys)
        query = f"SELECT json_extract(?, [{paths}])::VARCHAR[]"
        (values,) = db.execute(query, [text]).fetchall()[0]
        return {k: _loaded(v) for k, v in zip(keys, values, strict=True)}
    except duckdb.Error:
        return None
    finally:
        db.close()


def _loaded(fragment: str) -> Any:
    try:
        return json.loads(fragment)
    except (ValueError, RecursionError):
        return fragment
