"""Zeros that the machine made: honest completions under a short deadline, on a busy machine.

    python benchmarks/short_deadlines.py [--samples 20000] [--timeout 0.02] [--busy 12]

The verifier compares two equal texts, in microseconds; so each reward is 1, or none where a worker
got no processor for twice the deadline. A 0 charges a completion with time that was not its own:
it is printed, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import collections
import multiprocessing
import sys
import tempfile
from pathlib import Path

from assay import Engine, Sample

PLUGIN = '''
from assay import verifier

@verifier("bench.same@1", levels=[0, 1], needs=["reference"])
def same(sample):
    """Right where it is the same text."""
    return sample.text == sample.reference
'''


def burn() -> None:
    """Keep a core busy."""
    while True:
        pass


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=20_000)
    parser.add_argument("--timeout", type=float, default=0.02, help="of a sample, in seconds")
    parser.add_argument("--busy", type=int, default=12, help="processes that only burn time")
    options = parser.parse_args()
    context = multiprocessing.get_context("fork")
    busy = [context.Process(target=burn, daemon=True) for _ in range(options.busy)]
    for process in busy:
        process.start()
    seen: collections.Counter[float | None] = collections.Counter()
    try:
        with tempfile.TemporaryDirectory() as folder:
            plugin = Path(folder, "short_deadlines_plugin.py")
            plugin.write_text(PLUGIN, encoding="utf-8")
            rubric = {"kind": "weighted", "criteria": {"bench.same": 1}}
            given = (Sample(str(i), reference=str(i)) for i in range(options.samples))
            with Engine(
                rubric, plugins=[str(plugin)], workers=4, timeout_s=options.timeout
            ) as engine:
                for _, reward in engine.iter_batch(given):
                    seen[reward.value] += 1
                    if reward.value == 0.0:
                        print(reward.explain())
    finally:
        for process in busy:
            process.kill()
    print(f"{seen[1.0]} right, {seen[None]} without a score, {seen[0.0]} judged 0")
    return int(seen[0.0] > 0)


if __name__ == "__main__":
    sys.exit(main())
