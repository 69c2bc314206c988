"""JSONL, plain or gzip, in pieces of whole lines; and single lines again, by their offset."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from assay.errors import RolloutsError
from assay.printable import in_line
from assay.rollouts.rows import LINE_BYTES
from assay.rollouts.sources import GZIP_MAGIC

PIECE_BYTES = 32 * 1024 * 1024
READ_BYTES = 1024 * 1024

SEEK_BYTES = 32 * 1024 * 1024
"""How far apart the places are from which a gzip file can be unpacked again."""


@dataclass
class Piece:
    """Whole lines of one file."""

    docs: pa.LargeStringArray
    """Not yet known to be UTF-8."""
    line: np.ndarray[tuple[int], np.dtype[np.int64]]
    """Number in the file, from 1."""
    at: np.ndarray[tuple[int], np.dtype[np.int64]]
    """Offset of its first byte in the unpacked file."""
    first: np.ndarray[tuple[int], np.dtype[np.uint8]]
    """Its first byte."""
    too_long: tuple[int, ...] = ()
    """Numbers of lines that were skipped."""


class LineFile:
    """One JSONL file.

    Args:
        path: Of it; whether it is gzip is recognised by its first bytes.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        with open(path, "rb") as file:
            self._gzip = file.read(2) == GZIP_MAGIC
        self._marks: list[_GzipMark] = []

    def pieces(self) -> Iterator[Piece]:
        """The file from its start; blank lines are left out.

        Raises:
            RolloutsError: it cannot be read further; every whole line before that was yielded.
        """
        number, start = 0, 0
        rest = b""
        failure: RolloutsError | None = None
        blocks = self._unpacked() if self._gzip else self._plain()
        ended = skipping = False
        while not ended:
            try:
                block = next(blocks, b"")
            except (OSError, EOFError, zlib.error) as err:
                what = getattr(err, "strerror", None) or str(err)
                failure, block = RolloutsError(what), b""
            ended = not block
            data = rest + block if rest else block
            if skipping:  # the rest of a line that is longer than any row may be
                cut = data.find(b"\n")
                if cut < 0:
                    start += len(data)
                    rest = b""
                    continue
                start, data, skipping = start + cut + 1, data[cut + 1 :], False
            if ended and failure is None and data and not data.endswith(b"\n"):
                data += b"\n"  # a file need not end its last line
            cut = data.rfind(b"\n") + 1
            rest = data[cut:]
            too_long: tuple[int, ...] = ()
            lines = 0
            if cut:
                piece, lines = _split(data[:cut], number, start)
                yield piece
            number += lines
            start += cut
            if len(rest) > LINE_BYTES:
                number += 1
                too_long = (number,)
                start += len(rest)
                rest, skipping = b"", True
                empty = np.zeros(0, np.int64)
                docs = pa.array([], pa.large_string())
                yield Piece(docs, empty, empty, empty.astype(np.uint8), too_long)
        if failure is not None:
            raise RolloutsError(
                f"{in_line(self.path)}:{number + 1}: cannot be read further: {failure}"
            )

    def lines(self, offsets: Sequence[int]) -> Iterator[bytes]:
        """The lines that begin at these offsets, which must ascend.

        Raises:
            RolloutsError: the file has changed since.
        """
        try:
            if self._gzip:
                yield from self._packed_lines(offsets)
                return
            with open(self.path, "rb") as file:
                for offset in offsets:
                    file.seek(offset)
                    yield file.readline(LINE_BYTES)
        except (OSError, EOFError, zlib.error) as err:
            raise RolloutsError(
                f"{in_line(self.path)}: has changed since it was read: {err}"
            ) from err

    # -- bytes ----------------------------------------------------------------------------------

    def _plain(self) -> Iterator[bytes]:
        with open(self.path, "rb", buffering=0) as file:
            while block := file.read(PIECE_BYTES):
                yield block

    def _unpacked(self, mark: _GzipMark | None = None) -> Iterator[bytes]:
        """The unpacked bytes, from `mark` on; without one, from the start, setting marks."""
        setting = mark is None
        mark = mark or _GzipMark(0, 0, zlib.decompressobj(31))
        engine, at, since = mark.engine.copy(), mark.at, 0
        with open(self.path, "rb") as file:
            file.seek(mark.packed)
            if setting:
                self._marks = [mark]
            while True:
                packed = file.read(READ_BYTES)
                if not packed:
                    while block := engine.decompress(b"", PIECE_BYTES):
                        yield block
                    if not engine.eof:
                        raise EOFError("the gzip file ends in the middle")
                    return
                while packed:
                    if engine.eof:  # another member; what is not a member is padding
                        packed = packed.lstrip(b"\0")
                        if not packed.startswith(GZIP_MAGIC[: len(packed)]):
                            return
                        engine = zlib.decompressobj(31)
                    block = engine.decompress(packed, PIECE_BYTES)
                    packed = engine.unused_data if engine.eof else engine.unconsumed_tail
                    at, since = at + len(block), since + len(block)
                    if block:
                        yield block
                    if setting and since >= SEEK_BYTES and not packed and not engine.eof:
                        self._marks.append(_GzipMark(at, file.tell(), engine.copy()))
                        since = 0

    def _packed_lines(self, offsets: Sequence[int]) -> Iterator[bytes]:
        blocks: Iterator[bytes] = iter(())
        held, begin, current = b"", 0, -1
        for offset in offsets:
            nearest = max(i for i, m in enumerate(self._marks) if m.at <= offset)
            if nearest != current and self._marks[nearest].at > begin + len(held):
                blocks, held = self._unpacked(self._marks[nearest]), b""
                begin, current = self._marks[nearest].at, nearest
            elif current < 0:
                blocks, begin, current = self._unpacked(self._marks[nearest]), 0, nearest
            while True:
                if begin < offset:
                    drop = min(offset - begin, len(held))
                    held, begin = held[drop:], begin + drop
                end = held.find(b"\n") if begin == offset else -1
                if end >= 0:
                    break
                block = next(blocks, b"")
                if not block:
                    end = len(held)
                    break
                held += block
            yield held[: end + 1]


@dataclass
class _GzipMark:
    """A place from which a gzip file can be unpacked: its decompressor, as it was there."""

    at: int
    packed: int
    engine: zlib._Decompress = field(repr=False)


def _split(data: bytes, number: int, start: int) -> tuple[Piece, int]:
    """Whole lines, the blank ones left out, and how many there were."""
    raw = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(raw == 10)
    begins = np.empty_like(ends)
    begins[0] = 0
    begins[1:] = ends[:-1] + 1
    if number == 0 and start == 0 and data.startswith(b"\xef\xbb\xbf"):
        begins[0] = 3
    offsets = np.empty(len(ends) + 1, np.int64)
    offsets[0] = begins[0]
    offsets[1:] = ends + 1
    docs = pa.Array.from_buffers(
        pa.large_string(), len(ends), [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    )
    first = raw[begins]
    line = np.arange(number + 1, number + 1 + len(ends))
    blank = (first == 10) | ((first == 13) & (ends - begins == 1))
    if blank.any():
        kept = np.flatnonzero(~blank)
        docs, line, begins, first = docs.take(pa.array(kept)), line[kept], begins[kept], first[kept]
    return Piece(docs, line, begins + start, first), len(ends)
