"""The worker processes of this process, and the one thread that serves them.

A single thread starts every worker, so a worker dies with the process (the kernel's
parent-death signal follows the *thread* that forked) and not with whichever thread first asked
for a verdict. The thread routes frames by their header and never parses a verdict; callers do.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections import deque

from assay.engine.workers import deadlines
from assay.engine.workers.frames import (
    ALONE,
    READY,
    WANTED,
    FrameError,
    PipeFrame,
)
from assay.engine.workers.job import Job, Reply
from assay.engine.workers.scheduling import JobTimes, Work, fill
from assay.engine.workers.sharing import SharedRuns
from assay.engine.workers.wakeups import Wakeups
from assay.engine.workers.worker_process import WorkerProcess
from assay.errors import WorkerError

RESENDS = 3
"""How often a job's contents are sent again to workers that do not have them."""


class WorkerPool:
    """Up to `size` workers, started as they are needed.

    Args:
        size: Workers for killable verifiers; one more process serves all that wait.
        memory_bytes: Address space of each; 0: no bound.
    """

    def __init__(self, size: int, memory_bytes: int) -> None:
        self.size = size
        self.memory_bytes = memory_bytes
        self.pid = os.getpid()
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._incoming: deque[Job] = deque()
        self._recipes: dict[int, bytes] = {}
        self._pace = JobTimes()
        self._killable = Work(False, size)
        self._waiting = Work(True, 1)
        self._dying: list[WorkerProcess] = []
        self._closing = False
        self._ended = False
        self._cancelled: set[Job] = set()
        self._shared = SharedRuns()
        self._wakeups = Wakeups(self._lock)
        self._thread = threading.Thread(target=self._run, name="assay-pool", daemon=True)
        self._thread.start()

    # -- for callers, from any thread -----------------------------------------------------------

    @property
    def alive(self) -> bool:
        """Whether it can serve this process."""
        return not self._closing and self.pid == os.getpid() and self._thread.is_alive()

    def introduce(self, number: int, recipe: bytes) -> None:
        """Make a verifier with its params known under a number."""
        self._recipes[number] = recipe

    def submit(self, jobs: list[Job]) -> None:
        """Queue jobs; each is delivered exactly once, unless cancelled.

        Those that ask for the same as one under way (`Job.same`) get its reply.
        """
        with self._lock:
            if not self._ended:
                for job in jobs:
                    job.number = next(self._numbers)
                self._incoming.extend(jobs)
                jobs = []
        for job in jobs:
            job.deliver(job, ("lost", "the pool was closed"))
        self._wakeups.wake()

    def cancel(self, jobs: list[Job]) -> None:
        """Forget jobs that have not been delivered; what runs for none but them is killed."""
        for job in jobs:
            job.cancelled = True
        with self._lock:
            self._cancelled.update(jobs)
        self._wakeups.wake()

    def close(self) -> None:
        """Kill every worker and wait until they are gone. Jobs not delivered are `lost`."""
        if self.pid != os.getpid() or self._closing:
            return
        self._closing = True
        self._wakeups.wake(force=True)
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout=10.0)

    def abandon(self) -> None:
        """In a forked child: let go of the parent's descriptors without touching its workers."""
        self._closing = True
        for work in (self._killable, self._waiting):
            for worker in work.workers:
                worker.abandon()
            work.workers.clear()
        for worker in self._dying:
            worker.popen.returncode = 0
        self._wakeups.close()

    # -- the thread -----------------------------------------------------------------------------

    def _run(self) -> None:
        reason = "the pool was closed"
        try:
            while not self._closing:
                self._turn()
        except BaseException as err:  # a bug of ours must not leave callers waiting
            reason = f"the pool failed: {type(err).__name__}: {err}"
            raise
        finally:
            self._closing = True
            self._end(reason)

    def _turn(self) -> None:
        for worker, what in self._wakeups.wait(self._patience()):
            if not worker.alive:
                continue
            if what == "replies":
                self._receive(worker)
            elif what == "requests":
                self._flush(worker)
            else:
                self._receive(worker)  # its last words
                if worker.alive:
                    self._lose(worker, None)
        if self._incoming:
            self._sort()
        if self._cancelled:
            self._drop_cancelled()
        now = time.monotonic()
        for work in (self._killable, self._waiting):
            for worker in list(work.workers):
                self._check(work, worker, now)
            if work.queue:
                self._assign(work, now)
        if self._dying:
            self._dying = [w for w in self._dying if not w.ended()]

    def _sort(self) -> None:
        while self._incoming:
            job = self._incoming.popleft()
            if job.cancelled or self._shared.join(job):
                continue
            (self._waiting if job.waiting else self._killable).queue.append(job)

    def _drop_cancelled(self) -> None:
        with self._lock:
            left, self._cancelled = self._cancelled, set()
        gone = {run for job in left if (run := self._shared.leave(job)) is not None}
        if not gone:
            return
        for work in (self._killable, self._waiting):
            if any(job.done for job in work.queue):
                work.queue = deque(job for job in work.queue if not job.done)
            if work.waiting:
                continue
            for worker in list(work.workers):
                if worker.jobs and worker.jobs[0] in gone:
                    self._retire(worker)

    def _patience(self) -> float | None:
        """Seconds until something has to be looked at."""
        soonest: float | None = 0.05 if self._dying else None
        now = time.monotonic()
        for work in (self._killable, self._waiting):
            for worker in work.workers:
                wait = deadlines.next_look_s(worker, now)
                if wait is not None:
                    soonest = wait if soonest is None else min(soonest, wait)
        return soonest

    def _check(self, work: Work, worker: WorkerProcess, now: float) -> None:
        """Hold the worker to its bounds."""
        if work.size > 1 and deadlines.blocks_others(worker, now):
            work.offer_to_others(worker)
        decision = deadlines.look(worker, now)
        if decision is None or self._heard(worker):
            return
        if decision.reply is not None and not worker.together:  # of a batch, nobody is to blame yet
            self._settle(worker.jobs[0], decision.reply)
        if decision.retire:
            self._retire(worker, decision.why)

    # -- replies --------------------------------------------------------------------------------

    def _heard(self, worker: WorkerProcess) -> bool:
        """Whether it has ended, or has said meanwhile what sets its clock anew.

        This thread may come late: what lies in the pipe by now is not to be held against an item
        whose worker has long answered, and sleeps until it gets the next one. Asked after the
        kernel's account was taken, so that silence means that it had not answered by then.
        """
        before = worker.clock
        if worker.alive and worker.replies >= 0:
            self._receive(worker)
        return not worker.alive or worker.clock != before

    def _receive(self, worker: WorkerProcess) -> None:
        data = worker.read()
        if data is None:
            self._lose(worker, None)
            return
        try:
            for frame in worker.reader.feed(data):
                self._take(worker, frame)
                if not worker.alive:
                    return
        except FrameError as err:
            self._retire(worker, f"sent garbage: {err}")

    def _take(self, worker: WorkerProcess, frame: PipeFrame) -> None:
        now = time.monotonic()
        if frame.kind == READY:
            self._work(worker).stillborn = 0
        if worker.note(frame, now):
            return
        if worker.waiting:
            self._take_waiting(worker, frame)
        else:
            self._take_result(worker, frame, now)

    def _take_result(self, worker: WorkerProcess, frame: PipeFrame, now: float) -> None:
        if not worker.jobs or worker.jobs[0].number != frame.number:
            raise FrameError(f"a reply to job {frame.number}, which it was not given")
        job = worker.jobs[0]
        payload = frame.payload
        replace = payload.startswith(b"!")
        worker.jobs.popleft()
        worker.together = max(0, worker.together - 1)
        self._answered(worker, job, payload[1:] if replace else payload)
        if not worker.jobs:
            worker.shared = False
        self._pace.learn(job.verifier, frame.wall)
        worker.start_clock(now)
        if replace:
            self._retire(worker)

    def _take_waiting(self, worker: WorkerProcess, frame: PipeFrame) -> None:
        job = next((job for job in worker.jobs if job.number == frame.number), None)
        if job is None:
            raise FrameError(f"a reply to job {frame.number}, which it was not given")
        worker.jobs.remove(job)
        self._answered(worker, job, frame.payload)

    def _answered(self, worker: WorkerProcess, job: Job, payload: bytes) -> None:
        work = self._work(worker)
        if payload == WANTED:
            # We note what it keeps as it does, so that this is seldom, and needs no finesse.
            worker.held.clear()
            job.resent += 1
            if job.resent > RESENDS:
                self._settle(job, ("dead", "its worker did not keep what it was sent"))
            elif not job.done:
                work.queue.appendleft(job)
            return
        if payload == ALONE and not job.alone:
            job.alone = True
            if not job.done:
                work.queue.appendleft(job)
            return
        self._settle(job, ("reply", payload))

    def _settle(self, job: Job, reply: Reply) -> None:
        self._shared.settle(job, reply)

    # -- workers --------------------------------------------------------------------------------

    def _work(self, worker: WorkerProcess) -> Work:
        return self._waiting if worker.waiting else self._killable

    def _start(self, work: Work) -> bool:
        try:
            worker = WorkerProcess(self.memory_bytes, work.waiting)
        except WorkerError as err:
            if not work.workers:  # else those that there are do it all
                self._fail(work, str(err))
            return False
        work.workers.append(worker)
        self._wakeups.watch(worker)
        self._flush(worker)
        return True

    def _fail(self, work: Work, why: str) -> None:
        while work.queue:
            self._settle(work.queue.popleft(), ("lost", why))

    def _flush(self, worker: WorkerProcess) -> None:
        could = worker.can_begin
        worker.flush()
        if worker.jobs and worker.can_begin and not could:
            worker.touched = now = time.monotonic()
            worker.start_clock(now)
        self._wakeups.watch_requests(worker)

    def _retire(self, worker: WorkerProcess, why: str | None = None) -> None:
        """Kill a worker; its first job is to blame if `why` is given."""
        worker.kill()
        self._lose(worker, why, killed=True)

    def _lose(self, worker: WorkerProcess, why: str | None, killed: bool = False) -> None:
        """A worker is gone: bury it, and give its jobs to others."""
        work = self._work(worker)
        self._wakeups.forget(worker)
        worker.kill()  # what it leaves behind in its process group
        worker.close()
        work.workers.remove(worker)
        if not worker.ended():
            if killed:
                self._dying.append(worker)
            else:
                worker.wait()
        if not killed:
            why = worker.death()
        for job in list(worker.jobs)[: worker.together]:
            job.alone = True
        jobs = [job for job in worker.jobs if not job.done]
        worker.jobs.clear()
        if not worker.ready:
            work.stillborn += 1
            if deadlines.none_starts(work.stillborn, why):
                work.queue.extendleft(reversed(jobs))
                self._fail(work, f"workers do not start: the last one {why or 'was killed'}")
                work.stillborn = 0
                return
        if why is not None and jobs and worker.ready:
            guilty = jobs if work.waiting else [] if worker.together else jobs[:1]
            for job in guilty:
                job.attempts += 1
                if job.attempts >= 2:
                    self._settle(job, deadlines.lost_twice(why, job))
        work.give_back(jobs)

    def _assign(self, work: Work, now: float) -> None:
        """Hand queued jobs to workers that have room."""
        work.drop_done()
        for _ in range(work.missing()):
            if not self._start(work):
                break
        share = work.share
        for worker in work.taking:
            if not (work.queue and worker.ready):
                continue
            was_idle = not worker.jobs
            if fill(work, worker, share, self._pace, self._recipes):
                if was_idle:
                    worker.touched = now
                    worker.start_clock(now)
                self._flush(worker)  # starts the clock of a job that is written only now

    def _end(self, reason: str) -> None:
        """Kill and bury everything; every caller gets an answer."""
        with self._lock:
            self._ended = True
            self._wakeups.stop()
        self._sort()
        for work in (self._killable, self._waiting):
            jobs = [job for worker in work.workers for job in worker.jobs]
            for worker in work.workers:
                worker.kill()
            for worker in work.workers:
                worker.wait()
                worker.close()
            work.workers.clear()
            work.queue.extendleft(job for job in jobs if not job.done)
            self._fail(work, reason)
        for worker in self._dying:
            worker.wait()
        self._dying.clear()
        self._wakeups.close()
