"""Rows through the engine and out again in their order, in bounded memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any, Protocol, TypeAlias, cast

from assay.errors import RolloutsError, SampleError
from assay.model import Reward, Sample
from assay.rollouts.columns import with_rewards
from assay.rollouts.rows import Row

AHEAD_ROWS = 20_000
AHEAD_BYTES = 256 * 1024 * 1024
"""How far reading may be ahead of the first row not yet written, one slow row holding it up."""


Recorded: TypeAlias = Callable[[Row, Sample | SampleError, Reward], None]
"""Given a row, the sample that it was, and its reward."""


class BatchScorer(Protocol):
    """What of the engine is used here."""

    def iter_batch(
        self, samples: Iterable[Sample | SampleError], *, budget_s: float | None = None
    ) -> Iterator[tuple[int, Reward]]:
        """Rewards as completed, with the index of their sample."""
        ...


def score_rows(
    engine: BatchScorer,
    rows: Iterator[Row],
    emit: Callable[[Row, dict[str, Any]], None],
    *,
    columns: Mapping[str, str],
    strict: bool = False,
    budget_s: float | None = None,
    record: Recorded | None = None,
) -> None:
    """Call `emit` with each row in and its row out, in order, as soon as it is its turn.

    Args:
        engine: Scores them, in whatever order it completes them.
        rows: Taken as there is room for them.
        emit: Called in this thread. What it raises ends the run.
        columns: Field of `Sample` -> column.
        strict: End after the first invalid row, which is still emitted.
        budget_s: Seconds for all rows together; those not reached are `timed_out`.
        record: Called after `emit` with what the row out was made of.

    Raises:
        RolloutsError: an input cannot be read further; every row before that has been emitted.
    """
    run = _ScoringPasses(rows, emit, columns, strict, record)
    deadline = None if budget_s is None else time.monotonic() + budget_s
    while not run.ended:
        run.one_pass(engine, None if deadline is None else deadline - time.monotonic())
    if run.failure is not None:
        raise run.failure


class _ScoringPasses:
    """A pass ends when one slow row holds up too many others; then the next one begins."""

    def __init__(
        self,
        rows: Iterator[Row],
        emit: Callable[[Row, dict[str, Any]], None],
        columns: Mapping[str, str],
        strict: bool,
        record: Recorded | None,
    ) -> None:
        self._rows = rows
        self._emit = emit
        self._columns = columns
        self._strict = strict
        self._record = record
        self._waiting: dict[int, tuple[Row, Sample | SampleError]] = {}
        self._waiting_bytes = 0
        self.ended = False
        self.failure: RolloutsError | None = None

    def one_pass(self, engine: BatchScorer, left_s: float | None) -> None:
        rewards: dict[int, Reward] = {}
        turn = 0
        budget_s = None if left_s is None else max(left_s, 1e-3)
        results = engine.iter_batch(self._samples(), budget_s=budget_s)
        with closing(cast("Generator[tuple[int, Reward], None, None]", results)):
            for index, reward in results:
                rewards[index] = reward
                while turn in rewards:
                    (row, sample), done = self._waiting.pop(turn), rewards.pop(turn)
                    self._waiting_bytes -= row.size_bytes
                    turn += 1
                    self._emit(row, with_rewards(row.data, _columns(done)))
                    if self._record is not None:
                        self._record(row, sample, done)
                    if self._strict and done.status == "invalid":
                        self.ended = True
                        return

    def _samples(self) -> Iterator[Sample | SampleError]:
        index = 0
        while not self.ended:
            if len(self._waiting) >= AHEAD_ROWS or self._waiting_bytes >= AHEAD_BYTES:
                return
            try:
                row = next(self._rows, None)
            except RolloutsError as err:
                self.failure = err
                row = None
            if row is None:
                self.ended = True
                return
            sample = row.sample(self._columns)
            self._waiting[index] = (row, sample)
            self._waiting_bytes += row.size_bytes
            index += 1
            yield sample
            if self._strict and isinstance(sample, SampleError):
                self.ended = True


def _columns(reward: Reward) -> dict[str, Any]:
    """The reward's columns; verdicts stand as the terms do, not as workers happened to finish."""
    columns = reward.to_json()
    verdicts: dict[str, Any] = columns["verdicts"]
    if len(verdicts) > 1:
        order = [key for key in columns["terms"] if key in verdicts]
        columns["verdicts"] = {key: verdicts[key] for key in dict.fromkeys([*order, *verdicts])}
    return columns
