"""Nothing hangs, wherever it is called from: real processes, real hangs, really cut off.

Each script runs in an interpreter of its own with a generous clock outside; it prints what came
of verifiers that hang in Python and in C holding the GIL.
"""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
from starved import starved
from sweeps import quick

from assay import Engine, Sample, verifier

ZOO = Path(__file__).with_name("zoo.py")

HEAD = f"""
import asyncio, json, multiprocessing, os, signal, sys, threading, time
from assay import Engine, Sample
rubric = {{"kind": "weighted", "criteria": {{"zoo.act": 1.0}}}}
def run():
    out = []
    with Engine(rubric, plugins=[{str(ZOO)!r}], workers=2, timeout_s=0.4) as engine:
        for reward in engine.verify_batch([Sample("hang"), Sample("hang-c"), Sample("ok")]):
            verdict = reward.verdicts["zoo.act"]
            out.append(row(verdict))
    return out
def row(verdict):
    return [verdict.score, verdict.status, verdict.details.get("limit"), verdict.because]
def tell(out):
    print(json.dumps(out), flush=True)
"""

CUT_OFF = [[0.0, "judged", "cpu"], [0.0, "judged", "cpu"], [1.0, "judged", None]]


def assert_cut_off(found: list[list[Any]]) -> None:
    """Each hang was cut off and judged 0, unless the machine itself kept it from its time."""
    for (*verdict, because), wanted in zip(found, CUT_OFF, strict=True):
        if verdict[1] == "timed_out" and wanted[0] == 0.0:
            assert starved(because), because
        else:
            assert verdict == wanted, because


PLACES = {
    "the main thread": "tell(run())",
    "another thread": """
        t = threading.Thread(target=lambda: tell(run())); t.start(); t.join()
    """,
    "asyncio": f"""
        async def main():
            async with Engine(rubric, plugins=[{str(ZOO)!r}], workers=2, timeout_s=0.4) as engine:
                ticks = []
                async def tick():
                    while True:
                        ticks.append(time.monotonic()); await asyncio.sleep(0.02)
                ticking = asyncio.create_task(tick())
                samples = [Sample("hang"), Sample("hang-c"), Sample("ok")]
                rewards = await engine.averify_batch(samples)
                ticking.cancel()
                assert len(ticks) > 5, "the event loop stood still"
                tell([row(r.verdicts["zoo.act"]) for r in rewards])
        asyncio.run(main())
    """,
    "a daemonic multiprocessing child": """
        ctx = multiprocessing.get_context("fork")
        p = ctx.Process(target=lambda: tell(run()), daemon=True); p.start(); p.join()
    """,
    "a child forked after first use": """
        run()
        pid = os.fork()
        if pid == 0:
            tell(run()); os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0
        statuses = [row[1] for row in run()]
        assert set(statuses) <= {"judged", "timed_out"}, "the parent's workers suffered"
        assert statuses[2] == "judged", "the parent's workers suffered"
    """,
    "a process with an alarm pending": """
        rang = []
        signal.signal(signal.SIGALRM, lambda *_: rang.append(time.monotonic()))
        signal.setitimer(signal.ITIMER_REAL, 30)
        out = run()
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] < 30, "the caller's alarm is gone"
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        out = run()
        assert len(rang) == 1, "the caller's alarm did not ring"
        tell(out)
    """,
}


def script(body: str) -> str:
    return HEAD + textwrap.dedent(body)


def outcome(args: list[str], text: str | None = None) -> Any:
    done = subprocess.run(
        [sys.executable, *args], input=text, capture_output=True, text=True, timeout=90
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("place", quick(PLACES, 2))
def test_a_hang_is_cut_off_in(place: str, tmp_path: Path) -> None:
    """Run as a file that has no `__main__` guard."""
    file = tmp_path / "script.py"
    file.write_text(script(PLACES[place]))
    assert_cut_off(outcome([str(file)]))


def test_a_hang_is_cut_off_in_a_script_from_standard_input() -> None:
    assert_cut_off(outcome(["-"], script(PLACES["the main thread"])))


LOAD = """
def compute():
    signal.alarm(60)  # whatever becomes of who started it
    while True: pass
busy = [multiprocessing.get_context("fork").Process(target=compute, daemon=True) for _ in range(4)]
for p in busy: p.start()
try:
    tell(run())
finally:
    for p in busy: p.kill()
"""


def test_under_a_load_of_four_busy_processes_no_verdict_changes(tmp_path: Path) -> None:
    file = tmp_path / "loaded.py"
    file.write_text(script(LOAD))
    assert_cut_off(outcome([str(file)]))


def test_an_inline_verifier_that_overruns_its_bound_is_named_once() -> None:
    """Nothing can interrupt it where it runs, so its author is asked to move it."""

    @verifier("slow.inline@1", cost="inline")
    def slow(sample: Sample) -> float:
        time.sleep(0.15)
        if sample.text == "raise":
            raise RuntimeError("after all that")
        return 1.0

    rubric = {"kind": "weighted", "criteria": {"slow.inline": 1}}
    for text in ("a", "raise"):
        with (
            Engine(rubric, verifiers=[slow], timeout_s=0.1, on_unscored="ignore") as engine,
            pytest.warns(RuntimeWarning, match=r"^slow\.inline@1 took 0\.\d+ s for one") as noted,
        ):
            engine.verify_batch([Sample(text), Sample(text + "b")])
        assert len(noted) == 1
        assert 'fix: cost="worker"' in str(noted[0].message)


STOPPING = """
import os, random, signal, sys, threading, time
from pathlib import Path
from assay import Engine, Sample

zoo, seed = sys.argv[1], int(sys.argv[2])
draw = random.Random(seed)
done = threading.Event()

def children():
    found = Path(f"/proc/{os.getpid()}/task")
    return {int(pid) for task in found.iterdir() for pid in (task / "children").read_text().split()}

def disturb():
    while not done.is_set():
        for pid in children():
            if draw.random() < 0.3:
                try:
                    os.kill(pid, signal.SIGSTOP)
                    if draw.random() < 0.5:
                        time.sleep(draw.random() * 0.2)
                        os.kill(pid, signal.SIGCONT)
                except ProcessLookupError:
                    pass
        time.sleep(0.3)

rubric = {"kind": "weighted", "criteria": {"zoo.right": 1}}
wait = {"kind": "weighted", "criteria": {"zoo.waiter": 1}}
threading.Thread(target=disturb, daemon=True).start()
with Engine(rubric, plugins=[zoo], workers=2, timeout_s=1.0, on_unscored="ignore") as engine:
    began = time.monotonic()
    rewards = engine.verify_batch([Sample(str(i), reference=i) for i in range(60)], budget_s=60)
    took = time.monotonic() - began
done.set()
wrong = [r.verdicts["zoo.right"] for r in rewards if r.value not in (1.0, None)]
print(len(rewards), wrong, took < 75, {str(r.verdicts["zoo.right"].status) for r in rewards})
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_workers_that_are_stopped_at_random_cost_no_score_and_no_call(seed: int) -> None:
    """Whoever stops them, it is not the completion's doing: no 0, and the call ends."""
    done = subprocess.run(
        [sys.executable, "-c", STOPPING, ZOO, str(seed)],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("60 [] True "), done.stdout
