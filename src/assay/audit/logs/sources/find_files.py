"""Which files a log is made of, what kind each is, and which are never opened."""

from __future__ import annotations

import gzip
import os
import stat
import zlib
from collections.abc import Sequence
from typing import IO, Any, cast

from assay.arguments import a_path, many
from assay.errors import RolloutsError
from assay.plugins.log_readers import LogForm, LogHead
from assay.printable import in_line
from assay.rollouts.other_kinds import foreign, may_run_code, os_words
from assay.rollouts.rows import parse_line
from assay.rollouts.sources import is_gzip, is_parquet, matches

ENDINGS = (".jsonl", ".ndjson", ".json", ".parquet", ".eval")
"""Of the files that are looked for in a directory; also with ``.gz`` after them."""

HEAD_BYTES = 64 * 1024
HEAD_ROWS = 8
FIRST_LINE_BYTES = 64 * 1024 * 1024
"""A first line longer than this tells nothing about its file."""


def find_files(
    patterns: Sequence[str | os.PathLike[str]] | str | os.PathLike[str],
) -> tuple[list[str], frozenset[str]]:
    """The files that `patterns` name, in their order; of globs and directories, sorted.

    Args:
        patterns: Paths, globs, directories (searched to any depth; what is hidden is left out).

    Returns:
        Each file once; and those of them that nobody named, found in a directory.

    Raises:
        RolloutsError: no such file, no permission, nothing in a directory.
    """
    if isinstance(patterns, str | os.PathLike):
        patterns = [patterns]
    many(patterns, "paths", "a path, or a list of paths", error=RolloutsError)
    files: dict[str, None] = {}
    found: set[str] = set()
    for pattern in patterns:
        for path in _expand(a_path(pattern, "a path of a log", RolloutsError)):
            if os.path.isdir(path):
                inside = _walk(path)
                found.update(p for p in inside if p not in files)
                files.update(dict.fromkeys(inside))
            else:
                files[path] = None
                found.discard(path)
    if not files:
        raise RolloutsError("no log was named")
    return list(files), frozenset(found)


def _expand(pattern: str) -> list[str]:
    if pattern == "-" and not os.path.lexists(pattern):
        raise RolloutsError(
            "-: a log is read more than once, so not from standard input"
            "\nfix: write it to a file first"
        )
    return matches(pattern, folders=True)


def _walk(folder: str) -> list[str]:
    def fail(err: OSError) -> None:
        raise RolloutsError(f"{in_line(err.filename or folder)}: {err.strerror or err}") from err

    inside: list[str] = []
    for here, folders, names in os.walk(folder, onerror=fail):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            bare = name.lower().removesuffix(".gz")
            if not name.startswith(".") and bare.endswith(ENDINGS):
                inside.append(os.path.join(here, name))
    if not inside:
        raise RolloutsError(
            f"{in_line(folder)}: holds no log ({', '.join(ENDINGS)}, or these with .gz)"
        )
    return inside


def read_head(path: str) -> LogHead:
    """The beginning of a file.

    Raises:
        RolloutsError: it cannot be opened, is not a regular file, or is of a kind that is never
            read.
    """
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):
            raise RolloutsError(
                f"{in_line(path)}: is not a regular file; a log is read more than once"
                "\nfix: write it to a file first"
            )
        with open(path, "rb") as file:
            magic = file.read(32)
        _refuse(path, magic)
        if is_parquet(magic):
            from assay.audit.logs.sources.parquet_files import schema

            columns = schema(path)
            return LogHead(path, "parquet", tuple(columns), columns)
        if is_gzip(magic):
            with gzip.open(path, "rb") as unpacked:
                return _text_head(path, cast("IO[bytes]", unpacked))
        with open(path, "rb") as raw:
            return _text_head(path, raw)
    except (OSError, EOFError, zlib.error) as err:
        if isinstance(err, RolloutsError):
            raise
        what = os_words(path, err) if isinstance(err, OSError) else str(err)
        raise RolloutsError(f"{in_line(path)}: {what}") from err


def _refuse(path: str, magic: bytes) -> None:
    if may_run_code(path, magic):
        raise RolloutsError(
            f"{in_line(path)}: may hold a pickle, which runs code when it is loaded; never read"
            "\nfix: write the log as JSONL or Parquet; of slime's debug rollouts, where you trust "
            "the file, each of its `samples` as a line of JSON"
        )
    known = foreign(magic)
    if known is not None:
        raise RolloutsError(
            f"{in_line(path)}: {known[0]}, must be JSONL, .gz or Parquet\nfix: {known[1]}"
        )


def _text_head(path: str, file: IO[bytes]) -> LogHead:
    start = b""
    rows: list[dict[str, Any]] = []
    form: LogForm = "other"
    try:
        for number in range(1, HEAD_ROWS * 4):
            line = file.readline(FIRST_LINE_BYTES)
            if not line or len(rows) == HEAD_ROWS:
                break
            if number == 1 and line.startswith(b"\xef\xbb\xbf"):
                line = line[3:]
            if len(start) < HEAD_BYTES:
                start = (start + line)[:HEAD_BYTES]
            if not line.isspace():
                row = parse_line(line, path, number)
                if row.data is not None:
                    rows.append(row.data)
                    form = "jsonl"
    except (OSError, EOFError, zlib.error):
        if not start:
            raise
        # cut off within the first rows; read on, it is reported as such
    if not rows and len(start) < HEAD_BYTES:
        start += file.read(HEAD_BYTES - len(start)) if form == "jsonl" else b""
    columns = dict.fromkeys(name for row in rows for name in row)
    return LogHead(path, form, tuple(columns), rows=tuple(rows), start=start)
