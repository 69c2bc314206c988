"""Who asks for the same at the same time gets one run: counted by the verifier itself.

It notes each run in a file, and then waits for a gate that the test opens once all have asked.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assay import Engine, ReferenceUnreadable, Reward, Sample

PLUGIN = '''
import os, time
from assay import ReferenceUnreadable, verifier

def run(sample):
    folder = sample.info["folder"]
    with open(os.path.join(folder, "runs"), "a") as file:
        file.write(f"{os.getpid()}\\n")
    while not os.path.exists(os.path.join(folder, "open")):
        time.sleep(0.001)
    if sample.text == "unreadable":
        raise ReferenceUnreadable("cannot be read")
    return 1.0

@verifier("gate.kept@1", levels=[0, 1], needs=["info.folder"])
def kept(sample):
    """Right, once the gate is open."""
    return run(sample)

@verifier("gate.dice@1", levels=[0, 1], needs=["info.folder"], deterministic=False)
def dice(sample):
    """Another answer each time, perhaps."""
    return run(sample)
'''


class Gate:
    """A folder with the file of runs, the gate, and the plugin."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plugin = folder / "gate_plugin.py"
        self.plugin.write_text(PLUGIN, encoding="utf-8")
        self.sample = Sample("an answer", info={"folder": str(folder)})

    def engine(self, name: str = "gate.kept", timeout_s: float = 100.0) -> Engine:
        rubric = {"kind": "weighted", "criteria": {name: 1}}
        return Engine(rubric, plugins=[str(self.plugin)], workers=2, timeout_s=timeout_s)

    def open(self) -> None:
        (self.folder / "open").touch()

    @property
    def runs(self) -> int:
        file = self.folder / "runs"
        return len(file.read_text().splitlines()) if file.exists() else 0


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    gate = Gate(tmp_path)
    yield gate
    gate.open()


def followers(engine: Engine) -> int:
    """How many wait for the run of another."""
    runs = list(engine._pool.get()._shared._runs.values())
    return sum(len(run.followers) for run in runs)


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end
        time.sleep(0.002)


async def until_async(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end
        await asyncio.sleep(0.002)


def test_threads_and_engines_that_ask_for_the_same_get_one_run(gate: Gate) -> None:
    with gate.engine() as one, gate.engine() as other, ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(e.verify, gate.sample) for e in (one, other, one, other)]
        until(lambda: followers(one) == 3)
        gate.open()
        assert [reward.result().value for reward in asked] == [1.0] * 4
        assert followers(one) == 0
    assert gate.runs == 1


def test_an_error_reaches_all_that_wait_for_it(gate: Gate) -> None:
    sample = Sample("unreadable", info={"folder": str(gate.folder)})
    with gate.engine() as engine, ThreadPoolExecutor(3) as threads:
        asked = [threads.submit(engine.verify, sample) for _ in range(3)]
        until(lambda: followers(engine) == 2)
        gate.open()
        for reward in asked:
            with pytest.raises(ReferenceUnreadable, match="cannot be read"):
                reward.result()
    assert gate.runs == 1


def test_who_leaves_first_takes_nothing_from_the_others(gate: Gate) -> None:
    async def ask(engine: Engine) -> list[Reward]:
        first = asyncio.create_task(engine.averify(gate.sample))
        await until_async(lambda: gate.runs == 1)
        others = [asyncio.create_task(engine.averify(gate.sample)) for _ in range(2)]
        await until_async(lambda: followers(engine) == 2)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        late = asyncio.create_task(engine.averify(gate.sample))
        await until_async(lambda: followers(engine) == 3)
        gate.open()
        return await asyncio.gather(*others, late)

    with gate.engine() as engine:
        assert [reward.value for reward in asyncio.run(ask(engine))] == [1.0] * 3
    assert gate.runs == 1


def test_a_run_that_all_have_left_is_ended_and_the_next_is_another(gate: Gate) -> None:
    async def ask(engine: Engine) -> Reward:
        asked = [asyncio.create_task(engine.averify(gate.sample)) for _ in range(2)]
        await until_async(lambda: followers(engine) == 1 and gate.runs == 1)
        for each in asked:
            each.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        await until_async(lambda: not engine._pool.get()._shared._runs)
        gate.open()
        return await engine.averify(gate.sample)

    with gate.engine() as engine:
        assert asyncio.run(ask(engine)).value == 1.0
    assert gate.runs == 2


def test_the_budget_of_one_call_is_its_own(gate: Gate) -> None:
    with gate.engine() as engine, ThreadPoolExecutor(1) as threads:
        patient = threads.submit(engine.verify, gate.sample)
        until(lambda: gate.runs == 1)
        (hasty,) = engine.verify_batch([gate.sample], budget_s=0.05)
        assert hasty.verdicts["gate.kept"].status == "timed_out"
        gate.open()
        assert patient.result().value == 1.0
    assert gate.runs == 1


@pytest.mark.parametrize(
    ("name", "bounds"),
    [
        ("gate.kept", (100.0, 101.0)),
        ("gate.dice", (100.0, 100.0)),
    ],
    ids=["what one bound cuts off may end within another", "dice are thrown each time"],
)
def test_what_may_come_to_something_else_is_run_by_itself(
    gate: Gate, name: str, bounds: tuple[float, float]
) -> None:
    with (
        gate.engine(name, bounds[0]) as one,
        gate.engine(name, bounds[1]) as other,
        ThreadPoolExecutor(2) as threads,
    ):
        asked = [threads.submit(engine.verify, gate.sample) for engine in (one, other)]
        until(lambda: gate.runs == 2)
        gate.open()
        assert [reward.result().value for reward in asked] == [1.0, 1.0]


FORKING = """
import os, sys, threading, time
from pathlib import Path
from assay import Engine, Sample

folder = Path(sys.argv[1])
rubric = {"kind": "weighted", "criteria": {"gate.kept": 1}}
engine = Engine(rubric, plugins=[str(folder / "gate_plugin.py")], workers=1, timeout_s=100.0)
sample = Sample("an answer", info={"folder": str(folder)})
found = []
asking = threading.Thread(target=lambda: found.append(engine.verify(sample).value))
asking.start()
runs = folder / "runs"
while not runs.exists():
    time.sleep(0.001)
pid = os.fork()
if pid == 0:
    (folder / "open").touch()
    os._exit(0 if engine.verify(sample).value == 1.0 else 1)
assert os.waitpid(pid, 0)[1] == 0
asking.join()
print(found, len(runs.read_text().splitlines()))
"""


def test_a_forked_child_waits_for_no_run_of_its_parent(gate: Gate) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKING, str(gate.folder)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[1.0] 2\n"


def test_asking_from_many_threads_at_once_ends(gate: Gate) -> None:
    """Runs begin, end, are joined and left in every order, and every call comes back."""
    gate.open()
    samples = [Sample(f"{i % 5}", info={"folder": str(gate.folder)}) for i in range(40)]
    with gate.engine() as engine:
        engine._resources.cache._size = 0  # so that each thread asks the workers
        threads = [threading.Thread(target=engine.verify_batch, args=(samples,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        engine.verify_batch(samples, budget_s=0.01)
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()
        until(lambda: not engine._pool.get()._shared._runs)
