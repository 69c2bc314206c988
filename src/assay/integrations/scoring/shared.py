"""One run of the engine for several reward functions of a trainer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import Any

from assay import forks
from assay.engine.calls.drivers import SampleOrError
from assay.errors import SampleError
from assay.model import Reward

BATCHES = 64
"""Batches whose rewards are kept until every function has asked for them; older ones go."""


class ScoredBatch:
    """A batch whose rewards are known or under way."""

    def __init__(self, completions: object, rows: list[SampleOrError]) -> None:
        self.completions = completions
        self.rows = rows
        self.asked: set[str] = set()
        self.rewards: Future[list[Reward]] = Future()

    def is_for(self, key: str, rows: list[SampleOrError]) -> bool:
        """Whether it holds what the criterion `key` asks for and has not asked for yet."""
        return key not in self.asked and _same(self.rows, rows)


class SharedRewards:
    """Rewards of a batch for all functions of one rubric: the first to ask runs the engine.

    One run for all is what makes them agree: a verifier that the machine starved in one run might
    judge in the next, and a row that only some functions score would be trained on by those alone.
    A trainer may have several batches under way at once, from several threads.

    Args:
        keys: The functions: each asks once for every batch.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = frozenset(keys)
        self._begin()

    def __getstate__(self) -> dict[str, Any]:
        return {"_keys": self._keys}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._keys = state["_keys"]
        self._begin()

    def _begin(self) -> None:
        self._lock = forks.Lock()
        self._batches: list[ScoredBatch] = []
        forks.renew(self)

    def after_fork_in_child(self) -> None:
        """No batch: the thread that works one out is not in the child, so nobody would end it."""
        self._batches.clear()

    def rewards(
        self,
        key: str,
        completions: object,
        rows: list[SampleOrError],
        run: Callable[[], list[Reward]],
    ) -> list[Reward]:
        """The rewards of `rows`; from `run` if no other function has asked for them before."""
        with self._lock:
            found = [batch for batch in self._batches if batch.is_for(key, rows)]
            found.sort(key=lambda batch: batch.completions is not completions)
            mine = not found
            if mine:
                batch = ScoredBatch(completions, rows)
                self._batches.append(batch)
                del self._batches[:-BATCHES]
            else:
                batch = found[0]
            batch.asked.add(key)
            if batch.asked == self._keys:
                self._forget(batch)
        if mine:
            try:
                batch.rewards.set_result(run())
            except BaseException as err:
                with self._lock:
                    self._forget(batch)
                batch.rewards.set_exception(err)
                raise
        return batch.rewards.result()

    def _forget(self, batch: ScoredBatch) -> None:
        if batch in self._batches:
            self._batches.remove(batch)


def _same(a: Sequence[SampleOrError], b: Sequence[SampleOrError]) -> bool:
    """Whether two batches hold the same; errors of rows are the same by what they say."""
    return len(a) == len(b) and all(
        x == y or (isinstance(x, SampleError) and isinstance(y, SampleError) and str(x) == str(y))
        for x, y in zip(a, b, strict=True)
    )
