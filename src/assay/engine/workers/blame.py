"""Who is at fault when an item's time is spent: the completion, or the machine?

The kernel's own accounts decide. A process is running, waiting for a processor (the machine's
doing), or asleep (its own doing). Only what these accounts show to be its own is charged to it:
what nobody measured is not. Linux gives all three; elsewhere only the CPU time is known.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

BLAME_SHARE = 0.25
"""An item that is cut off at its very last moment, after twice its time, has to answer for at
least this share of that (half of its time); below, the machine kept it from finishing.

Were the share as high as `deadlines.OWN_SHARE`, a loop without an end would go unscored on every
busy machine, and being unscored would pay. Were it near 0, a machine that gave an honest program
hardly any time would cost it the reward."""

TimeFault = Literal["completion", "starved", "stopped"]

TASKS = 256
"""Threads and descendants of a process that are looked at, at most: each costs 20 microseconds."""

PROC = "/proc"
"""Where the kernel shows its accounts."""

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_CPUCLOCK_SCHED = 2


@dataclass(frozen=True, slots=True)
class ProcessTimes:
    """What a process had used up at one moment, in seconds."""

    wall: float
    cpu: float
    """Used on a processor: all threads, and what it has started."""
    kept_waiting: float | None
    """Spent ready to run while others ran, its first thread; None where the kernel does not say.
    What it waits for at this moment is added by the kernel only when it runs again."""
    state: str
    """As in ps: R runs or is ready, it or what it waits for; S sleeps, D waits for a disk, T is
    stopped; '?' is not known."""
    others: Mapping[int, float] = field(default_factory=dict)
    """Task -> as `kept_waiting`: its other threads, and all of what it has started."""
    alone: float = 0.0
    """CPU time of the process without what it has started."""


def process_times(pid: int) -> ProcessTimes:
    """What process `pid` has used up until now.

    Costs some 50 microseconds, and 20 for each further thread and process that it has started.
    """
    now = time.monotonic()
    fields = _stat(f"{PROC}/{pid}")
    if not fields:
        return ProcessTimes(now, 0.0, None, "?")
    kept_waiting = _kept_waiting(f"{PROC}/{pid}")
    state = fields[0]
    cpu = alone = _cpu(pid, fields)
    cpu += _ended(fields)
    others: dict[int, float] = {}
    for process, task in _tasks(pid):
        if task == pid:
            continue
        folder = f"{PROC}/{process}/task/{task}"
        noted = _stat(folder)
        if not noted:  # it has ended since it was listed
            continue
        others[task] = _kept_waiting(folder) or 0.0
        if noted[0] == "R" and state == "S":
            state = "R"
        if process == task:
            cpu += _cpu(process, noted) + _ended(noted)
    return ProcessTimes(now, cpu, kept_waiting, state, others, alone)


def _stat(folder: str) -> list[str]:
    try:
        with open(f"{folder}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].decode("ascii").split()
    except (OSError, ValueError):
        return []


def _kept_waiting(folder: str) -> float | None:
    try:
        with open(f"{folder}/schedstat", "rb") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return None


def _cpu(pid: int, fields: list[str]) -> float:
    try:
        return time.clock_gettime((~pid << 3) | _CPUCLOCK_SCHED)  # exact; the others count ticks
    except (OSError, AttributeError, OverflowError):
        return (int(fields[11]) + int(fields[12])) / _TICKS


def _ended(fields: list[str]) -> float:
    """CPU time of those of its children that have ended."""
    return (int(fields[13]) + int(fields[14])) / _TICKS


def _tasks(pid: int) -> Iterator[tuple[int, int]]:
    """(process, thread) of a process and of all that it has started, `TASKS` at most."""
    left = [pid]
    seen = 0
    while left:
        process = left.pop()
        try:
            tasks = os.listdir(f"{PROC}/{process}/task")
        except OSError:
            continue
        for task in tasks:
            seen += 1
            if seen > TASKS:
                return
            yield process, int(task)
            try:
                with open(f"{PROC}/{process}/task/{task}/children") as file:
                    left += map(int, file.read().split())
            except (OSError, ValueError):  # gone, or a kernel that does not list them
                pass


def was_stopped(pid: int) -> bool:
    """Whether a child process was stopped, or went on after that, since this was last asked.

    The kernel's accounts take the time of a stop for sleep. It tells the parent of each stop, and
    forgets it after that. Costs about a microsecond.
    """
    if not hasattr(os, "waitid"):
        return False
    try:
        return os.waitid(os.P_PID, pid, os.WSTOPPED | os.WCONTINUED | os.WNOHANG) is not None
    except OSError:  # it has ended
        return False


def own_s(before: ProcessTimes, now: ProcessTimes, *, settled: bool | None = None) -> float:
    """Seconds between two accounts that were surely the process's own doing.

    Args:
        before: The earlier one.
        now: The later one.
        settled: Whether at `now` it surely did not stand ready without a processor; by default,
            whether it slept. How long one that is ready has been waiting stands in no account yet,
            so that of it the CPU time alone is known to be its own.

    Returns:
        At least 0, at most the time between them. Of the waiting of several threads, or of what
        the process has started, the longest counts, and not if they had a whole processor's time
        between them: then they kept each other waiting.
    """
    wall = max(0.0, now.wall - before.wall)
    cpu = min(wall, max(0.0, now.cpu - before.cpu))
    if not (now.state == "S" if settled is None else settled):
        return cpu
    if before.kept_waiting is None or now.kept_waiting is None:
        return wall if before.state == now.state == "S" else cpu
    waited = now.kept_waiting - before.kept_waiting
    waited += max((s - before.others.get(t, 0.0) for t, s in now.others.items()), default=0.0)
    return min(wall, max(cpu, wall - waited))


def at_fault(own: float, needed: float, state: str) -> TimeFault:
    """Who is at fault, if `needed` seconds have to be the item's own for it to be blamed."""
    # D waits for a disk, which no verifier asks for; T and t are stopped, by a signal or a debugger
    if state in "DTt":
        return "stopped"
    return "completion" if own >= needed else "starved"
