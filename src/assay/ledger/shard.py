"""Files of a ledger: a shard appears whole or not at all, and what dead writers left is swept."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assay.errors import RolloutsError
from assay.printable import in_line

TEMPORARY = ".tmp"

OLD_S = 600.0
"""A temporary file that nobody has written to for so long may be swept, if its writer is gone."""

PAGE_BYTES = 1 << 20


def safe_host(host: str) -> str:
    """A machine's name as a file name may hold it.

    >>> safe_host("node-7.cluster/a")
    'node-7.cluster_a'
    """
    return re.sub(r"[^A-Za-z0-9._-]", "_", host)[:64] or "host"


def shard_name(host: str, pid: int, writer: str, number: int) -> str:
    """Of the shard `number` of a writer; names of one writer sort in the order written."""
    return f"rewards-{safe_host(host)}-{pid}-{writer}-{number:08d}.parquet"


def open_folder(folder: str, host: str) -> None:
    """Make the folder if need be, make sure that it can be written, and sweep it.

    Raises:
        RolloutsError: it cannot be made; says why.
    """
    try:
        os.makedirs(folder, exist_ok=True)
    except FileExistsError:
        raise RolloutsError(f"{in_line(folder)}: is a file; a ledger needs a folder") from None
    except NotADirectoryError:
        raise RolloutsError(
            f"{in_line(folder)}: a part of this path is a file, not a folder"
        ) from None
    except OSError as err:
        raise RolloutsError(f"{in_line(folder)}: cannot be made: {err.strerror or err}") from err
    probe = os.path.join(folder, f".probe-{uuid.uuid4().hex}{TEMPORARY}")
    try:  # root may write everywhere, says `os.access`, also on a disk that is read-only
        os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
        os.unlink(probe)
    except OSError as err:
        raise RolloutsError(f"{in_line(folder)}: cannot be written: {err.strerror or err}") from err
    sweep(folder, host)


def sweep(folder: str, host: str) -> None:
    """Remove temporary files of writers of this machine that are gone.

    A writer holds a lock on its file as long as it lives, so a file that is locked is left alone,
    and so is one that is young: its writer may be about to lock it.
    """
    for path in _temporaries(folder, host):
        with contextlib.suppress(OSError):
            fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if time.time() - os.fstat(fd).st_mtime > OLD_S:
                    os.unlink(path)
            finally:
                os.close(fd)


def _temporaries(folder: str, host: str) -> Iterator[Path]:
    prefix = f".rewards-{safe_host(host)}-"
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            if name.startswith(prefix) and name.endswith(TEMPORARY):
                yield Path(folder, name)


def write_shard(folder: str, name: str, table: Any) -> None:
    """Bring a table to the disk under `name`: written aside, fsynced, renamed.

    A second write under the same name replaces the first.

    Raises:
        OSError: the disk is full, the folder is gone; nothing of this name has appeared.
    """
    import pyarrow.parquet

    final = os.path.join(folder, name)
    # a name of its own: a handler of a signal may write the same rows while we are at it
    aside = os.path.join(folder, f".{name}.{uuid.uuid4().hex[:8]}{TEMPORARY}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    fd = os.open(aside, flags, 0o666)
    try:
        with contextlib.suppress(OSError):  # a file system without locks is never swept
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with os.fdopen(fd, "wb") as file:
            pyarrow.parquet.write_table(
                table,
                file,
                compression="zstd",
                write_statistics=["run", "pid", "seq", "at", "step", "reward"],
                dictionary_pagesize_limit=PAGE_BYTES,
                data_page_size=PAGE_BYTES,
            )
            file.flush()
            os.fsync(file.fileno())
            os.rename(aside, final)  # while the lock is held: no sweeper can come between
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(aside)
        raise
    _sync_folder(folder)


def _sync_folder(folder: str) -> None:
    """So that the name outlives a power cut. The shard is there already: no error from here on."""
    with contextlib.suppress(OSError):
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def reason(err: BaseException) -> str:
    """Why a shard could not be written, for a person."""
    if isinstance(err, OSError):
        if err.errno == errno.ENOENT:
            return "the folder is gone"
        return err.strerror or str(err) or type(err).__name__
    return f"{type(err).__name__}: {err}".partition("\n")[0][:200]
