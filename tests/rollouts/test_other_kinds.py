"""A file that is something else than rows: one error, what it is and how to mend it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import pytest

from assay.errors import RolloutsError
from assay.rollouts.rows import parse_line, read_rows
from assay.rollouts.sources import find_sources

ROW = '{"completion": "x", "reference": "1"}\n'


class Kind(NamedTuple):
    data: bytes
    noted: str
    why: str


KINDS = [
    Kind(ROW.encode("utf-16"), "is text in UTF-16, must be UTF-8\nfix: iconv -f UTF-16 -t UTF-8",
         "a mark begins it"),
    Kind(ROW.encode("utf-32"), "is text in UTF-32, must be UTF-8\nfix: iconv -f UTF-32 -t UTF-8",
         "its mark begins as that of UTF-16 does"),
    Kind(ROW.encode("utf-16-le"), "is text in UTF-16LE,", "without a mark, by the null bytes"),
    Kind(ROW.encode("utf-16-be"), "is text in UTF-16BE,", "the same, the other way round"),
    Kind(ROW.encode("utf-32-le"), "is text in UTF-32LE,", "three null bytes a letter"),
    Kind(b"PK\x03\x04...", "is a ZIP archive, must be rows as JSONL", "every line was invalid"),
    Kind(b"\x28\xb5\x2f\xfd...", "is compressed with zstd", "only gzip is unpacked"),
    Kind(b"\x80\x04\x95...", "may hold a pickle, which runs code when it is loaded; never read",
         "a list of samples, pickled"),
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.why)
def test_what_a_file_is_instead_of_rows(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(kind.data)
    with pytest.raises(RolloutsError) as raised:
        list(read_rows(find_sources([str(path)])))
    assert str(raised.value).startswith(f"{path}: {kind.noted}")
    assert "\nfix: " in str(raised.value)


def test_null_bytes_within_a_file_cost_their_row_only(tmp_path: Path) -> None:
    """A machine that stops leaves them in the file that it was writing; the others are whole."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(ROW.encode() + b"\0" * 40 + b"\n" + ROW.encode())
    first, second, third = read_rows(find_sources([str(path)]))
    assert first.data == third.data is not None
    assert second.error is not None
    assert second.error.startswith("not JSON: null bytes\nfix: the file is damaged")


def test_few_bytes_are_no_other_encoding() -> None:
    assert parse_line(b"\0\n", "a.jsonl", 1).error is not None


LINKS = [
    ("loop.jsonl", "loop.jsonl", "is a symbolic link that leads round to itself"),
    ("gone.jsonl", "nowhere", "is a symbolic link to nowhere, which is not there"),
]


@pytest.mark.parametrize(("name", "target", "noted"), LINKS)
def test_links_that_lead_to_no_file(name: str, target: str, noted: str, tmp_path: Path) -> None:
    os.symlink(target, tmp_path / name)
    with pytest.raises(RolloutsError) as raised:
        find_sources([str(tmp_path / name)])
    assert str(raised.value) == f"{tmp_path / name}: {noted}\nfix: name the file itself"
