"""The process around the ledgers: its end, and its forks.

Every open writer is known here, weakly, so that what it holds is on the disk when the process
ends, and so that no child is born in the midst of a shard.
"""

from __future__ import annotations

import atexit
import sys
import threading
import weakref
from collections.abc import Callable
from typing import Protocol

from assay import forks


class Keeper(Protocol):
    """What holds rewards that are not on the disk yet, and a lock while it writes them."""

    def close(self) -> None:
        """Write what is held."""

    def before_fork(self) -> bool:
        """Take the lock; False where that took too long, and the fork goes on without."""

    def after_fork_in_parent(self) -> None:
        """Give the lock back. Only where `before_fork` took it."""

    def after_fork_in_child(self) -> None:
        """Begin anew: what was held is the parent's to write."""


_ending = False
_guard = forks.Lock()
_keepers: weakref.WeakSet[Keeper] = weakref.WeakSet()
_forking = threading.local()
"""`held`: keepers whose locks this thread has while it forks."""


def keep(keeper: Keeper) -> None:
    """Close it at the end of the process, and tell it of forks, as long as it lives."""
    with _guard:
        _keepers.add(keeper)


def ending() -> bool:
    """Whether the interpreter ends: nobody will ask again for what is held."""
    return _ending


def close_in_child(close: Callable[[], None]) -> None:
    """Call this at the end of a child of `multiprocessing`, which skips what `atexit` knows."""
    if "multiprocessing" not in sys.modules:
        return
    import multiprocessing.util

    if multiprocessing.parent_process() is not None:
        multiprocessing.util.Finalize(None, close, exitpriority=10)


def close_all() -> None:
    """The interpreter ends: write what every ledger still holds; later rewards one by one."""
    global _ending
    _ending = True
    for keeper in _all():
        keeper.close()


def _all() -> list[Keeper]:
    with _guard:
        return list(_keepers)


def _before_fork() -> None:
    _forking.held = [keeper for keeper in _all() if keeper.before_fork()]


def _after_fork_in_parent() -> None:
    for keeper in _forking.held:
        keeper.after_fork_in_parent()
    _forking.held = []


@forks.in_child
def _after_fork_in_child() -> None:
    _forking.held = []
    for keeper in list(_keepers):
        keeper.after_fork_in_child()


atexit.register(close_all)
forks.around(_before_fork, _after_fork_in_parent)
