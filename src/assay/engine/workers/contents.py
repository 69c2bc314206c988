"""Large values that samples share, named by what is in them: a worker gets each of them once.

The tests of a programming task may be megabytes, and come with every completion of a group.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, NamedTuple, TypeVar

LARGE_BYTES = 16 << 10
"""A value whose JSON text has this length is sent apart. Below, naming it saves less time than a
pipe takes for it (some 10 microseconds)."""

STORE_BYTES = 16 << 20
"""What a process keeps of them at most, by the length of their JSON text, beside the one in use: a
dozen groups under way are room enough."""

MEMORY_SHARE = 64
"""The part of a worker's memory that they may take, by the same measure, is one in so many: Python
needs up to ten times as much for lists of small numbers."""

DIGEST_BYTES = 16


def store_bytes(memory_bytes: int) -> int:
    """What a worker of so much memory (0: no bound) keeps, and its caller knows it to keep."""
    return min(STORE_BYTES, memory_bytes // MEMORY_SHARE) if memory_bytes else STORE_BYTES


class Content(NamedTuple):
    """One such value, as a field of a sample."""

    digest: bytes
    """Of the field and the data, `DIGEST_BYTES` long."""
    field: str
    """``tests``, or ``info.cases`` for an entry of `info`."""
    data: bytes
    """JSON text in ASCII."""


_Value = TypeVar("_Value")


class Recent(Generic[_Value]):
    """The latest values by digest, bounded by their sizes. Not safe in threads.

    The same calls in the same order leave the same in it. So the caller knows what its worker
    holds: both note each content in the order of the frames between them.

    Args:
        limit: Bytes; the newest value stays, however large it is.
    """

    def __init__(self, limit: int = STORE_BYTES) -> None:
        self._limit = limit
        self._held: OrderedDict[bytes, tuple[int, _Value]] = OrderedDict()
        self._total = 0

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._held

    def use(self, digest: bytes) -> _Value:
        """The value, which is then the newest.

        Raises:
            KeyError: it is not here, or no more.
        """
        self._held.move_to_end(digest)
        return self._held[digest][1]

    def put(self, digest: bytes, size: int, value: _Value) -> None:
        """Keep a value of so many bytes; the oldest go."""
        if digest in self._held:
            self._total -= self._held.pop(digest)[0]
        self._held[digest] = size, value
        self._total += size
        while self._total > self._limit and len(self._held) > 1:
            self._total -= self._held.popitem(last=False)[1][0]

    def clear(self) -> None:
        """Keep nothing."""
        self._held.clear()
        self._total = 0
