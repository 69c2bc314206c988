"""What a log reader is: the spec that offers it, what it is shown of a file, what it gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from assay.errors import PluginError
from assay.model import EMPTY
from assay.printable import brief

LogForm: TypeAlias = Literal["jsonl", "parquet", "other"]
"""``jsonl``: its first line that is not blank is a JSON object; also inside of gzip."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TARGET = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


@dataclass(frozen=True, slots=True)
class LogReaderSpec:
    """One reader of logs, offered under a name. Cheap to make: `target` is imported on first use.

    Raises:
        PluginError: a name or target that is not allowed.
    """

    name: str
    """For ``--reader``: lower case, digits, underscores."""
    summary: str
    """One line: what writes the files that it reads."""
    target: str
    """``package.module:object``, a `LogReader`."""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or _NAME.fullmatch(self.name) is None:
            raise PluginError(f"log reader name {brief(self.name)} must be a lower-case word")
        if not isinstance(self.target, str) or _TARGET.fullmatch(self.target) is None:
            raise PluginError(
                f"log reader {self.name!r}: target {brief(self.target)} "
                "is not 'package.module:object'"
            )


@dataclass(frozen=True, slots=True)
class LogHead:
    """The beginning of a file, for readers to know their own by."""

    path: str
    form: LogForm
    columns: tuple[str, ...] = ()
    """Of a Parquet file; of JSONL, the keys of its first rows, in order."""
    types: Mapping[str, str] = field(default=EMPTY, hash=False)
    """Column of a Parquet file -> its Arrow type as text."""
    rows: tuple[Mapping[str, Any], ...] = ()
    """The first rows of JSONL, a few; none of other files."""
    start: bytes = b""
    """The first bytes, unpacked where the file is gzip; at most 64 KB."""


class LogReader(Protocol):
    """What a spec's target is. One object reads many files.

    One that can say where the fields stand has, instead of `rows`, a method ``layout(head) ->
    assay.audit.logs.layout.Layout``: its files are then read by DuckDB.
    """

    def claims(self, head: LogHead) -> int:
        """How sure it is that the file is one of its own.

        Args:
            head: The file's beginning.

        Returns:
            The number of marks (columns, magic bytes) by which it knows the file; 0: not its own.
            Of several readers the one with most marks reads the file; among equals a plugin's
            goes before Assay's own.
        """
        ...

    def rows(self, path: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Each row of the file, as `assay verify` would write it.

        Called again when whole rows are asked for, so it must yield the same rows in the same
        order. ``reward``, ``terms`` or ``scores``, ``prompt_id``, ``completion`` ... as in
        ``docs/reference/logs.md``; what it does not know it leaves out. Model text and logs are a
        stranger's: no pickle, no eval.

        Yields:
            The line or number of the row in the file, from 1, as people are shown it; and the row.

        Raises:
            RolloutsError: the file cannot be read further; what was yielded before counts.
            ValueError: as above, for whatever is wrong with the file.
        """
        ...
