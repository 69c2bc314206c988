"""What the pool's thread waits for: workers' pipes and ends, and calls from other threads."""

from __future__ import annotations

import contextlib
import os
import selectors
import threading
from collections.abc import Iterator
from typing import Literal, TypeAlias

from assay.engine.workers.worker_process import WorkerProcess

Wakeup: TypeAlias = "tuple[WorkerProcess, Literal['replies', 'requests', 'death']]"
"""A worker, and which of its descriptors is ready."""


class Wakeups:
    """A selector, and a pipe into it from any thread.

    Args:
        lock: Of the pool; nothing is written to the pipe once it is closed.
    """

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self._woken = False
        self._closed = False
        self._out, self._in = os.pipe()
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self._out, selectors.EVENT_READ, None)

    def wake(self, force: bool = False) -> None:
        """End the wait that is under way, or the next one; safe in any thread."""
        if self._woken and not force:
            return
        self._woken = True
        with self._lock, contextlib.suppress(BlockingIOError):  # full: it is awake already
            if not self._closed:
                os.write(self._in, b"x")

    def wait(self, seconds: float | None) -> Iterator[Wakeup]:
        """What is ready, after at most so long; nothing where somebody woke it or time is up."""
        for key, _ in self.selector.select(seconds):
            if key.data is not None:
                yield key.data
                continue
            with contextlib.suppress(BlockingIOError):
                os.read(self._out, 4096)
            self._woken = False  # only now, or a byte written in between would be lost

    def watch(self, worker: WorkerProcess) -> None:
        """Wait for its replies and for its end."""
        self.selector.register(worker.replies, selectors.EVENT_READ, (worker, "replies"))
        if worker.pidfd >= 0:
            self.selector.register(worker.pidfd, selectors.EVENT_READ, (worker, "death"))

    def watch_requests(self, worker: WorkerProcess) -> None:
        """Wait until it takes more, as long as there is more for it."""
        watched = worker.requests in self.selector.get_map()
        if worker.outgoing and not watched:
            self.selector.register(worker.requests, selectors.EVENT_WRITE, (worker, "requests"))
        elif not worker.outgoing and watched:
            self.selector.unregister(worker.requests)

    def forget(self, worker: WorkerProcess) -> None:
        """Wait for nothing of it any more; before its descriptors are closed."""
        for descriptor in (worker.replies, worker.requests, worker.pidfd):
            if descriptor >= 0 and descriptor in self.selector.get_map():
                self.selector.unregister(descriptor)

    def stop(self) -> None:
        """Take no more calls. The caller holds the lock."""
        self._closed = True

    def close(self) -> None:
        """Give the descriptors back; after `stop`, or in a forked child."""
        for end in (self._in, self._out):
            with contextlib.suppress(OSError):
                os.close(end)
        with contextlib.suppress(OSError):
            self.selector.close()
