"""Which reader a file gets: the one that knows it best, by the file's beginning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assay.arguments import of_kind
from assay.audit.logs.layout import SCORES, Layout, column_places
from assay.audit.logs.sources import parquet_files
from assay.audit.logs.sources.jsonl_files import LineFile
from assay.audit.logs.sources.log_file import LogFile
from assay.errors import ConfigError, nearest
from assay.plugins.log_readers import LogHead
from assay.printable import in_line, in_lines
from assay.rollouts.other_kinds import misread
from assay.rollouts.rows import parse_line

if TYPE_CHECKING:
    from assay.plugins.host import Host
    from assay.plugins.log_readers import LogReaderSpec
    from assay.plugins.registered import TargetOffer

OURS = ("assay", "assay.audit.logs")
"""Plugins of ours: a stranger's reader that is as sure goes before theirs."""


class Chooser:
    """Asks readers; files that begin alike share one layout.

    Args:
        columns: Field -> column, of the user's.
        strata: Fields to tell rows apart by.
        reader: Name of the reader for all files; None: by their content.
        host: Whose readers are asked; None: of those that are installed.

    Raises:
        ConfigError: no such reader.
    """

    def __init__(
        self,
        columns: Mapping[str, str],
        strata: Sequence[str],
        reader: str | None,
        host: Host | None,
    ) -> None:
        from assay.plugins.host import Host

        host = Host() if host is None else of_kind(host, Host, "host")
        self._columns, self._strata = columns, strata
        offers = dict(host.log_readers)
        if reader is not None:
            if reader not in offers:
                raise ConfigError(
                    f"--reader {in_line(reader)}: no reader is called that{nearest(reader, offers)}"
                    f"\nreaders: {', '.join(offers)}"
                )
            offers = {reader: offers[reader]}
        self._forced = reader is not None
        self._readers = [(offer, offer.load()) for offer in offers.values()]
        self._layouts: dict[Any, tuple[str, Any, Layout]] = {}

    def part(self, number: int, head: LogHead) -> LogFile | None:
        """The file with its reader; None where none knows it."""
        chosen = self._choose(head)
        if chosen is None:
            return None
        name, reader, layout = chosen
        part = LogFile(number, head.path, head.form, reader, layout, name)
        if not hasattr(reader, "layout"):
            part.form = "rows"
        elif head.form == "parquet":
            part.types = parquet_files.types(head.path)
        else:
            part.lines = LineFile(head.path)
        return part

    def _choose(self, head: LogHead) -> tuple[str, Any, Layout] | None:
        alike = (head.form, head.columns, tuple(head.types.items()))
        known = self._layouts.get(alike) if head.form == "parquet" else None
        if known is not None:
            return known
        best: tuple[int, bool, TargetOffer[LogReaderSpec], Any] | None = None
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
        wrong = misread(head.path, head.start, by_line=False)
        if wrong is not None:
            return wrong
        if head.start.lstrip()[:1] == b"[":
            return (
                f"{in_line(head.path)}: is one JSON list, must have one row on each line (JSONL)"
                "\nfix: jq -c '.[]' FILE.json > FILE.jsonl"
            )
        line = head.start.partition(b"\n")[0]
        if head.form == "other" and len(line) > 2 and line[:1] == b"{" and b"\n" in head.start:
            noted = parse_line(line, head.path, 1).error
            return f"{in_line(head.path)}:1: is not a row, nor are the lines after it: {noted}"
        if head.form == "other":
            return (
                f"{in_line(head.path)}: is not a log: neither JSONL nor Parquet, "
                "and no reader knows it"
                "\nfix: write one JSON object on each line (.jsonl), or Parquet"
            )
        columns = in_lines(head.columns[:20])
        if any(_holds_a_group(row) for row in head.rows):
            return (
                f"{in_line(head.path)}: has lists in its rows; a row must be one completion"
                f"\ncolumns: {columns}"
                "\nfix: a row for each entry of the lists, with the prompt (and the step) in each"
            )
        return (
            f"{in_line(head.path)}: has neither a reward nor scores, and no reader knows it"
            f"\ncolumns: {columns}"
            f"\nfix: name them, e.g. --map reward=COLUMN --map {SCORES}style=COLUMN; or score "
            "the rows first: assay verify FILE --rubric RUBRIC --out SCORED_FILE"
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
