"""What the engine costs: throughput, recovery from a hang, import, and one of each datum.

    python benchmarks/engine.py [--samples 100000] [--repeats 5]

Reported, never gated. Everything is the median of repeated runs within this one process or of
paired fresh interpreters; on a busy machine the ratios hold better than the seconds.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from assay import Engine, Reward, Sample, Term, Verdict

PLUGIN = '''
from assay import Verdict, verifier

VERDICT = Verdict.judged("bench.inline@1", 1.0, "constant")

@verifier("bench.inline@1", cost="inline", levels=[0, 1])
def inline(sample):
    """Constant, in the calling process."""
    return VERDICT

@verifier("bench.worker@1", levels=[0, 1])
def worker(sample):
    """Constant, in a worker."""
    return 1.0

@verifier("bench.power@1", levels=[0, 1])
def power(sample):
    """A fraction of a millisecond of work; or a big-integer power, which holds the GIL."""
    if sample.text == "hang":
        pow(7, 10**8)
    sum(range(20_000))
    return 1.0
'''


def rubric(name: str) -> dict[str, object]:
    """One criterion."""
    return {"kind": "weighted", "criteria": {name: 1.0}}


def line(what: str, figure: str, wanted: str = "") -> None:
    print(f"{what:<58} {figure:>16}   {wanted}", flush=True)


def per_second(name: str, plugin: str, samples: int, repeats: int) -> tuple[float, float]:
    """Samples a second by the wall clock, and by the CPU time of caller and workers together.

    The second is what one core would do if it had nothing else to do.
    """
    walls, cpus = [], []
    before = os.times()
    with Engine(rubric(name), plugins=[plugin], cache_size=0) as engine:
        engine.verify_batch([Sample(f"warm {i}") for i in range(2_000)])
        for run in range(repeats):
            batch = [Sample(f"completion {i} of run {run}") for i in range(samples)]
            wall, cpu = time.perf_counter(), time.process_time()
            rewards = engine.verify_batch(batch)
            walls.append(samples / (time.perf_counter() - wall))
            cpus.append((time.process_time() - cpu) / samples)
            assert len(rewards) == samples
            assert all(r.value == 1.0 for r in rewards)
    after = os.times()  # workers are waited for when the engine closes
    children = after.children_user + after.children_system
    children -= before.children_user + before.children_system
    judged = samples * repeats + 2_000
    return statistics.median(walls), 1.0 / (statistics.median(cpus) + children / judged)


def recovery(plugin: str, timeout_s: float) -> tuple[float, float, float, str]:
    """Seconds of 1,000 items without and with one that hangs; what the other 999 lose; its fate.

    The one that hangs may take its bound; what the others lose is counted from the end of the
    batch without it to the time when the last of the others is done.
    """
    fate = ""
    with Engine(rubric("bench.power"), plugins=[plugin], timeout_s=timeout_s) as engine:
        engine.verify_batch([Sample(f"warm {i}") for i in range(200)])

        def run(label: str, hang: bool) -> tuple[float, float]:
            texts = [f"{label} {i}" for i in range(1_000)]
            if hang:
                texts[300] = "hang"
            nonlocal fate
            start = time.perf_counter()
            others = 0.0
            for index, reward in engine.iter_batch([Sample(text) for text in texts]):
                now = time.perf_counter() - start
                if texts[index] == "hang":
                    verdict = reward.verdicts["bench.power"]
                    fate = f"{verdict.status}, {verdict.because}"  # on a busy machine: timed_out
                    assert reward.value != 1.0, reward
                else:
                    assert reward.value == 1.0, reward
                    others = now
            return time.perf_counter() - start, others

        plain = statistics.median(run(f"plain {i}", hang=False)[0] for i in range(3))
        whole, others = run("hung", hang=True)
    # While one worker of n hangs, the others have n - 1 for the work of n: no loss of ours.
    workers = len(os.sched_getaffinity(0))
    fair = plain if workers == 1 else plain * workers / (workers - 1)
    floor = min(fair, plain + timeout_s)
    return plain, whole, max(0.0, others - floor), fate


def seconds_of(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-P", "-c", code], check=True)
    return time.perf_counter() - start


def import_ratio(ours_code: str, repeats: int) -> tuple[float, float, float]:
    """Median ratio of paired fresh interpreters, and median seconds of both imports."""
    ours, theirs = [], []
    for _ in range(repeats + 1):  # the first fills the disk's cache
        theirs.append(seconds_of("from pydantic import BaseModel"))
        ours.append(seconds_of(ours_code))
    ratio = statistics.median(a / b for a, b in zip(ours[1:], theirs[1:], strict=True))
    return ratio, statistics.median(ours[1:]), statistics.median(theirs[1:])


def microseconds(make: Callable[[], object], number: int = 20_000) -> float:
    runs = []
    for _ in range(7):
        start = time.process_time()
        for _ in range(number):
            make()
        runs.append((time.process_time() - start) / number * 1e6)
    return statistics.median(runs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--samples", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench_plugin.py"
        path.write_text(PLUGIN)
        plugin = str(path)
        wall, cpu = per_second("bench.inline", plugin, options.samples, options.repeats)
        line("constant verifier, inline, samples/s of wall time", f"{wall:,.0f}")
        line("constant verifier, inline, samples/s of one core", f"{cpu:,.0f}", ">= 50,000")
        wall, cpu = per_second("bench.worker", plugin, options.samples, options.repeats)
        line(
            "constant verifier, through workers, samples/s of wall time",
            f"{wall:,.0f}",
            ">= 10,000",
        )
        line("  of one core for caller and workers together", f"{cpu:,.0f}")
        for timeout_s in (2.0, 5.0):
            plain, whole, lost, fate = recovery(plugin, timeout_s)
            line(f"1,000 items, no hang, {timeout_s:g} s bound", f"{plain:.2f} s")
            line("  with one that hangs in C, whole batch", f"{whole:.2f} s", fate)
            line("  lost by the other 999", f"{lost:.2f} s", "< 1 s")
    for code, wanted in (
        ("from assay import verify", "<= 1.3"),
        ("from assay import Engine", "what the first call imports"),
    ):
        ratio, ours, theirs = import_ratio(code, 3 * options.repeats)
        line(code, f"{ours * 1e3:.0f} ms")
        line("  from pydantic import BaseModel", f"{theirs * 1e3:.0f} ms")
        line("  ratio, median of pairs", f"{ratio:.2f}", wanted)
    term = Term("a.b@1", 1.0, 1.0, 1.0)
    verdict = Verdict.judged("a.b@1", 1.0, "x")
    row = {"completion": "x", "reference": "1/2", "source": "web", "n_tokens": 12}
    line("Sample", f"{microseconds(lambda: Sample('x', reference='1/2')):.2f} us")
    line("Sample.from_row", f"{microseconds(lambda: Sample.from_row(row)):.2f} us")
    line("Verdict", f"{microseconds(lambda: Verdict.judged('a.b@1', 1.0, 'x')):.2f} us")
    terms, verdicts = {"a.b": term}, {"a.b": verdict}
    line("Reward", f"{microseconds(lambda: Reward(1.0, 'scored', terms, verdicts)):.2f} us")


if __name__ == "__main__":
    main()
