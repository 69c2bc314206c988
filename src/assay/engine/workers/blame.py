"""Who is at fault when an item's time is spent: the completion, or the machine?

The kernel's own accounts decide. A process is running, waiting for a processor (the machine's
doing), or asleep (its own doing); the time it was not kept waiting is its own. Linux gives all
three; elsewhere only the CPU time is known.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Literal

BLAME_SHARE = 0.25
"""An item that is cut off at its very last moment, after twice its time, has to answer for at
least this share of that (half of its time); below, the machine kept it from finishing.

Were the share as high as `deadlines.OWN_SHARE`, a loop without an end would go unscored on every
busy machine, and being unscored would pay. Were it near 0, a machine that gave an honest program
hardly any time would cost it the reward."""

Fault = Literal["completion", "starved", "stopped"]

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True, slots=True)
class Account:
    """What a process had used up at one moment, in seconds."""

    wall: float
    cpu: float
    """Used on a processor, all threads."""
    kept_waiting: float | None
    """Spent ready to run while others ran; None where the kernel does not say."""
    state: str
    """As in ps: R runs, S sleeps, D waits for a disk, T is stopped; '?' is not known."""


def account(pid: int) -> Account:
    """The account of process `pid` now. Costs some 30 microseconds."""
    now = time.monotonic()
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return Account(now, 0.0, None, "?")
    try:
        with open(f"/proc/{pid}/schedstat", "rb") as file:
            kept_waiting: float | None = int(file.read().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        kept_waiting = None
    cpu = (int(fields[11]) + int(fields[12])) / _TICKS
    return Account(now, cpu, kept_waiting, fields[0].decode("ascii"))


def was_stopped(pid: int) -> bool:
    """Whether a child process was stopped, or went on after that, since this was last asked.

    The kernel's accounts take the time of a stop for sleep. It tells the parent of each stop, and
    forgets it once it has told. Costs about a microsecond.
    """
    if not hasattr(os, "waitid"):
        return False
    try:
        return os.waitid(os.P_PID, pid, os.WSTOPPED | os.WCONTINUED | os.WNOHANG) is not None
    except OSError:  # it has ended
        return False


def own_share(before: Account, now: Account) -> float:
    """Share of the time between two accounts that was the process's own doing, in [0, 1]."""
    wall = now.wall - before.wall
    if wall <= 0.0:
        return 1.0
    if before.kept_waiting is None or now.kept_waiting is None:
        # Without the kernel's account of waiting: asleep is its own doing, and of a runner only the
        # CPU time is. That errs for the completion, where it waited for a processor.
        asleep = now.state == "S"
        return 1.0 if asleep else min(1.0, (now.cpu - before.cpu) / wall)
    return max(0.0, 1.0 - (now.kept_waiting - before.kept_waiting) / wall)


def at_fault(before: Account, now: Account, share: float) -> Fault:
    """Who is at fault, if `share` of the time has to be the item's own for it to be blamed."""
    # D waits for a disk, which no verifier asks for; T and t are stopped, by a signal or a debugger
    if now.state in "DTt":
        return "stopped"
    return "completion" if own_share(before, now) >= share else "starved"
