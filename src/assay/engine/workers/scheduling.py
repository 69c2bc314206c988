"""Which jobs a worker gets, and how many at once.

A worker's pipe holds about as much work as keeps it from running dry, and no more: what is in it
cannot go to another worker that has become free. Decides from what it is shown, and starts, reads
and kills nothing: the pool does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from assay.engine.workers.frames import (
    ESCALATED,
    RECIPE,
    VERIFY,
    VERIFY_MANY,
    batch_payload,
    encode,
)
from assay.engine.workers.job import Job
from assay.engine.workers.worker_process import WorkerProcess

WINDOW_S = 0.01
"""About as much work as this is kept in a worker's pipe, so that it never runs dry. Python switches
threads every 5 ms, so the pool's thread may come late by that: less would leave workers idle, more
would sit behind a slow job."""

WINDOW_JOBS = 128
"""Jobs in a worker's pipe at most: what a killed worker held is judged again by others."""

WINDOW_BYTES = 1 << 20
"""Bytes of them at most: what Linux lets a pipe hold (`fs.pipe-max-size`); the rest would lie in
our own memory."""

BATCH_BYTES = 8 << 20
"""Bytes of samples in one batch at most; they lie in our own memory, and in the worker's."""

LATELY = 0.2
"""Weight of the newest job in how long a verifier's jobs take. Five jobs or so decide: one slow
completion changes little, and another data set shows soon."""


@dataclass(slots=True)
class Work:
    """Jobs of one kind and the workers that take them."""

    waiting: bool
    size: int
    queue: deque[Job] = field(default_factory=deque)
    workers: list[WorkerProcess] = field(default_factory=list)
    stillborn: int = 0
    """Workers in a row that died before they were ready."""

    @property
    def taking(self) -> list[WorkerProcess]:
        """Workers that take further jobs, those that hold the fewest first.

        Not those whose queue was offered to others: their first job is slow, and may be for good.
        """
        return sorted((w for w in self.workers if not w.shared), key=lambda w: len(w.jobs))

    @property
    def share(self) -> int:
        """How many of the queued jobs a worker gets, so that the others have work too."""
        return -(-len(self.queue) // max(1, len(self.taking)))

    def drop_done(self) -> None:
        """Let go of jobs at the head of the queue that another worker has answered."""
        while self.queue and self.queue[0].done:
            self.queue.popleft()

    def missing(self) -> int:
        """How many workers to start for what is queued."""
        idle = sum(1 for w in self.workers if not w.shared and not w.jobs)
        # one a queued job at most: an engine of many cores that judges one sample starts one worker
        wanted = min(self.size, len(self.queue)) - idle
        return max(0, min(wanted, self.size - len(self.workers)))

    def offer_to_others(self, worker: WorkerProcess) -> None:
        """Queue again what waits behind a slow job; the first answer counts."""
        worker.shared = True
        behind = list(worker.jobs)[1:]
        self.queue.extendleft(reversed([job for job in behind if not job.done]))

    def give_back(self, jobs: list[Job]) -> None:
        """Queue a lost worker's jobs again, first, but for those that others still hold."""
        elsewhere = set(self.queue).union(*(worker.jobs for worker in self.workers))
        again = [job for job in jobs if not job.done and job not in elsewhere]
        self.queue.extendleft(reversed(again))


class JobTimes:
    """How long jobs of each verifier take, lately, in seconds."""

    __slots__ = ("_seconds",)

    def __init__(self) -> None:
        self._seconds: dict[int, float] = {}

    def learn(self, verifier: int, wall: float) -> None:
        """A job of the verifier took `wall` seconds."""
        before = self._seconds.get(verifier)
        wall = max(wall, 1e-6)  # a clock too coarse to see a job: still not "takes no time"
        new = wall if before is None else (1.0 - LATELY) * before + LATELY * wall
        self._seconds[verifier] = new

    def of(self, verifier: int) -> float:
        """What a job of the verifier is expected to take, in seconds.

        Unknown: as much as fills a pipe, so that the first worker gets one job and shows how long
        it takes before it gets more.
        """
        return self._seconds.get(verifier, WINDOW_S)


def fill(
    work: Work, worker: WorkerProcess, share: int, pace: JobTimes, recipes: Mapping[int, bytes]
) -> int:
    """Move queued jobs to a worker that has room for them, as frames to be flushed.

    Args:
        work: Whose queue is taken from.
        worker: One of its workers, ready.
        share: The most it gets; an idle one gets one in any case.
        pace: How long jobs take, and so how much work its pipe holds.
        recipes: Number of a verifier -> what a worker needs to build it, before its first job.

    Returns:
        How many it got.
    """
    was_idle = not worker.jobs
    held = sum(len(job.payload) for job in worker.jobs)
    seconds = sum(pace.of(job.verifier) for job in worker.jobs)
    given = 0
    while work.queue and (given < share or (was_idle and not worker.jobs)):
        job = work.queue[0]
        if job.done:
            work.queue.popleft()
            continue
        if work.waiting:
            found = next(_with_room(work, worker), None)
            if found is None:
                break
            job = found
        elif worker.together:
            break
        elif worker.jobs:
            if job.batch > 1 and not job.alone:
                break  # a batch is for a worker that has nothing else
            full = len(worker.jobs) >= WINDOW_JOBS or held + _bytes(worker, job) > WINDOW_BYTES
            if full or seconds + pace.of(job.verifier) > WINDOW_S or job.attempts:
                break  # a job that killed a worker travels alone
        batch = _batch(work, job, job.batch if work.waiting else min(job.batch, share))
        given += len(batch)
        held += sum(_bytes(worker, each) for each in batch)
        seconds += len(batch) * pace.of(job.verifier)
        if job.verifier not in worker.introduced:
            worker.introduced.add(job.verifier)
            worker.outgoing += encode(RECIPE, job.verifier, recipes[job.verifier])
        body = b"%d\n%r\n" % (job.verifier, job.timeout_s)
        if len(batch) == 1:
            kind = ESCALATED if job.escalated else VERIFY
            worker.give(encode(kind, job.number, body + job.payload), batch)
            continue
        samples = batch_payload((each.number, each.payload) for each in batch)
        worker.give(encode(VERIFY_MANY, job.number, body + samples), batch)
        if not work.waiting:
            worker.together = len(batch)
    return given


def _bytes(worker: WorkerProcess, job: Job) -> int:
    """What the job adds to a worker's pipe."""
    new = (len(each.data) for each in job.contents if each.digest not in worker.held)
    return len(job.payload) + sum(new)


def _with_room(work: Work, worker: WorkerProcess) -> Iterator[Job]:
    """Queued jobs whose verifiers have fewer under way than they may, in order."""
    under_way: dict[int, int] = {}
    for job in worker.jobs:
        under_way[job.verifier] = under_way.get(job.verifier, 0) + 1
    for job in work.queue:
        # the worker itself holds the calls to their number; this keeps one verifier's jobs from
        # lying there in the way of another's
        if not job.done and under_way.get(job.verifier, 0) < job.concurrency * job.batch:
            yield job


def _batch(work: Work, first: Job, most: int) -> list[Job]:
    """Take `first` and others of its verifier out of the queue, `most` at most."""
    batch = [first]
    if not first.alone and not first.attempts:
        size = len(first.payload)
        for job in work.queue:
            if len(batch) >= most:
                break
            if job is first or job.done or job.alone or job.attempts:
                continue
            if job.verifier != first.verifier or job.timeout_s != first.timeout_s:
                continue
            size += len(job.payload)
            if size > BATCH_BYTES:
                break
            batch.append(job)
    if len(batch) == 1 and work.queue[0] is first:
        work.queue.popleft()
    else:
        taken = set(map(id, batch))
        work.queue = deque(job for job in work.queue if id(job) not in taken)
    return batch
