"""The files of a log: each with its reader, and their rows in batches, in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.audit.logs.batch import Batch
from assay.audit.logs.problems import Problems
from assay.audit.logs.sources.choose import Chooser
from assay.audit.logs.sources.find_files import read_head
from assay.audit.logs.sources.log_file import LogFile
from assay.errors import RolloutsError

if TYPE_CHECKING:
    from assay.plugins.host import Host

BATCH_ROWS = 65_536
"""Rows of small files that are taken together."""

BATCH_BYTES = 32 * 1024 * 1024


@dataclass
class LogFiles:
    """The files of a log."""

    opened: dict[int, LogFile]
    problems: Problems
    columns: tuple[str, ...]
    """Of all files, as far as their beginnings tell."""
    seem_to_have_tokens: bool
    """Whether all rows of all files have their length in tokens, as far as that is reported."""

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
                if held and not batch.is_like(held[0]):
                    yield Batch.joined(held)
                    held, rows, size = [], 0, 0
                held.append(batch)
                rows, size = rows + batch.data.num_rows, size + batch.data.nbytes
                if rows >= BATCH_ROWS or size >= BATCH_BYTES:
                    yield Batch.joined(held)
                    held, rows, size = [], 0, 0
        if held:
            yield Batch.joined(held)


def open_parts(
    files: Sequence[str],
    found: frozenset[str],
    columns: Mapping[str, str],
    strata: Sequence[str],
    reader: str | None,
    host: Host | None,
    problems: Problems,
) -> LogFiles:
    """Each file with the reader that knows it best.

    Args:
        files: Of the log.
        found: Those of them that nobody named; one that no reader knows is reported and left out.
        columns: Field -> column, of the user's.
        strata: Fields to tell rows apart by.
        reader: Name of the reader for all files; None: by their content.
        host: Whose readers are asked.
        problems: Where files that are left out are reported.

    Raises:
        RolloutsError: a file that is never read, or that no reader knows.
        ConfigError: no such reader.
    """
    choose = Chooser(columns, strata, reader, host)
    opened: dict[int, LogFile] = {}
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
    return LogFiles(opened, problems, tuple(seen), tokens)
