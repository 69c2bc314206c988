"""Logs larger than a frame: counted whole, kept by whole groups, by a rule that is not a chance."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_log import NAN, same, write_rows

from assay.audit.frame import STATUSES
from assay.audit.logs import gather, read_log
from assay.audit.logs.gather import RowBlock, RowGatherer, codes, mixed, of_step
from assay.audit.logs.sources import log_files


def log_rows(groups: int, size: int = 4) -> list[dict[str, Any]]:
    """Rows in groups over three steps, a tenth of them unscored."""
    rows = []
    for i in range(groups * size):
        group, judged = i // size, i % 10 != 0
        verdict = {"status": "judged" if judged else "undecided", "score": i / 2**12}
        term = {"verifier": "a@1", "weight": 2, "score": i / 2**12, "contribution": i / 2**11}
        rows.append(
            {
                "group_id": f"g{group}",
                "prompt_id": f"p{group % 7}",
                "step": group % 3 if group % 5 else None,
                "completion": str(i),
                "reward": i / 2**11 if judged else None,
                "status": "scored" if judged else "unscored",
                "terms": {"a": term},
                "verdicts": {"a": verdict},
                "signature": "s",
            }
        )
    return rows


def test_whole_groups_as_many_as_there_is_room_for(tmp_path: Path) -> None:
    rows = log_rows(50)
    path = write_rows(tmp_path / "log.jsonl", rows)
    with read_log(path, max_rows=90) as log:
        frame = log.frame
        assert (frame.n, frame.total) == (88, 200)
        lines = frame.line - 1
        assert list(lines) == sorted(lines)
        kept = Counter(rows[i]["group_id"] for i in lines)
        assert set(kept.values()) == {4}
        same(frame.reward, [NAN if rows[i]["reward"] is None else rows[i]["reward"] for i in lines])
        assert [r["completion"] for r in log.rows(range(88))] == [str(i) for i in lines]


def test_which_groups_is_a_matter_of_their_names(tmp_path: Path) -> None:
    """The documented rule, recomputed: the smallest hashes of (key, step)."""
    rows = log_rows(50)
    for row in rows:
        row["step"] = None
    path = write_rows(tmp_path / "log.jsonl", rows)

    def rank(group: int) -> int:
        digest = hashlib.md5(f"g:g{group}".encode(), usedforsecurity=False).digest()
        return int(mixed(np.array([int.from_bytes(digest[:8], "little")], np.uint64))[0])

    wanted = sorted(range(50), key=rank)[:10]
    with read_log(path, max_rows=43) as log:
        assert {rows[i - 1]["group_id"] for i in log.frame.line} == {f"g{g}" for g in wanted}


def test_the_order_of_rows_and_the_cut_into_files_are_no_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = log_rows(60)
    monkeypatch.setattr(gather, "SLACK_ROWS", 0)
    monkeypatch.setattr(log_files, "BATCH_ROWS", 10)
    kept = []
    for name, order in (("one", range(240)), ("other", np.random.default_rng(1).permutation(240))):
        folder = tmp_path / name
        folder.mkdir()
        mixed_up = [rows[i] for i in order]
        for i in range(0, 240, 24):
            write_rows(folder / f"{i:03}.jsonl", mixed_up[i : i + 24])
        with read_log(folder, max_rows=50) as log:
            assert (log.frame.n, log.frame.total) == (48, 240)
            kept.append({r["completion"] for r in log.rows(range(log.frame.n))})
    assert kept[0] == kept[1]


def test_totals_are_of_the_whole_log(tmp_path: Path) -> None:
    rows = log_rows(50)
    path = write_rows(tmp_path / "log.jsonl", rows)
    for limit in (30, 10_000):
        with read_log(path, max_rows=limit) as log:
            totals = log.frame.totals
        assert totals is not None
        assert totals.rows == 200
        assert totals.row_status == {"scored": 180, "unscored": 20}
        assert totals.statuses == {"a": {"judged": 180, "undecided": 20}}
        assert set(totals.statuses["a"]) <= set(STATUSES)
        same(totals.steps, [0.0, 1.0, 2.0, NAN])
        for i, step in enumerate((0, 1, 2, None)):
            paid = [r["reward"] for r in rows if r["step"] == step]
            there = [p for p in paid if p is not None]
            assert totals.step_rows[i] == len(paid)
            assert totals.step_scored[i] == len(there)
            assert totals.step_reward[i] == pytest.approx(sum(there) / len(there), rel=1e-12)


def test_rows_without_a_group_are_kept_one_by_one(tmp_path: Path) -> None:
    rows = [{"completion": str(i), "reward": i} for i in range(100)]
    with read_log(write_rows(tmp_path / "log.jsonl", rows), max_rows=30) as log:
        assert log.frame.n == 30
        same(log.frame.group, [-1] * 30)


def test_one_group_larger_than_a_frame(tmp_path: Path) -> None:
    rows = [{"prompt": "p", "completion": str(i), "reward": i} for i in range(100)]
    with read_log(write_rows(tmp_path / "log.jsonl", rows), max_rows=30) as log:
        assert log.frame.n == 30
        same(log.frame.group, [0] * 30)


def block(groups: list[int], at: list[int]) -> RowBlock:
    n = len(groups)
    keys = np.array(groups, np.uint64)
    columns = {
        "reward": np.array(at, float),
        "row_status": np.zeros(n, np.int8),
        "step": np.full(n, np.nan),
        "group": of_step(keys, np.full(n, np.nan)),
        "file": np.zeros(n, np.int32),
        "at": np.array(at, np.int64),
    }
    return RowBlock(columns)


@given(
    st.lists(st.integers(0, 12), min_size=1, max_size=80),
    st.integers(1, 40),
    st.integers(1, 30),
    st.randoms(),
)
def test_any_stream_keeps_the_same_rows(
    groups: list[int], limit: int, cut: int, random: Any
) -> None:
    """In pieces and in any order as at once; never more than asked; never half a group of two."""
    slack, gather.SLACK_ROWS = gather.SLACK_ROWS, 0
    try:
        order = list(range(len(groups)))
        kept = []
        for _ in range(2):
            gathered = RowGatherer(limit)
            for i in range(0, len(order), cut):
                some = order[i : i + cut]
                gathered.add(block([groups[j] for j in some], some))
            found = gathered.block()
            assert found is not None
            kept.append(set(found.columns["at"].tolist()))
            random.shuffle(order)
    finally:
        gather.SLACK_ROWS = slack
    assert kept[0] == kept[1]
    assert 0 < len(kept[0]) <= limit or len(groups) <= limit
    here = Counter(groups[i] for i in kept[0])
    cut_groups = [g for g, n in here.items() if g != 0 and n != groups.count(g)]
    assert not cut_groups or len(here) == 1


def test_codes_are_numbered_by_first_appearance() -> None:
    same(codes(np.array([9, 0, 3, 9, 0, 1], np.uint64)), [0, -1, 1, 0, -1, 2])
    same(codes(np.array([], np.uint64)), [])


def test_groups_are_of_one_step() -> None:
    keys = np.array([5, 5, 5, 5, 0, 6], np.uint64)
    step = np.array([1.0, 2.0, np.nan, 1.0, 1.0, 1.0])
    same(codes(of_step(keys, step)), [0, 1, 2, 0, -1, 3])
    zero = of_step(np.array([5, 5], np.uint64), np.array([0.0, -0.0]))
    assert zero[0] == zero[1]
