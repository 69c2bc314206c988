"""`assay verify` with a rubric that compares within groups: files, passes and resumed runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.cli import row_groups
from assay.cli import score_rows as scoring

from .conftest import Done, read_rows, write_rows

Assay = Callable[..., Done]
ROWS = [{"id": i, "completion": "x" * (i % 7 + 1), "group_id": str(i % 5)} for i in range(40)]


@pytest.fixture
def ranked(tmp_path: Path) -> Path:
    path = tmp_path / "ranked.json"
    path.write_text(json.dumps({"kind": "weighted", "criteria": {"group.rank": 1}}))
    return path


def wanted(rows: list[dict[str, Any]]) -> list[float]:
    found = []
    for row in rows:
        mine = len(row["completion"])
        others = [
            len(r["completion"])
            for r in rows
            if r["group_id"] == row["group_id"] and r["id"] != row["id"]
        ]
        found.append(sum((mine < n) + 0.5 * (mine == n) for n in others) / len(others))
    return found


@pytest.mark.parametrize("options", [[], ["--group-size", "8"]], ids=["by the end", "by size"])
def test_groups_are_whole_however_the_rows_are_cut(
    assay: Assay, ranked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    monkeypatch.setattr(scoring, "AHEAD_ROWS", 3)  # passes of three rows, groups of eight
    write_rows(tmp_path / "a.jsonl", ROWS[:23])
    write_rows(tmp_path / "b.jsonl", ROWS[23:])
    done = assay("verify", "a.jsonl", "b.jsonl", "-r", ranked, "--out", "r.jsonl", *options)
    assert done.code == 0, done.err
    out = read_rows(tmp_path / "r.jsonl")
    assert [row["id"] for row in out] == list(range(40))
    assert [row["reward"] for row in out] == wanted(ROWS)
    assert "peers" not in out[0]


def test_a_resumed_run_compares_with_rows_that_are_out_already(
    assay: Assay, ranked: Path, tmp_path: Path
) -> None:
    write_rows(tmp_path / "a.jsonl", ROWS)
    assert assay("verify", "a.jsonl", "-r", ranked, "--out", "r.jsonl").code == 0
    whole = (tmp_path / "r.jsonl").read_text()
    lines = whole.splitlines(keepends=True)
    (tmp_path / "r.jsonl").write_text("".join(lines[:17]))
    done = assay("verify", "a.jsonl", "-r", ranked, "--out", "r.jsonl", "--resume")
    assert done.code == 0, done.err
    again = read_rows(tmp_path / "r.jsonl")
    assert [row["reward"] for row in again] == [json.loads(line)["reward"] for line in lines]


def test_rows_without_a_whole_group_are_named(assay: Assay, ranked: Path, tmp_path: Path) -> None:
    rows = [*ROWS[:10], {"id": 10, "completion": "y"}, {"id": 11, "completion": "y", "group_id": 9}]
    write_rows(tmp_path / "a.jsonl", rows)
    done = assay("verify", "a.jsonl", "-r", ranked, "--out", "r.jsonl")
    assert done.code == 2
    assert "a.jsonl:11: no 'group_id'" in done.err
    assert "a.jsonl:12: group '9' has one sample" in done.err
    out = read_rows(tmp_path / "r.jsonl")
    assert [row["status"] for row in out] == ["scored"] * 10 + ["invalid"] * 2
    assert [row["reward"] for row in out[10:]] == [None, None]


def test_more_than_memory_holds_is_refused_with_the_way_out(
    assay: Assay, ranked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_groups, "HELD_BYTES", 1000)
    write_rows(tmp_path / "a.jsonl", ROWS)
    done = assay("verify", "a.jsonl", "-r", ranked)
    assert done.code == 2
    assert "wait for the rest of their groups" in done.err
    assert "--group-size" in done.err
    near = sorted(ROWS, key=lambda row: str(row["group_id"]))
    write_rows(tmp_path / "a.jsonl", near)
    assert assay("verify", "a.jsonl", "-r", ranked, "--group-size", "8").code == 0


def test_the_ledger_holds_the_rows_as_they_came(assay: Assay, ranked: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="optional part not installed: pyarrow")
    write_rows(tmp_path / "a.jsonl", ROWS)
    done = assay("verify", "a.jsonl", "-r", ranked, "--ledger", "led", "--out", "r.jsonl")
    assert done.code == 0, done.err
    from assay.ledger.read import read_rows as recorded

    found = list(recorded(tmp_path / "led"))
    assert [row["reward"] for row in found] == wanted(ROWS)


def test_prove_says_that_it_is_relative(assay: Assay, tmp_path: Path) -> None:
    done = assay("prove", "kimi-length")
    assert done.code == 0, done.err
    assert "compares within the group" in done.out


def test_preflight_compares_what_it_tries_for_a_row(assay: Assay, tmp_path: Path) -> None:
    rows = [{"prompt": "2 + 2", "reference": "4"}, {"prompt": "2 + 3", "reference": "{"}]
    write_rows(tmp_path / "p.jsonl", rows)
    done = assay("preflight", "p.jsonl", "-r", "kimi-length")
    assert "group" not in done.err
    assert "p.jsonl:1" not in done.out
    assert "p.jsonl:2" in done.out


def test_probe_says_what_it_cannot(assay: Assay, tmp_path: Path) -> None:
    write_rows(tmp_path / "p.jsonl", [{"prompt": "2 + 2", "completion": "4", "reference": "4"}])
    done = assay("probe", "kimi-length", "--rows", "p.jsonl")
    assert done.code == 2
    assert "compares the completions of a group" in done.err
