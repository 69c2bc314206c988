"""Folders that programs may write to, where there is no mount namespace to make them in.

Every run that is under way has a place of its own: a folder, and as root a user. The folders lie
in one that the zygote holds locked while it lives, so that whoever comes next can tell what was
left by a zygote that was killed together with the process that started it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import stat
import tempfile
import time
from itertools import count

PREFIX = "assay-run-"
_LOCK = ".lock"
_UNLOCKED_S = 600.0
"""A folder without a lock is left by somebody who died while making it, if it is this old."""


class Workspace:
    """One zygote's folders. Not for use by several threads."""

    def __init__(self) -> None:
        remove_stale()
        for _ in range(100):
            self.path = tempfile.mkdtemp(prefix=PREFIX)
            self._lock = _locked(self.path, create=True)
            if self._lock is not None:
                break
        else:
            raise OSError("no folder for runs could be made")
        # as root, the users of its folders must get through
        os.chmod(self.path, 0o711)  # noqa: S103
        tempfile.tempdir = None  # programs that are forked from here have another

    def folder(self, number: int, uid: int | None) -> str:
        """An empty folder, for `uid` alone where one is given; made on first use."""
        path = os.path.join(self.path, str(number))
        os.mkdir(path, 0o700)
        if uid is not None:
            os.chown(path, uid, uid)
        return path

    def sweep(self, folder: str) -> bool:
        """Empty a folder of the workspace; whether nothing is left in it."""
        return _emptied(folder)

    def remove(self) -> None:
        """Take all of it away."""
        _remove(self.path)


def _remove(folder: str) -> None:
    _emptied(folder)
    with contextlib.suppress(OSError):
        os.rmdir(folder)


def _emptied(folder: str) -> bool:
    """Take away what lies in a folder; whether all of it is gone.

    It was a program's, which may have nested folders deeper than a path is long, or taken the right
    to list them: each is opened up, and what lies in it laid beside it, until none is left.
    """
    mark, moved = secrets.token_hex(8), count()
    with contextlib.suppress(OSError):
        while True:
            with os.scandir(folder) as entries:
                found = list(entries)
            if not found:
                return True
            for entry in found:
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                    continue
                os.chmod(entry.path, 0o700)
                for name in os.listdir(entry.path):
                    inner = os.path.join(entry.path, name)
                    if os.path.isdir(inner) and not os.path.islink(inner):
                        os.chmod(inner, 0o700)  # else its owner may not move it elsewhere
                    os.rename(inner, os.path.join(folder, f"{mark}-{next(moved)}"))
                os.rmdir(entry.path)
    return False


def _locked(path: str, *, create: bool) -> int | None:
    """A descriptor that holds the folder's lock; None: somebody else does, or it is gone.

    The lock belongs to the open file: the kernel frees it when the last process that inherited
    it is gone, by whatever cause.
    """
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_CREAT if create else 0)
    name = os.path.join(path, _LOCK)
    try:
        fd = os.open(name, flags, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = os.stat(name, follow_symlinks=False)
        if (found.st_dev, found.st_ino) == (os.fstat(fd).st_dev, os.fstat(fd).st_ino):
            return fd  # and nobody removed it in between
    except OSError:
        pass
    os.close(fd)
    return None


def remove_stale() -> list[str]:
    """Remove folders of our own user's whose zygote is provably dead: its lock is free.

    Returns:
        What was removed.
    """
    parent = tempfile.gettempdir()
    removed = []
    with contextlib.suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            if not entry.name.startswith(PREFIX):
                continue
            with contextlib.suppress(OSError):
                found = entry.stat(follow_symlinks=False)
                if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
                    continue
                lock = _locked(entry.path, create=False)
                unlocked = not os.path.lexists(os.path.join(entry.path, _LOCK))
                if lock is None and not (unlocked and time.time() - found.st_mtime > _UNLOCKED_S):
                    continue
                _remove(entry.path)
                removed.append(entry.path)
                if lock is not None:
                    os.close(lock)
    return removed
