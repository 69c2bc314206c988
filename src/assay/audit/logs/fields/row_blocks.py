"""From batches of rows to blocks of columns, by DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from assay.audit.frame import LARGEST
from assay.audit.logs.batch import Batch
from assay.audit.logs.fields import sql, table_sql
from assay.audit.logs.fields.database import Database, Keys
from assay.audit.logs.fields.mend import Mender
from assay.audit.logs.fields.text import chat_length
from assay.audit.logs.fields.values import (
    NAMES,
    ColumnReader,
    NumberedValues,
    add_turns,
    floats,
    row_sums,
    truncated,
    whole,
)
from assay.audit.logs.gather import ColumnArray, RowBlock, of_step
from assay.audit.logs.layout import Layout, Path
from assay.audit.logs.problems import Problems
from assay.errors import ConfigError, RolloutsError
from assay.printable import in_line

TURN_DIGITS = 4
"""Of the number of a turn in a verdict's key."""


class NeedsCharacters(Exception):
    """Lengths in tokens do not do for this log: it must be read with characters counted."""


class Extractor:
    """Holds the database, and what was learnt of the log so far.

    Args:
        files: Of the log, as `Batch.file` counts them.
        strata: Fields that rows can be distinguished by.
        problems: Where what cannot be read is reported.
        characters: Whether lengths are counted in characters, too; without them a completion
            whose length in tokens is not reported raises `NeedsCharacters`.
    """

    def __init__(
        self,
        files: Sequence[str],
        strata: Sequence[str],
        problems: Problems,
        characters: bool = True,
    ) -> None:
        self._characters = characters
        self._db = Database()
        self._mender = Mender(files, problems, self._db)
        self._reading = ColumnReader(files, problems)
        self.strata = {name: NumberedValues() for name in strata}
        self.signatures = NumberedValues()
        self.rubrics = NumberedValues()
        self.columns: dict[str, None] = {}
        """Every column that any row has."""
        self.paths: set[str] = set()
        """Of the fields that the user named by a path, those that some row has."""
        self.criteria: dict[str, None] = {}
        self._no_criteria: set[str] = set()
        self.weights: dict[str, tuple[float, float]] = {}
        """Criterion -> its smallest and largest weight."""
        self.without_tokens = 0
        """Rows with a completion whose length in tokens is not reported."""

    def close(self) -> None:
        """Let the database go."""
        self._db.close()

    def block(self, batch: Batch) -> RowBlock | None:
        """The columns of a batch; None where none of its lines is a row.

        Raises:
            RolloutsError: a label of a column that the user named is none.
        """
        beside: list[str] = []
        receipts: Mapping[Path, str] = {}
        if batch.types is not None:
            made = table_sql.document_query(batch.types, batch.layout)
            batch, keys = self._documents(batch, made)
            beside, receipts = made.beside, made.receipts
        else:
            batch, keys = self._mender.mended(batch)
        if batch.data.num_rows == 0:
            return None
        wanted = self._learn(batch.layout, keys, beside)
        self._db.hold(batch.data)
        found = self._db.table(sql.row_query(batch.layout, wanted, beside, receipts))
        return self._made(batch, found, wanted)

    def _documents(self, batch: Batch, how: table_sql.Documents) -> tuple[Batch, Keys]:
        """A table's rows as JSON, where that is needed; and their keys."""
        columns = [f"c{j}" for j in range(batch.data.num_columns)]
        table = batch.data.rename_columns(columns)
        table = table.append_column("i", pa.array(np.arange(table.num_rows)))
        try:
            self._db.hold(table)
            documents = self._db.table(how.query)
        except duckdb.NotImplementedException as err:
            noted = str(err).partition("\n")[0]
            raise RolloutsError(
                f"{in_line(self._reading.place(batch, 0))}: cannot be read: {noted}"
            ) from err
        made = Batch(batch.layout, documents, batch.file, batch.line, batch.at, table=True)
        known = table_sql.keys_of_table(batch.types or {}, how.direct, batch.layout)
        if known is not None:
            return made, [known]
        self._db.hold(documents)
        return made, self._db.keys(batch.layout)

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
        if layout.chosen or layout.criteria != "columns":
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

    def _made(self, batch: Batch, found: pa.Table, wanted: sql.Wanted) -> RowBlock:
        if not np.array_equal(found["i"].to_numpy(), np.arange(found.num_rows)):
            found = found.sort_by("i")
        chunk = {c: whole(found[c]) for c in found.column_names}
        columns: dict[str, ColumnArray] = {"file": batch.file, "line": batch.line, "at": batch.at}
        for name in ("reward", "step", "n_tokens", "n_chars"):
            columns[name] = self._reading.numbers(chunk[name], name, batch)
        for name in ("group", "prompt"):
            columns[name] = chunk[name].fill_null(0).to_numpy(zero_copy_only=False)
        columns["group"] = of_step(columns["group"], columns["step"])
        columns["row_status"] = self._reading.statuses(chunk["row_status"], "status", batch)
        columns["label"] = self._reading.labels(chunk["label"], batch)
        columns["truncated"] = truncated(chunk["finish_reason"], chunk["truncated"])
        columns["signature"] = self.signatures.column(chunk["signature"])
        self.rubrics.column(chunk["rubric"])
        for j, (field_name, names) in enumerate(self.strata.items()):
            columns[f"stratum.{field_name}"] = names.column(chunk[f"stratum.{j}"])
        for j, field_name in enumerate(batch.layout.paths):
            if np.any(chunk[f"there.{j}"].to_numpy(zero_copy_only=False)):
                self.paths.add(field_name)
        if "chat" in chunk:
            for row in np.flatnonzero(chunk["chat"].is_valid().to_numpy(zero_copy_only=False)):
                columns["n_chars"][row] = chat_length(chunk["chat"][int(row)].as_py())
        tokens = np.isfinite(columns["n_tokens"])
        self.without_tokens += int((np.isfinite(columns["n_chars"]) & ~tokens).sum())
        if not wanted.characters and not tokens.all() and self._has_text(batch, tokens):
            raise NeedsCharacters  # also for rows of a table: nobody looked at their texts
        block = RowBlock(columns)
        for i, criterion in enumerate(wanted.criteria):
            self._criterion(block, chunk, i, criterion, batch)
        if batch.layout.total:
            scores = [c for (what, _), c in block.criteria.items() if what == "score"]
            columns["reward"] = row_sums(scores, len(block))
        for (what, criterion), column in block.criteria.items():
            if what == "score" and criterion in batch.layout.added:
                columns["reward"] = columns["reward"] + np.nan_to_num(column)
        unsaid = columns["row_status"] < 0
        known = np.isfinite(columns["reward"])
        columns["row_status"] = np.where(unsaid, np.where(known, 0, 1), columns["row_status"])
        columns["row_status"] = columns["row_status"].astype(np.int8)
        if wanted.turns is not None:
            self._reading.turns(chunk, len(block), batch)
            add_turns(block, chunk, wanted.turns)
        return block

    def _criterion(
        self, block: RowBlock, chunk: Mapping[str, Any], i: int, criterion: str, batch: Batch
    ) -> None:
        noted = f"score of {criterion!r}"
        if batch.layout.criteria == "columns" and not batch.layout.chosen:
            values = floats(chunk[f"score.{i}"])
            unread = int(np.isnan(values).sum()) - chunk[f"score.{i}"].null_count
            if unread and not self._json_nan(batch, criterion, unread):
                self._no_criteria.add(criterion)  # a column of text
                self.criteria.pop(criterion, None)
                return
            if batch.table or chunk[f"score.{i}"].null_count < len(values):
                self.criteria.setdefault(criterion)  # null everywhere: nothing says it is one
            block.criteria["score", criterion] = self._reading.within(values, noted, batch)
            return
        block.criteria["score", criterion] = self._reading.numbers(
            chunk[f"score.{i}"], noted, batch
        )
        if f"status.{i}" not in chunk:
            return
        of = f"contribution of {criterion!r}"
        column = self._reading.numbers(chunk[f"contribution.{i}"], of, batch)
        block.criteria["contribution", criterion] = column
        status = self._reading.statuses(chunk[f"status.{i}"], f"status of {criterion!r}", batch)
        block.criteria["status", criterion] = status
        weights = floats(chunk[f"weight.{i}"])
        weights = weights[np.abs(weights) <= LARGEST]
        if len(weights):
            low, high = self.weights.get(criterion, (np.inf, -np.inf))
            self.weights[criterion] = (
                min(low, float(weights.min())),
                max(high, float(weights.max())),
            )

    def _has_text(self, batch: Batch, tokens: ColumnArray) -> bool:
        """Whether a row without a length in tokens has a completion, as far as is known."""
        if batch.table:
            return True
        fragments = sql.Fragments()
        there = sql.first([fragments.at(path) for path in batch.layout.places("completion")])
        query = fragments.select({"there": f"{there} IS NOT NULL"})
        found = self._db.table(f"SELECT there FROM ({query}) ORDER BY i")  # noqa: S608
        return bool((whole(found["there"]).to_numpy(zero_copy_only=False) & ~tokens).any())

    def _json_nan(self, batch: Batch, column: str, unread: int) -> bool:
        """Whether what is not a number in a column is NaN or infinite everywhere, not text."""
        fragment = sql.Fragments()
        piece = fragment.at((column,))
        query = fragment.select({"f": piece})
        special = "('NaN', 'Infinity', '-Infinity', 'nan', 'inf', '-inf')"
        count = f"SELECT count(*) FROM ({query}) WHERE f IN {special}"  # noqa: S608
        (found,) = self._db.rows(count)[0]
        return bool(found == unread)

    def check_strata(self, by: Sequence[str]) -> None:
        """Refuse columns that tell no rows apart.

        Raises:
            ConfigError: one has too many values.
        """
        for column in by:
            if self.strata[column].overflow:
                raise ConfigError(
                    f"--by {in_line(column)}: has more than {NAMES} different values, "
                    "so it tells no "
                    "kinds of rows apart"
                )


def _is_adjustment(key: str) -> bool:
    """Whether a term is what a composer adds or takes: no criterion's key begins like that."""
    return key.rpartition("/")[2].startswith("(")
