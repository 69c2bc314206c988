"""Verdicts that need not be asked for twice."""

from __future__ import annotations

import contextlib
from collections import deque

from assay.model import Status, Verdict


class VerdictCache:
    """The latest judged verdicts, by key; the oldest go first. Safe in threads.

    Args:
        size: How many are kept; 0 keeps none.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._verdicts: dict[tuple[int, bytes], Verdict] = {}
        self._order: deque[tuple[int, bytes]] = deque()

    def get(self, key: tuple[int, bytes]) -> Verdict | None:
        """The verdict under `key`, if it is kept."""
        return self._verdicts.get(key)

    def put(self, key: tuple[int, bytes], verdict: Verdict) -> None:
        """Keep a verdict, if it is one that a second run would give again."""
        if self._size <= 0 or verdict.status is not Status.JUDGED:
            return
        # No lock, which a fork could leave held: each step is atomic, and what another thread
        # does in between costs an entry at most.
        if key not in self._verdicts:
            self._order.append(key)
        self._verdicts[key] = verdict
        if len(self._verdicts) > self._size:
            with contextlib.suppress(IndexError):
                self._verdicts.pop(self._order.popleft(), None)
