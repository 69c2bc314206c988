"""How far a run is, for whoever watches it."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from assay.cli.console import stderr
from assay.rollouts.so_far import ReadSoFar

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Meter:
    """Progress on standard error; silent where that is not a terminal, unless asked to."""

    EVERY_S = 0.1

    def __init__(self, asked: bool | None, so_far: ReadSoFar) -> None:
        self._so_far = so_far
        shown = sys.stderr is not None and sys.stderr.isatty()
        self._wanted = shown if asked is None else asked and shown
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._next = self._began = 0.0

    def __enter__(self) -> Meter:
        if self._wanted:
            from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            self._progress = Progress(
                SpinnerColumn(),
                TextColumn("{task.fields[read]}{task.completed:,.0f} rows"),
                TextColumn("{task.fields[rate]:,.0f}/s"),
                TimeElapsedColumn(),
                console=stderr(),
                transient=True,
            )
            self._task = self._progress.add_task("verify", total=None, rate=0.0, read="")
            self._began = time.monotonic()
            self._progress.start()
        return self

    def advance(self, n: int) -> None:
        """`n` rows are done."""
        if self._progress is None or self._task is None:
            return
        now = time.monotonic()
        if now >= self._next:
            self._next = now + self.EVERY_S
            rate = n / max(now - self._began, 1e-3)
            share = self._so_far.share
            read = "" if share is None else f"{share:.0%} read, "
            self._progress.update(self._task, completed=n, rate=rate, read=read)

    def stop(self) -> None:
        """Clear the line."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def __exit__(self, *_: object) -> None:
        self.stop()
