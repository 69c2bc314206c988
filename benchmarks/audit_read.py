"""Seconds and memory of reading a log into a frame, next to pandas, in one run.

python benchmarks/audit_read.py [--rows 1000000 10000000] [--kinds parquet jsonl] [--folder DIR]

Writes logs in the shape of `assay verify` (5 criteria, groups of 8, 20 steps) into a temporary
folder and removes them. Each reading is a process of its own, so that its peak of memory is its
own; what a process has before it reads (imports) is in it. pandas gets what it needs to hold the
log (`read_parquet`; `read_json(lines=True)`), and nothing is computed from it; it is left out
where the log is larger than half of the machine's memory allows for at the ratio it showed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CRITERIA = ("math.answer", "format.boxed", "length.overlong", "style.joint", "code.tests")
WEIGHTS = (0.6, 0.1, 0.1, 0.1, 0.1)
GROUP, STEPS, CHUNK = 8, 20, 20_000

ASSAY = """
import json, resource, sys, time
from assay.audit.logs import read_log
began = time.perf_counter()
with read_log(sys.argv[1]) as log:
    spent = time.perf_counter() - began
    n, total, k = log.frame.n, log.frame.total, len(log.frame.criteria)
    asked = time.perf_counter()
    log.rows(range(0, n, max(1, n // 1000)))
    rows = time.perf_counter() - asked
"""
PANDAS = """
import json, resource, sys, time
import pandas as pd
began = time.perf_counter()
path = sys.argv[1]
frame = pd.read_parquet(path) if path.endswith(".parquet") else pd.read_json(path, lines=True)
spent, rows = time.perf_counter() - began, None
n = total = len(frame)
k = 0
"""
TOLD = """
print(json.dumps({"seconds": spent, "rows_seconds": rows, "n": n, "total": total, "k": k,
    "cpu": time.process_time(),
    "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
"""


def rows(start: int, count: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """Rows of `assay verify`, about 1.6 KB each as JSON."""
    for i in range(start, start + count):
        scores = [float(chance.random() < 0.4), *(round(chance.random(), 3) for _ in CRITERIA[1:])]
        shares = [w * s for w, s in zip(WEIGHTS, scores, strict=True)]
        parts = list(zip(CRITERIA, WEIGHTS, scores, shares, strict=True))
        yield {
            "prompt_id": f"prompt-{i // GROUP}",
            "step": i * STEPS // 10_000_000,
            "prompt": f"What is {i // GROUP} + 1, and why? Think step by step.",
            "completion": f"It is {i // GROUP + 1}, since one more is the next. " * 6,
            "n_tokens": 40 + i % 50,
            "finish_reason": "stop",
            "label": scores[0] == 1.0,
            "reward": sum(shares),
            "status": "scored",
            "terms": {
                k: {"verifier": f"{k}@1", "weight": w, "score": s, "contribution": c}
                for k, w, s, c in parts
            },
            "verdicts": {
                k: {"verifier": f"{k}@1", "status": "judged", "score": s, "because": "seen"}
                for k, _, s, _ in parts
            },
            "signature": "0123456789abcdef",
        }


def write(path: Path, count: int) -> None:
    """The log, a chunk of rows in memory at a time."""
    chance = random.Random(1)
    starts = range(0, count, CHUNK)
    if path.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        writer = None
        for start in starts:
            table = pa.Table.from_pylist(list(rows(start, min(CHUNK, count - start), chance)))
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table, row_group_size=100_000)
        if writer is not None:
            writer.close()
        return
    with path.open("w") as file:
        for start in starts:
            some = rows(start, min(CHUNK, count - start), chance)
            file.writelines(json.dumps(row) + "\n" for row in some)


def run(code: str, path: Path) -> dict[str, Any] | None:
    """What a process of its own tells; None where it was killed or failed."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code + TOLD, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        print(done.stderr[-400:], file=sys.stderr)
        return None
    noted: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return noted


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--kinds", nargs="+", default=["parquet", "jsonl"])
    parser.add_argument("--folder", default=None)
    parser.add_argument("--pandas-rows", type=int, default=1_000_000)
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    print(
        f"{'log':<22}{'GB':>6} {'reader':<8}{'seconds':>9}{'CPU s':>8}{'peak MB':>9}"
        f"{'rows kept':>12}{'1,000 rows s':>14}"
    )
    folder = Path(tempfile.mkdtemp(prefix="assay-audit-read-", dir=args.folder))
    try:
        for kind in args.kinds:
            for count in args.rows:
                path = folder / f"log.{kind}"
                need = count * (2_000 if kind == "jsonl" else 400)
                if shutil.disk_usage(folder).free < 2 * need:
                    print(f"{count:,} {kind}: left out, the disk has no room for it")
                    continue
                began = time.perf_counter()
                write(path, count)
                print(f"  wrote {count:,} rows in {time.perf_counter() - began:.0f} s", flush=True)
                for name, code in (("assay", ASSAY), ("pandas", PANDAS)):
                    if name == "pandas" and count > args.pandas_rows:
                        continue
                    noted = run(code, path)
                    size = path.stat().st_size / 1e9
                    line = f"{f'{count:,} {kind}':<22}{size:>6.2f} {name:<8}"
                    if noted is None:
                        print(line + "failed")
                        continue
                    asked = noted["rows_seconds"]
                    print(
                        line + f"{noted['seconds']:>9.1f}{noted['cpu']:>8.1f}{noted['mb']:>9,}"
                        f"{noted['n']:>12,}{'' if asked is None else f'{asked:.1f}':>14}",
                        flush=True,
                    )
                path.unlink()
    finally:
        shutil.rmtree(folder)
    print(f"peak of the writer: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:,} MB")


if __name__ == "__main__":
    main()
