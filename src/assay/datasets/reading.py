"""Rows of a data set as samples: from files, and from what is in memory."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from assay.datasets.registry import are_ours, named, recognised
from assay.datasets.shape import Shape
from assay.errors import ConfigError, RolloutsError, SampleError
from assay.model import EMPTY, Sample
from assay.printable import in_line
from assay.rollouts.columns import is_scored, without_rewards
from assay.rollouts.mapped import with_columns
from assay.rollouts.rows import Row, read_rows
from assay.rollouts.sources import find_sources

LOOKED_AT = 32
"""Rows from which a format is recognised."""

RowSource: TypeAlias = str | os.PathLike[str] | Iterable[Any]
"""Files or globs; or rows: dicts, a `datasets.Dataset`, a data frame, an Arrow table."""


@dataclass(frozen=True, slots=True)
class ShapedRow(Row):
    """A row that is read as its format says; `data` stays as it stands in the file."""

    shape: Shape | None = None

    def translated(
        self, columns: Mapping[str, str] = EMPTY, keep: Iterable[str] = ()
    ) -> dict[str, Any]:
        """The row under the names of `Sample`'s fields, with the columns of `keep` as they are.

        Raises:
            SampleError: it does not hold what its format says.
        """
        data = self.data or {}
        if is_scored(data):
            data = without_rewards(data)
        return dict(data) if self.shape is None else self.shape.translate(data, columns, keep)

    def sample(self, columns: Mapping[str, str] = EMPTY) -> Sample | SampleError:
        """The sample, or why there is none."""
        if self.data is None or self.shape is None or self.made is not None:
            return Row.sample(self, columns)
        try:
            return Sample.from_row(self.translated(columns))
        except SampleError as err:
            return err


def looked_ahead(rows: Iterator[Row]) -> tuple[list[Row], Iterator[Row]]:
    """The first rows, and all of them again.

    No more than one where that one is under our own names: whoever writes rows into a pipe one by
    one may wait for the reward of each. A file that cannot be read further fails where it did, once
    the rows before have been given.
    """
    ahead: list[Row] = []
    rest: Iterator[Row] = rows
    try:
        for row in itertools.islice(rows, LOOKED_AT):
            ahead.append(row)
            if len(ahead) == 1 and row.data is not None and are_ours([row.data]):
                break
    except RolloutsError as err:
        rest = _failing(err)
    return ahead, itertools.chain(ahead, rest)


def _failing(err: RolloutsError) -> Iterator[Row]:
    raise err
    yield  # a generator: it fails when it is asked


def shaped(
    rows: Iterator[Row], name: str | None, columns: Mapping[str, str] = EMPTY
) -> tuple[Iterator[Row], Shape | None]:
    """The same rows, read in a format; and that format.

    Args:
        rows: Read as they are asked for, the first `LOOKED_AT` of them at once.
        name: Of a format or a data set; None: recognised from the columns, or none. Rows whose
            reference or tests `columns` names are not looked at: the user has said where they are.
        columns: Field of `Sample` -> column, which goes before what the format says.

    Raises:
        ConfigError: no such format; or the columns fit several.
    """
    if name is not None:
        shape = named(name)
    elif {"reference", "tests"} & columns.keys():
        return rows, None
    else:
        ahead, rows = looked_ahead(rows)
        known = [row for row in ahead if row.data is not None]
        data = [without_rewards(row.data) for row in known if row.data is not None]
        shape = recognised(data, known[0].file if known else "the rows")
    if shape is None:
        return rows, None
    fields = ((r.file, r.line, r.data, r.error, r.size_bytes) for r in rows)
    return (ShapedRow(*given, shape=shape) for given in fields), shape


def rows(
    name: str | None, source: RowSource, *, columns: Mapping[str, str] = EMPTY
) -> Iterator[Sample | SampleError]:
    r"""The rows of a data set as samples, in order; nothing is ever downloaded.

    A row of a data set has no completion: the sample's is empty, to be filled by
    ``dataclasses.replace(sample, completion=...)``. Rows of logs bring theirs.

    Args:
        name: Of a format (``assay formats`` lists them) or of a data set that has it, such as
            ``"gsm8k"``; ``"assay"``: rows under our own names; None: recognised from the columns.
        source: Files (JSONL, a list in JSON, CSV, also packed; Parquet), globs, or a list of
            them; or rows in memory.
        columns: Field of `Sample` -> column, which goes before what the format says.

    Yields:
        A sample, or the `SampleError` of a row that is malformed: which row, which column, what it
        holds and what was wanted. `Engine.verify_batch` takes both.

    Raises:
        ConfigError: no such format; or the columns fit several.
        RolloutsError: a file that cannot be read.

    >>> row = {"question": "Two and two?", "answer": "2 + 2 = 4\n#### 4"}
    >>> [sample.reference for sample in rows(None, [row])]
    ['4']
    """
    found, _ = shaped(_read(source, columns), name, columns)
    for row in found:
        yield _placed(task(row, columns), row)


def task(row: Row, columns: Mapping[str, str] = EMPTY) -> Sample | SampleError:
    """The sample of a row; where the row has no completion, with an empty one."""
    if row.data is None:
        return row.sample(columns)
    try:
        if isinstance(row, ShapedRow):
            data, others = row.translated(columns), dict[str, str]()
        else:
            data, others = dict(row.data), dict(columns)
        if "completion" not in others:
            data.setdefault("completion", "")
        return Sample.from_row(data, others)
    except SampleError as err:
        return err


def _placed(sample: Sample | SampleError, row: Row) -> Sample | SampleError:
    """An error with the row's place."""
    if isinstance(sample, Sample):
        return sample
    first, _, rest = str(sample).partition("\n")
    return SampleError(f"{in_line(row.place)}: {first}" + (f"\n{rest}" if rest else ""))


def _read(source: RowSource, columns: Mapping[str, str]) -> Iterator[Row]:
    files = _files(source)
    if files is not None:
        return with_columns(read_rows(find_sources(files)), columns)
    return with_columns(_in_memory(source), columns)


def _files(source: Any) -> list[str] | None:
    """The names of files, where that is what `source` is."""
    if isinstance(source, str | os.PathLike):
        return [os.fspath(source)]
    several = isinstance(source, list | tuple) and len(source) > 0
    if several and all(isinstance(one, str | os.PathLike) for one in source):
        return [os.fspath(one) for one in source]
    return None


def _in_memory(source: Any) -> Iterator[Row]:
    if isinstance(source, Mapping):
        raise ConfigError(
            f"rows: got one {type(source).__name__}; wanted a list of rows"
            "\nfix: [row]; of a `datasets.DatasetDict`, one split: data['train']"
        )
    for method in ("to_pylist", "iterrows"):  # an Arrow table; a data frame
        if hasattr(source, method):
            made = getattr(source, method)()
            source = made if method == "to_pylist" else (row.to_dict() for _, row in made)
            break
    if not isinstance(source, Iterable):
        raise ConfigError(
            f"rows: got {type(source).__name__}; wanted files, or rows: dicts, a datasets.Dataset, "
            "a data frame or an Arrow table"
        )
    for number, row in enumerate(source, 1):
        if isinstance(row, Mapping):
            yield Row("row", number, dict(row))
        else:
            kind = type(row).__name__
            yield Row("row", number, None, f"a row is a {kind}; wanted a dict of columns")
