"""What large tests cost that all completions of a group share: sent once a worker, or with each.

    python benchmarks/large_tests.py [--megabytes 1.2] [--completions 24] [--repeats 5]

The tests are a contest's: inputs and outputs as texts. Both ways run in turns in this process, and
each turn has tests that no worker has seen. `bench.looks` only looks at the tests; `code.tests`
runs a program on each of four cases. Seconds of processor time of this process, its workers and
what they start, medians: they depend little on what else the machine does.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from assay import Engine, Sample
from assay.engine.workers import contents
from assay.engine.workers.blame import process_times

PLUGIN = '''
from assay import verifier

@verifier("bench.looks@1", levels=[0, 1], needs=["tests"])
def looks(sample):
    """Right where there are cases."""
    return len(sample.tests["cases"]) > 0
'''
NEVER = 1 << 60


def tests(megabytes: float, seed: int) -> dict[str, Any]:
    """Four cases of equal size, each with its first number as the answer."""
    draw = random.Random(seed)
    cases = []
    for _ in range(4):
        numbers = " ".join(str(draw.randrange(10**9)) for _ in range(int(megabytes * 1e6 / 40)))
        cases.append({"stdin": numbers + "\n", "expected": numbers.partition(" ")[0] + "\n"})
    return {"type": "stdio", "cases": cases}


def used(engine: Engine) -> float:
    """CPU seconds of this process and of the engine's workers, until now."""
    workers = engine._pool.get()._killable.workers
    return time.process_time() + sum(process_times(worker.pid).cpu for worker in workers)


def seconds(engine: Engine, megabytes: float, completions: int, seed: int) -> float:
    """What a group takes whose tests are new; the samples are made before."""
    shared = tests(megabytes, seed)
    program = "```python\nprint(input().split()[0])\n```"
    group = [Sample(f"{program}\n{i}", tests=shared) for i in range(completions)]
    start = used(engine)
    rewards = engine.verify_batch(group)
    took = used(engine) - start
    assert [reward.value for reward in rewards] == [1.0] * completions
    return took


def compare(rubric: Any, plugins: list[str], options: argparse.Namespace) -> tuple[float, float]:
    """Seconds of a group, its tests with each completion and once a worker."""
    found: dict[int, list[float]] = {NEVER: [], contents.LARGE_BYTES: []}
    with Engine(rubric, plugins=plugins, cache_size=0, timeout_s=60.0) as engine:
        for turn in range(options.repeats + 1):
            for large in found:
                contents.LARGE_BYTES = large
                seed = 2 * turn + (large == NEVER)
                took = seconds(engine, options.megabytes, options.completions, seed)
                if turn:  # the first starts workers
                    found[large].append(took)
    whole, once = (statistics.median(took) for took in found.values())
    return whole, once


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=1.2)
    parser.add_argument("--completions", type=int, default=24)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        plugin = Path(folder, "large_tests_plugin.py")
        plugin.write_text(PLUGIN, encoding="utf-8")
        for name, plugins in (("bench.looks", [str(plugin)]), ("code.tests", [])):
            rubric = {"kind": "weighted", "criteria": {name: 1}}
            whole, once = compare(rubric, plugins, options)
            print(
                f"{name:<12} {options.megabytes:g} MB of tests, {options.completions} completions: "
                f"{whole:.3f} s with each, {once:.3f} s once a worker, {whole / once:.1f} times",
                flush=True,
            )


if __name__ == "__main__":
    main()
