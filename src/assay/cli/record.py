"""`assay verify --ledger`: rows go into the ledger once they are out, so `--resume` knows them."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from assay.engine.calls.record import open_ledger
from assay.errors import SampleError
from assay.model import Reward, Sample
from assay.rollouts.columns import is_scored, without_rewards
from assay.rollouts.rows import Row
from assay.rubrics import Rubric


class RowRecorder:
    """Records rows in their order; closed at the end of the run, however it ends.

    An invalid row is held back until another follows it or the run is complete: an interrupted
    run that is resumed reads an invalid last row again.

    Raises:
        RolloutsError: pyarrow is missing, or the folder cannot be made or written.
    """

    def __init__(self, folder: Path, name: str, rubric: Rubric) -> None:
        self._writer = open_ledger(folder, name, rubric)
        self._call = self._writer.call()
        self._index = 0
        self._held: tuple[Row, Sample | SampleError, Reward] | None = None

    def __call__(self, row: Row, sample: Sample | SampleError, reward: Reward) -> None:
        """A row that is out, with its reward."""
        self._release()
        if reward.status == "invalid":
            self._held = (row, sample, reward)
        else:
            self._put(row, sample, reward)

    def complete(self) -> None:
        """No row follows, and none was left out."""
        self._release()

    @property
    def lost(self) -> int:
        """Rewards that could not be recorded; once it is closed, all of them."""
        return self._writer.lost

    def _release(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            self._put(*held)

    def _put(self, row: Row, sample: Sample | SampleError, reward: Reward) -> None:
        index, self._index = self._index, self._index + 1
        known = sample if isinstance(sample, Sample) else None
        raw = None
        if known is None and row.data is not None:
            raw = without_rewards(row.data) if is_scored(row.data) else row.data
        self._writer.put(self._call, index, known, reward, place=row.place, raw=raw)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.close()
