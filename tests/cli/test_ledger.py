"""`assay verify --ledger`: what is in `--out` is in the ledger, once."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("pyarrow")

from assay.ledger.read import read_records, read_rows

from .conftest import ONE_FILE, Done, write_rows
from .conftest import read_rows as read_out

Assay = Callable[..., Done]


def rows(n: int) -> list[dict[str, object]]:
    return [{"id": i, "completion": f"please {i}" if i % 3 else f"{i}"} for i in range(n)]


def test_the_ledger_holds_the_rows_that_are_out(assay: Assay, rubric: Path, tmp_path: Path) -> None:
    data = rows(300)
    data[5] = {"id": 5}
    data[7] = {"id": 7, "completion": [{"role": "assistant", "content": "please"}], "label": True}
    write_rows(tmp_path / "a.jsonl", data)
    with (tmp_path / "a.jsonl").open("a") as file:
        file.write("no JSON\n")
    options = ("-r", rubric, "--plugin", ONE_FILE)
    done = assay("verify", "a.jsonl", *options, "--out", "r.jsonl", "--ledger", "runs/a")
    assert done.code == 2  # two rows are invalid
    out = read_out(tmp_path / "r.jsonl")
    assert list(read_rows(tmp_path / "runs/a")) == out
    records = list(read_records(tmp_path / "runs/a"))
    assert [r["place"] for r in records] == [f"a.jsonl:{i + 1}" for i in range(301)]
    assert [r["index"] for r in records] == list(range(301))
    assert {r["rubric"] for r in records} == {str(rubric)}
    assert [r["status"] for r in records].count("invalid") == 2


def test_without_out_and_with_columns_of_other_names(
    assay: Assay, rubric: Path, tmp_path: Path
) -> None:
    write_rows(tmp_path / "a.jsonl", [{"response": "please", "id": 1}])
    options = ("-r", rubric, "--plugin", ONE_FILE, "--map", "completion=response")
    assert assay("verify", "a.jsonl", *options, "--ledger", "led").code == 0
    [row] = read_rows(tmp_path / "led")
    assert (row["completion"], row["id"], row["reward"]) == ("please", 1, 1.0)


def test_going_on_records_no_row_twice(assay: Assay, rubric: Path, tmp_path: Path) -> None:
    options = ("-r", rubric, "--plugin", ONE_FILE, "--out", "r.jsonl", "--ledger", "led")
    write_rows(tmp_path / "a.jsonl", rows(40))
    assert assay("verify", "a.jsonl", *options).code == 0
    write_rows(tmp_path / "a.jsonl", rows(100))
    assert assay("verify", "a.jsonl", *options, "--resume").code == 0
    assert assay("verify", "a.jsonl", *options, "--resume").code == 0
    found = sorted(read_rows(tmp_path / "led"), key=lambda r: int(r["id"]))
    assert found == read_out(tmp_path / "r.jsonl")


def test_an_invalid_row_that_is_mended_is_recorded_once(
    assay: Assay, rubric: Path, tmp_path: Path
) -> None:
    options = ("-r", rubric, "--plugin", ONE_FILE, "--out", "r.jsonl", "--ledger", "led")
    data = rows(20)
    write_rows(tmp_path / "a.jsonl", [*data[:10], {"id": 10}, *data[11:]])
    assert assay("verify", "a.jsonl", *options, "--strict").code == 2
    write_rows(tmp_path / "a.jsonl", data)
    assert assay("verify", "a.jsonl", *options, "--strict", "--resume").code == 0
    found = sorted(read_rows(tmp_path / "led"), key=lambda r: int(r["id"]))
    assert found == read_out(tmp_path / "r.jsonl")


@pytest.mark.parametrize(
    "sign",
    [
        pytest.param(signal.SIGINT, id="Ctrl-C", marks=pytest.mark.slow),
        pytest.param(signal.SIGKILL, id="SIGKILL", marks=pytest.mark.slow),
    ],
)
def test_interrupted_and_gone_on_with(
    assay: Assay,
    process: Callable[..., subprocess.Popen[bytes]],
    rubric: Path,
    tmp_path: Path,
    sign: signal.Signals,
) -> None:
    write_rows(tmp_path / "a.jsonl", rows(20_000))
    options = ("-r", rubric, "--plugin", ONE_FILE, "--out", "r.jsonl", "--ledger", "led")
    running = process("verify", "a.jsonl", *options)
    out = tmp_path / "r.jsonl"
    until = time.monotonic() + 60
    while not (out.exists() and out.stat().st_size > 800_000) and time.monotonic() < until:
        time.sleep(0.005)
    running.send_signal(sign)
    running.wait(60)
    written = out.read_bytes().count(b"\n")
    recorded = [r["id"] for r in read_rows(tmp_path / "led")]
    assert recorded == list(range(len(recorded)))  # in order, without a gap
    missing = written - len(recorded)
    assert 0 < written < 20_000
    assert missing in (0, 1) if sign is signal.SIGINT else -1 <= missing <= 2_000
    assert assay("verify", "a.jsonl", *options, "--resume").code == 0
    again = [json.loads(r["info"])["id"] for r in read_records(tmp_path / "led")]
    assert len(again) == len(set(again)) == 20_000 - missing


def test_a_ledger_that_cannot_be(assay: Assay, rubric: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", rows(3))
    done = assay("verify", "a.jsonl", "-r", rubric, "--plugin", ONE_FILE, "--ledger", "a.jsonl")
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert "a.jsonl: is a file; a ledger needs a folder" in done.err
