"""What happens when things break: every job gets one result, and nothing is left behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assay.model import Sample, Status, Verdict
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent import selftest
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool, ZygoteProcess
from assay.verifiers.code_tests.sandbox.wire.kinds import PLAIN
from assay.verifiers.code_tests.sandbox.wire.run_limits import Lost, RunLimits
from assay.verifiers.code_tests.verifier import CodeTests

LEVELS = [x for x in ("namespaces", "landlock+seccomp") if selftest.finding(x).holds]  # type: ignore[arg-type]

ADD = {"type": "call", "entry_point": "add", "cases": [{"args": [1, 2], "expected": 3}]}
RIGHT = Sample(completion="def add(a, b): return a + b\n", tests=ADD)
WRONG = Sample(completion="def add(a, b): return 0\n", tests=ADD)
SLEEPS = {"kind": "script", "code": "import time\ntime.sleep(30)\n"}


@pytest.fixture(params=LEVELS)
def zygote(request: pytest.FixtureRequest) -> Iterator[ZygoteProcess]:
    made = ZygoteProcess(request.param, PLAIN)
    yield made
    made.close()


def alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def gone(*pids: int) -> bool:
    for _ in range(200):
        if not any(alive(p) for p in pids):
            return True
        time.sleep(0.05)
    return False


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_a_zygote_killed_in_a_run_takes_its_program_along(zygote: ZygoteProcess) -> None:
    with zygote.run(SLEEPS, RunLimits()) as run:
        os.kill(zygote.pid, signal.SIGKILL)
        with pytest.raises(Lost):
            run.wait(time.monotonic() + 10)
        assert gone(zygote.pid, run.pid)
    zygote.close()
    assert zygote.ready.work is None or not os.path.exists(zygote.ready.work)


def test_a_closed_zygote_takes_its_program_along(zygote: ZygoteProcess) -> None:
    with zygote.run(SLEEPS, RunLimits()) as run:
        zygote.close()
        assert gone(zygote.pid, run.pid)


@pytest.mark.parametrize("level", LEVELS)
def test_a_zygote_killed_at_any_time_costs_no_verdict(level: str) -> None:
    """The job is done again in a fresh zygote."""
    with SandboxPool(level, 1) as pool:  # type: ignore[arg-type]
        verifier = CodeTests(CodeTestsParams(), pool)
        for _ in range(5):
            assert verifier.verify(RIGHT).score == 1.0
            os.kill(pool._slots[0].zygote().pid, signal.SIGKILL)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("how", ["SIGKILL", "SystemExit"])
def test_programs_die_with_the_process_that_asked(level: str, how: str) -> None:
    """Whatever kills it, from whichever thread it asked."""
    script = textwrap.dedent(f"""
        import os, sys, threading, time
        from assay.verifiers.code_tests.sandbox.wire.kinds import PLAIN
        from assay.verifiers.code_tests.sandbox.parent.pool import ZygoteProcess
        from assay.verifiers.code_tests.sandbox.wire.run_limits import RunLimits
        def work():
            global z, r
            z = ZygoteProcess({level!r}, PLAIN)
            r = z.run({{"kind": "script", "code": "import time; time.sleep(60)"}}, RunLimits())
        t = threading.Thread(target=work); t.start(); t.join()
        time.sleep(0.3)  # the thread that made it is gone; the program must not be
        print(z.pid, r.pid, flush=True)
        if {how!r} == "SIGKILL":
            os.kill(os.getpid(), 9)
    """)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60
    )
    pids = [int(x) for x in done.stdout.split()]
    assert len(pids) == 2, done.stderr
    assert gone(*pids)


def test_the_making_thread_may_end(zygote: ZygoteProcess) -> None:
    runs = []
    thread = threading.Thread(target=lambda: runs.append(zygote.run(SLEEPS, RunLimits())))
    thread.start()
    thread.join()
    time.sleep(0.2)
    assert alive(runs[0].pid)
    runs[0].close()


def test_a_full_disk_is_the_programs_own(zygote: ZygoteProcess) -> None:
    code = "f = open('big', 'wb')\nwhile True: f.write(b'0' * 10**6)\n"
    with zygote.run({"kind": "script", "code": code}, RunLimits()) as run:
        assert run.wait(time.monotonic() + 20).exit_code != 0
    with zygote.run(
        {"kind": "script", "code": "open('big', 'x').close(); print(1)"}, RunLimits()
    ) as run:
        assert run.wait(time.monotonic() + 20).stdout == b"1\n"


@pytest.mark.slow
def test_a_thousand_runs_from_eight_threads(best: SandboxPool) -> None:
    verifier = CodeTests(CodeTestsParams(), best)
    for slot in best._slots:
        slot.zygote()
    before = descriptors()
    samples = [RIGHT if i % 3 else WRONG for i in range(1000)]
    with ThreadPoolExecutor(8) as threads:
        verdicts = list(threads.map(verifier.verify, samples))
    assert [v.score for v in verdicts] == [1.0 if i % 3 else 0.0 for i in range(1000)]
    assert descriptors() <= before


def test_from_asyncio(best: SandboxPool) -> None:
    verifier = CodeTests(CodeTestsParams(), best)

    async def all_of_them() -> list[Verdict]:
        jobs = [asyncio.to_thread(verifier.verify, RIGHT if i % 2 else WRONG) for i in range(100)]
        return await asyncio.gather(*jobs)

    verdicts = asyncio.run(all_of_them())
    assert [v.score for v in verdicts] == [float(i % 2) for i in range(100)]


THOUSAND = """
import asyncio, json, os, sys
from assay import averify_batch, Sample

ADD = {"type": "call", "entry_point": "add", "cases": [{"args": [1, 2], "expected": 3}]}
BODIES = ("return a + b", "return 0", "raise ValueError", "import os; os._exit(0)",
          "return [a] * 10**9")

def sample(i):  # no two alike, or they would be judged once
    return Sample(completion=f"def add(a, b):\\n    {BODIES[i % 5]}  # {i}", tests=ADD)

def descendants(pid):
    out = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children") as file:
            for child in file.read().split():
                out += [int(child), *descendants(child)]
    return sorted(out)

async def main():
    await averify_batch([sample(-i) for i in range(1, 41)], rubric="code", workers=2)
    before = len(os.listdir("/proc/self/fd")), descendants("self")
    parts = [[sample(i) for i in range(k, 1000, 4)] for k in range(4)]
    found = await asyncio.gather(*(averify_batch(p, rubric="code", workers=2) for p in parts))
    wrong = [(i, r.status, r.value) for k in range(4) for i, r in zip(range(k, 1000, 4), found[k])
             if r.value != float(i % 5 == 0)]
    await asyncio.sleep(0.3)
    after = len(os.listdir("/proc/self/fd")), descendants("self")
    print(json.dumps([sum(map(len, found)), wrong, before, after]))

asyncio.run(main())
"""


@pytest.mark.thorough
@pytest.mark.slow
def test_a_thousand_from_asyncio_through_the_engine() -> None:
    """Four batches at a time: each sample has its reward; no descriptor and no process stays."""
    done = subprocess.run(
        [sys.executable, "-c", THOUSAND], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    n, wrong, before, after = json.loads(done.stdout)
    assert (n, wrong) == (1000, [])
    assert after[0] <= before[0]
    assert after[1] == before[1], "the same workers and zygotes, and nobody else"
    assert gone(*after[1]), "and nobody outlives the process"


def test_five_hundred_jobs_at_shutdown() -> None:
    """Each gets one result: a verdict, or word that the pool is closed."""
    before = descriptors()
    pool = SandboxPool(LEVELS[0], 2)  # type: ignore[arg-type]
    verifier = CodeTests(CodeTestsParams(), pool)
    with ThreadPoolExecutor(8) as threads:
        jobs = [threads.submit(verifier.verify, RIGHT) for _ in range(500)]
        time.sleep(0.3)
        pids = [z.pid for slot in pool._slots for z in slot._zygotes.values()]
        pool.close()
        verdicts = [job.result(timeout=60) for job in jobs]
    assert len(verdicts) == 500
    for verdict in verdicts:
        done = verdict.status is Status.JUDGED and verdict.score == 1.0
        assert done or (verdict.status is Status.CRASHED and "closed" in verdict.because)
    assert gone(*pids)
    assert descriptors() <= before


def test_a_program_that_sleeps_in_every_case_is_ended_by_the_verifier(best: SandboxPool) -> None:
    cases = [{"args": [i], "expected": i} for i in range(10)]
    tests = {"type": "call", "entry_point": "f", "cases": cases, "timeout_s": 0.5}
    sample = Sample(completion="import time\ndef f(x):\n    time.sleep(9)\n", tests=tests)
    verifier = CodeTests(CodeTestsParams(), best)
    began = time.monotonic()
    verdict = verifier.verify(sample)
    assert verdict.details["outcome"] == "timeout"
    assert verdict.score == 0.0
    assert time.monotonic() - began < verifier.bound_s(sample)


@pytest.mark.thorough
@pytest.mark.slow
def test_ten_thousand_programs_without_growth(best: SandboxPool) -> None:
    verifier = CodeTests(CodeTestsParams(), best)

    def rss() -> int:
        pids = [os.getpid()]
        for zygote in [z for slot in best._slots for z in slot._zygotes.values()]:
            children = Path(f"/proc/{zygote.pid}/task/{zygote.pid}/children").read_text()
            pids += [zygote.pid, *map(int, children.split())]
        return sum(int(Path(f"/proc/{p}/statm").read_text().split()[1]) * 4096 for p in pids)

    def several(n: int) -> bool:
        return all(verifier.verify(RIGHT).score == 1.0 for _ in range(n))  # keeps none of them

    with ThreadPoolExecutor(2) as threads:
        assert all(threads.map(several, [500, 500]))
        before = rss(), descriptors()
        assert all(threads.map(several, [5000, 5000]))
        assert rss() - before[0] < 8 << 20
        assert descriptors() <= before[1] + 2
