"""`read_log`: from files to a frame, and whole rows again on demand."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from assay.arguments import is_number, many, of_kind
from assay.audit.frame import LARGEST, Frame, Stratum
from assay.audit.logs.fields.database import interrupts
from assay.audit.logs.fields.row_blocks import Extractor, NeedsCharacters
from assay.audit.logs.fields.values import NumberedValues
from assay.audit.logs.gather import RowBlock, RowGatherer, codes, turns_of
from assay.audit.logs.key_criterion import equals_reward, key_of
from assay.audit.logs.layout import ROW_FIELDS
from assay.audit.logs.linear import weighted_sum
from assay.audit.logs.named_columns import check_by, check_columns, check_fields, check_paths
from assay.audit.logs.problems import LogProblem, Problems
from assay.audit.logs.sources.find_files import find_files
from assay.audit.logs.sources.log_file import LogFile
from assay.audit.logs.sources.log_files import LogFiles, open_parts
from assay.errors import ConfigError, RolloutsError
from assay.model import EMPTY
from assay.printable import brief, in_line
from assay.rubrics import BoundRubric

if TYPE_CHECKING:
    from assay.audit.logs.gather import ColumnArray
    from assay.plugins.host import Host

MAX_ROWS = 1_000_000
"""Rows of a frame; of a larger log it holds a sample of whole groups."""

AUTO_STRATA = ("model", "data_source")
"""Columns that tell kinds of rows apart, where a log has them."""


@dataclass
class Log:
    """A log that was read. Close it, or use it in a ``with``."""

    frame: Frame
    problems: tuple[LogProblem, ...]
    """What could not be read, with places; lines that are not rows are in no frame."""
    unreadable: int
    """Lines and rows that could not be read at all, of the whole log."""
    reader: str
    """Name of the reader; several, joined by commas, where files differ."""
    solved: bool = False
    """`Frame.weights` were not reported by the log, but solved from its rewards."""
    key_guessed: bool = False
    """Nobody named the key: it is the one criterion that equals the reward."""
    guesses: tuple[str, ...] = ()
    """What was taken for what, where the log does not say; one sentence each."""
    _parts: Mapping[int, LogFile] = field(default_factory=dict, repr=False)
    _at: ColumnArray | None = field(default=None, repr=False)

    def rows(self, indices: Sequence[int]) -> list[dict[str, Any]]:
        """Whole rows: text, verdicts and every column, in the order asked for.

        Read from the files, by offset where they are plain JSONL; so a few thousand at a time.
        Fields that stand under other names in the log are there under Assay's names too.

        Args:
            indices: Rows of the frame.

        Raises:
            IndexError: no such row.
            RolloutsError: a file has changed since the log was read, or is gone.
        """
        at = self._at
        if at is None:
            raise ValueError("the log is closed")
        wanted: dict[int, list[int]] = {}
        for i in many(indices, "indices", "a list of numbers of rows"):
            if not isinstance(i, int | np.integer) or isinstance(i, bool):
                raise ConfigError(f"indices has {brief(i)}; wanted the numbers of rows")
            if not 0 <= i < self.frame.n:
                raise IndexError(f"the frame has {self.frame.n} rows, not row {i}")
            wanted.setdefault(int(self.frame.file[i]), []).append(int(i))
        found: dict[int, dict[str, Any]] = {}
        for number, rows in wanted.items():
            once = sorted(set(rows), key=lambda i: int(at[i]))
            got = self._parts[number].rows([int(at[i]) for i in once])
            for i, row in zip(once, got, strict=True):
                found[i] = row
        return [found[int(i)] for i in indices]

    def close(self) -> None:
        """Let go of what was kept for `rows`. Idempotent; the frame stays."""
        self._parts, self._at = {}, None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def read_log(
    paths: Sequence[str | os.PathLike[str]] | str | os.PathLike[str],
    *,
    columns: Mapping[str, str] = EMPTY,
    key: str | None = None,
    rubric: BoundRubric | None = None,
    by: Sequence[str] = (),
    max_rows: int = MAX_ROWS,
    reader: str | None = None,
    host: Host | None = None,
) -> Log:
    """A log as columns.

    Memory does not grow with the log: rows beyond `max_rows` are counted (`Frame.totals`) and
    left out by whole groups, chosen by a hash of the group. Same files, same frame.

    Args:
        paths: Files, globs, directories: JSONL, gzip, Parquet, and what `docs/reference/logs.md`
            lists.
        columns: Field -> column, where the log's name differs: ``reward=score``,
            ``scores.style=style_reward`` (a criterion; then no others are looked for).
        key: The key criterion; by default the rubric's, else the first of a log that Assay wrote.
        rubric: Gives the order of criteria, and the key.
        by: Columns to tell rows apart by, besides ``model`` and ``data_source``.
        max_rows: At least 1.
        reader: Name of the reader, where the files' content does not decide.
        host: Whose readers are asked; by default those that are installed.

    Raises:
        RolloutsError: no such file, a file that is never read (pickle), no reader knows it, no
            row could be read.
        ConfigError: a field, a column or a criterion that is none.
    """
    if not isinstance(max_rows, int) or not is_number(max_rows) or max_rows < 1:
        raise ConfigError(f"max_rows is {brief(max_rows)}, must be a whole number of at least 1")
    check_fields(columns)
    by = [by] if isinstance(by, str) else list(many(by, "by", "a list of columns"))
    for i, name in enumerate(by):
        of_kind(name, str, f"by[{i}]", "a column's name")
    for name, given in (("key", key), ("reader", reader)):
        if given is not None:
            of_kind(given, str, name)
    if rubric is not None:
        of_kind(
            rubric, BoundRubric, "rubric", "load_rubric('math').bind(assay.plugins.host.Host())"
        )
    strata = list(dict.fromkeys([*AUTO_STRATA, *by]))
    files, found = find_files(paths)
    problems = Problems()
    parts = open_parts(files, found, columns, strata, reader, host, problems)
    before = deepcopy(problems)
    tokens = parts.seem_to_have_tokens
    while True:  # twice, where lengths in tokens turn out to be missing in some rows
        gathered = RowGatherer(max_rows)
        extractor = Extractor(files, strata, problems, characters=not tokens)
        try:
            with interrupts():
                for batch in parts.batches(tokens):
                    block = extractor.block(batch)
                    if block is not None:
                        gathered.add(block)
            break
        except NeedsCharacters:
            problems.restore(before)
            tokens = False
        finally:
            extractor.close()
    block = gathered.block()
    if block is None:
        raise RolloutsError(_nothing(files, problems))
    known = {**dict.fromkeys(parts.columns), **extractor.columns}
    check_columns(columns, known)
    unread = {*ROW_FIELDS, "completion"} if tokens else {*ROW_FIELDS}
    check_paths({n: c for n, c in columns.items() if n not in unread}, extractor, block, parts)
    check_by(by, extractor, known)
    frame = _frame(files, block, gathered, extractor, rubric, key, own=parts.own)
    frame, solved = _weighed(frame, parts.own)
    guessed = None
    if frame.key is None and rubric is None:
        guessed = equals_reward(frame)
        if guessed is not None:
            frame = replace(frame, key=guessed)
    return Log(
        frame,
        problems.all(),
        problems.unreadable,
        ", ".join(parts.readers),
        solved,
        guessed is not None,
        _taken(parts, frame, extractor.columns),
        parts.opened,
        block.columns["at"],
    )


def _nothing(files: Sequence[str], problems: Problems) -> str:
    where = in_line(files[0])
    if len(files) > 1:
        where += f" and {len(files) - 1} more"
    noted = problems.all()
    if not noted:
        return f"{where}: holds no rows"
    return f"{where}: no row could be read\n" + "\n".join(str(p) for p in noted[:5])


def _frame(
    files: Sequence[str],
    block: RowBlock,
    gathered: RowGatherer,
    extractor: Extractor,
    rubric: BoundRubric | None,
    key: str | None,
    own: bool,
) -> Frame:
    criteria = _ordered(extractor.criteria, rubric)
    n = len(block)
    tokens = extractor.without_tokens == 0 and bool(np.isfinite(block.columns["n_tokens"]).any())
    truncated = block.columns["truncated"]
    return Frame(
        criteria=tuple(criteria),
        key=key_of(key, rubric, criteria, own),
        reward=block.columns["reward"],
        scores=_matrix(block, "score", criteria, n, np.nan),
        contributions=_matrix(block, "contribution", criteria, n, np.nan),
        statuses=_matrix(block, "status", criteria, n, np.int8(-1)),
        row_status=block.columns["row_status"],
        group=codes(block.columns["group"]),
        prompt=codes(block.columns["prompt"]),
        step=block.columns["step"],
        label=block.columns["label"],
        length=block.columns["n_tokens" if tokens else "n_chars"],
        file=block.columns["file"],
        line=block.columns["line"],
        files=tuple(files),
        length_unit="tokens" if tokens else "characters",
        truncated=truncated if (truncated >= 0).any() else None,
        signature=_stratum(extractor.signatures, block.columns["signature"]),
        strata={
            name: stratum
            for name, names in extractor.strata.items()
            if not names.overflow
            and (stratum := _stratum(names, block.columns[f"stratum.{name}"])) is not None
        },
        weights={
            c: extractor.weights[c][0]
            for c in criteria
            if c in extractor.weights and extractor.weights[c][0] == extractor.weights[c][1]
        },
        turns=turns_of(block),
        total=gathered.total,
        rubric=", ".join(extractor.rubrics.codes),
        totals=gathered.totals(criteria),
    )


def _taken(parts: LogFiles, frame: Frame, columns: Mapping[str, Any]) -> tuple[str, ...]:
    """What readers took for what. Of Assay's own logs nothing is taken."""
    noted: dict[str, None] = {}
    for part in parts.opened.values():
        layout = part.layout
        if layout.own or part.reader_name in ("assay", "ledger"):
            continue
        guess = getattr(part.reader, "guess", "")
        if guess:
            noted[f"{part.reader_name}: {guess}"] = None
        elif layout.total:
            noted[f"{part.reader_name}: the reward is the sum of the criteria"] = None
        elif layout.added:
            paid = " + ".join(
                f"`{name}`" for name in (layout.places("reward")[0][0], *layout.added)
            )
            noted[f"{part.reader_name}: the reward is {paid}"] = None
        elif not frame.criteria and hasattr(part.reader, "layout"):
            places = [path for path in layout.places("reward") if path[0] in columns]
            if places:
                name = ".".join(places[0])
                noted[f"no criterion was found; the reward is the column `{name}`"] = None
    return tuple(noted)


def _weighed(frame: Frame, own: bool) -> tuple[Frame, bool]:
    """With contributions, where others' log does not tell them but its rewards are a sum."""
    if own or np.isfinite(frame.contributions).any():
        return frame, False
    found = weighted_sum(frame.reward, frame.scores)
    if found is None:
        return frame, False
    known = np.isfinite(found.weights)
    noted = {c: float(w) for c, w in zip(frame.criteria, found.weights, strict=True) if w == w}
    # one that never varies adds the same to every row: it is in the constant
    contributions = frame.scores * np.where(known, found.weights, 0.0)
    if (np.abs(contributions) > LARGEST).any():
        return frame, False
    made = replace(frame, contributions=contributions, weights=noted, constant=found.constant)
    return made, True


def _matrix(block: RowBlock, what: str, criteria: Sequence[str], n: int, fill: Any) -> Any:
    missing = np.full(n, fill)
    found = [block.criteria.get((what, c), missing) for c in criteria]
    return np.stack(found, axis=1) if found else np.empty((n, 0), missing.dtype)


def _stratum(names: NumberedValues, column: ColumnArray) -> Stratum | None:
    return Stratum(tuple(names.codes), column) if names.codes else None


def _ordered(criteria: Mapping[str, None], rubric: BoundRubric | None) -> list[str]:
    """The rubric's order, then the log's."""
    first = [] if rubric is None else [c for c in rubric.rubric.leaves() if c in criteria]
    return [*first, *(c for c in criteria if c not in first)]
