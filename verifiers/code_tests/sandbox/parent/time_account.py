"""Whose time it was: what a program used, and what the machine kept from it."""

from __future__ import annotations

import time
from typing import Literal

from assay.verifiers.code_tests.sandbox.parent.watching import cpu_seconds, waited_seconds

TICK_S = 0.05
"""How often a run is looked at: number of threads, size of its directory."""

PATIENCE = 5.0
"""How many times over a deadline is put off on a busy machine, before the run is `starved`."""


class TimeAccount:
    """One run's."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        """When the wait began that is under way."""
        self.extra_s = 0.0
        """Seconds that its deadline was put off."""
        self.credited_s = 0.0
        """Seconds added to all deadlines because the machine was busy with other things."""
        self._known = False
        """Whether what the program used and waited for at `began` is known."""
        self._cpu_began = 0.0
        self._waited_began = 0.0

    def begin(self, pid: int) -> None:
        """A wait begins: what was used, or waited for, before it is not part of its account.

        But for what lies less than a tick back: of waits that follow each other quickly, those for
        answers to thousands of small cases, the first one's account serves. To ask the kernel takes
        longer than such an answer, and all that the account decides is who spent a deadline.
        """
        now = time.monotonic()
        if self._known and self.extra_s == 0.0 and now - self.began < TICK_S:
            return
        self.began, self.extra_s, self._known = now, 0.0, True
        self._cpu_began, self._waited_began = cpu_seconds(pid), waited_seconds(pid)

    def put_off(self, pid: int, deadline: float) -> Literal["put off", "spent", "starved"]:
        """Time is up by the clock: was it spent, or is to be given back what other processes took?

        What a thread stood ready without a CPU (by the scheduler's own accounts) is added to the
        deadline, so that a slow program is slow on a busy machine, too, and a fast one is not.
        Not when its threads together used the CPU time that one could have: then it was they
        who kept the CPUs busy, perhaps in order to look starved. At most `PATIENCE` times over.
        """
        span = deadline - self.began
        lost = waited_seconds(pid) - self._waited_began - self.extra_s
        used_up = cpu_seconds(pid) - self._cpu_began >= 0.95 * span
        if used_up or lost < 0.1 * span:
            return "spent"
        if self.extra_s + lost > PATIENCE * max(span, 1.0):
            return "starved"
        self.extra_s += lost
        self.credited_s += lost
        return "put off"
