"""As much of a worker and its jobs as the pool's pure decisions look at: no process is started."""

from __future__ import annotations

from collections import deque
from typing import Any

from assay.engine.workers.job import Job


class Worker:
    """As much of a worker's process as decisions look at."""

    preparing_until: float | None = None
    together = 0

    def __init__(self, *jobs: Job, shared: bool = False, held: tuple[bytes, ...] = ()) -> None:
        self.jobs = deque(jobs)
        self.shared = shared
        self.introduced: set[int] = set()
        self.outgoing = bytearray()
        self.held = held
        """Digests of the contents that it has."""

    def give(self, frame: bytes, jobs: list[Job]) -> None:
        self.outgoing += frame
        self.jobs.extend(jobs)


def job(payload: bytes = b"x", *, verifier: int = 1, **more: Any) -> Job:
    """A job of a second for a verifier."""
    given = {"escalated": False, "timeout_s": 1.0, **more}
    return Job(verifier, payload, deliver=lambda *_: None, **given)
