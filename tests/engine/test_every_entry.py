"""Every way into the engine, against every fault a verifier can have: the same said by all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import faulty_plugin
import pytest

from assay import (
    Engine,
    ReferenceUnreadable,
    Reward,
    Sample,
    averify,
    averify_batch,
    verify,
    verify_batch,
)

OPTIONS: dict[str, Any] = {"workers": 1, "timeout_s": 0.3}
SAMPLE = Sample("x", reference="x")


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    faulty_plugin.install(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    from assay.engine import verify as module

    while module._engines:
        module._engines.popitem()[1].close()


def engine(rubric: Any) -> Engine:
    return Engine(rubric, on_unscored="ignore", **OPTIONS)


def by_engine(rubric: Any) -> Reward:
    with engine(rubric) as made:
        return made.verify(SAMPLE)


def by_batch(rubric: Any) -> Reward:
    with engine(rubric) as made:
        return made.verify_batch([SAMPLE])[0]


def by_iter(rubric: Any) -> Reward:
    with engine(rubric) as made:
        return dict(made.iter_batch([SAMPLE]))[0]


async def by_engine_async(rubric: Any) -> Reward:
    async with engine(rubric) as made:
        return await made.averify(SAMPLE)


async def by_batch_async(rubric: Any) -> Reward:
    async with engine(rubric) as made:
        return (await made.averify_batch([SAMPLE]))[0]


async def first(rewards: Any) -> Reward:
    found: list[Reward] = await rewards
    return found[0]


ENTRIES: dict[str, Callable[[Any], Reward]] = {
    "verify": lambda r: verify(SAMPLE, rubric=r, **OPTIONS),
    "averify": lambda r: asyncio.run(averify(SAMPLE, rubric=r, **OPTIONS)),
    "verify_batch": lambda r: verify_batch([SAMPLE], rubric=r, **OPTIONS)[0],
    "averify_batch": lambda r: asyncio.run(first(averify_batch([SAMPLE], rubric=r, **OPTIONS))),
    "Engine.verify": by_engine,
    "Engine.averify": lambda r: asyncio.run(by_engine_async(r)),
    "Engine.verify_batch": by_batch,
    "Engine.averify_batch": lambda r: asyncio.run(by_batch_async(r)),
    "Engine.iter_batch": by_iter,
}

SINGLE = {"verify", "averify", "Engine.verify", "Engine.averify"}
"""Those that raise where their one sample is malformed; batches say so in its reward."""


class Fault(NamedTuple):
    name: str
    status: str
    value: float | None
    verdict: str
    because: str
    why: str


FAULTS = [
    Fault("unreadable", "invalid", None, "", "the reference 'x' cannot be read", "the row's fault"),
    Fault("crashes", "unscored", None, "crashed", "RuntimeError: a bug of the plugin", "a bug"),
    Fault("worker_crashes", "unscored", None, "crashed", "RuntimeError: a bug", "in a worker"),
    Fault("hangs", "scored", 0.0, "judged", "no verdict after", "asleep by its own doing"),
    Fault("undeclared", "unscored", None, "crashed", "reads 'reference' of its sample", "no field"),
    Fault("exits", "unscored", None, "crashed", "SystemExit: 7", "its caller lives on"),
    Fault("worker_exits", "unscored", None, "crashed", "ended with exit code 7, twice", "worker"),
    Fault("prints", "scored", 1.0, "judged", "prints returned 1.0", "no fault of its score"),
]


def rubric(name: str) -> dict[str, Any]:
    return {"kind": "weighted", "criteria": {f"faulty.{name}": 1}}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.name)
@pytest.mark.parametrize("entry", ENTRIES)
def test_a_fault_shows_as_what_it_is(entry: str, fault: Fault) -> None:
    call = ENTRIES[entry]
    if fault.status == "invalid" and entry in SINGLE:
        with pytest.raises(ReferenceUnreadable, match=fault.because):
            call(rubric(fault.name))
        return
    reward = call(rubric(fault.name))
    assert (reward.status, reward.value) == (fault.status, fault.value)
    if fault.verdict:
        verdict = reward.verdicts[f"faulty.{fault.name}"]
        assert verdict.status == fault.verdict
        assert fault.because in verdict.because
        assert reward.faults == ((f"faulty.{fault.name}",) if fault.verdict == "crashed" else ())
    if reward.value is None:
        assert fault.because in (reward.error or "")
    assert len(reward.explain().splitlines()) <= 3
    assert len(repr(reward).splitlines()) == 1


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_auxiliary_that_crashes_is_the_worst_and_is_named(entry: str) -> None:
    mixed = {"kind": "weighted", "criteria": {"faulty.fine": 0.75, "faulty.crashes": 0.25}}
    reward = ENTRIES[entry](mixed)
    assert (reward.status, reward.value) == ("scored", 0.75)
    assert reward.faults == ("faulty.crashes",)
    assert "(crashed)" in reward.explain()


@pytest.mark.parametrize("entry", ENTRIES)
def test_what_differs_each_time_is_asked_each_time(entry: str) -> None:
    """It says of itself that it is not deterministic, so nothing remembers what it said."""
    values = {ENTRIES[entry](rubric("random")).value for _ in range(3)}
    assert len(values) == 3
