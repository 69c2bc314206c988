"""An event loop is never held for long: counted in steps of work between two turns of the loop.

The clock is one that each look at it moves by a millisecond, so that the machine has no say.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assay import Engine, Reward, Sample
from assay.engine.calls import drivers
from assay.engine.calls.call_state import Call

ZOO = str(Path(__file__).with_name("zoo.py"))
MOST = 2 * round(drivers.BREATH_S / 0.001)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Samples begun, finished and skipped, for each turn of the loop; one more is begun by it."""
    ticks = itertools.count()
    clock = SimpleNamespace(monotonic=lambda: next(ticks) / 1000.0)
    monkeypatch.setattr(drivers, "time", clock)
    counts = [0]

    def counted(name: str) -> None:
        real = getattr(Call, name)

        def step(self: Call, *given: Any) -> Any:
            counts[-1] += 1
            return real(self, *given)

        monkeypatch.setattr(Call, name, step)

    for name in ("feed", "finish", "skip"):
        counted(name)
    return counts


def rewards(
    engine: Engine, samples: Iterable[Sample], steps: list[int], **more: Any
) -> list[Reward]:
    async def call() -> list[Reward]:
        async def turn() -> None:
            while True:
                await asyncio.sleep(0)
                steps.append(0)

        turning = asyncio.create_task(turn())
        await asyncio.sleep(0)  # it is there, and then begins with each turn
        found = await engine.averify_batch(samples, **more)
        turning.cancel()
        return found

    return asyncio.run(call())


@pytest.mark.parametrize("name", ["zoo.length", "zoo.worker_length"])
def test_samples_are_begun_and_finished_in_small_portions(name: str, steps: list[int]) -> None:
    rubric = {"kind": "weighted", "criteria": {name: 1}}
    with Engine(rubric, plugins=[ZOO], workers=1) as engine:
        found = rewards(engine, [Sample(f"{i:05}") for i in range(500)], steps)
    assert [reward.value for reward in found] == [0.05] * 500
    assert sum(steps) >= 500
    assert max(steps) <= MOST


def test_a_thousand_equal_samples_are_not_finished_at_once(steps: list[int]) -> None:
    """All of them wait for one job."""
    rubric = {"kind": "weighted", "criteria": {"zoo.worker_length": 1}}
    with Engine(rubric, plugins=[ZOO], workers=1) as engine:
        found = rewards(engine, [Sample("x" * 10)] * 1000, steps)
    assert [reward.value for reward in found] == [0.1] * 1000
    assert max(steps) <= MOST


def test_what_a_budget_does_not_reach_is_given_up_bit_by_bit(steps: list[int]) -> None:
    rubric = {"kind": "weighted", "criteria": {"zoo.act": 1}}
    samples = [Sample(f"sleep 1000 {i}") for i in range(700)] + [Sample("hang")] * 700
    with Engine(rubric, plugins=[ZOO], workers=1, timeout_s=1000.0, on_unscored="ignore") as engine:
        found = rewards(engine, samples, steps, budget_s=0.5)
        assert len(found) == 1400
        because = {reward.verdicts["zoo.act"].because for reward in found}
        assert because == {"the call's budget of 0.5 s was spent"}
    assert max(steps) <= MOST


@pytest.mark.parametrize("size", [None, 50])
def test_rows_that_wait_for_their_groups_are_read_bit_by_bit(
    steps: list[int], size: int | None
) -> None:
    def read() -> Iterator[Sample]:
        for i in range(500):
            steps[-1] += 1
            yield Sample("x" * (1 + i % 10), group_id=str(i % 10 if size else i // 50))

    with Engine({"kind": "weighted", "criteria": {"group.rank": 1}}, group_size=size) as engine:
        found = rewards(engine, read(), steps)
        assert [r.value for r in found] == [r.value for r in engine.verify_batch(read())]
    assert len(found) == 500
    assert max(steps[:-1]) <= MOST


@pytest.mark.parametrize("blocking", [True, False])
def test_what_was_answered_when_the_budget_ran_out_has_its_reward(
    blocking: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock stands still until the answer has been read, and is then far beyond."""
    now = [0.0]
    monkeypatch.setattr(drivers, "time", SimpleNamespace(monotonic=lambda: now[0]))
    real = Call.take

    def take(self: Call, job: Any, reply: Any) -> None:
        real(self, job, reply)
        now[0] = 1e6

    monkeypatch.setattr(Call, "take", take)
    rubric = {"kind": "weighted", "criteria": {"zoo.worker_length": 1}}
    with Engine(rubric, plugins=[ZOO], workers=1, budget_s=1e5) as engine:
        given = [Sample("x" * 10)]
        found = engine.verify_batch(given) if blocking else rewards(engine, given, [0])
    assert [reward.value for reward in found] == [0.1]
