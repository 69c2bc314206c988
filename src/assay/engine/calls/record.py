"""The rewards of a call on their way to the caller, each of them recorded in the ledger first."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from typing import Any, cast

from assay.engine.calls.drivers import Done, SampleOrError
from assay.ledger.settings import Ledger
from assay.ledger.writer import PATIENCE_S, Writer
from assay.model import Sample
from assay.rubrics import Rubric

BREATH_S = 0.002
"""How often a call on an event loop looks whether the ledger has room again."""


def open_ledger(ledger: str | os.PathLike[str] | Ledger, name: str, rubric: Rubric) -> Writer:
    """A writer for the rewards of one rubric.

    Args:
        ledger: The folder, or the folder with its bounds.
        name: The rubric as the user asked for it.
        rubric: What it was.

    Raises:
        RolloutsError: pyarrow is missing, or the folder cannot be made or written.
    """
    settings = ledger if isinstance(ledger, Ledger) else Ledger(ledger)
    return Writer(settings, name, rubric.to_dict())


class Recorder:
    """The ledger of one engine."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def begin(self) -> Record:
        """What records the rewards of one call."""
        return Record(self._writer)

    def close(self) -> None:
        """Write what is not yet written."""
        self._writer.close()


class Record:
    """One call: remembers its samples until their rewards are there."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._number = writer.call()
        self._open: dict[int, tuple[Sample | None, Any]] = {}

    def see(self, index: int, sample: SampleOrError, row: Any) -> None:
        """A sample of the call, or the row that could not become one."""
        if isinstance(sample, Sample):
            self._open[index] = (sample, None)
        else:
            self._open[index] = (None, row if isinstance(row, Mapping) else None)

    def run(self, rewards: Iterator[Done]) -> Iterator[Done]:
        """The rewards, each recorded before the caller has it. Waits where the disk is slower."""
        with contextlib.closing(cast("Generator[Done, None, None]", rewards)):
            for done in rewards:
                self._put(done)
                yield done
        self._writer.rest()

    async def arun(self, rewards: AsyncGenerator[Done, None]) -> AsyncGenerator[Done, None]:
        """As `run`; others on the event loop go on while this one waits."""
        async with contextlib.aclosing(rewards):
            async for done in rewards:
                patience = PATIENCE_S
                while self._writer.full and patience > 0:
                    await asyncio.sleep(BREATH_S)
                    patience -= BREATH_S
                self._put(done)
                yield done
        self._writer.rest()

    def _put(self, done: Done) -> None:
        index, reward, _ = done
        sample, raw = self._open.pop(index, (None, None))
        self._writer.put(self._number, index, sample, reward, raw=raw)
