"""Rows out: always valid JSON, a whole line a write, and a file that can be gone on with."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import math
import os
import shlex
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from assay.errors import RolloutsError
from assay.model import thaw
from assay.printable import in_line
from assay.rollouts.columns import is_scored, without_rewards
from assay.rollouts.files import is_pipe, open_to_write
from assay.rollouts.rows import Row
from assay.rollouts.sources import STDIN, Source

STDOUT = "-"


class ReaderGone(Exception):
    """Whoever read our standard output has seen enough, as ``| head`` does: no error."""


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def encode(row: Mapping[str, Any]) -> bytes:
    r"""One line of JSONL, its end included. Always valid JSON, always UTF-8.

    NaN and the infinities, which JSON has not, become null. Half a character (a lone surrogate)
    and the separators that some readers take for line ends are written as escapes.

    >>> encode({"a": float("nan"), "b": "\ud800"})
    b'{"a": null, "b": "\\ud800"}\n'
    """
    try:
        text = _ENCODER.encode(row)
        for mark in ("\u2028", "\u2029", "\x85"):
            if mark in text:
                text = text.replace(mark, f"\\u{ord(mark):04x}")
        return text.encode() + b"\n"
    except ValueError:  # UnicodeEncodeError is one
        return json.dumps(thaw(row, _finite), allow_nan=False).encode("ascii") + b"\n"


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _own_stdout() -> int:
    """A descriptor of standard output that nobody else has.

    Whatever else writes to descriptor 1, such as a plugin's ``os.system("echo")``, writes to
    standard error until the file is closed: a line among the rows would break their reader.
    """
    try:
        own = os.dup(1)
    except OSError as err:
        raise RolloutsError(f"stdout: {err.strerror or err}") from err
    try:
        os.dup2(2, 1)
    except OSError:  # standard error is closed
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
    return own


class RewardsFile:
    """Where rows with rewards go: a file, or standard output as ``-``.

    Opened without changing it, so that a mistake found later costs nobody an earlier run's rows;
    `start` then empties it or cuts it. Each `write` is one system call, so a process that is
    killed leaves whole lines, save perhaps a torn last one. A file is locked against a second
    run.

    Raises:
        RolloutsError: it cannot be written, is one of the inputs, or another run writes it.
    """

    def __init__(self, path: str, sources: Sequence[Source] = ()) -> None:
        self.path = path
        self.name = "stdout" if path == STDOUT else path
        self.rows = 0
        """Whole rows in it."""
        self._size = 0
        self._fd = -1
        if path == STDOUT:
            self._fd = _own_stdout()
            self._regular = False
            return
        for ending in (".gz", ".parquet", ".csv", ".tsv"):
            if path.lower().endswith(ending):
                raise RolloutsError(
                    f"{in_line(path)}: rewards are written as plain JSONL, not as {ending}"
                    "\nfix: a name that ends in .jsonl"
                )
        try:
            if is_pipe(path):
                self._fd = open_to_write(path)
            else:  # --resume reads it, too
                self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except RolloutsError:
            raise
        except FileNotFoundError as err:  # the file itself is made where it is missing
            folder = os.path.dirname(path) or os.curdir
            raise RolloutsError(
                f"{in_line(path)}: cannot be written: no folder {in_line(folder)}"
                f"\nfix: mkdir -p {shlex.quote(folder)}"
            ) from err
        except OSError as err:
            raise RolloutsError(
                f"{in_line(path)}: cannot be written: {err.strerror or err}"
            ) from err
        try:
            self._check(sources)
        except BaseException:
            os.close(self._fd)
            raise

    def _check(self, sources: Sequence[Source]) -> None:
        status = os.fstat(self._fd)
        self._regular = stat.S_ISREG(status.st_mode)
        if not self._regular:
            return
        for source in sources:
            if source.path != STDIN and os.path.samestat(os.stat(source.path), status):
                raise RolloutsError(
                    f"{in_line(self.path)}: is an input; rewards need a file of their own"
                )
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as err:
            raise RolloutsError(f"{in_line(self.path)}: another run is writing it") from err
        except OSError:  # a file system without locks
            return

    def start(self, rows: int = 0, size_bytes: int = 0) -> None:
        """Keep the first `size_bytes`, which hold `rows` whole rows, and go on from there."""
        self.rows, self._size = rows, size_bytes
        if self._regular:
            os.ftruncate(self._fd, size_bytes)
            os.lseek(self._fd, size_bytes, os.SEEK_SET)

    def write(self, line: bytes) -> None:
        """Append one whole line.

        Raises:
            RolloutsError: the disk is full or broken. The file is cut back to whole rows.
            ReaderGone: standard output is closed.
        """
        view = memoryview(line)
        try:
            while view:
                view = view[os.write(self._fd, view) :]
        except OSError as err:
            if err.errno == errno.EPIPE:
                raise ReaderGone from err
            if self._regular:
                with contextlib.suppress(OSError):
                    os.ftruncate(self._fd, self._size)
            message = f"{self.name}: {err.strerror or err} after {self.rows} whole rows"
            if self._regular:
                message += f"\nfix: make room; --resume then goes on from row {self.rows + 1}"
            raise RolloutsError(message) from err
        self._size += len(line)
        self.rows += 1

    def close(self) -> None:
        """Idempotent.

        Raises:
            RolloutsError: what was written did not reach the disk (some network file systems
                tell only now).
        """
        fd, self._fd = self._fd, -1
        if fd > 2:
            try:
                if self.path == STDOUT:
                    os.dup2(fd, 1)
                os.close(fd)
            except OSError as err:
                raise RolloutsError(f"{in_line(self.name)}: {err.strerror or err}") from err

    # -- going on with an interrupted run ---------------------------------------------------------

    def finished(
        self, rows: Iterator[Row], signature: Callable[[Row, Mapping[str, Any]], str]
    ) -> Iterator[tuple[Row, dict[str, Any]]]:
        """Pairs of (row in, row out) for what an earlier run has finished; then calls `start`.

        Takes exactly as many rows from `rows` as it yields. A torn last line is dropped, and so
        is an invalid last row, to be read again. Nothing is changed before the last row was
        looked at.

        Args:
            rows: The inputs, from their start.
            signature: What this run would have signed a row out with.

        Raises:
            RolloutsError: a row of another signature, of another input, or that no run wrote;
                names the file and the line.
        """
        if not self._regular:
            raise RolloutsError(f"--resume needs a file to go on with, not {in_line(self.name)}")
        kept = number = 0
        for line, last in _with_last(self._lines()):
            old = _parse(line)
            if last and (old is None or (is_scored(old) and old["status"] == "invalid")):
                break  # torn; or where --strict stopped, and the user has mended the input since
            number += 1
            where = f"{self.path}:{number}"
            if old is None or not is_scored(old):
                raise RolloutsError(f"{where}: is not a row that `assay verify` wrote; not resumed")
            row = next(rows, None)
            if row is None:
                raise RolloutsError(
                    f"{where}: the inputs end before this row; give the same inputs in the same "
                    "order"
                )
            if not _is_of(old, row):
                raise RolloutsError(
                    f"{where}: does not hold {in_line(row.place)}; give the same inputs "
                    "in the same order"
                )
            ours = signature(row, old)
            if old["signature"] != ours:
                raise RolloutsError(
                    f"{where}: was scored with signature {old['signature']}, this run's is {ours}"
                    "\nfix: score into a new file, or go back to the rubric, parameters and "
                    "versions of the earlier run"
                )
            kept += len(line)
            yield row, old
        self.start(number, kept)

    def _lines(self) -> Iterator[bytes]:
        with open(self._fd, "rb", closefd=False) as file:
            file.seek(0)
            yield from file


def _with_last(lines: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    held = next(lines, None)
    while held is not None:
        coming = next(lines, None)
        yield held, coming is None
        held = coming


def _parse(line: bytes) -> dict[str, Any] | None:
    if not line.endswith(b"\n"):
        return None
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _is_of(old: Mapping[str, Any], row: Row) -> bool:
    """Whether the row out `old` was made of `row`."""
    if row.data is None:
        return without_rewards(old) == {}
    # as it reads once written: NaN as null, tuples as lists
    return bool(without_rewards(old) == without_rewards(json.loads(encode(row.data))))
