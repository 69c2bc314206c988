"""How a call is driven: by a thread that may block, or on an event loop that must not."""

from __future__ import annotations

import contextlib
import queue
import time
from collections import deque
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from assay.engine.calls.call_state import Call
from assay.engine.resources import Resources
from assay.engine.workers.job import Job, Reply
from assay.errors import SampleError
from assay.model import Reward, Sample

Given: TypeAlias = Sample | SampleError | Mapping[str, Any]
"""What callers may give: a sample, a row of a data set as a dict, or the error of one."""

SampleOrError: TypeAlias = Sample | SampleError
"""A sample, or the error of a row that could not become one: it yields an `invalid` reward."""

Done: TypeAlias = tuple[int, Reward, SampleError | None]
"""Index, reward, and the error of a sample that is invalid."""

AHEAD = 1024
"""Samples that a call reads ahead of those it has finished."""

POST = 64
"""Jobs that are collected before the pool gets them."""

LOOK_S = 1.0
"""How often a call that waits makes sure that its pool is still there."""

BREATH_S = 0.004
"""How long a call keeps an event loop to itself, but for the one step that it is in: a sample that
is judged here takes up to some milliseconds. Others on the loop are to wait for 10 ms at most."""


class _Feed:
    """A call and the samples that are still to come."""

    def __init__(
        self,
        call: Call,
        resources: Resources,
        samples: Iterable[SampleOrError | None],
        budget_s: float | None,
    ) -> None:
        self.call = call
        self._resources = resources
        self._rows = iter(samples)
        self._index = 0
        self._budget_s = budget_s
        self._deadline = None if budget_s is None else time.monotonic() + budget_s
        self._more = True
        self._withdrawn: set[int] = set()

    @property
    def going(self) -> bool:
        return self._more or self.call.open > 0

    @property
    def must_wait(self) -> bool:
        """Whether nothing is left to do but to wait for workers."""
        call = self.call
        return not call.done and call.open > 0 and (not self._more or call.open >= AHEAD)

    def patience_s(self) -> float:
        if self._deadline is None:
            return LOOK_S
        return min(LOOK_S, max(0.0, self._deadline - time.monotonic()))

    def take_one(self) -> None:
        """Start on one more sample, if there is room; hand what has been collected to the pool."""
        call = self.call
        if self._more and call.open < AHEAD:
            for row in self._rows:
                if row is not None:
                    index, self._index = self._index, self._index + 1
                    if index not in self._withdrawn:
                        call.feed(index, row)
                break
            else:
                self._more = False
        if call.posts and (call.posts >= POST or not self._more or call.open >= AHEAD):
            call.post()

    def out_of_time(self) -> bool:
        """Whether the budget is spent."""
        return self._deadline is not None and time.monotonic() >= self._deadline

    def give_up(self) -> Iterator[None]:
        """Make all that is left `timed_out`, a sample a step."""
        call = self.call
        because = f"the call's budget of {self._budget_s:g} s was spent"
        jobs = call.jobs
        call.drop_outbox()
        self._cancel(jobs)
        for job in (None, *jobs):  # first what is ripe already
            if job is not None:
                call.take(job, ("budget", because))
            while call.ripe:
                call.finish()
                yield
        for row in self._rows:
            if row is not None:
                index, self._index = self._index, self._index + 1
                if index not in self._withdrawn:
                    call.skip(index, row, because)
            yield
        self._more = False

    def withdraw(self, index: int) -> None:
        """Nobody waits for this sample any more, whether it has been begun or not."""
        self._withdrawn.add(index)
        self._cancel(self.call.withdraw(index))

    def look_after(self) -> None:
        """Nothing came for a while: if the pool is no more (a fork in mid-call), nothing will."""
        if not self._resources.pool.alive:
            for job in self.call.jobs:
                self.call.take(job, ("lost", "its pool of workers is gone"))

    def leave(self) -> None:
        """An exception, Ctrl-C, or a caller who takes no more rewards: nobody waits for these."""
        if self.call.open:
            self._cancel(self.call.jobs)

    def _cancel(self, jobs: list[Job]) -> None:
        if jobs:
            self._resources.pool.cancel(jobs)


def run(
    resources: Resources, samples: Iterable[SampleOrError], timeout_s: float, budget_s: float | None
) -> Iterator[Done]:
    """Rewards as they are done; blocks while workers judge."""
    mail: queue.SimpleQueue[tuple[Job, Reply]] = queue.SimpleQueue()
    call = Call(resources, timeout_s, lambda job, reply: mail.put((job, reply)))
    feed = _Feed(call, resources, samples, budget_s)
    done = call.done
    try:
        while feed.going:
            if feed.out_of_time():
                deque(feed.give_up(), maxlen=0)
                break
            feed.take_one()
            if call.open:  # else nothing is out, and no mail is waited for
                while not mail.empty():
                    call.take(*mail.get())
                while call.ripe:
                    call.finish()
                if feed.must_wait:
                    try:
                        call.take(*mail.get(timeout=feed.patience_s()))
                    except queue.Empty:
                        feed.look_after()
            while done:
                yield done.popleft()
        while done:
            yield done.popleft()
    finally:
        feed.leave()


async def arun(
    resources: Resources,
    samples: Iterable[SampleOrError | None],
    timeout_s: float,
    budget_s: float | None,
    withdrawn: deque[int] | None = None,
) -> AsyncGenerator[Done, None]:
    """As `run`, without blocking the event loop while workers judge.

    Args:
        resources: What the engine runs.
        samples: As for `run`; None: nothing is there yet, and others on the loop may go on.
        timeout_s: Bound of an item.
        budget_s: Bound of the call.
        withdrawn: Read all the time: a sample whose index is put into it gets no reward, and its
            work ends within `LOOK_S`.
    """
    import asyncio  # here, for most calls block, and it costs a first one 15 ms

    loop = asyncio.get_running_loop()
    mail: deque[tuple[Job, Reply]] = deque()
    arrived = asyncio.Event()
    noted = False

    def deliver(job: Job, reply: Reply) -> None:
        nonlocal noted
        mail.append((job, reply))
        if not noted:
            noted = True
            with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits any more
                loop.call_soon_threadsafe(arrived.set)

    call = Call(resources, timeout_s, deliver)
    feed = _Feed(call, resources, samples, budget_s)
    until = time.monotonic() + BREATH_S

    async def breathe() -> None:
        """Others on this loop want to live, too."""
        nonlocal until
        await asyncio.sleep(0)
        until = time.monotonic() + BREATH_S

    try:
        while feed.going:
            if feed.out_of_time():
                for _ in feed.give_up():
                    if time.monotonic() > until:
                        await breathe()
                break
            if time.monotonic() > until:
                await breathe()
            feed.take_one()
            arrived.clear()
            noted = False  # before the mail is read, or a letter would lie there unseen
            while mail or call.ripe:
                if call.ripe:
                    call.finish()
                else:
                    call.take(*mail.popleft())
                if time.monotonic() > until:
                    await breathe()
            while withdrawn:
                feed.withdraw(withdrawn.popleft())
            if feed.must_wait:
                try:
                    await asyncio.wait_for(arrived.wait(), feed.patience_s())
                except TimeoutError:
                    feed.look_after()
                until = time.monotonic() + BREATH_S
            while call.done:
                yield call.done.popleft()
        while call.done:
            yield call.done.popleft()
            if time.monotonic() > until:
                await breathe()
    finally:
        feed.leave()
