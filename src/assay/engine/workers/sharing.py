"""Jobs that ask for the same at the same time: one of them is run, the others wait for its reply.

Calls of several threads, and of several engines with the same pool, ask for the same when a group
has equal completions that take long. Only the pool's thread uses this, so it has no locks, and a
forked child, which gets a pool of its own, finds nothing in it.
"""

from __future__ import annotations

from collections.abc import Hashable

from assay.engine.workers.job import Job, Reply


class SharedRuns:
    """Which job is run for which others.

    All that wait for one run get its reply. Whoever leaves takes nothing from the others: the run
    goes on as long as one of them is there.
    """

    def __init__(self) -> None:
        self._runs: dict[Hashable, Job] = {}

    def join(self, job: Job) -> bool:
        """Whether another job is run for this one; else it is to be run, for others too."""
        if job.same is None:
            return False
        run = self._runs.get(job.same)
        if run is None or run.done:
            self._runs[job.same] = job
            return False
        run.followers.append(job)
        job.run = run
        return True

    def settle(self, job: Job, reply: Reply) -> None:
        """Deliver what a run came to, to each that has not left; once."""
        if job.done:
            return
        self._end(job)
        for each in (job, *job.followers):
            if not each.cancelled:
                each.deliver(each, reply)
        job.followers.clear()  # each of them refers to this one

    def leave(self, job: Job) -> Job | None:
        """Nobody waits for this job any more.

        Returns:
            The run that was for it alone, which is then done; None: others wait for it.
        """
        run = job.run or job
        if run.done or not all(each.cancelled for each in (run, *run.followers)):
            return None
        self._end(run)
        return run

    def _end(self, run: Job) -> None:
        run.done = True
        if run.same is not None and self._runs.get(run.same) is run:
            del self._runs[run.same]
