"""Ledgers to look into: through pyarrow, and through DuckDB, which is another reader."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

pytest.importorskip("pyarrow")

import pyarrow.parquet

from assay import Reward, Sample
from assay.ledger import Ledger
from assay.ledger.read import read_records, shards
from assay.ledger.writer import Writer

RUBRIC = {"kind": "weighted", "criteria": {"math.answer": 1}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "a"


@pytest.fixture
def writer(folder: Path) -> Any:
    """Writes when it is told to, and not before."""
    made = Writer(Ledger(folder, flush_rows=100_000, flush_s=3600.0), "math", RUBRIC)
    yield made
    made.close()


def put(writer: Writer, *texts: str) -> None:
    """A reward for each text, in one call."""
    call = writer.call()
    for i, text in enumerate(texts):
        writer.put(call, i, Sample(text), Reward(1.0, "scored", signature="ab"))


def records(folder: Path) -> list[dict[str, Any]]:
    return list(read_records(folder))


def texts(folder: Path) -> list[str]:
    return [record["completion"] for record in records(folder)]


def whole(folder: Path) -> int:
    """Rows of all shards, each of which both readers must be able to read."""
    rows = 0
    for path in shards(folder):
        rows += pyarrow.parquet.read_table(path).num_rows
    if rows:
        found = duckdb.sql(f"select count(*), count(completion) from '{folder}/*.parquet'")
        [(by_duckdb, completions)] = found.fetchall()
        assert by_duckdb == completions >= rows  # a writer at work may have written more by now
    return rows


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start Python on a program; warnings are errors there, too."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, *args: object, **options: Any) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code, *map(str, args)],
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **options,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
