"""What a forked child renews: locks that another thread held, and what belongs to its parent.

A fork copies the memory of the process and one of its threads. A lock that another thread held at
that moment stays locked in the child for ever, since the thread that would open it is not there.
So every lock of a module is a `Lock`; an object with locks of its own, or with processes, pipes
or threads, says in `after_fork_in_child` how it begins anew (`renew`), and a module with such
state registers a function (`in_child`). An import cannot be renewed by halves: a fork waits for
those that are marked `unbroken`.

Nothing else in the package calls `os.register_at_fork`, and a test finds a lock of another kind.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

WAIT_S = 10.0
"""The longest that a fork waits for imports of other threads. Importing SymPy takes a second or
two on a busy machine; what takes longer than this may hang, and a fork must not hang with it."""


class Renewable(Protocol):
    """An object that begins anew in a forked child."""

    def after_fork_in_child(self) -> None:
        """Let go of what is the parent's, without touching it; make new locks."""


_Object = TypeVar("_Object", bound=Renewable)
_Function = TypeVar("_Function", bound=Callable[[], None])

_objects: weakref.WeakSet[Renewable] = weakref.WeakSet()
_in_child: list[Callable[[], None]] = []
_around: list[tuple[Callable[[], None], Callable[[], None]]] = []
_importing: dict[int, int] = {}
"""Thread -> how many `unbroken` blocks it is in. No lock guards it: each step is atomic."""


def renew(item: _Object) -> _Object:
    """Call `item.after_fork_in_child` in every forked child, as long as `item` lives."""
    _objects.add(item)
    return item


def in_child(function: _Function) -> _Function:
    """Call `function` in every forked child, after all locks are new; usable as a decorator."""
    _in_child.append(function)
    return function


def around(before: Callable[[], None], in_parent: Callable[[], None]) -> None:
    """Call `before` in the thread that is about to fork, and `in_parent` when it has forked."""
    _around.append((before, in_parent))


class Lock:
    """A lock that the same thread may take again, and that a forked child finds open.

    Unless the thread that forks holds it: then the child, which goes on at the same place, does.
    """

    __slots__ = ("__weakref__", "_depth", "_holder", "_lock")

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._holder = 0
        self._depth = 0
        renew(self)

    def __enter__(self) -> None:
        self._lock.acquire()
        self._holder = threading.get_ident()
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._holder = 0
        self._lock.release()

    @property
    def mine(self) -> bool:
        """Whether this thread holds it."""
        return self._holder == threading.get_ident()

    def after_fork_in_child(self) -> None:
        """A new one, held as often as this thread holds it."""
        if not self.mine:
            self._holder = self._depth = 0
        self._lock = threading.RLock()
        for _ in range(self._depth):
            self._lock.acquire()


@contextmanager
def unbroken() -> Iterator[None]:
    """Have forks of other threads wait until this block ends, for `WAIT_S` at most.

    For imports: a child that is born while another thread imports a module finds half of it, under
    an import lock that nobody will open. No lock of ours either: two threads that import each
    other's modules would wait for one another.
    """
    thread = threading.get_ident()
    _importing[thread] = _importing.get(thread, 0) + 1
    try:
        yield
    finally:
        _importing[thread] -= 1
        if not _importing[thread]:
            del _importing[thread]


def _before() -> None:
    own = threading.get_ident()
    until = time.monotonic() + WAIT_S
    while any(thread != own for thread in list(_importing)) and time.monotonic() < until:
        time.sleep(0.001)
    for before, _ in reversed(_around):  # what was registered last may use what was first
        before()


def _in_parent() -> None:
    for _, in_parent in _around:
        in_parent()


def _renew_all() -> None:
    own = threading.get_ident()
    for thread in [thread for thread in _importing if thread != own]:
        del _importing[thread]
    failed: Exception | None = None
    everything = [item.after_fork_in_child for item in list(_objects)]
    for renewed in (*everything, *_in_child):
        try:
            renewed()
        except Exception as err:  # the others must be renewed all the same
            failed = failed or err
    if failed is not None:
        raise failed  # Python prints it; a fork cannot fail any more


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_renew_all)
