"""The frames that the calling process and its workers exchange over pipes.

A frame is a fixed header and a payload of JSON text. The header alone is enough to route a
reply, so the thread that serves the pipes never parses JSON. Lengths are checked before memory
is set aside. Used on both sides: the standard library only.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, NamedTuple

HEADER = struct.Struct("<IBQdd")
"""Payload's length, kind, number of the job or verifier, CPU seconds, wall seconds."""

# to a worker
RECIPE = 1
"""A verifier with its params; number: the verifier's."""
VERIFY = 2
"""A sample for a verifier."""
ESCALATED = 3
"""A sample that an inline verifier passed on."""
VERIFY_MANY = 4
"""Several samples for a verifier that takes a batch; number: the first one's."""
CONTENT = 5
"""A large value that samples name by its digest; number: which one it is in this pipe, from 1."""

# from a worker
READY = 16
"""The worker has started."""
LOADED = 17
"""A verifier has been imported and built; number: the verifier's."""
BOUND = 18
"""The job at hand may take longer than the engine's bound; wall: by how many seconds at most."""
PREPARING = 20
"""What follows is done for the job's sample and is not the completion's: its clock stands still
until `BOUND` or `RESULT`; wall: for so many seconds at most."""
KEPT = 21
"""A content has been read; number: as it was sent."""
RESULT = 19
"""A reply; payload: see `assay.engine.workers.worker_main`."""

REPLY_BYTES = 16 << 20
"""Cap of one payload from a worker. A verdict with thousands of parts stays far below."""

ALONE = b'{"alone":true}'
"""The payload of a reply: the batch of this job failed, and nobody knows by whom."""

WANTED = b'{"wanted":true}'
"""The payload of a reply: this job names a content that the worker does not have."""

_REPLIES = frozenset({READY, LOADED, BOUND, PREPARING, KEPT, RESULT})


class FrameError(Exception):
    """What came through the pipe is not a frame."""


class PipeFrame(NamedTuple):
    """One message."""

    kind: int
    number: int
    cpu: float
    wall: float
    payload: bytes


def encode(
    kind: int, number: int, payload: bytes = b"", cpu: float = 0.0, wall: float = 0.0
) -> bytes:
    """A frame as bytes."""
    return HEADER.pack(len(payload), kind, number, cpu, wall) + payload


def dumps(value: Any) -> bytes:
    """JSON text; ASCII, so that a lone surrogate survives; NaN is refused.

    Raises:
        ValueError: NaN or infinity in `value`.
        TypeError: something that is not JSON.
    """
    return _encode(value).encode("ascii")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not valid JSON")


# Made once: `json.dumps` and `json.loads` with options make a new one for every call.
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_decode = json.JSONDecoder(parse_constant=_no_constant).decode


def loads(payload: bytes) -> Any:
    """The inverse of `dumps`; refuses NaN and infinity.

    Raises:
        ValueError: not JSON in ASCII, or nested too deep.
    """
    try:
        return _decode(payload.decode("ascii"))
    except RecursionError:
        raise ValueError("nested too deep") from None


def read_message(stream: BinaryIO) -> tuple[int, int, bytes] | None:
    """Kind, number and payload of the next frame to a worker; None at the end of the pipe."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    length, kind, number, _, _ = HEADER.unpack(header)
    payload = stream.read(length)
    return (kind, number, payload) if len(payload) == length else None


def write_frame(descriptor: int, frame: bytes) -> None:
    """Write the whole of it; waits while the pipe is full."""
    view = memoryview(frame)
    while view:
        view = view[os.write(descriptor, view) :]


def batch_payload(samples: Iterable[tuple[int, bytes]]) -> bytes:
    """Numbers of jobs and the texts of their parcels, for `VERIFY_MANY`."""
    return b"\n".join(b"%d %s" % (number, payload) for number, payload in samples)


def read_batch(payload: bytes) -> list[tuple[int, bytes]]:
    """The inverse of `batch_payload`; a text is JSON in ASCII, without a line's end."""
    lines = (line.partition(b" ") for line in payload.split(b"\n"))
    return [(int(number), text) for number, _, text in lines]


class FrameReader:
    """Cuts a stream of bytes into frames.

    Args:
        limit: Cap of one payload.
        kinds: The kinds that may come.
    """

    def __init__(self, limit: int, kinds: frozenset[int] = _REPLIES) -> None:
        self._buffer = bytearray()
        self._limit = limit
        self._kinds = kinds

    @property
    def partial(self) -> bool:
        """Whether a frame has begun and not ended."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> Iterator[PipeFrame]:
        """The frames that `data` completes.

        Raises:
            FrameError: a length above the cap, or a kind that may not come.
        """
        buffer = self._buffer
        buffer += data
        start = 0
        size = HEADER.size
        try:
            while len(buffer) - start >= size:
                length, kind, number, cpu, wall = HEADER.unpack_from(buffer, start)
                if kind not in self._kinds:
                    raise FrameError(f"frame of unknown kind {kind}")
                if length > self._limit:
                    raise FrameError(f"frame of {length} bytes, at most {self._limit} are taken")
                end = start + size + length
                if len(buffer) < end:
                    break
                payload = bytes(buffer[start + size : end])
                start = end
                yield PipeFrame(kind, number, cpu, wall, payload)
        finally:
            del buffer[:start]
