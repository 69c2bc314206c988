"""`Writer`: rewards in at the pace of an engine, shards out at the pace of the disk.

One thread a writer, only while there is something to write. Locks: `_lock` guards the state and
is held for moments; `_writing` is held while a shard is written, also by a process about to fork,
so that no child is born in the midst of it. Both may be taken twice by one thread: a handler of
SIGTERM that closes the engine runs wherever the main thread happens to be.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
import threading
import time
import uuid
import warnings
from collections import deque
from collections.abc import Mapping
from itertools import islice
from typing import Any

from assay.errors import RolloutsError
from assay.ledger import lifetime
from assay.ledger.encode import Entry, size_of
from assay.ledger.pack import Packer
from assay.ledger.settings import Ledger
from assay.ledger.shard import reason
from assay.model import Reward, Sample
from assay.printable import in_line

IDLE_S = 5.0
"""A thread without work ends after so long; the next reward starts another."""

REST_SHARE = 4
"""At the end of a call, a shard is written from this part of `flush_rows` on."""

PATIENCE_S = 30.0
"""How long a call waits for a disk that takes no shard; then it goes on without."""

FORK_S = 5.0
"""How long a fork waits for the shard that is being written."""

CLOSE_S = 60.0
"""How long `close` waits for a disk that does not answer."""


class Writer:
    """Records the rewards of one engine. Safe in threads; a forked child records its own.

    Args:
        ledger: Where to, and the bounds.
        rubric_name: As the user asked for it.
        rubric: The rubric as a dict.

    Raises:
        RolloutsError: pyarrow is missing, or the folder cannot be made or written.
    """

    def __init__(self, ledger: Ledger, rubric_name: str, rubric: Mapping[str, Any]) -> None:
        folder = os.path.abspath(os.fspath(ledger.folder))
        if importlib.util.find_spec("pyarrow") is None:
            raise RolloutsError(
                f"{in_line(folder)}: a ledger needs pyarrow\nfix: pip install pyarrow"
            )
        import pyarrow.parquet

        # Imports come now, in the caller's thread: the first array looks for pandas, and a fork
        # while the ledger's own thread imports it would leave a child that waits for ever.
        pyarrow.array([""], pyarrow.string())

        self.ledger = ledger
        self.folder = folder
        self._packer = Packer(folder, rubric_name, rubric)
        self._begin()
        lifetime.keep(self)

    def _begin(self) -> None:
        """A writer with nothing in it: a new one, or a child's after a fork."""
        self._lock = threading.RLock()
        self._work = threading.Condition(self._lock)
        """Notified when there is something to write."""
        self._room = threading.Condition(self._lock)
        """Notified when something was written, or will not be for now."""
        self._writing = threading.RLock()
        self._thread: threading.Thread | None = None
        self._pending: deque[Entry] = deque()
        self._size = 0
        self._closing = False
        self._resting = self._hurry = False
        self._failed = float("-inf")
        """When the last try that failed began."""
        self._id = uuid.uuid4().hex
        self._pid = os.getpid()
        self._seq = self._number = self._calls = 0
        self._trouble: str | None = None
        self._tried = 0.0
        self._lost = 0
        self._told_lost = 0
        self._cause = ""
        self._exits = False

    # -- rewards in -----------------------------------------------------------------------------

    def call(self) -> int:
        """The number of a new call."""
        with self._lock:
            self._calls += 1
            return self._calls - 1

    def put(
        self,
        call: int,
        index: int,
        sample: Sample | None,
        reward: Reward,
        *,
        place: str | None = None,
        raw: Any = None,
    ) -> None:
        """Record one reward; waits where `full`. Never raises: a training goes on.

        Args:
            call: From `call`.
            index: Place in the call.
            sample: None where the row could not become one.
            reward: What it got.
            place: ``file:line``, where there is one.
            raw: The row, where there is no sample.
        """
        if self._pid != os.getpid():  # a fork that Python does not know of
            self._begin()
        size = 500 if sample is None else size_of(sample)
        since = time.monotonic()
        ended = False
        with self._lock:
            if not self._exits:
                self._exits = True
                lifetime.close_in_child(self.close)
            if self._is_full():
                self._wait_for_room()
            entry = Entry(
                time.time(), since, self._seq, call, index, place, sample, reward, raw, size
            )
            self._seq += 1
            ledger = self.ledger
            pending = self._pending
            if pending and (
                len(pending) >= ledger.backlog_rows or self._size + size > ledger.backlog_bytes
            ):
                self._lost += 1
                return
            pending.append(entry)
            self._size += size
            self._closing = False
            if not self._is_served() and not self._start():
                ended = True
            elif len(pending) == 1 or self._is_due(since):
                self._work.notify()
        if ended or lifetime.ending():
            self._flush(CLOSE_S)

    @property
    def lost(self) -> int:
        """Rewards that could not be recorded, so far."""
        return self._lost

    def rest(self) -> None:
        """A call has ended: a good moment to write, before the next one wants the interpreter."""
        if REST_SHARE * len(self._pending) >= self.ledger.flush_rows:
            with self._lock:
                self._resting = True
                self._work.notify()

    @property
    def full(self) -> bool:
        """Whether `put` would wait. Asked without the lock, so by the time of asking only."""
        return self._is_full()

    def _is_full(self) -> bool:
        ledger = self.ledger
        return self._trouble is None and (
            len(self._pending) >= ledger.flush_rows or self._size >= ledger.flush_bytes
        )

    def _is_due(self, now: float) -> bool:
        """Whether something is to be written now; with the lock held."""
        if not self._pending:
            return False
        ledger = self.ledger
        if self._hurry:
            return True
        if self._trouble is not None:
            return now >= self._tried + ledger.flush_s
        return (
            self._resting
            or 2 * len(self._pending) >= ledger.flush_rows
            or 2 * self._size >= ledger.flush_bytes
            or now >= self._pending[0].since + ledger.flush_s
        )

    def _wait_for_room(self) -> None:
        """Until a shard was written; not for ever, since a network's disk may not answer."""
        until, number = time.monotonic() + PATIENCE_S, self._number
        while self._is_full():
            if number != self._number:
                until, number = time.monotonic() + PATIENCE_S, self._number
            if not self._is_served() and not self._start():
                self._lock.release()
                try:
                    self._flush()
                finally:
                    self._lock.acquire()
                continue
            self._work.notify()
            left = until - time.monotonic()
            if left <= 0:
                self._in_trouble(f"the disk has not answered for {PATIENCE_S:g} s")
                return
            self._room.wait(min(left, 1.0))

    # -- shards out -----------------------------------------------------------------------------

    def _is_served(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _start(self) -> bool:
        """Start the thread; False at the end of the interpreter, which allows no more of them."""
        thread = threading.Thread(target=self._serve, name="assay-ledger", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            return False
        self._thread = thread
        return True

    def _serve(self) -> None:
        """The thread: write what is due, sleep until something is."""
        me = threading.current_thread()
        while True:
            with self._lock:
                while not self._is_due(now := time.monotonic()):
                    if self._pending and not self._closing:
                        due = self.ledger.flush_s + (
                            self._tried if self._trouble is not None else self._pending[0].since
                        )
                        self._work.wait(max(due - now, 0.001))
                    elif self._closing or not self._work.wait(IDLE_S):
                        if self._pending and not self._closing:
                            continue
                        if self._thread is me:
                            self._thread = None
                        return
            self._flush()

    def _flush(self, wait_s: float = -1.0) -> bool:
        """Write one shard of what is pending; False where nothing could be."""
        if not self._writing.acquire(timeout=wait_s):
            return False
        try:
            with self._lock:
                batch = self._batch()
                self._resting = False
            if not batch:
                return True
            began = self._tried = time.monotonic()
            try:
                left_out = self._packer.write(batch, self._id, self._pid, self._number)
            except Exception as err:  # whatever it is, the training goes on, and this is reported
                with self._lock:
                    self._failed = began
                    self._hurry = False  # `close` has its answer
                    self._in_trouble(reason(err))
                return False
            with self._lock:
                for entry in batch:
                    if self._pending and self._pending[0] is entry:  # else given up by `close`
                        self._size -= self._pending.popleft().size
                self._number += 1
                self._trouble = None
                if left_out.rows:
                    self._lost += left_out.rows
                    self._cause = left_out.why
                self._room.notify_all()
            if left_out.rows:
                _warn(
                    f"ledger {self.folder}: {left_out.rows} of {len(batch)} rewards cannot be "
                    f"recorded: {left_out.why}"
                )
            return True
        finally:
            self._writing.release()

    def _batch(self) -> list[Entry]:
        """What the next shard holds: at least one entry, if there is any."""
        batch: list[Entry] = []
        size = 0
        for entry in islice(self._pending, self.ledger.flush_rows):
            size += entry.size
            if batch and size > self.ledger.flush_bytes:
                break
            batch.append(entry)
        return batch

    def _in_trouble(self, why: str) -> None:
        """With the lock held. Reported once, until a shard is written again."""
        first = self._trouble is None
        self._trouble = self._cause = why
        self._tried = time.monotonic()
        self._room.notify_all()
        if first:
            _warn(
                f"ledger {self.folder}: rewards cannot be recorded: {why}"
                f"\n  up to {self.ledger.backlog_rows:,} are kept, and tried again every "
                f"{self.ledger.flush_s:g} s; those beyond are lost, and counted"
            )

    # -- the end --------------------------------------------------------------------------------

    def close(self) -> None:
        """Write what is pending and end the thread. A later `put` opens the ledger again.

        Never raises; what is lost by then is reported in one warning.
        """
        if self._pid != os.getpid():
            return
        with self._lock:
            if not self._write_all():
                self._lost += len(self._pending)
                self._pending.clear()
                self._size = 0
            self._closing = True
            lost, self._told_lost = self._lost - self._told_lost, self._lost
            self._trouble = None
            self._work.notify_all()
            self._room.notify_all()
        if lost:
            _warn(
                f"ledger {self.folder}: {lost:,} reward{'s' if lost > 1 else ''} could not be "
                f"recorded and {'are' if lost > 1 else 'is'} lost: "
                f"{self._cause or 'the disk does not answer'}"
            )

    def _write_all(self) -> bool:
        """Have the thread write what is pending; False where that failed. With the lock held.

        The thread and not we: a handler of a signal may have come upon its own thread with the
        lock in hand, which only a wait on a condition gives away wholly.
        """
        asked = time.monotonic()
        until = asked + CLOSE_S
        self._hurry = True
        try:
            while self._pending and self._failed < asked and time.monotonic() < until:
                if self._is_served() or self._start():
                    self._work.notify()
                    self._room.wait(1.0)
                elif not self._flush(CLOSE_S):  # no thread any more: nobody else wants the lock
                    break
            return not self._pending
        finally:
            self._hurry = False

    # -- forks ----------------------------------------------------------------------------------

    def before_fork(self) -> bool:
        """Hold off shards, where the disk lets us; for `lifetime` only."""
        return self._writing.acquire(timeout=FORK_S if self._trouble is None else 0.0)

    def after_fork_in_parent(self) -> None:
        """Let shards be written again."""
        self._writing.release()

    def after_fork_in_child(self) -> None:
        """What is pending is the parent's to write; the child records its own."""
        self._begin()


def _warn(message: str) -> None:
    """A warning that cannot become an exception: rewards are on their way to a training."""
    try:
        warnings.warn(message, RuntimeWarning, stacklevel=3)
    except RuntimeWarning:
        with contextlib.suppress(Exception):
            sys.stderr.write(f"assay: warning: {message}\n")
