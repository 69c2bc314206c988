"""Rows out of a JSON file that holds one list, and out of CSV, by the file's name."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import IO, Any

from assay.errors import RolloutsError
from assay.printable import in_line

WHOLE_BYTES = 1024 * 1024 * 1024
"""A JSON file is read whole, so it may hold no more than this; JSONL of any size can be read."""

CELL_CHARS = 128 * 1024 * 1024
"""Longest cell of CSV."""

TO_UTF8 = "write the file as UTF-8, e.g. iconv -f LATIN1 -t UTF-8 FILE > NEW_FILE"
"""How to mend text of another encoding."""

SEPARATORS = {".csv": ",", ".tsv": "\t"}


def ending(name: str) -> str:
    """``.json``, ``.csv`` or ``.tsv``, where the name ends so, compressed or not; else "".

    >>> ending("rows.CSV.gz"), ending("rows.jsonl")
    ('.csv', '')
    """
    plain = name.lower().removesuffix(".gz")
    return next((end for end in (".json", *SEPARATORS) if plain.endswith(end)), "")


def read_json(file: IO[bytes], name: str) -> Iterator[tuple[int, Any]]:
    """Each entry of the list that the file holds, with its number from 1.

    A list of objects in place of a row is one conversation: it is the row's `conversations`.

    Raises:
        RolloutsError: not JSON, or larger than a gigabyte. What came before the fault has been
            yielded.
    """
    text = _text(file, name)
    decoder = json.JSONDecoder()
    at = _blanks(text, text.index("[") + 1)
    number = 0
    while at < len(text) and text[at] != "]":
        number += 1
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as err:
            why = err.msg if isinstance(err, json.JSONDecodeError) else str(err)
            raise RolloutsError(f"{in_line(name)}:{number}: not JSON: {why}") from err
        if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
            value = {"conversations": value}
        yield number, value
        at = _blanks(text, at)
        if text[at : at + 1] == ",":
            at = _blanks(text, at + 1)
        elif at < len(text) and text[at] != "]":
            raise RolloutsError(
                f"{in_line(name)}:{number}: not JSON: a comma or ] must follow the row"
            )
    if at >= len(text):
        raise RolloutsError(
            f"{in_line(name)}:{number}: not JSON: the list does not end"
            "\nfix: the file is cut off: make or fetch it again"
        )


def _text(file: IO[bytes], name: str) -> str:
    data = file.read(WHOLE_BYTES + 1)
    if len(data) > WHOLE_BYTES:
        raise RolloutsError(
            f"{in_line(name)}: a list in JSON of more than {WHOLE_BYTES:,} bytes"
            "\nfix: write one row on each line (JSONL), or Parquet"
        )
    try:
        return data.decode("utf-8-sig", "surrogatepass")
    except UnicodeDecodeError as err:
        raise RolloutsError(
            f"{in_line(name)}: not UTF-8: byte 0x{data[err.start]:02x} at position {err.start}"
            f"\nfix: {TO_UTF8}"
        ) from err


def _blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def read_csv(file: IO[bytes], name: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Each row as column -> text, or what is wrong with it, with the line where it ends.

    The first line names the columns. An empty cell is null.

    Raises:
        RolloutsError: no header, two columns of one name, or text that is not UTF-8.
    """
    csv.field_size_limit(CELL_CHARS)
    lines = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    reader = csv.reader(lines, delimiter=SEPARATORS[ending(name)], strict=True)
    try:
        columns = next(reader, None)
        if not columns:
            return
        for column in columns:
            if columns.count(column) > 1:
                raise RolloutsError(f"{in_line(name)}: two columns are named {column!r}")
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(columns):
                wrong = f"{len(cells)} cells; the header has {len(columns)} columns"
                yield reader.line_num, wrong
                continue
            row = {c: cell or None for c, cell in zip(columns, cells, strict=True)}
            yield reader.line_num, row
    except (csv.Error, UnicodeDecodeError) as err:
        fix = "close each cell's quotes; a quote within a cell is written twice"
        if isinstance(err, UnicodeDecodeError):
            fix = TO_UTF8
        raise RolloutsError(
            f"{in_line(name)}:{reader.line_num + 1}: cannot be read further: {err}\nfix: {fix}"
        ) from err
    finally:
        lines.detach()
