"""The pools of this process: shared by engines, gone with the process, never used by a fork."""

from __future__ import annotations

import atexit
import os
from typing import TYPE_CHECKING

from assay import forks
from assay.engine.workers.pool import WorkerPool

if TYPE_CHECKING:
    from assay.engine.workers.job import Job

_lock = forks.Lock()
_pools: dict[tuple[int, int], WorkerPool] = {}
_users: dict[tuple[int, int], int] = {}


def available_cores() -> int:
    """Cores this process may use, by its affinity where the system has one."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def default_memory_bytes(workers: int) -> int:
    """Address space of a worker: 4 GB, or a worker's share of half the memory if that is less."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return 4 << 30
    return min(4 << 30, total // 2 // max(1, workers))


class PoolHandle:
    """An engine's share in a pool; the pool ends with its last user."""

    def __init__(self, workers: int, memory_bytes: int) -> None:
        self._key = (workers, memory_bytes)
        self._pool: WorkerPool | None = None

    def get(self) -> WorkerPool:
        """The pool, started if need be; another one after a fork or a failure."""
        pool = self._pool
        if pool is not None and pool.alive:
            return pool
        with _lock:
            shared = _pools.get(self._key)
            if shared is None or not shared.alive:
                shared = _pools[self._key] = WorkerPool(*self._key)
                _users[self._key] = 0
            if self._pool is not shared:
                _users[self._key] += 1
                self._pool = shared
            return shared

    @property
    def alive(self) -> bool:
        """Whether the pool last given out still serves this process."""
        return self._pool is not None and self._pool.alive

    def cancel(self, jobs: list[Job]) -> None:
        """Have the pool last given out forget jobs; one that is no more has forgotten them."""
        pool = self._pool
        if pool is not None and pool.alive:
            pool.cancel(jobs)

    def release(self) -> None:
        """Give the share back; the last one ends the workers."""
        with _lock:
            pool, self._pool = self._pool, None
            if pool is None or _pools.get(self._key) is not pool:
                return
            _users[self._key] -= 1
            if _users[self._key] > 0:
                return
            del _pools[self._key], _users[self._key]
        pool.close()


def close_all() -> None:
    """End every pool of this process."""
    with _lock:
        pools = list(_pools.values())
        _pools.clear()
        _users.clear()
    for pool in pools:
        pool.close()


@forks.in_child
def _abandon_all() -> None:
    """The workers are the parent's; a child that needs some starts its own."""
    for pool in _pools.values():
        pool.abandon()
    _pools.clear()
    _users.clear()


atexit.register(close_all)
