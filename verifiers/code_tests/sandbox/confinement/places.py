"""What one run at a time has to itself: a folder, a user, rules of Landlock."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass

from assay.verifiers.code_tests.sandbox.confinement import confine, exposed
from assay.verifiers.code_tests.sandbox.confinement.workspace import Workspace

SLOT_UID = 0x70000000
"""As root, programs run as users from here on, nobody's: one for each that is under way, so that
they cannot touch each other, and limits that the kernel counts by user are counted by program."""

_USERS = 0x0FFF0000
_USERS_A_SLOT = 64  # users of one slot before they repeat


@dataclass(frozen=True, slots=True)
class Place:
    """What one run at a time has to itself."""

    work: str | None
    """Its folder; None: a mount of its own."""
    uid: int | None
    """Its user; None: the zygote's."""
    rules: int
    """Its rules of Landlock; -1 without."""


class Places:
    """One zygote's; there are as many as runs were ever under way at once.

    Args:
        first: The user of the first; None: all are the zygote's.
        workspace: Where folders are made; None: each run has a mount of its own.
        readable: Files and folders that programs may read.
        landlock: Whether there are rules.
    """

    def __init__(
        self,
        first: int | None,
        workspace: Workspace | None,
        readable: Sequence[str],
        landlock: bool,
    ) -> None:
        self._first = first
        self._workspace = workspace
        self._readable = readable
        self._landlock = landlock
        self._made = 0
        self._free = [self._new()]

    def take(self) -> Place:
        """One that no run is in.

        Raises:
            OSError: none can be made.
        """
        return self._free.pop() if self._free else self._new()

    def give_back(self, place: Place) -> None:
        """The run is over: empty it.

        It takes as long as the program liked it to, so nobody waits for it but the next job.
        """
        if self._workspace is None or place.work is None or self._workspace.sweep(place.work):
            self._free.append(place)  # else nobody gets it again

    def _new(self) -> Place:
        number = self._made
        self._made += 1
        uid = None if self._first is None else self._first + number % _USERS_A_SLOT
        work = self._workspace.folder(number, uid) if self._workspace is not None else None
        rules = -1
        if self._landlock:
            rules = confine.ruleset(self._readable, exposed.DEVICES, work or confine.PRIVATE)
        return Place(work, uid, rules)


def first_uid(parent_pid: int, slot: int) -> int:
    """The first user of a slot; slots of one machine seldom share any."""
    return SLOT_UID + (parent_pid * 8 + slot % 8) * _USERS_A_SLOT % _USERS


def usable(uid: int | None) -> int | None:
    """The user, if it can read the standard library; else None: stay who we are."""
    if uid is None:
        return None
    pid = os.fork()
    if pid == 0:
        code = 1
        with contextlib.suppress(OSError):
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            with open(os.__file__, "rb"):
                code = 0
        os._exit(code)
    return uid if os.waitpid(pid, 0)[1] == 0 else None
