"""Rows out of files: JSONL, JSON, CSV and Parquet. A bad row is a row with an error.

``NaN`` and ``Infinity`` are not JSON, but Python writes them, so they are read as what they say;
on the way out they become null. A field that must be finite refuses them by its own error.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader
from typing import IO, Any

from assay.errors import RolloutsError, SampleError
from assay.model import EMPTY, Sample
from assay.printable import in_line
from assay.rollouts.columns import is_scored, without_rewards
from assay.rollouts.json_and_csv import TO_UTF8, ending, read_csv, read_json
from assay.rollouts.other_kinds import misread
from assay.rollouts.so_far import ReadSoFar
from assay.rollouts.sources import Source, is_gzip, is_parquet

DEPTH = 200
"""Deepest nesting of lists and objects in a row; a deeper one is malformed."""

LINE_BYTES = 128 * 1024 * 1024
"""A line longer than this is not a row; protects against a file without line ends."""

PIECE_BYTES = 1024 * 1024
"""What is read at once of a long line."""

HEAD_BYTES = 4096
"""Of a file, looked at to tell what it is."""

IDLE_BYTES = 1024 * 1024 * 1024
IDLE_LINES = 1_000_000
"""So much of a file without a row in it, and it is given up: a few seconds of reading, packed or
not."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an input, or what is wrong with it: exactly one of `data`, `error` is None."""

    file: str
    line: int
    """From 1: the line in a JSONL or CSV file (blank lines count), the row in Parquet and JSON."""
    data: dict[str, Any] | None
    error: str | None = None
    size_bytes: int = 0
    """Length of the line; 0 where not known."""
    made: Sample | SampleError | None = None
    """What `sample` gives, where that is known already: it stands beside its group."""

    @property
    def place(self) -> str:
        """``file:line``, on one line whatever the file is called."""
        return f"{in_line(self.file)}:{self.line}"

    def sample(self, columns: Mapping[str, str] = EMPTY) -> Sample | SampleError:
        """The sample, or why there is none.

        The columns that Assay itself added to a row in an earlier run are left out.
        """
        if self.made is not None:
            return self.made
        if self.data is None:
            return SampleError(self.error or "")
        data = without_rewards(self.data) if is_scored(self.data) else self.data
        try:
            return Sample.from_row(data, columns)
        except SampleError as err:
            return err


def read_rows(
    sources: Iterable[Source], so_far: ReadSoFar | None = None
) -> Generator[Row, None, None]:
    """Every row of every source, in order, read as it is asked for.

    Who may stop before the end closes it, and with it the file that is open.

    Args:
        sources: In their order.
        so_far: Notes how far reading is, if somebody wants to know.

    Raises:
        RolloutsError: a file that cannot be read further (a truncated gzip, a broken disk), or
            that holds no rows in UTF-8; names the file and the row. What came before it has been
            yielded.
    """
    for source in sources:
        file = source.open()
        try:
            yield from _read(source, file, so_far)
        finally:
            file.close()


def _read(source: Source, file: BufferedReader, so_far: ReadSoFar | None) -> Iterator[Row]:
    try:
        head = file.peek(4)[:4]
    except OSError as err:
        raise RolloutsError(f"{in_line(source.name)}: {err.strerror or err}") from err
    if so_far is not None:
        so_far.begin(file, head)
    if is_parquet(head):
        from assay.rollouts.parquet import read_parquet

        for number, row in enumerate(read_parquet(file, source.name), 1):
            yield Row(source.name, number, row)
    elif is_gzip(head):
        with gzip.open(file, "rb") as unpacked:
            yield from _text(source.name, BufferedReader(unpacked))
    elif source.name.lower().endswith(".parquet") and not head.lstrip().startswith(b"{"):
        raise RolloutsError(
            f"{in_line(source.name)}: is named as Parquet, but does not begin as a "
            "Parquet file does"
            "\nfix: make or fetch it again; rows as text are JSONL, in a file named so"
        )
    else:
        yield from _text(source.name, file)


def _text(name: str, file: BufferedReader) -> Iterator[Row]:
    """By the name's ending; a name says nothing of what is in ``.json``, where lines are usual."""
    end = ending(name)
    head = _head(name, file)
    if end == ".json" and not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
        end = ""
    other = misread(name, head, by_line=not end)
    if other is not None:
        raise RolloutsError(other)
    if not end:
        yield from _lines(name, file)
        return
    try:
        if end == ".json":
            for number, value in read_json(file, name):
                yield checked(value, name, number)
        else:
            for number, cells in read_csv(file, name):
                wrong = isinstance(cells, str)
                yield Row(name, number, None if wrong else cells, cells if wrong else None)  # type: ignore[arg-type]
    except (OSError, EOFError, zlib.error) as err:
        if isinstance(err, RolloutsError):
            raise
        raise RolloutsError(f"{in_line(name)}: cannot be read further: {err}") from err


def _head(name: str, file: BufferedReader) -> bytes:
    try:
        return file.peek(HEAD_BYTES)[:HEAD_BYTES]
    except (OSError, EOFError, zlib.error) as err:
        raise RolloutsError(f"{in_line(name)}:1: cannot be read further: {_broken(err)}") from err


def _broken(err: Exception) -> str:
    """What is wrong with a file that breaks off, and what that means for its rows."""
    what = getattr(err, "strerror", None) or str(err)
    if "CRC" in what:  # known only at the end: what was damaged may have been read as a row
        what += "; the file is damaged, so rows that were read from it may be wrong"
    if isinstance(err, EOFError):
        what += "\nfix: the file is cut off: make or fetch it again"
    return what


A_ROW = 'each row is one JSON object, as {"completion": "...", "reference": "..."}'
"""How rows are written, for those that are not."""


def _lines(name: str, file: IO[bytes]) -> Iterator[Row]:
    number = 0
    idle_bytes = idle_lines = 0
    while True:
        try:
            line, size = _next_line(file)
        except (OSError, EOFError, zlib.error) as err:
            raise RolloutsError(
                f"{in_line(name)}:{number + 1}: cannot be read further: {_broken(err)}"
            ) from err
        number += 1
        if not size:
            return
        if number == 1 and line.startswith(b"\xef\xbb\xbf"):
            line = line[3:]
        if size > LINE_BYTES and not line.isspace():
            yield Row(name, number, None, f"longer than {LINE_BYTES} bytes")
        elif not line.isspace():
            idle_bytes = idle_lines = 0
            yield parse_line(line, name, number)
            continue
        idle_bytes, idle_lines = idle_bytes + size, idle_lines + 1
        if idle_bytes > IDLE_BYTES or idle_lines > IDLE_LINES:
            raise RolloutsError(
                f"{in_line(name)}:{number}: cannot be read further: no row in the last "
                f"{idle_bytes:,} bytes, {idle_lines:,} line{'s' if idle_lines > 1 else ''}"
                "\nfix: it is not a file of rows, or it is damaged: make it anew"
            )


def _next_line(file: IO[bytes]) -> tuple[bytes, int]:
    """The next line, and how many bytes it has; none at the end of the file.

    Of a line that is too long only its beginning is given, and of one of many blanks a blank: a
    kilobyte of gzip can stand for a megabyte of them. Gives up within a line of `IDLE_BYTES`.
    """
    line = file.readline(PIECE_BYTES)
    size = len(line)
    if size < PIECE_BYTES or line.endswith(b"\n"):
        return line, size
    pieces = [line]
    blank = line.isspace()
    while size <= IDLE_BYTES:
        piece = file.readline(PIECE_BYTES)
        size += len(piece)
        if blank and (piece.isspace() or not piece):
            pieces = [b" "]
        elif size <= LINE_BYTES:
            blank = False
            pieces.append(piece)
        else:
            blank = False
            del pieces[1:]
        if len(piece) < PIECE_BYTES or piece.endswith(b"\n"):
            break
    return b"".join(pieces), size


def parse_line(line: bytes, name: str, number: int) -> Row:
    """The row that one line of JSONL holds."""
    size = len(line)
    try:
        # `surrogatepass`: Python can write half a character, and what a model wrote is judged
        data = json.loads(line.decode("utf-8", "surrogatepass"))
    except json.JSONDecodeError as err:
        error = f"not JSON: {err.msg} at column {err.colno}\nfix: {A_ROW}"
        if b"\0" in line:  # as a machine that stops leaves them in a file that it was writing
            error = f"not JSON: null bytes\nfix: the file is damaged; {A_ROW}"
    except UnicodeDecodeError as err:
        error = f"not UTF-8: byte 0x{line[err.start]:02x} at position {err.start}\nfix: {TO_UTF8}"
    except RecursionError:
        error = f"nested deeper than {DEPTH} levels"
    except ValueError as err:  # a number of more digits than Python converts
        error = f"not readable: {str(err).partition(';')[0]}\nfix: write the number as text"
    else:
        return checked(data, name, number, size, line.count(b"[") + line.count(b"{") > DEPTH)
    return Row(name, number, None, error, size)


def checked(data: Any, name: str, number: int, size: int = 0, deep: bool = True) -> Row:
    """The row that a JSON value is, or why it is none.

    Args:
        data: The value.
        name: The file.
        number: The row's line or number.
        size: In bytes.
        deep: Whether it might be nested too deeply.
    """
    if deep and _depth(data) > DEPTH:
        return Row(name, number, None, f"nested deeper than {DEPTH} levels", size)
    if isinstance(data, dict):
        return Row(name, number, data, None, size)
    error = f"a row must be an object, got {_KINDS.get(type(data), 'null')}\nfix: {A_ROW}"
    return Row(name, number, None, error, size)


def _depth(value: Any) -> int:
    """How deep lists and objects stand in each other; without recursion."""
    depth, layer = 0, [value]
    while layer := [item for item in layer if isinstance(item, dict | list)]:
        depth += 1
        layer = [v for i in layer for v in (i.values() if isinstance(i, dict) else i)]
    return depth


_KINDS: Mapping[type, str] = {
    list: "a list",
    str: "text",
    int: "a number",
    float: "a number",
    bool: "a bool",
}
