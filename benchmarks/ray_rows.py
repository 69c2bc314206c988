"""What a row costs through Ray Data, from thousands to millions: read, scored again, written.

    python benchmarks/ray_rows.py [--rows 100000 1000000] [--actors 1] [--out FOLDER]

Rows are math completions, all different, in Parquet shards. Each size is scored by
`assay.ray.Rescore` and read back: it fails where a row is missing, doubled, or scored otherwise
than it must be. The processor time of the scoring actors holds on a busy machine; seconds by the
clock do not. Memory is the largest that an actor had.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import assay.ray

SHARD = 50_000
PARTS = 10
"""The rows of a run are looked at in so many parts: the last must cost what the first does."""


class Timed(assay.ray.Rescore):
    """`Rescore`, with the processor time of its process as a column."""

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """A batch, as of `Rescore`."""
        import numpy as np

        began = time.process_time()
        rows = super().__call__(batch)
        n = len(rows["status"])
        spent = (time.process_time() - began) / n
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        done = {"cpu_s": np.full(n, spent), "memory_mb": np.full(n, memory)}
        return {**rows, **done, "at": np.full(n, time.time())}


def write(folder: Path, n: int) -> None:
    """Half of the rows are right."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for start in range(0, n, SHARD):
        numbers = range(start, min(n, start + SHARD))
        texts = [rf"We add them up and get $\boxed{{{k + k % 2}}}$." for k in numbers]
        columns = {"id": list(numbers), "completion": texts, "reference": [str(k) for k in numbers]}
        pq.write_table(pa.table(columns), folder / f"{start:010d}.parquet")


def run(n: int, actors: int, folder: Path) -> None:
    """Score `n` rows, and look at what was written."""
    import numpy as np
    import pyarrow.dataset as ds
    import ray

    given, made = folder / f"rows-{n}", folder / f"scored-{n}"
    given.mkdir(parents=True)
    write(given, n)
    began = time.perf_counter()
    scored = ray.data.read_parquet(str(given)).map_batches(
        Timed, fn_constructor_kwargs={"rubric": "math"}, batch_size=1024, concurrency=actors
    )
    scored.write_parquet(str(made))
    seconds = time.perf_counter() - began
    names = ["id", "reward", "cpu_s", "memory_mb", "at"]
    table = ds.dataset(str(made), format="parquet").to_table(columns=names).to_pydict()
    ids, rewards, cpu, at = (np.array(table[name]) for name in ("id", "reward", "cpu_s", "at"))
    assert np.array_equal(np.sort(ids), np.arange(n)), "a row is missing, or there twice"
    assert np.array_equal(rewards, (ids % 2 == 0).astype(float)), "a row is scored otherwise"
    by_time = cpu[np.argsort(at, kind="stable")]
    parts = [part.mean() * 1e6 for part in np.array_split(by_time, PARTS)]
    print(
        f"{n:>12,} rows {seconds:>8.0f} s {n / seconds:>8,.0f} rows/s"
        f" {cpu.mean() * 1e6:>7.0f} us of processor a row"
        f"  by tenths {' '.join(f'{part:.0f}' for part in parts)}"
        f"  {max(table['memory_mb']):.0f} MB",
        flush=True,
    )
    shutil.rmtree(given)
    shutil.rmtree(made)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--actors", type=int, default=1)
    parser.add_argument("--out", help="where shards are written; else a folder of the system's")
    options = parser.parse_args()
    import ray

    ray.init(num_cpus=options.actors + 1, include_dashboard=False, log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(dir=options.out) as folder:
        for n in options.rows:
            run(n, options.actors, Path(folder))
    ray.shutdown()


if __name__ == "__main__":
    main()
