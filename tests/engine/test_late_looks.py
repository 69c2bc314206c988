"""The thread that serves the workers comes late, as on a busy machine: no item pays for that.

What the machine does is done here by hand, so nothing rests on how busy it is: the thread looks
when the worker has surely answered, and writes a job when its time is surely over.
"""

from __future__ import annotations

import select
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assay import Engine, Sample

ZOO = str(Path(__file__).with_name("zoo.py"))
RUBRIC = {"kind": "weighted", "criteria": {"zoo.act": 1.0}}
BOUND_S = 0.1


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine(RUBRIC, plugins=[ZOO], workers=1, timeout_s=60.0, cache_size=0) as engine:
        assert engine.verify(Sample("ok")).value == 1.0  # its worker is there, and idle
        engine.timeout_s = BOUND_S
        yield engine


def test_an_answer_that_lies_in_the_pipe_is_read_before_anybody_is_blamed(engine: Engine) -> None:
    """The worker sleeps by then, since it waits for its next job."""
    pool = engine._pool.get()
    (worker,) = pool._killable.workers
    real: Any = pool._wakeups.selector
    looks: list[float] = []

    class Late:
        """A selector that sees nothing come for two looks after the worker has answered."""

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def select(self, timeout: float | None) -> Any:
            if worker.since is None or not worker.jobs or len(looks) == 2:
                return real.select(timeout)
            assert select.select([worker.replies], [], [], 60.0)[0]
            time.sleep(2.0 * BOUND_S)  # the first look only takes an account; the second judges
            looks.append(time.monotonic())
            return []

    pool._wakeups.selector = Late()  # type: ignore[assignment]
    pool._wakeups.wake(force=True)
    verdict = engine.verify(Sample("ok")).verdicts["zoo.act"]
    assert len(looks) == 2
    assert verdict.score == 1.0, verdict.because


def test_the_clock_of_an_item_starts_when_its_worker_could_read_it(engine: Engine) -> None:
    """Until then we keep the worker waiting, and it sleeps."""
    (worker,) = engine._pool.get()._killable.workers
    write = worker.flush
    began: list[float] = []

    def late() -> None:
        began.append(time.monotonic())
        if began[-1] - began[0] > 3.0 * BOUND_S:
            write()

    worker.flush = late  # type: ignore[method-assign]
    for _ in range(20):
        began.clear()
        verdict = engine.verify(Sample("ok")).verdicts["zoo.act"]
        if verdict.score is not None:
            break  # else the machine is busy indeed, and the engine says so: once more
        (worker,) = engine._pool.get()._killable.workers
        write, worker.flush = worker.flush, late  # type: ignore[method-assign]
    assert verdict.score == 1.0, verdict.because
    assert len(began) > 1
