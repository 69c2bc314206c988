"""What the ledger costs: the same batches with and without it, in turns within one process.

    python benchmarks/ledger.py [--samples 20000] [--repeats 5] [--corpora ../shared/corpora]

Reported, never gated. Ratios are medians of pairs, with the ledger first in every other pair. The
last shards are written within the time that is counted: the engine is closed in it.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from assay import Engine, Sample
from assay.ledger.read import shards

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
'''


def timed(
    rubric: object,
    plugins: Sequence[str],
    batch: list[Sample],
    ledger: str | None,
    steps: int,
    pause_s: float,
) -> tuple[float, float, float, float]:
    """Seconds until the rewards are there, CPU seconds of the caller's thread until then.

    Then seconds until all is closed, and CPU seconds of the process. In so many calls, with a pause
    after each that stands for generation and is not counted.
    """
    engine = Engine(rubric, plugins=plugins, cache_size=0, ledger=ledger, on_unscored="ignore")  # type: ignore[arg-type]
    engine.verify_batch(batch[:50])  # starts workers
    gc.collect()
    given, caller, cpu = 0.0, 0.0, time.process_time()
    size = -(-len(batch) // steps)
    for step in range(steps):
        start, mine = time.perf_counter(), time.thread_time()
        rewards = engine.verify_batch(batch[step * size : (step + 1) * size], step=step)
        given += time.perf_counter() - start
        caller += time.thread_time() - mine
        assert len(rewards) <= size
        time.sleep(pause_s)
    start = time.perf_counter()
    engine.close()
    return given, caller, given + time.perf_counter() - start, time.process_time() - cpu


def compare(
    what: str,
    rubric: object,
    plugins: Sequence[str],
    batch: list[Sample],
    repeats: int,
    steps: int = 1,
    pause_s: float = 0.0,
) -> None:
    ratios: list[tuple[float, float, float, float]] = []
    rates: list[float] = []
    size = count = 0
    for repeat in range(repeats + 1):
        with tempfile.TemporaryDirectory() as folder:
            order = [None, folder] if repeat % 2 else [folder, None]
            found = {
                ledger: timed(rubric, plugins, batch, ledger, steps, pause_s) for ledger in order
            }
            files = shards(folder)
            size, count = sum(f.stat().st_size for f in files), len(files)
        if repeat:  # the first pair warms up
            pairs = zip(found[folder], found[None], strict=True)
            ratios.append(tuple(a / b for a, b in pairs))  # type: ignore[arg-type]
            rates.append(len(batch) / found[None][0])
    given, caller, closed, cpu = (statistics.median(column) for column in zip(*ratios, strict=True))
    print(
        f"{what:<44} {statistics.median(rates):>9,.0f} {given:>9.3f} {caller:>9.3f}"
        f" {closed:>9.3f} {cpu:>9.3f}"
        f" {size / len(batch):>9,.0f} {count:>7}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--samples", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--corpora", type=Path, default=Path("../shared/corpora"))
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    print(
        f"{'with / without, medians of pairs':<44} {'rows/s':>9} {'rewards':>9}"
        f" {'caller':>9} {'closed':>9}"
        f" {'CPU':>9} {'bytes/row':>9} {'shards':>7}"
    )
    filler = "so the answer is found step by step. " * 20
    batch = [Sample(f"{filler}{i}", reference=str(i)) for i in range(options.samples)]
    rollouts = options.corpora / "rollouts/gsm8k_solutions.jsonl"
    if rollouts.exists():
        with rollouts.open() as file:
            rows = [Sample.from_row(json.loads(line)) for line in file]
        rows = rows[: options.samples]
        compare("math on gsm8k rollouts, one call", "math", (), rows, options.repeats)
        steps = max(1, len(rows) // 512)
        what = f"  in {steps} steps of 512, 0.1 s between"
        compare(what, "math", (), rows[: steps * 512], options.repeats, steps, 0.1)
    else:
        print(f"no {rollouts}: left out")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench_plugin.py"
        path.write_text(PLUGIN)
        for name, what in (("worker", "in workers"), ("inline", "inline")):
            rubric = {"kind": "weighted", "criteria": {f"bench.{name}": 1.0}}
            compare(f"constant verifier, {what}", rubric, [str(path)], batch, options.repeats)


if __name__ == "__main__":
    main()
