"""Files that may be anything: opened within a bound of time, read within a bound of bytes.

`open` of a named pipe waits for ever where nobody opens its other end. A shell opens both ends of
``<(...)``, ``>(...)`` and ``|`` before a command runs, so whoever waits here mostly waits for
nobody.
"""

from __future__ import annotations

import errno
import os
import stat
import threading
import time
from contextlib import suppress

from assay.errors import RolloutsError
from assay.printable import in_line

OTHER_END_S = 10.0
"""Time for a program that was started together with this one to open its end."""

_STEP_S = 0.02


def is_pipe(path: str | os.PathLike[str]) -> bool:
    """Whether it is a named pipe, or a link to one."""
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except OSError:
        return False


def open_to_read(path: str) -> int:
    """A descriptor.

    Raises:
        OSError: it cannot be opened.
        RolloutsError: a named pipe into which nobody writes.
    """
    if not is_pipe(path):
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    opened: list[int] = []
    failed: list[OSError] = []

    def wait() -> None:
        try:
            opened.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
        except OSError as err:
            failed.append(err)

    # In a thread of its own, because nothing else tells a writer who is silent from one who is not
    # there. Daemonic: it does not keep a process that is interrupted.
    waiter = threading.Thread(target=wait, daemon=True)
    waiter.start()
    waiter.join(OTHER_END_S)
    if waiter.is_alive():
        with suppress(OSError):  # a writer for a moment, so that the thread comes back
            os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC))
        waiter.join(1.0)
        for descriptor in opened:
            os.close(descriptor)
        raise RolloutsError(_alone(path, "writes into"))
    if failed:
        raise failed[0]
    return opened[0]


def open_to_write(path: str | os.PathLike[str]) -> int:
    """A descriptor for writing only; what a file held stays until it is written over or cut.

    Raises:
        OSError: it cannot be opened.
        RolloutsError: a named pipe from which nobody reads.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC
    if not is_pipe(path):
        return os.open(path, flags, 0o666)
    deadline = time.monotonic() + OTHER_END_S
    while True:
        try:
            descriptor = os.open(path, flags | os.O_NONBLOCK, 0o666)
        except OSError as err:
            if err.errno != errno.ENXIO:
                raise
        else:
            os.set_blocking(descriptor, True)
            return descriptor
        if time.monotonic() >= deadline:
            raise RolloutsError(_alone(os.fspath(path), "reads from"))
        time.sleep(_STEP_S)


def read_bytes(path: str | os.PathLike[str], limit: int) -> bytes:
    """All that a file holds.

    Args:
        path: Of a file, or of a named pipe.
        limit: Bytes; a device such as ``/dev/zero`` has no end.

    Raises:
        OSError: it cannot be read.
        RolloutsError: it holds more than `limit` bytes, or is a named pipe of nobody.
    """
    with open(open_to_read(os.fspath(path)), "rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise RolloutsError(
            f"{in_line(os.fspath(path))}: holds more than {limit:,} bytes, so it is not read"
            "\nfix: is it the file that was meant?"
        )
    return data


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """The text, as UTF-8, in place of what the file held.

    Raises:
        OSError: it cannot be written; RolloutsError where nobody reads from a named pipe.
    """
    with open(open_to_write(path), "w", encoding="utf-8") as file:
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):  # a device is seekable, and has no length
            file.truncate()
        file.write(text)


def _alone(path: str, does: str) -> str:
    return (
        f"{path}: is a named pipe, and nobody {does} it after {OTHER_END_S:g} s"
        "\nfix: start the other program first, or name a regular file"
    )
