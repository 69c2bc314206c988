"""From batches of rows to blocks of columns, by DuckDB."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import duckdb
import numpy as np
import pyarrow as pa

from assay.audit.frame import LARGEST, Codes
from assay.audit.logs import sql
from assay.audit.logs.gather import Block, Column, of_step
from assay.audit.logs.labels import NOT_SAID, label_of
from assay.audit.logs.layout import Layout
from assay.audit.logs.problems import Problems
from assay.audit.logs.text import chat_length
from assay.errors import ConfigError, RolloutsError
from assay.rollouts.rows import parse_line

Keys: TypeAlias = list[list[list[str] | None]]
"""Of rows, of their terms, verdicts and scores; an entry for each set of keys that there is."""

CHUNK_ROWS = 2048
"""Rows that one thread of the database takes at a time."""

NAMES = 1000
"""A column with more different values than this tells no rows apart."""

TURN_DIGITS = 4
"""Of the number of a turn in a verdict's key."""

BEYOND = f"a number beyond {LARGEST:g}"
"""What is told of one that a frame does not hold."""

CUT_OFF = frozenset({"length", "max_tokens", "model_length", "max_output_tokens", "max_length"})
"""Finish reasons of a completion that was cut off."""


@dataclass
class Batch:
    """Rows of one or more files that have one layout."""

    layout: Layout
    data: pa.Table
    """A column ``doc`` of JSON, or any columns of a table."""
    file: Column
    line: Column
    at: Column
    types: Mapping[str, pa.DataType] | None = None
    """Column -> type; None where the rows are JSON."""
    table: bool = False
    """Whether the rows were those of a table."""


@dataclass
class Names:
    """Values of a column, numbered."""

    codes: dict[str, int] = field(default_factory=dict)
    overflow: bool = False

    def column(self, values: pa.Array) -> Column:
        """Codes of the values; -1 for null and for what there is no room for."""
        coded = values.dictionary_encode()
        table = [self._code(v) for v in coded.dictionary.to_pylist()]
        places = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        lookup = np.array([*table, -1], np.int64)
        found: Column = lookup[places]
        return found

    def _code(self, value: str) -> int:
        code = self.codes.get(value)
        if code is None:
            if len(self.codes) >= NAMES:
                self.overflow = True
                return -1
            code = self.codes[value] = len(self.codes)
        return code


class NeedsCharacters(Exception):
    """Lengths in tokens do not do for this log: it must be read with characters counted."""


class Extractor:
    """Holds the database, and what was learnt of the log so far.

    Args:
        files: Of the log, as `Batch.file` counts them.
        strata: Fields that rows can be told apart by.
        problems: Where what cannot be read is told.
        characters: Whether lengths are counted in characters, too; without them a completion
            whose length in tokens is not told raises `NeedsCharacters`.
    """

    def __init__(
        self,
        files: Sequence[str],
        strata: Sequence[str],
        problems: Problems,
        characters: bool = True,
    ) -> None:
        self._files = files
        self._problems = problems
        self._characters = characters
        self._db = sql.connect()
        self.strata = {name: Names() for name in strata}
        self.signatures = Names()
        self.rubrics = Names()
        self.columns: dict[str, None] = {}
        """Every column that any row has."""
        self.criteria: dict[str, None] = {}
        self._no_criteria: set[str] = set()
        self.weights: dict[str, tuple[float, float]] = {}
        """Criterion -> its smallest and largest weight."""
        self.without_tokens = 0
        """Rows with a completion whose length in tokens is not told."""

    def close(self) -> None:
        """Let the database go."""
        self._db.close()

    def block(self, batch: Batch) -> Block | None:
        """The columns of a batch; None where none of its lines is a row.

        Raises:
            RolloutsError: a label of a column that the user named is none.
        """
        beside: list[str] = []
        keys: Keys = []
        if batch.types is not None:
            batch, beside, known = self._documents(batch)
            keys = self._keys(batch) if known is None else [known]
        else:
            batch, keys = self._readable(self._checked(batch))
        if batch.data.num_rows == 0:
            return None
        wanted = self._learn(batch.layout, keys, beside)
        self._register(batch.data)
        found = self._fetch(sql.row_query(batch.layout, wanted, beside))
        return self._made(batch, found, wanted)

    # -- rows as JSON ---------------------------------------------------------------------------

    def _register(self, table: pa.Table) -> None:
        chunks = table.combine_chunks().to_batches(max_chunksize=CHUNK_ROWS)
        if any(pa.types.is_nested(column.type) for column in table.schema):
            # DuckDB refuses structs that begin in the middle of their buffers; a copy does not
            chunks = [chunk.take(pa.array(np.arange(chunk.num_rows))) for chunk in chunks]
        self._db.register("batch", pa.Table.from_batches(chunks, table.schema))

    def _fetch(self, query: str) -> pa.Table:
        return self._db.sql(query).to_arrow_table().combine_chunks()

    def _readable(self, batch: Batch) -> tuple[Batch, Keys]:
        """Lines that are JSON for the database too, and their keys."""
        if batch.data.num_rows == 0:
            return batch, []
        try:
            keys = self._keys(batch)
        except duckdb.InterruptException:
            raise
        except duckdb.Error:
            batch = self._mended(batch, self._invalid(batch))
            if batch.data.num_rows == 0:
                return batch, []
            keys = self._keys(batch)
        if any(len(set(some)) != len(some) for sets in keys for some in sets if some):
            batch = self._mended(batch, self._doubled(batch))
            keys = self._keys(batch)
        return batch, keys

    def _documents(self, batch: Batch) -> tuple[Batch, list[str], list[list[str] | None] | None]:
        """A table's rows as JSON, where that is needed; what stands beside; their keys."""
        columns = [f"c{j}" for j in range(batch.data.num_columns)]
        table = batch.data.rename_columns(columns)
        table = table.append_column("i", pa.array(np.arange(table.num_rows)))
        query, beside, direct = sql.document_query(batch.types or {}, batch.layout)
        self._register(table)
        documents = self._fetch(query)
        made = Batch(batch.layout, documents, batch.file, batch.line, batch.at, table=True)
        return made, beside, sql.keys_of_table(batch.types or {}, direct, batch.layout)

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
        return self._mended(batch, sorted(suspects)) if suspects else batch

    def _invalid(self, batch: Batch) -> list[int]:
        self._register(batch.data)
        found = self._db.sql("SELECT i FROM batch WHERE NOT json_valid(doc)").fetchall()
        return sorted(i for (i,) in found)

    def _doubled(self, batch: Batch) -> list[int]:
        """Rows with two keys of one name: the last counts, as in Python, not the first."""
        self._register(batch.data)
        twice = "list_transform(k, lambda s: len(s) <> len(list_distinct(s)))"
        keys = sql.keys_of(batch.layout)
        query = f"SELECT i FROM (SELECT i, {keys} AS k FROM batch) WHERE list_bool_or({twice})"  # noqa: S608
        return sorted(i for (i,) in self._db.sql(query).fetchall())

    def _mended(self, batch: Batch, suspects: Sequence[int]) -> Batch:
        """The batch with these lines read by Python, or told as problems and left out."""
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
                told = json.dumps(row.data, ensure_ascii=False)
                mended[i] = told.encode("utf-8", "replace").decode()
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

    # -- what there is --------------------------------------------------------------------------

    def _keys(self, batch: Batch) -> Keys:
        self._register(batch.data)
        found = self._db.sql(sql.keys_query(batch.layout)).fetchall()
        return [keys for keys, _ in sorted(found, key=lambda pair: pair[1])]

    def _learn(self, layout: Layout, keys: Keys, beside: Sequence[str]) -> sql.Wanted:
        """What to look for in a batch, from the keys of its rows."""
        criteria: dict[str, None] = {}
        turns: dict[str, int] = {}
        present: set[str] = set(beside)
        judged: set[str] = set()
        scored: set[str] = set()
        receipts = False
        for row, terms, verdicts, scores in keys:
            self.columns.update(dict.fromkeys(row or ()))
            present.update(row or ())
            judged.update(verdicts or ())
            if layout.chosen:
                criteria.update(dict.fromkeys(layout.chosen))
            elif layout.criteria == "columns":
                names = [c for c in row or () if c not in layout.known]
                criteria.update(dict.fromkeys(c for c in names if c not in self._no_criteria))
            elif layout.criteria == "scores":
                criteria.update(dict.fromkeys(scores or ()))
            elif not terms and not verdicts:
                criteria.update(dict.fromkeys(scores or ()))
                scored.update(scores or ())
            else:
                receipts = True
                criteria.update(dict.fromkeys(k for k in terms or () if not _is_adjustment(k)))
                for key in verdicts or ():
                    name, sign, turn = key.rpartition("#")
                    if sign and turn.isdecimal() and len(turn) <= TURN_DIGITS:
                        turns[name] = max(turns.get(name, 0), int(turn) + 1)
                        criteria.setdefault(name)
                    else:
                        criteria.setdefault(key)
        self.criteria.update(dict.fromkeys(criteria))
        has_turns = any(path[0] in present for path in layout.places("turns_reward"))
        return sql.Wanted(
            list(criteria),
            list(self.strata),
            frozenset(present),
            frozenset(judged),
            frozenset(scored),
            receipts,
            turns if has_turns else None,
            self._characters,
        )

    # -- columns --------------------------------------------------------------------------------

    def _made(self, batch: Batch, found: pa.Table, wanted: sql.Wanted) -> Block:
        if not np.array_equal(found["i"].to_numpy(), np.arange(found.num_rows)):
            found = found.sort_by("i")
        chunk = {c: _whole(found[c]) for c in found.column_names}
        columns: dict[str, Column] = {"file": batch.file, "line": batch.line, "at": batch.at}
        for name in ("reward", "step", "n_tokens", "n_chars"):
            columns[name] = self._numbers(chunk[name], name, batch)
        for name in ("group", "prompt"):
            columns[name] = chunk[name].fill_null(0).to_numpy(zero_copy_only=False)
        columns["group"] = of_step(columns["group"], columns["step"])
        columns["row_status"] = self._statuses(chunk["row_status"], "status", batch)
        columns["label"] = self._labels(chunk["label"], batch)
        columns["truncated"] = _truncated(chunk["finish_reason"], chunk["truncated"])
        columns["signature"] = self.signatures.column(chunk["signature"])
        self.rubrics.column(chunk["rubric"])
        for j, (field_name, names) in enumerate(self.strata.items()):
            columns[f"stratum.{field_name}"] = names.column(chunk[f"stratum.{j}"])
        if "chat" in chunk:
            for row in np.flatnonzero(chunk["chat"].is_valid().to_numpy(zero_copy_only=False)):
                columns["n_chars"][row] = chat_length(chunk["chat"][int(row)].as_py())
        tokens = np.isfinite(columns["n_tokens"])
        self.without_tokens += int((np.isfinite(columns["n_chars"]) & ~tokens).sum())
        if not wanted.characters and not tokens.all() and self._has_text(batch, tokens):
            raise NeedsCharacters  # also for rows of a table: nobody looked at their texts
        block = Block(columns)
        for i, criterion in enumerate(wanted.criteria):
            self._criterion(block, chunk, i, criterion, batch)
        if batch.layout.total:
            scores = [c for (what, _), c in block.criteria.items() if what == "score"]
            columns["reward"] = _sum(scores, len(block))
        unsaid = columns["row_status"] < 0
        known = np.isfinite(columns["reward"])
        columns["row_status"] = np.where(unsaid, np.where(known, 0, 1), columns["row_status"])
        columns["row_status"] = columns["row_status"].astype(np.int8)
        if wanted.turns is not None:
            paid = _floats(chunk["turns"].flatten())
            owner = np.repeat(np.arange(len(block)), _turn_counts(chunk))
            bad = np.isin(np.arange(len(block)), owner[_beyond(paid)])
            self._not_there(bad, f"turns_reward: {BEYOND}", batch)
            _add_turns(block, chunk, wanted.turns)
        return block

    def _criterion(
        self, block: Block, chunk: Mapping[str, Any], i: int, criterion: str, batch: Batch
    ) -> None:
        told = f"score of {criterion!r}"
        if batch.layout.criteria == "columns" and not batch.layout.chosen:
            values = _floats(chunk[f"score.{i}"])
            unread = int(np.isnan(values).sum()) - chunk[f"score.{i}"].null_count
            if unread and not self._json_nan(batch, criterion, unread):
                self._no_criteria.add(criterion)  # a column of text
                self.criteria.pop(criterion, None)
                return
            self._not_there(_beyond(values), f"{told}: {BEYOND}", batch)
            block.criteria["score", criterion] = _within(values)
            return
        block.criteria["score", criterion] = self._numbers(chunk[f"score.{i}"], told, batch)
        if f"status.{i}" not in chunk:
            return
        of = f"contribution of {criterion!r}"
        column = self._numbers(chunk[f"contribution.{i}"], of, batch)
        block.criteria["contribution", criterion] = column
        status = self._statuses(chunk[f"status.{i}"], f"status of {criterion!r}", batch)
        block.criteria["status", criterion] = status
        weights = _floats(chunk[f"weight.{i}"])
        weights = weights[np.abs(weights) <= LARGEST]
        if len(weights):
            low, high = self.weights.get(criterion, (np.inf, -np.inf))
            self.weights[criterion] = (
                min(low, float(weights.min())),
                max(high, float(weights.max())),
            )

    def _has_text(self, batch: Batch, tokens: Column) -> bool:
        """Whether a row without a length in tokens has a completion, as far as can be told."""
        if batch.table:
            return True
        fragments = sql.Fragments()
        there = sql.first([fragments.at(path) for path in batch.layout.places("completion")])
        query = fragments.select({"there": f"{there} IS NOT NULL"})
        found = self._fetch(f"SELECT there FROM ({query}) ORDER BY i")  # noqa: S608
        return bool((_whole(found["there"]).to_numpy(zero_copy_only=False) & ~tokens).any())

    def _json_nan(self, batch: Batch, column: str, unread: int) -> bool:
        """Whether what is no number in a column is NaN or infinite everywhere, not text."""
        fragment = sql.Fragments()
        piece = fragment.at((column,))
        query = fragment.select({"f": piece})
        special = "('NaN', 'Infinity', '-Infinity', 'nan', 'inf', '-inf')"
        count = f"SELECT count(*) FROM ({query}) WHERE f IN {special}"  # noqa: S608
        (found,) = self._db.sql(count).fetchall()[0]
        return bool(found == unread)

    def _numbers(self, values: pa.Array, what: str, batch: Batch) -> Column:
        """Doubles; what is there and no number of a frame's is told and taken as not there."""
        column = _floats(values)
        bad = ~np.isfinite(column)
        if int(bad.sum()) > values.null_count:
            bad &= values.is_valid().to_numpy(zero_copy_only=False)
            self._not_there(bad, f"{what}: no finite number", batch)
        self._not_there(_beyond(column), f"{what}: {BEYOND}", batch)
        return _within(column)

    def _not_there(self, bad: Column, what: str, batch: Batch) -> None:
        if bad.any():
            place = self._place(batch, int(np.flatnonzero(bad)[0]))
            self._problems.add(what, place, int(bad.sum()))

    def _statuses(self, values: pa.Array, what: str, batch: Batch) -> Column:
        column: Column = values.to_numpy(zero_copy_only=False).astype(np.int8)
        unknown = column == sql.UNKNOWN
        if unknown.any():
            place = self._place(batch, int(np.flatnonzero(unknown)[0]))
            self._problems.add(f"{what}: none that Assay knows", place, int(unknown.sum()))
            column[unknown] = -1
        return column

    def _labels(self, values: pa.Array, batch: Batch) -> Column:
        coded = values.dictionary_encode()
        told = coded.dictionary.to_pylist()
        table = np.array([*(label_of(v) for v in told), np.nan])
        places = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        column: Column = table[places]
        unread = column == NOT_SAID
        if unread.any():
            i = int(np.flatnonzero(unread)[0])
            place, value = self._place(batch, i), told[places[i]]
            if batch.layout.strict_label:
                raise RolloutsError(
                    f"{place}: the label is {value:.60}, which says neither right nor wrong"
                    "\nfix: true or false, 1 or 0, 'correct' or 'incorrect'; null where unknown"
                )
            self._problems.add(
                "label: neither right nor wrong", f"{place} {value:.60}", int(unread.sum())
            )
            column = np.where(unread, np.nan, column)
        return column

    def _place(self, batch: Batch, i: int) -> str:
        return f"{self._files[batch.file[i]]}:{batch.line[i]}"

    def check_strata(self, by: Sequence[str]) -> None:
        """Refuse columns that tell no rows apart.

        Raises:
            ConfigError: one has too many values.
        """
        for column in by:
            if self.strata[column].overflow:
                raise ConfigError(
                    f"--by {column}: has more than {NAMES} different values, so it tells no "
                    "kinds of rows apart"
                )


def _whole(column: pa.ChunkedArray) -> pa.Array:
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _floats(values: pa.Array) -> Column:
    column: Column = np.array(values.to_numpy(zero_copy_only=False), float)
    return column


def _beyond(column: Column) -> Column:
    found: Column = np.isfinite(column) & (np.abs(column) > LARGEST)
    return found


def _within(column: Column) -> Column:
    """NaN for what is no number of a frame's."""
    found: Column = np.where(np.abs(column) <= LARGEST, column, np.nan)
    return found


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_adjustment(key: str) -> bool:
    """Whether a term is what a composer adds or takes: no criterion's key begins like that."""
    return key.rpartition("/")[2].startswith("(")


def _truncated(reasons: pa.Array, flags: pa.Array) -> Column:
    coded = reasons.dictionary_encode()
    table = [int(v in CUT_OFF) for v in coded.dictionary.to_pylist()]
    lookup = np.array([*table, -1], np.int8)
    column: Column = lookup[coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)]
    flagged = flags.dictionary_encode()
    known = {"true": 1, "false": 0, "1": 1, "0": 0}
    lookup = np.array([*(known.get(v, -1) for v in flagged.dictionary.to_pylist()), -1], np.int8)
    said = lookup[flagged.indices.fill_null(-1).to_numpy(zero_copy_only=False)]
    result: Column = np.where(said >= 0, said, column)
    return result


def _sum(scores: Sequence[Column], n: int) -> Column:
    if not scores:
        return np.full(n, np.nan)
    stacked = np.stack(scores)
    there = np.isfinite(stacked)
    total: Column = np.where(there, stacked, 0.0).sum(axis=0)
    return _within(np.where(there.any(axis=0), total, np.nan))


def _turn_counts(chunk: Mapping[str, Any]) -> Codes:
    counts: Codes = chunk["turns"].value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    return counts.astype(np.int64)


def _add_turns(block: Block, chunk: Mapping[str, Any], turns: Mapping[str, int]) -> None:
    paid = chunk["turns"]
    counts = _turn_counts(chunk)
    block.turn_counts = counts
    block.turns[""] = _within(_floats(paid.flatten()))
    inside = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    owner = np.repeat(np.arange(len(counts)), counts)
    for i, (criterion, count) in enumerate(turns.items()):
        dense = _floats(chunk[f"turn.{i}"].flatten()).reshape(len(counts), count)
        values = np.full(len(owner), np.nan)
        judged = inside < count
        values[judged] = dense[owner[judged], inside[judged]]
        block.turns[criterion] = _within(values)
