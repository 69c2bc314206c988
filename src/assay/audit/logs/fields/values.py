"""What the database found as columns of a frame; what cannot be read as such is reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from assay.audit.frame import LARGEST, Codes
from assay.audit.logs.batch import Batch
from assay.audit.logs.fields import sql
from assay.audit.logs.fields.labels import NOT_SAID, label_of
from assay.audit.logs.gather import ColumnArray, RowBlock
from assay.audit.logs.problems import Problems
from assay.errors import RolloutsError
from assay.printable import in_line

NAMES = 1000
"""A column with more different values than this tells no rows apart."""

BEYOND = f"a number beyond {LARGEST:g}"
"""What is said of one that a frame does not hold."""

CUT_OFF = frozenset({"length", "max_tokens", "model_length", "max_output_tokens", "max_length"})
"""Finish reasons of a completion that was cut off."""


@dataclass
class NumberedValues:
    """Values of a column, numbered."""

    codes: dict[str, int] = field(default_factory=dict)
    overflow: bool = False

    def column(self, values: pa.Array) -> ColumnArray:
        """Codes of the values; -1 for null and for what there is no room for."""
        coded = values.dictionary_encode()
        table = [self._code(v) for v in coded.dictionary.to_pylist()]
        places = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        lookup = np.array([*table, -1], np.int64)
        found: ColumnArray = lookup[places]
        return found

    def _code(self, value: str) -> int:
        code = self.codes.get(value)
        if code is None:
            if len(self.codes) >= NAMES:
                self.overflow = True
                return -1
            code = self.codes[value] = len(self.codes)
        return code


UNREADABLE_NUMBER = "no finite number (text, perhaps), so it counts as missing"


class ColumnReader:
    """Reads columns whose values may be of the wrong kind.

    Args:
        files: Of the log, as `Batch.file` counts them.
        problems: Where values of the wrong kind are reported, with the place of the first.
    """

    def __init__(self, files: Sequence[str], problems: Problems) -> None:
        self._files = files
        self._problems = problems

    def numbers(self, values: pa.Array, what: str, batch: Batch) -> ColumnArray:
        """Doubles; what is there and no number of a frame's is reported and taken as not there."""
        column = floats(values)
        bad = ~np.isfinite(column)
        if int(bad.sum()) > values.null_count:
            bad &= values.is_valid().to_numpy(zero_copy_only=False)
            self._not_there(bad, f"{what}: {UNREADABLE_NUMBER}", batch)
        return self.within(column, what, batch)

    def within(self, column: ColumnArray, what: str, batch: Batch) -> ColumnArray:
        """The numbers of a frame's; one beyond them is reported and taken as not there."""
        self._not_there(_beyond(column), f"{what}: {BEYOND}", batch)
        return _within(column)

    def turns(self, chunk: Mapping[str, Any], n: int, batch: Batch) -> None:
        """Tell of turns' rewards that are not numbers of a frame's."""
        owner = np.repeat(np.arange(n), _turn_counts(chunk))
        bad = np.isin(np.arange(n), owner[_beyond(floats(chunk["turns"].flatten()))])
        self._not_there(bad, f"turns_reward: {BEYOND}", batch)

    def _not_there(self, bad: ColumnArray, what: str, batch: Batch) -> None:
        if bad.any():
            place = self.place(batch, int(np.flatnonzero(bad)[0]))
            self._problems.add(what, place, int(bad.sum()))

    def statuses(self, values: pa.Array, what: str, batch: Batch) -> ColumnArray:
        """Numbers of statuses; -1 where none is said, or none that Assay knows (reported)."""
        column: ColumnArray = values.to_numpy(zero_copy_only=False).astype(np.int8)
        unknown = column == sql.UNKNOWN
        if unknown.any():
            place = self.place(batch, int(np.flatnonzero(unknown)[0]))
            self._problems.add(f"{what}: none that Assay knows", place, int(unknown.sum()))
            column[unknown] = -1
        return column

    def labels(self, values: pa.Array, batch: Batch) -> ColumnArray:
        """1 right, 0 wrong, NaN where the label says neither; what it says then is reported.

        Raises:
            RolloutsError: it says neither, in a column that the user named.
        """
        coded = values.dictionary_encode()
        noted = coded.dictionary.to_pylist()
        table = np.array([*(label_of(v) for v in noted), np.nan])
        places = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        column: ColumnArray = table[places]
        unread = column == NOT_SAID
        if unread.any():
            i = int(np.flatnonzero(unread)[0])
            place, value = self.place(batch, i), noted[places[i]]
            if batch.layout.strict_label:
                raise RolloutsError(
                    f"{in_line(place)}: the label is {value:.60}, which says neither "
                    "right nor wrong"
                    "\nfix: true or false, 1 or 0, 'correct' or 'incorrect'; null where unknown"
                )
            self._problems.add(
                "label: neither right nor wrong", f"{place} {value:.60}", int(unread.sum())
            )
            column = np.where(unread, np.nan, column)
        return column

    def place(self, batch: Batch, i: int) -> str:
        """The row's file and line."""
        return f"{self._files[batch.file[i]]}:{batch.line[i]}"


def whole(column: pa.ChunkedArray) -> pa.Array:
    """The column in one piece."""
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def floats(values: pa.Array) -> ColumnArray:
    """Doubles; NaN for null."""
    column: ColumnArray = np.array(values.to_numpy(zero_copy_only=False), float)
    return column


def _beyond(column: ColumnArray) -> ColumnArray:
    found: ColumnArray = np.isfinite(column) & (np.abs(column) > LARGEST)
    return found


def _within(column: ColumnArray) -> ColumnArray:
    """NaN for what is not a number of a frame's."""
    found: ColumnArray = np.where(np.abs(column) <= LARGEST, column, np.nan)
    return found


def truncated(reasons: pa.Array, flags: pa.Array) -> ColumnArray:
    """1 cut off, 0 not, -1 not said: by the flag, else by the finish reason."""
    coded = reasons.dictionary_encode()
    table = [int(v in CUT_OFF) for v in coded.dictionary.to_pylist()]
    lookup = np.array([*table, -1], np.int8)
    column: ColumnArray = lookup[coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)]
    flagged = flags.dictionary_encode()
    known = {"true": 1, "false": 0, "1": 1, "0": 0}
    lookup = np.array([*(known.get(v, -1) for v in flagged.dictionary.to_pylist()), -1], np.int8)
    said = lookup[flagged.indices.fill_null(-1).to_numpy(zero_copy_only=False)]
    result: ColumnArray = np.where(said >= 0, said, column)
    return result


def row_sums(scores: Sequence[ColumnArray], n: int) -> ColumnArray:
    """(n,) sums of what is there; NaN where nothing is."""
    if not scores:
        return np.full(n, np.nan)
    stacked = np.stack(scores)
    there = np.isfinite(stacked)
    total: ColumnArray = np.where(there, stacked, 0.0).sum(axis=0)
    return _within(np.where(there.any(axis=0), total, np.nan))


def _turn_counts(chunk: Mapping[str, Any]) -> Codes:
    counts: Codes = chunk["turns"].value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    return counts.astype(np.int64)


def add_turns(block: RowBlock, chunk: Mapping[str, Any], turns: Mapping[str, int]) -> None:
    """Rewards and scores of turns; `turns` tells how many turns of a criterion were looked for."""
    paid = chunk["turns"]
    counts = _turn_counts(chunk)
    block.turn_counts = counts
    block.turns[""] = _within(floats(paid.flatten()))
    inside = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    owner = np.repeat(np.arange(len(counts)), counts)
    for i, (criterion, count) in enumerate(turns.items()):
        dense = floats(chunk[f"turn.{i}"].flatten()).reshape(len(counts), count)
        values = np.full(len(owner), np.nan)
        judged = inside < count
        values[judged] = dense[owner[judged], inside[judged]]
        block.turns[criterion] = _within(values)
