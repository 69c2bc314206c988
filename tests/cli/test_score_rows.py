"""Order and memory, with an engine whose order of completion is chosen by the test."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.cli import score_rows as scoring
from assay.cli.score_rows import score_rows
from assay.errors import RolloutsError, SampleError
from assay.model import Reward, Sample
from assay.rollouts.rows import Row


class Shuffled:
    """Completes samples in a random order, a few of them open at a time; the first comes last."""

    def __init__(self, seed: int, ahead: int, hold_first: bool = False) -> None:
        self._random = random.Random(seed)
        self._ahead = ahead
        self._hold_first = hold_first
        self.passes = 0

    def iter_batch(
        self, samples: Iterable[Sample | SampleError], *, budget_s: float | None = None
    ) -> Iterator[tuple[int, Reward]]:
        self.passes += 1
        held = None
        open_: list[tuple[int, Reward]] = []
        for index, sample in enumerate(samples):
            if isinstance(sample, SampleError):
                reward = Reward(None, "invalid", error=str(sample))
            else:
                reward = Reward(float(sample.text), "scored")
            if index == 0 and self._hold_first:
                held = (index, reward)
                continue
            open_.append((index, reward))
            if len(open_) >= self._ahead:
                yield open_.pop(self._random.randrange(len(open_)))
        self._random.shuffle(open_)
        yield from open_
        if held is not None:
            yield held


def run(engine: Any, rows: Iterable[Row], **options: Any) -> list[tuple[int, Any]]:
    seen: list[tuple[int, Any]] = []
    score_rows(
        engine,
        iter(rows),
        lambda row, out: seen.append((row.line, out["reward"])),
        columns={},
        **options,
    )
    return seen


def rows_in(n: int, bad: frozenset[int] = frozenset()) -> list[Row]:
    return [
        Row("a", i, None, "bad") if i in bad else Row("a", i, {"completion": str(i)}, None, 10)
        for i in range(n)
    ]


@given(
    st.integers(0, 60), st.integers(1, 20), st.integers(0, 99), st.frozensets(st.integers(0, 60))
)
def test_rows_leave_in_their_order(n: int, ahead: int, seed: int, bad: frozenset[int]) -> None:
    expected = [(i, None if i in bad else float(i)) for i in range(n)]
    assert run(Shuffled(seed, ahead), rows_in(n, bad)) == expected


@given(
    st.integers(0, 60), st.integers(1, 20), st.integers(0, 99), st.frozensets(st.integers(0, 60))
)
def test_strict_ends_with_the_first_bad_row(
    n: int, ahead: int, seed: int, bad: frozenset[int]
) -> None:
    end = min((b for b in bad if b < n), default=n - 1)
    expected = [(i, None if i in bad else float(i)) for i in range(end + 1)]
    assert run(Shuffled(seed, ahead), rows_in(n, bad), strict=True) == expected


def test_one_slow_row_does_not_make_the_rest_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "AHEAD_ROWS", 50)
    read = written = most = 0

    def rows() -> Iterator[Row]:
        nonlocal read, most
        for row in rows_in(1000):
            read += 1
            most = max(most, read - written)
            yield row

    def emit(row: Row, out: dict[str, Any]) -> None:
        nonlocal written
        assert row.line == written
        written += 1

    engine = Shuffled(1, 8, hold_first=True)
    score_rows(engine, rows(), emit, columns={})
    assert written == 1000
    assert most <= 51
    assert engine.passes >= 1000 // 50


def test_large_rows_do_not_pile_up_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "AHEAD_BYTES", 100)
    engine = Shuffled(1, 8, hold_first=True)
    assert len(run(engine, rows_in(200))) == 200
    assert engine.passes >= 20


def test_an_input_that_breaks_off_costs_no_finished_row() -> None:
    def rows() -> Iterator[Row]:
        yield from rows_in(30)
        raise RolloutsError("a.gz:31: cannot be read further")

    seen: list[int] = []
    with pytest.raises(RolloutsError, match="cannot be read further"):
        score_rows(Shuffled(3, 10), rows(), lambda row, _: seen.append(row.line), columns={})
    assert seen == list(range(30))
