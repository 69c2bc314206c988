"""A bar on standard error while a batch is scored; silent where that is not a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

T = TypeVar("T")


def shown(done: Iterator[T], samples: Iterable[object]) -> Iterator[T]:
    """What `done` yields, with a bar moving along; `samples` gives the total if it has a length."""
    if not sys.stderr.isatty():
        yield from done
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    total = len(samples) if isinstance(samples, Sized) else None
    columns = (TextColumn("scoring"), BarColumn(), MofNCompleteColumn(), Remaining())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("scoring", total=total)
        for item in done:
            yield item
            bar.advance(task)
