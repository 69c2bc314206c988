"""When a worker has to be looked at, and what is then to be done: the bounds of an item.

Decides, and does nothing: the pool carries it out.
"""

from __future__ import annotations

from typing import NamedTuple

from assay.engine.workers.blame import (
    BLAME_SHARE,
    ProcessTimes,
    at_fault,
    own_s,
    process_times,
    was_stopped,
)
from assay.engine.workers.job import Job, Reply
from assay.engine.workers.worker_process import WorkerProcess

START_S = 60.0
"""A worker that has not started, or not imported a verifier, by then is broken. Far above what a
large library takes to import from a cold network disk: no item's clock runs meanwhile, and a start
that is cut off too early would be tried again for nothing."""

STEAL_S = 0.1
"""What waits behind a job for this long is offered to other workers. Ten times what a pipe is
filled with (`scheduling.WINDOW_S`), so that it happens to slow jobs and not to all; a tenth of a
second is nothing to a batch, and a wrong guess costs one job that is done twice."""

TICK = 0.1
"""Share of its time after which an item is first looked at. An account costs 50 microseconds, and
most items are done long before a tenth of their bound: they never cost one. Blame rests on what
happened since; of the first tenth only the CPU time is known, which the worker sent with its last
frame, and the rest of it is charged to nobody."""

AGAIN = 0.05
"""Share of its time after which an item is looked at again, once its time is over. An item that
slept through the first tenth has spent its own time at 1.05 of its bound, and is then ended."""

OWN_SHARE = 0.95
"""An item has spent its time once this share of it was its own doing. Not all of it: the kernel
keeps a process waiting now and then on an idle machine, too."""

STOPPED = "was stopped by the machine"
"""Why a worker was replaced that somebody stopped: no item is to blame for it."""

STILLBORN = 3
"""Workers in a row that ended before they were ready: then none will start."""

STOPS = 10
"""Workers in a row that were stopped before they were ready: then somebody means it."""

HALT_S = 0.5
"""A worker that starts, imports or waits is replaced when it has been stopped for this long."""

IDLE_S = 0.25
"""How often a worker that starts, imports or waits for the network is looked at. These have bounds
of seconds, and whatever they send is read at once: seldom is enough, and costs nothing."""


class Decision(NamedTuple):
    """What to do with a worker and its first job."""

    reply: Reply | None = None
    """Settle the job with this."""
    retire: bool = False
    """Replace the worker."""
    why: str | None = None
    """What the job is to blame for; it gets one more try."""


def bound_s(worker: WorkerProcess) -> float:
    """Bound of the first job, in seconds."""
    return max(worker.jobs[0].timeout_s, worker.extra_s)


def next_look_s(worker: WorkerProcess, now: float) -> float | None:
    """In how many seconds the worker is to be looked at; None if it has nothing to do."""
    if not worker.jobs and worker.ready:
        return None
    if worker.since is None or worker.waiting or worker.preparing_until is not None:
        return IDLE_S
    return max(0.001, _due(worker, now - worker.since) - (now - worker.since))


def _due(worker: WorkerProcess, spent: float) -> float:
    """At how many seconds into the first job to look next."""
    bound = bound_s(worker)
    if worker.baseline is None:
        return bound * TICK
    if len(worker.jobs) > 1 and not (worker.shared or worker.together) and spent < STEAL_S < bound:
        return STEAL_S
    if spent < bound:
        return bound
    # Beyond its bound the machine was too busy to tell yet: look again every so often, so that an
    # item is ended soon after its own time is spent, and at twice the bound in any case.
    steps = int(spent / (bound * AGAIN)) + 1
    return min(2.0 * bound, steps * bound * AGAIN)


def blocks_others(worker: WorkerProcess, now: float) -> bool:
    """Whether jobs have waited behind the first for too long, and are not yet offered to others."""
    if worker.since is None or worker.waiting or worker.shared or worker.together:
        return False
    if len(worker.jobs) < 2:
        return False
    return now - worker.since > STEAL_S


def look(worker: WorkerProcess, now: float) -> Decision | None:
    """What the bounds ask for now; None: let it go on. Takes the first account when it is due."""
    if not worker.alive or (not worker.jobs and worker.ready):
        return None
    if (worker.since is None or worker.waiting) and _halted(worker, now):
        return Decision(retire=True, why=STOPPED)
    if worker.since is None:
        late = now - worker.touched > START_S
        return Decision(retire=True, why=f"did not start within {START_S:.0f} s") if late else None
    if worker.waiting:
        return _look_at_waiting(worker, now)
    if worker.preparing_until is not None:
        if now < worker.preparing_until:
            return None
        why = "reading its tests, or starting a sandbox for them, took too long"
        return Decision(("late", why), retire=True)
    spent = now - worker.since
    bound = bound_s(worker)
    if worker.baseline is None:
        if spent >= bound * TICK:
            worker.baseline = process_times(worker.pid)
            was_stopped(worker.pid)  # before it: of another item
        return None
    return _judge(worker, worker.baseline, spent, bound) if spent >= bound else None


def _halted(worker: WorkerProcess, now: float) -> bool:
    """Whether a worker that no clock runs for has been stopped for a while."""
    if process_times(worker.pid).state not in "Tt":
        worker.halted = None
        return False
    if worker.halted is None:
        worker.halted = now
    return now - worker.halted >= HALT_S


def none_starts(stillborn: int, why: str | None) -> bool:
    """Whether so many workers in a row that were never ready mean that none ever will be."""
    return stillborn >= (STOPS if why == STOPPED else STILLBORN)


def lost_twice(why: str, job: Job) -> Reply:
    """What a job comes to whose worker was lost a second time."""
    noted = f"its worker {why}, twice"
    if why == STOPPED:  # the machine's doing: no bug of anybody's
        return "starved", (noted, 2.0 * job.timeout_s)
    return "dead", noted


def _look_at_waiting(worker: WorkerProcess, now: float) -> Decision | None:
    """A waiting worker ends its jobs itself; one that no longer does so is replaced."""
    bounds = [max(job.timeout_s, job.deadline_s) for job in worker.jobs]
    # twice the bound and a second: it ends each job at the bound by its own clock, and a busy
    # machine may delay that as much again
    if bounds and now - worker.touched > 2.0 * max(bounds) + 1.0:
        return Decision(retire=True, why="no longer answers")
    return None


def _judge(
    worker: WorkerProcess, before: ProcessTimes, spent: float, bound: float
) -> Decision | None:
    """The first job's time is spent: whose fault is it?"""
    # First what the worker itself shows, then what the kernel says: a reply cut off in the middle
    # means that it was killed or stopped as it wrote, and neither is the completion's doing.
    if worker.reader.partial:
        return Decision(retire=True, why="stopped in the middle of a reply")
    state = process_times(worker.pid)
    # The CPU time before the first account is known, too: the worker's last frame said what it
    # had used by then.
    head = min(max(0.0, before.alone - worker.cpu_s), max(0.0, spent - (state.wall - before.wall)))
    # Seen ready to run, less is known of it than when it was last seen asleep.
    own = worker.own_s = max(worker.own_s, head + own_s(before, state))
    last = spent >= 2.0 * bound
    # Its own time counts: under load an item may take up to twice the bound to spend it.
    needed = BLAME_SHARE * 2.0 * bound if last else OWN_SHARE * bound
    fault = "stopped" if was_stopped(worker.pid) else at_fault(own, needed, state.state)
    if fault == "completion":
        # by what most of its own time went to; a program that does a bit of both is named by one
        what = "cpu" if head + state.cpu - before.cpu > 0.5 * own else "sleep"
        found = {"limit": what, "seconds": round(own, 3), "timeout_s": bound}
        return Decision(("limit", found), retire=True)
    # A debugger, a full disk or a paused container stops processes; once more in a fresh worker
    # tells a passing trouble from a lasting one, and twice is as long as anybody has to wait.
    if fault == "stopped" and worker.jobs[0].attempts == 0:
        return Decision(retire=True, why=STOPPED)
    if last or fault == "stopped":
        noted = f"the machine was too busy: it ran {own:.3g} of its {bound:.3g} s"
        return Decision(("starved", (noted, spent)), retire=True)
    return None
