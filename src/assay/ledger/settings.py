"""`Ledger`: where rewards are recorded, and how many of them a kill may cost."""

from __future__ import annotations

import os
from dataclasses import dataclass

from assay.arguments import a_path, is_number
from assay.errors import ConfigError
from assay.printable import brief

FLUSH_ROWS = 2_000
FLUSH_S = 10.0
FLUSH_BYTES = 64 << 20
BACKLOG_ROWS = 100_000
BACKLOG_BYTES = 512 << 20


@dataclass(frozen=True, slots=True)
class Ledger:
    """A folder for the rewards of a run, and the bounds of what a kill may cost.

    ``Engine(ledger="runs/a")`` is short for ``Engine(ledger=Ledger("runs/a"))``. Any number of
    engines and processes may share a folder.

    Raises:
        ConfigError: a bound out of range.
    """

    folder: str | os.PathLike[str]
    """Made if it is not there."""
    flush_rows: int = FLUSH_ROWS
    """At most so many rewards of a process are not yet in a shard while the disk takes them."""
    flush_s: float = FLUSH_S
    """None of them waits longer than so many seconds before it is written."""
    flush_bytes: int = FLUSH_BYTES
    """Nor do more than about so many bytes of text; one sample may be larger."""
    backlog_rows: int = BACKLOG_ROWS
    """Rewards kept in memory while the disk refuses them; those beyond are counted as lost."""
    backlog_bytes: int = BACKLOG_BYTES
    """The same in bytes of text."""

    def __post_init__(self) -> None:
        a_path(self.folder, "the folder of a ledger")
        whole = ("flush_rows", "flush_bytes", "backlog_rows", "backlog_bytes")
        for name in whole:
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ConfigError(
                    f"ledger: {name} is {brief(value)}, must be a whole number from 1 on"
                )
        if not is_number(self.flush_s) or not 0.0 < self.flush_s <= 86_400.0:
            raise ConfigError(
                f"ledger: flush_s is {brief(self.flush_s)}, must be above 0, at most a day"
            )
