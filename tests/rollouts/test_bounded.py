"""Files that stand for far more than they hold: read in bounded memory, and given up in time."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.errors import RolloutsError
from assay.rollouts import rows as module
from assay.rollouts.rows import read_rows
from assay.rollouts.sources import Source

ROW = b'{"completion": "x"}\n'


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousandth of each bound, so that the files are small."""
    for name in ("LINE_BYTES", "PIECE_BYTES", "IDLE_BYTES", "IDLE_LINES"):
        monkeypatch.setattr(module, name, getattr(module, name) // 1000)


def write(path: Path, data: bytes, packed: bool) -> Source:
    path.write_bytes(gzip.compress(data) if packed else data)
    return Source(str(path))


GIVEN_UP: list[tuple[str, Callable[[], bytes], str]] = [
    ("blank lines", lambda: ROW + b"\n" * 2_000 + ROW, "rows:1002"),
    ("lines of blanks", lambda: ROW + (b" " * 10_000 + b"\n") * 150 + ROW, "rows:109"),
    ("one line of blanks", lambda: ROW + b" " * 1_500_000 + b"\n" + ROW, "rows:2"),
    ("one line without an end", lambda: ROW + b"x" * 1_500_000 + b"\n" + ROW, "rows:2"),
    ("lines that are too long", lambda: ROW + (b"y" * 140_000 + b"\n") * 9 + ROW, "rows:9"),
]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(("make", "place"), [g[1:] for g in GIVEN_UP], ids=[g[0] for g in GIVEN_UP])
def test_what_holds_no_rows_is_given_up(
    make: Callable[[], bytes], place: str, packed: bool, tmp_path: Path
) -> None:
    """The rows before it have come out; the error says where it was given up."""
    source = write(tmp_path / "rows", make(), packed)
    found = []

    def read() -> None:
        found.extend(row.line for row in read_rows([source]) if row.data is not None)

    with pytest.raises(RolloutsError, match="cannot be read further: no row in the last") as caught:
        read()
    assert next(row.line for row in read_rows([source])) == 1
    assert f"{place}: cannot" in str(caught.value)
    assert "\nfix: " in str(caught.value)


READ: list[tuple[str, bytes, list[int]]] = [
    ("some blank lines", ROW + b"\n" * 500 + ROW, [1, 502]),
    ("a long line of blanks", ROW + b" " * 900_000 + b"\n" + ROW, [1, 3]),
    ("a long row", b'{"completion": "' + b"z" * 100_000 + b'"}\n' + ROW, [1, 2]),
    ("a row after many blanks", b" " * 5_000 + ROW, [1]),
    ("a row before many blanks", ROW[:-1] + b" " * 5_000 + b"\n" + ROW, [1, 2]),
    ("a row that is too long is one error", b"w" * 150_000 + b"\n" + ROW, [2]),
    ("a last line without an end", ROW + b" " * 5_000, [1]),
    ("a line of a piece's very length", b" " * (1048 - len(ROW)) + ROW * 2, [1, 2]),
]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(("data", "lines"), [r[1:] for r in READ], ids=[r[0] for r in READ])
def test_what_people_have_is_read(
    data: bytes, lines: list[int], packed: bool, tmp_path: Path
) -> None:
    source = write(tmp_path / "rows", data, packed)
    assert [row.line for row in read_rows([source]) if row.data is not None] == lines


def test_blanks_take_no_memory(tmp_path: Path) -> None:
    source = write(tmp_path / "rows", b" " * 1_000_000 + b"\n" + ROW, True)
    list(read_rows([source]))
    tracemalloc.start()
    try:
        list(read_rows([source]))
        assert tracemalloc.get_traced_memory()[1] < 500_000
    finally:
        tracemalloc.stop()


def test_a_damaged_file_says_that_its_rows_may_be_wrong(tmp_path: Path) -> None:
    """The checksum stands at the end, after rows that have gone out already."""
    data = bytearray(gzip.compress(ROW * 100, mtime=0))
    data[-8] ^= 0xFF
    path = tmp_path / "rows"
    path.write_bytes(data)
    with pytest.raises(RolloutsError, match="rows that were read from it may be wrong"):
        list(read_rows([Source(str(path))]))
