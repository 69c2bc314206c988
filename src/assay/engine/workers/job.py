"""What callers give the pool, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Literal

from assay.engine.workers.contents import Content

Reply = tuple[Literal["reply", "limit", "starved", "late", "dead", "lost"], Any]
"""What a job comes to: ``reply`` (payload), ``limit`` (what it spent), ``starved`` (a sentence,
and the seconds it took), ``late`` (a sentence: what its verifier did before the item's clock
starts took too long), ``dead`` or ``lost`` (a sentence: its worker, or the pool, is gone)."""


@dataclass(slots=True, eq=False)
class Job:
    """One sample for one verifier."""

    verifier: int
    """Its number: see `ReadyVerifier.number`."""
    payload: bytes
    escalated: bool
    timeout_s: float
    """Bound of an item, in seconds."""
    deliver: Callable[[Job, Reply], None]
    """Called once, from the pool's thread; must not block or raise."""
    contents: tuple[Content, ...] = ()
    """Large values that the payload names by their digests."""
    tag: Any = None
    """The caller's own."""
    waiting: bool = False
    deadline_s: float = 0.0
    """Of a waiting job: bound of all its tries, where that is longer than `timeout_s`."""
    concurrency: int = 64
    """Of a waiting job: calls of its verifier at once."""
    batch: int = 1
    """How many jobs of its verifier may be judged in one call."""
    alone: bool = False
    """Was in a batch that failed: it is judged by itself."""
    number: int = 0
    resent: int = 0
    """How often a worker did not have one of its contents."""
    attempts: int = 0
    """How often a worker was lost with it."""
    done: bool = False
    """Nothing more is to be done for it."""
    cancelled: bool = False
    """Its caller has left, and gets no reply."""
    same: Hashable = None
    """Jobs under way that have this in common ask for the same, and are run once; None: always
    run. Holds whatever the reply depends on, the bound of the item too."""
    run: Job | None = None
    """The job that is run in its stead."""
    followers: list[Job] = field(default_factory=list)
    """Those in whose stead it is run."""
