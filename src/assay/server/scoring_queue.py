"""One rubric's queue: samples of all its requests, given to the engine in small batches.

Requests that wait at the same moment are one call of the engine: a call costs more than a sample.
Each sample's reward goes to its request as soon as it is there, so that nobody waits for a slow
neighbour of the batch.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Sequence
from contextlib import aclosing
from typing import NamedTuple

from assay.engine.calls.drivers import SampleOrError
from assay.engine.engine import Engine
from assay.errors import SampleError
from assay.model import Reward
from assay.server.metrics import ServerMetrics

_log = logging.getLogger("assay.server")

BATCH = 64
"""Samples of a call: enough that its cost is spread, few enough that the event loop breathes."""

UNDER_WAY = 8
"""Samples under way for each worker: more would only wait in the workers' queue, where they
cannot be refused in time. At least a `BATCH`, since most rubrics need no worker."""


class Scored(NamedTuple):
    """A sample's reward, and what was wrong with a sample that is `invalid`."""

    reward: Reward
    error: SampleError | None


class Order:
    """The samples of one request."""

    __slots__ = ("_found", "_left", "done", "items", "withdrawn")

    def __init__(self, rows: Sequence[SampleOrError]) -> None:
        self.items = [_QueuedSample(self, place, row) for place, row in enumerate(rows)]
        self.done: asyncio.Future[list[Scored]] = asyncio.get_running_loop().create_future()
        self.withdrawn = False
        self._found: list[Scored | None] = [None] * len(rows)
        self._left = len(rows)

    def put(self, place: int, scored: Scored) -> None:
        """The reward of one of them."""
        self._found[place] = scored
        self._left -= 1
        if not self._left and not self.done.done():
            self.done.set_result([item for item in self._found if item is not None])

    @property
    def found(self) -> list[Scored | None]:
        """What there is up to now, in the order of the samples."""
        return self._found

    def fail(self, error: Exception) -> None:
        """A fault of ours: the request gets no reward at all."""
        if not self.done.done():
            self.done.set_exception(error)


class _QueuedSample:
    """A sample of an order: waiting, under way, or done."""

    __slots__ = ("call", "done", "order", "place", "row")

    def __init__(self, order: Order, place: int, row: SampleOrError) -> None:
        self.order = order
        self.place = place
        self.row = row
        self.call: tuple[deque[int], int] | None = None
        """Under way: where to say that nobody waits any more, and its index there."""
        self.done = False


class ScoringQueue:
    """Scores orders, first come, first served. For one event loop.

    Args:
        name: What clients call the rubric.
        engine: Scores with it.
        workers: Of the engine.
        metrics: The server's.
    """

    def __init__(self, name: str, engine: Engine, workers: int, metrics: ServerMetrics) -> None:
        self.name = name
        self.engine = engine
        self.throughput = Throughput()
        self._metrics = metrics
        self._limit = max(BATCH, UNDER_WAY * workers)
        self._queue: deque[_QueuedSample] = deque()
        self._waiting = 0
        self._running = 0
        self._stir = asyncio.Event()
        self._calls: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """Samples not begun."""
        return self._waiting

    @property
    def running(self) -> int:
        """Samples under way."""
        return self._running

    def wait_s(self) -> float | None:
        """About how long a sample that comes now will wait; None where nothing is known yet."""
        rate = self.throughput.rate()
        return None if rate is None else self._waiting / rate

    def put(self, order: Order) -> None:
        """Queue the samples of a request."""
        self._note()
        self._queue.extend(order.items)
        self._waiting += len(order.items)
        self._show()
        self._stir.set()

    def withdraw(self, order: Order) -> None:
        """Nobody waits for this order any more: what has not begun never does, the rest ends."""
        if order.withdrawn:
            return
        self._note()
        order.withdrawn = True
        left = [item for item in order.items if not item.done]
        for item in left:
            item.done = True
            if item.call is None:
                self._waiting -= 1
            else:
                withdrawn, index = item.call
                withdrawn.append(index)
                self._running -= 1
        if left:
            self._metrics.withdrawn.labels(self.name).inc(len(left))
        self._show()
        self._stir.set()

    async def serve(self) -> None:
        """Give the engine what waits, for ever; end it by cancelling."""
        try:
            while True:
                await self._stir.wait()
                self._stir.clear()
                # what else arrives in this turn of the loop joins the same batch
                await asyncio.sleep(0)
                while self._waiting and self._running < self._limit:
                    batch = self._next(min(BATCH, self._limit - self._running))
                    task = asyncio.create_task(self._call(batch))
                    self._calls.add(task)
                    task.add_done_callback(self._calls.discard)
                    await asyncio.sleep(0)
                if not self._waiting:
                    self._queue.clear()  # of withdrawn ones
        finally:
            for task in self._calls:
                task.cancel()

    def _next(self, most: int) -> list[_QueuedSample]:
        batch: list[_QueuedSample] = []
        while self._queue and len(batch) < most:
            item = self._queue.popleft()
            if not item.done:
                batch.append(item)
        self._note()
        self._waiting -= len(batch)
        self._running += len(batch)
        self._show()
        return batch

    async def _call(self, batch: list[_QueuedSample]) -> None:
        withdrawn: deque[int] = deque()
        for index, item in enumerate(batch):
            item.call = (withdrawn, index)
        self._metrics.batch.labels(self.name).observe(len(batch))
        try:
            rows = [item.row for item in batch]
            async with aclosing(self.engine.aiter_batch(rows, withdrawn=withdrawn)) as done:
                async for index, reward, error in done:
                    self._finish(batch[index], Scored(reward, error))
        except Exception as err:  # a fault of ours or of the machine: words, never a number
            _log.exception("a call of the engine failed")
            for item in batch:
                if not item.done:
                    item.order.fail(err)
                    self.withdraw(item.order)

    def _finish(self, item: _QueuedSample, scored: Scored) -> None:
        if item.done:
            return
        self._note(finished=1)
        item.done = True
        self._running -= 1
        self._metrics.samples.labels(self.name, scored.reward.status).inc()
        item.order.put(item.place, scored)
        self._show()
        self._stir.set()

    def _note(self, finished: int = 0) -> None:
        self.throughput.note(self._waiting > 0, finished)

    def _show(self) -> None:
        self._metrics.waiting.labels(self.name).set(self._waiting)
        self._metrics.running.labels(self.name).set(self._running)


class Throughput:
    """Samples a second, measured only while others wait.

    While nobody waits, the rate of requests says nothing of what the server could do: taking it for
    that would refuse a burst that it can well serve. Older seconds count less.
    """

    HALF_LIFE_S = 30.0
    """As rollouts of a step may be of another kind than those of the last."""
    ENOUGH_S = 2.0
    """Seconds of a queue before which nothing is said: less is one slow program."""
    ENOUGH = 16.0
    """Samples, for the same reason."""

    def __init__(self) -> None:
        self._busy_s = 0.0
        self._finished = 0.0
        self._since = time.monotonic()

    def note(self, waited: bool, finished: int = 0) -> None:
        """Up to now since the last call, others waited or not, and so many were finished."""
        now = time.monotonic()
        seconds, self._since = now - self._since, now
        if not waited:
            return
        kept = math.exp2(-seconds / self.HALF_LIFE_S)
        self._busy_s = self._busy_s * kept + seconds
        self._finished = self._finished * kept + finished

    def rate(self) -> float | None:
        """Samples a second; None before enough has been seen."""
        if self._busy_s < self.ENOUGH_S or self._finished < self.ENOUGH:
            return None
        return self._finished / self._busy_s
