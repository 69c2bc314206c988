"""How much of the inputs has been read, for whoever waits."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from io import BufferedReader

from assay.rollouts.sources import STDIN, Source, is_parquet


class ReadSoFar:
    """Counted in bytes as they lie on the disk, so of a packed file in packed ones.

    What a file is packed to says nothing of what it unpacks to, and its rows are not known before
    its end: the place in the file itself is the one measure that both have.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sizes = [_size(source) for source in sources]
        self._at = -1
        self._file: BufferedReader | None = None

    def begin(self, file: BufferedReader, head: bytes) -> None:
        """The next of the sources is read from here on; `head` is how it begins."""
        self._at += 1
        # Parquet is read from its end, and by columns: its place in the file says nothing
        self._file = None if is_parquet(head) else file

    @property
    def share(self) -> float | None:
        """In [0, 1], never falling; None where it is not known: pipes, Parquet."""
        file, sizes = self._file, self._sizes
        if file is None or None in sizes or file.closed:
            return None
        total = sum(size or 0 for size in sizes)
        done = sum(size or 0 for size in sizes[: self._at]) + file.tell()
        return min(1.0, done / total) if total else None


def _size(source: Source) -> int | None:
    if source.path == STDIN:
        return None
    try:
        status = os.stat(source.path)
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None
