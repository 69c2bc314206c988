"""How long `averify_batch` keeps an event loop to itself, in processor time of the loop's thread.

    python benchmarks/event_loop.py [--samples 8000]

Another task on the loop notes each turn that it gets. Three calls: math answers, which are judged
in this process; a verifier in workers; and the same under a budget that reaches almost none of the
samples. Passes of Python's garbage collector over all objects (generation 2) are counted apart: how
long they take is a matter of what else is in the process.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import tempfile
import time
from pathlib import Path
from typing import Any

from assay import Engine, Sample

PLUGIN = '''
from assay import verifier

@verifier("bench.echo@1", levels=[0, 1], needs=["reference"])
def echo(sample):
    """Right where it is the same text."""
    return sample.text == sample.reference
'''


class Collector:
    """Seconds that whole passes of the garbage collector took."""

    def __init__(self) -> None:
        self.total = 0.0
        self._began = 0.0

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        """As `gc.callbacks` calls it."""
        if info["generation"] == 2:
            if phase == "start":
                self._began = time.thread_time()
            else:
                self.total += time.thread_time() - self._began


async def held(engine: Engine, samples: list[Sample], budget_s: float | None) -> list[float]:
    """What passed between two turns of the loop, in seconds, the longest first."""
    found: list[float] = []
    collector = Collector()
    gc.callbacks.append(collector)

    async def turns() -> None:
        last, passes = time.thread_time(), collector.total
        while True:
            await asyncio.sleep(0)
            now, passed = time.thread_time(), collector.total
            found.append(now - last - (passed - passes))
            last, passes = now, passed

    turning = asyncio.create_task(turns())
    await asyncio.sleep(0)
    await engine.averify_batch(samples, budget_s=budget_s)
    await asyncio.sleep(0)
    turning.cancel()
    gc.callbacks.remove(collector)
    return sorted(found, reverse=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=8_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        plugin = Path(folder, "event_loop_plugin.py")
        plugin.write_text(PLUGIN, encoding="utf-8")
        echo: Any = {"kind": "weighted", "criteria": {"bench.echo": 1}}
        for what, rubric, budget_s in (
            ("math, in this process", "math", None),
            ("in workers", echo, None),
            ("in workers, out of budget", echo, 0.02),
        ):
            with Engine(
                rubric, plugins=[str(plugin)], workers=2, cache_size=0, on_unscored="ignore"
            ) as engine:
                samples = [
                    Sample(
                        f"so it is \\boxed{{{i}}}" if rubric == "math" else str(i), reference=str(i)
                    )
                    for i in range(options.samples)
                ]
                engine.verify_batch(samples[:100])  # imports, and workers
                longest = asyncio.run(held(engine, samples, budget_s))
            worst = ", ".join(f"{1000 * seconds:.1f}" for seconds in longest[:5])
            print(f"{what:<26} longest turns {worst} ms of {len(longest)}", flush=True)


if __name__ == "__main__":
    main()
