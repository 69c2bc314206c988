"""Parquet rows are the rows that JSONL would give."""

from __future__ import annotations

import datetime
import decimal
import json
from pathlib import Path
from typing import Any

import pytest

from assay.errors import RolloutsError
from assay.rollouts.output import encode
from assay.rollouts.rows import read_rows
from assay.rollouts.sources import find_sources

pytestmark = pytest.mark.optional

pyarrow = pytest.importorskip("pyarrow", reason="optional part: pyarrow (assay[parquet])")
parquet = pytest.importorskip("pyarrow.parquet")


def written(path: Path, columns: dict[str, Any]) -> Path:
    parquet.write_table(pyarrow.table(columns), path)
    return path


def rows(path: Path) -> list[dict[str, Any]]:
    seen = list(read_rows(find_sources([str(path)])))
    assert [r.line for r in seen] == list(range(1, len(seen) + 1))
    return [r.data for r in seen if r.data is not None]


def test_rows_of_several_batches(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", {"completion": [str(i) for i in range(3000)]})
    assert [r["completion"] for r in rows(path)] == [str(i) for i in range(3000)]


def test_values_become_json(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.parquet",
        {
            "completion": ["x"],
            "chat": [[{"role": "assistant", "content": "hi"}]],
            "n": [3],
            "p": [0.5],
            "day": [datetime.date(2026, 1, 2)],
            "at": [datetime.datetime(2026, 1, 2, 3, 4, 5)],
            "price": [decimal.Decimal("1.50")],
            "raw": [b"caf\xc3\xa9"],
            "noise": [b"\xff\x00"],
            "nothing": [None],
        },
    )
    row = rows(path)[0]
    assert json.loads(encode(row)) == {
        "completion": "x",
        "chat": [{"role": "assistant", "content": "hi"}],
        "n": 3,
        "p": 0.5,
        "day": "2026-01-02",
        "at": "2026-01-02T03:04:05",
        "price": "1.50",
        "raw": "café",
        "noise": "/wA=",
        "nothing": None,
    }


def test_the_file_is_told_by_its_bytes(tmp_path: Path) -> None:
    path = written(tmp_path / "a.data", {"completion": ["x"]})
    assert rows(path) == [{"completion": "x"}]


def test_a_broken_file_names_itself(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", {"completion": ["x"] * 10})
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(RolloutsError, match=r"a\.parquet:1: cannot be read further: "):
        rows(path)


def test_without_pyarrow_the_fix_is_told_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "a.parquet", {"completion": ["x"]})
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(RolloutsError, match="fix: pip install pyarrow"):
        find_sources([str(path)])
