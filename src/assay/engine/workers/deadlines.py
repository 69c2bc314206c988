"""When a worker has to be looked at, and what is then to be done: the bounds of an item.

Decides, and does nothing: the pool carries it out.
"""

from __future__ import annotations

from typing import NamedTuple

from assay.engine.workers.blame import BLAME_SHARE, account, at_fault, own_share
from assay.engine.workers.job import Reply
from assay.engine.workers.process import WorkerProcess

START_S = 60.0
"""A worker that has not started, or not imported a verifier, by then is broken."""

STEAL_S = 0.1
"""What waits behind a job for this long is offered to other workers."""

TICK = 0.1
"""Share of its time after which an item is first looked at."""

OWN_SHARE = 0.95
"""An item has spent its time once this share of it was its own doing: kernels account in ticks."""

IDLE_S = 0.25
"""How long a worker that starts, imports or waits for the network is left alone."""


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
    if len(worker.jobs) > 1 and not worker.shared and spent < STEAL_S < bound:
        return STEAL_S
    if spent < bound:
        return bound
    steps = int(spent / (bound * TICK)) + 1
    return min(2.0 * bound, steps * bound * TICK)


def blocks_others(worker: WorkerProcess, now: float) -> bool:
    """Whether jobs have waited behind the first for too long, and are not yet offered to others."""
    if worker.since is None or worker.waiting or worker.shared or len(worker.jobs) < 2:
        return False
    return now - worker.since > STEAL_S


def look(worker: WorkerProcess, now: float) -> Decision | None:
    """What the bounds ask for now; None: let it go on. Takes the first account when it is due."""
    if not worker.alive or (not worker.jobs and worker.ready):
        return None
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
            worker.baseline = account(worker.pid)
        return None
    return _judge(worker, spent, bound) if spent >= bound else None


def _look_at_waiting(worker: WorkerProcess, now: float) -> Decision | None:
    """A waiting worker ends its jobs itself; one that no longer does so is replaced."""
    longest = max((job.timeout_s for job in worker.jobs), default=0.0)
    if worker.jobs and now - worker.touched > 2.0 * longest + 1.0:
        return Decision(retire=True, why="no longer answers")
    return None


def _judge(worker: WorkerProcess, spent: float, bound: float) -> Decision | None:
    """The first job's time is spent: whose fault is it?"""
    before = worker.baseline
    if before is None:
        return None
    if worker.reader.partial:
        return Decision(retire=True, why="stopped in the middle of a reply")
    state = account(worker.pid)
    own = own_share(before, state) * spent
    last = spent >= 2.0 * bound
    # Its own time counts: under load an item may take up to twice the bound to spend it.
    share = BLAME_SHARE if last else OWN_SHARE * bound / spent
    fault = at_fault(before, state, share)
    if fault == "completion":
        what = "cpu" if state.cpu - before.cpu > 0.5 * own else "sleep"
        found = {"limit": what, "seconds": round(own, 3), "timeout_s": bound}
        return Decision(("limit", found), retire=True)
    if fault == "stopped" and worker.jobs[0].attempts == 0:
        return Decision(retire=True, why="was stopped by the machine")
    if last or fault == "stopped":
        told = f"the machine gave it {own:.3g} of {bound:.3g} s"
        return Decision(("starved", (told, spent)), retire=True)
    return None
