"""Files with their readers: batches of rows in order, and single rows again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow as pa

from assay.audit.logs import sql, tables
from assay.audit.logs.extract import Batch
from assay.audit.logs.files import read_head
from assay.audit.logs.layout import (
    FIELDS,
    ROW_FIELDS,
    SCORES,
    Layout,
    Path,
    column_places,
    pointer,
)
from assay.audit.logs.lines import LineFile
from assay.audit.logs.problems import Problems
from assay.errors import ConfigError, RolloutsError, nearest
from assay.plugins.log_readers import LogHead
from assay.rollouts.output import encode
from assay.rollouts.rows import parse_line

if TYPE_CHECKING:
    from assay.plugins.host import Host
    from assay.plugins.offers import LogReaderOffer

BATCH_ROWS = 65_536
"""Rows of small files that are taken together."""

BATCH_BYTES = 32 * 1024 * 1024

ROWS = 4096
"""Rows that a reader of rows yields to one batch."""


@dataclass
class Part:
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
        """Its rows. Where it cannot be read on, that is told, and what came before counts."""
        made = self._table(tokens) if self.form == "parquet" else self._json(problems)
        try:
            yield from made
        except (RolloutsError, ValueError) as err:
            told = str(err).partition("\n")[0].removeprefix(self.path).removeprefix(":").strip()
            problems.add("files not read to their end", f"{self.path}:{told}")

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
        wanted = [path for name in self._wanted(tokens) for path in sql.leaves(name, self.types)]
        for number, batch in tables.batches(self.path, wanted):
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
        turns = "turns_reward" in self.types and not tables.all_null(self.path, "turns_reward")
        if "verdict_score" in str(self.types.get("terms")) and not turns:
            names.discard("verdicts")  # terms tell all that is read of them
        return [name for name in self.types if name in names]

    def seems_to_have_tokens(self, head: LogHead) -> bool:
        """Whether every row has its length in tokens, as far as the beginning tells."""
        places = self.layout.places("n_tokens")
        if self.form == "parquet":
            only = len(places) == 1 and len(places[0]) == 1
            return only and tables.no_nulls(self.path, places[0][0])
        return bool(head.rows) and all(_first(row, places) is not None for row in head.rows)

    def rows(self, at: Sequence[int]) -> list[dict[str, Any]]:
        """Whole rows, by their place, ascending."""
        found: list[dict[str, Any]]
        if self.form == "parquet":
            found = list(tables.rows(self.path, at))
        elif self.lines is not None:
            found = [_parsed(line, self.path) for line in self.lines.lines(at)]
        else:
            wanted = set(at)
            rows = enumerate(self.reader.rows(self.path))
            found = [dict(row) for i, (_, row) in rows if i in wanted]
            if len(found) != len(at):
                raise RolloutsError(f"{self.path}: has changed since it was read")
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
        row = row.get(name) if isinstance(row, Mapping) else None
    return row


def _first(row: Any, places: Sequence[Path]) -> Any:
    return next((v for path in places if (v := _at(row, path)) is not None), None)


def _parsed(line: bytes, path: str) -> dict[str, Any]:
    text = line.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogatepass")
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        row = _by_database(text)
    if not isinstance(row, dict):
        raise RolloutsError(f"{path}: has changed since it was read")
    return row


def _by_database(text: str) -> Any:
    """JSON that DuckDB reads and Python does not: a comma before the end, or nested too deeply.

    What is nested too deeply for Python stays text.
    """
    from assay.audit.logs.sql import connect, literal

    db = connect(1)
    try:
        (keys,) = db.execute("SELECT json_keys(?)", [text]).fetchall()[0]
        paths = ", ".join(literal(pointer((key,))) for key in keys)
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


@dataclass
class Parts:
    """The files of a log."""

    opened: dict[int, Part]
    problems: Problems
    columns: tuple[str, ...]
    """Of all files, as far as their beginnings tell."""
    seem_to_have_tokens: bool
    """Whether all rows of all files have their length in tokens, as far as that is told."""

    @property
    def readers(self) -> list[str]:
        """Names, each once."""
        return list(dict.fromkeys(part.reader_name for part in self.opened.values()))

    @property
    def own(self) -> bool:
        """Whether Assay wrote every file."""
        return bool(self.opened) and all(part.layout.own for part in self.opened.values())

    def batches(self, tokens: bool) -> Iterator[Batch]:
        """The rows of all files in their order; those of small files are taken together.

        Args:
            tokens: Lengths are counted in tokens, so no completion need be read.
        """
        held: list[Batch] = []
        rows = size = 0
        for part in self.opened.values():
            for batch in part.batches(self.problems, tokens):
                if held and not _alike(held[0], batch):
                    yield _joined(held)
                    held, rows, size = [], 0, 0
                held.append(batch)
                rows, size = rows + batch.data.num_rows, size + batch.data.nbytes
                if rows >= BATCH_ROWS or size >= BATCH_BYTES:
                    yield _joined(held)
                    held, rows, size = [], 0, 0
        if held:
            yield _joined(held)


def _alike(one: Batch, other: Batch) -> bool:
    return one.layout is other.layout and one.data.schema.equals(other.data.schema)


def _joined(batches: Sequence[Batch]) -> Batch:
    if len(batches) == 1:
        return batches[0]
    return replace(
        batches[0],
        data=pa.concat_tables([b.data for b in batches]),
        file=np.concatenate([b.file for b in batches]),
        line=np.concatenate([b.line for b in batches]),
        at=np.concatenate([b.at for b in batches]),
    )


def open_parts(
    files: Sequence[str],
    found: frozenset[str],
    columns: Mapping[str, str],
    strata: Sequence[str],
    reader: str | None,
    host: Host | None,
    problems: Problems,
) -> Parts:
    """Each file with the reader that knows it best.

    Args:
        files: Of the log.
        found: Those of them that nobody named; one that no reader knows is told and left out.
        columns: Field -> column, of the user's.
        strata: Fields to tell rows apart by.
        reader: Name of the reader for all files; None: told by their content.
        host: Whose readers are asked.
        problems: Where files that are left out are told.

    Raises:
        RolloutsError: a file that is never read, or that no reader knows.
        ConfigError: no such reader.
    """
    choose = _Chooser(columns, strata, reader, host)
    opened: dict[int, Part] = {}
    seen: dict[str, None] = {}
    tokens = True
    for number, path in enumerate(files):
        try:
            head = read_head(path)
        except RolloutsError as err:
            if path not in found:
                raise
            problems.add("files left out, cannot be read", str(err).partition("\n")[0])
            continue
        seen.update(dict.fromkeys(head.columns))
        if head.form == "other" and not head.start.strip():
            continue  # empty
        part = choose.part(number, head)
        if part is not None:
            opened[number] = part
            tokens = tokens and part.seems_to_have_tokens(head)
        elif path in found:
            problems.add("files left out, no reader knows them", path)
        else:
            raise RolloutsError(choose.unknown(head))
    return Parts(opened, problems, tuple(seen), tokens)


class _Chooser:
    """Asks readers; files that begin alike share one layout."""

    def __init__(
        self,
        columns: Mapping[str, str],
        strata: Sequence[str],
        reader: str | None,
        host: Host | None,
    ) -> None:
        if host is None:
            from assay.plugins.host import Host

            host = Host()
        self._columns, self._strata = columns, strata
        offers = dict(host.log_readers)
        if reader is not None:
            if reader not in offers:
                raise ConfigError(
                    f"--reader {reader}: no reader is called that{nearest(reader, offers)}"
                    f"\nreaders: {', '.join(offers)}"
                )
            offers = {reader: offers[reader]}
        self._forced = reader is not None
        self._readers = [(offer, offer.load()) for offer in offers.values()]
        self._layouts: dict[Any, tuple[str, Any, Layout]] = {}

    def part(self, number: int, head: LogHead) -> Part | None:
        """The file with its reader; None where none knows it."""
        chosen = self._choose(head)
        if chosen is None:
            return None
        name, reader, layout = chosen
        part = Part(number, head.path, head.form, reader, layout, name)
        if not hasattr(reader, "layout"):
            part.form = "rows"
        elif head.form == "parquet":
            part.types = tables.types(head.path)
        else:
            part.lines = LineFile(head.path)
        return part

    def _choose(self, head: LogHead) -> tuple[str, Any, Layout] | None:
        alike = (head.form, head.columns, tuple(head.types.items()))
        known = self._layouts.get(alike) if head.form == "parquet" else None
        if known is not None:
            return known
        best: tuple[int, bool, LogReaderOffer, Any] | None = None
        for offer, reader in self._readers:
            marks = int(reader.claims(head))
            if self._forced or (marks == 0 and self._columns and offer.spec.name == "columns"):
                marks = max(marks, 1)
            rank = (marks, offer.plugin not in OURS)
            if marks > 0 and (best is None or rank > best[:2]):
                best = (*rank, offer, reader)
        if best is None:
            return None
        offer, reader = best[2:]
        if head.form == "other" and hasattr(reader, "layout") and not _is_lines(head):
            return None
        plain = reader.layout(head) if hasattr(reader, "layout") else Layout({}, own=False)
        layout = self._finished(plain)
        # files whose rows are read alike share the object, so that they are read together
        for _, other, same in self._layouts.values():
            if other is reader and same == layout:
                layout = same
        self._layouts[alike] = (offer.spec.name, reader, layout)
        return self._layouts[alike]

    def _finished(self, layout: Layout) -> Layout:
        layout = layout.mapped(self._columns)
        layout = replace(layout, known=layout.known | set(self._strata))
        fields = dict(layout.fields)
        for stratum in self._strata:
            if stratum not in fields:
                places = column_places(stratum)
                fields[stratum] = (*places, *(("info", *path) for path in places))
        return replace(layout, fields=fields)

    def unknown(self, head: LogHead) -> str:
        """What to say of a file that no reader knows."""
        if head.start.lstrip()[:1] == b"[":
            return (
                f"{head.path}: is one JSON list, not a row a line"
                "\nfix: jq -c '.[]' FILE.json > FILE.jsonl"
            )
        line = head.start.partition(b"\n")[0]
        if head.form == "other" and len(line) > 2 and line[:1] == b"{" and b"\n" in head.start:
            told = parse_line(line, head.path, 1).error
            return f"{head.path}:1: is no row, nor are the lines after it: {told}"
        if head.form == "other":
            return (
                f"{head.path}: is no log: neither JSONL nor Parquet, and no reader knows it"
                "\nfix: write a JSON object a line (.jsonl), or Parquet"
            )
        columns = ", ".join(head.columns[:20])
        if any(_holds_a_group(row) for row in head.rows):
            return (
                f"{head.path}: has lists in its rows; a row must be one completion"
                f"\ncolumns: {columns}"
                "\nfix: a row for each entry of the lists, with the prompt (and the step) in each"
            )
        return (
            f"{head.path}: has neither a reward nor scores, and no reader knows it"
            f"\ncolumns: {columns}"
            f"\nfix: name them, e.g. --map reward=COLUMN --map {SCORES}style=COLUMN"
        )


def _holds_a_group(row: Mapping[str, Any]) -> bool:
    """Whether lists of numbers stand beside a list of as many texts or chats."""
    lists = [value for value in row.values() if isinstance(value, list) and len(value) > 1]
    numbers = {len(v) for v in lists if all(isinstance(x, int | float) for x in v)}
    texts = {len(v) for v in lists if all(isinstance(x, str | list) for x in v)}
    return bool(numbers & texts)


def _is_lines(head: LogHead) -> bool:
    """Whether a file without a row at its beginning may still have rows, after broken lines."""
    return b"\0" not in head.start and head.start.lstrip()[:1] != b"["


OURS = ("assay", "assay.audit.logs")
