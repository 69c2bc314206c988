"""Calls on files that the sandbox refuses, and that honest programs make in passing.

``shutil.copy`` and ``shutil.move`` end with a ``chmod``, a ``utime`` and a look at attributes. No
filter can bind these to the program's own folder: Landlock does not know them. What they would set
nobody else can see, so a refused one does nothing; ``os.truncate`` is done through an open file.
"""

from __future__ import annotations

import os
from typing import Any

_chmod, _utime, _truncate = os.chmod, os.utime, os.truncate
_listxattr = os.listxattr
_own = ""


def install() -> None:
    """Put them in place of those of `os`: before anything remembers what is there."""
    os.chmod, os.utime, os.truncate = chmod, utime, truncate
    os.listxattr = listxattr


def begin() -> None:
    """A run begins: the working directory is the program's own folder."""
    global _own
    _own = os.path.join(os.path.realpath(os.getcwd()), "")


def chmod(path: Any, mode: int, *, dir_fd: int | None = None, follow_symlinks: bool = True) -> None:
    """`os.chmod`; without effect where it is refused on a file of one's own."""
    try:
        _chmod(path, mode, dir_fd=dir_fd, follow_symlinks=follow_symlinks)
    except PermissionError:
        if mode & 0o7000:  # more than who may read and write it
            raise
        _refuse_others(path, dir_fd)


def utime(path: Any, times: Any = None, *, dir_fd: int | None = None, **more: Any) -> None:
    """`os.utime`, likewise."""
    try:
        _utime(path, times, dir_fd=dir_fd, **more)
    except PermissionError:
        _refuse_others(path, dir_fd)


def truncate(path: Any, length: int) -> None:
    """`os.truncate`, of files that may be written."""
    try:
        _truncate(path, length)
    except PermissionError:
        fd = os.open(path, os.O_WRONLY)
        try:
            os.ftruncate(fd, length)
        finally:
            os.close(fd)


def listxattr(path: Any = None, *, follow_symlinks: bool = True) -> list[str]:
    """`os.listxattr`; files here have none that may be seen."""
    try:
        return _listxattr(path, follow_symlinks=follow_symlinks)
    except PermissionError:
        return []


def _refuse_others(path: Any, dir_fd: int | None) -> None:
    """For use while a refusal is handled: raise it again, but for the program's own files."""
    if not _own or dir_fd is not None or not isinstance(path, str | bytes | os.PathLike):
        raise
    if not os.path.join(os.path.realpath(os.fsdecode(path)), "").startswith(_own):
        raise
    os.stat(path)
