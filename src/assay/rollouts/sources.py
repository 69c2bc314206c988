"""Which files to read: globs, standard input, and the checks that come before any work."""

from __future__ import annotations

import glob
import importlib.util
import os
import stat
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import cast

from assay.errors import RolloutsError, nearest
from assay.printable import in_line
from assay.rollouts.files import open_to_read
from assay.rollouts.other_kinds import os_words

STDIN = "-"

GZIP_MAGIC = b"\x1f\x8b"
PARQUET_MAGIC = b"PAR1"


@dataclass(frozen=True, slots=True)
class Source:
    """One input: a path, or `STDIN`."""

    path: str

    @property
    def name(self) -> str:
        """As errors show it."""
        return "stdin" if self.path == STDIN else self.path

    def open(self) -> BufferedReader:
        """The bytes, buffered, so that the first few can be peeked at.

        Raises:
            RolloutsError: it cannot be opened.
        """
        if self.path == STDIN:
            if sys.stdin is None:
                raise RolloutsError("standard input is closed, but '-' asks to read it")
            return cast("BufferedReader", sys.stdin.buffer)
        try:
            return open(open_to_read(self.path), "rb")
        except RolloutsError:
            raise
        except OSError as err:
            raise RolloutsError(f"{in_line(self.path)}: {os_words(self.path, err)}") from err


def find_sources(patterns: Sequence[str]) -> list[Source]:
    """The inputs that `patterns` name, in their order; a glob's matches sorted.

    Everything a user can get wrong about inputs is found here, before any work is done: each
    regular file is opened once.

    Args:
        patterns: Paths, globs (a file whose name looks like a glob is itself), ``-``.

    Raises:
        RolloutsError: no such file, a directory, no permission, a format that cannot be read
            here, standard input twice.
    """
    sources: list[Source] = []
    for pattern in patterns:
        sources += _expand(pattern)
    if [s.path for s in sources].count(STDIN) > 1:
        raise RolloutsError("standard input ('-') can be read only once")
    for source in sources:
        _check(source)
    return sources


def _expand(pattern: str) -> list[Source]:
    if pattern == STDIN:
        return [Source(pattern)]
    return [Source(path) for path in matches(pattern)]


def matches(pattern: str, folders: bool = False) -> list[str]:
    """The paths that a path or a glob names, sorted; a file whose name looks like a glob is itself.

    Args:
        pattern: What a user wrote.
        folders: Whether a glob that matches nothing but folders names those.

    Raises:
        RolloutsError: there is none; names a file that is there and whose name is like it.
    """
    if not pattern:
        raise RolloutsError("'' is not a file's name: it is empty\nfix: is a variable not set?")
    if os.path.lexists(pattern):
        return [pattern]
    if glob.has_magic(pattern):
        found = sorted(glob.glob(pattern, recursive=True))
        files = [p for p in found if not os.path.isdir(p)]
        if files or (folders and found):
            return files or found
        raise RolloutsError(f"{in_line(pattern)}: no file matches")
    path = Path(pattern)
    try:
        beside = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        beside = []
    raise RolloutsError(f"{in_line(pattern)}: no such file{nearest(path.name, beside)}")


def _check(source: Source) -> None:
    if source.path == STDIN:
        return
    try:
        mode = os.stat(source.path).st_mode
    except OSError as err:
        raise RolloutsError(f"{in_line(source.path)}: {os_words(source.path, err)}") from err
    if stat.S_ISDIR(mode):
        raise RolloutsError(
            f"{in_line(source.path)}: is a directory"
            f"\nfix: name its files, e.g. {_files_in(source.path)!r}"
        )
    if not stat.S_ISREG(mode):
        return  # a pipe can be opened only once
    with source.open() as file:
        if is_parquet(file.peek(4)[:4]):
            need_pyarrow(source.name)


def _files_in(folder: str) -> str:
    """A glob for the files of rows in a folder, by the ending that most of its names have."""
    try:
        endings = Counter(os.path.splitext(name)[1].lower() for name in os.listdir(folder))
    except OSError:
        endings = Counter()
    known = [end for end, _ in endings.most_common() if end in ENDINGS]
    return os.path.join(folder, f"*{known[0] if known else '.jsonl'}")


ENDINGS = (".jsonl", ".json", ".csv", ".tsv", ".parquet", ".gz", ".ndjson")
"""Of files that hold rows."""


def is_parquet(head: bytes) -> bool:
    """Whether a file that starts with `head` is Parquet."""
    return head[:4] == PARQUET_MAGIC


def is_gzip(head: bytes) -> bool:
    """Whether a file that starts with `head` is compressed with gzip."""
    return head[:2] == GZIP_MAGIC


def need_pyarrow(name: str) -> None:
    """Nothing, where Parquet can be read.

    Raises:
        RolloutsError: pyarrow is not installed.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise RolloutsError(
            f"{in_line(name)}: reading Parquet needs pyarrow\nfix: pip install pyarrow"
        )
