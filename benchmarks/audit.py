"""Seconds and memory of a whole audit: reading, every analysis, findings as JSON.

python benchmarks/audit.py [--rows 1000000 10000000] [--kinds parquet jsonl] [--folder DIR]

Logs as `audit_read.py` writes them: 5 criteria, groups of 8, labels, 20 steps. The audit is a
process of its own, `assay audit --json` with the rubric of the log, so that imports and
everything else a user waits for are in its time and its peak of memory. Next to it, in the same
run, pandas only reads the file: what a script would pay before its first line of analysis.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from audit_read import CRITERIA, PANDAS, WEIGHTS, run, write

MEASURED = """
import os, sys, time
command = [sys.executable, "-m", "assay.cli.main", *sys.argv[1:]]
pid = os.spawnv(os.P_NOWAIT, sys.executable, command)
began = time.perf_counter()
_, status, used = os.wait4(pid, 0)
print(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024,
    os.waitstatus_to_exitcode(status), file=sys.stderr)
"""


def audit(path: Path, rubric: Path) -> None:
    """One line: the whole command."""
    command = [
        sys.executable,
        "-c",
        MEASURED,
        "audit",
        str(path),
        "--rubric",
        str(rubric),
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, cpu, peak, code = done.stderr.splitlines()[-1].split()
    if code not in ("0", "1"):
        sys.exit(done.stderr)
    if not done.stdout:
        sys.exit(f"no output: {done.stderr}")
    noted = json.loads(done.stdout)
    log = noted["log"]
    print(
        f"{path.suffix[1:]:<9}{log['total']:>12,}{'assay audit':>14}{float(seconds):>9.1f}"
        f"{float(cpu):>8.1f}{int(peak):>9,}{log['rows']:>12,}{len(noted['findings']):>10}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--kinds", nargs="+", default=["parquet"])
    parser.add_argument("--folder", default=None)
    parser.add_argument("--pandas-rows", type=int, default=1_000_000)
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    print(
        f"{'log':<9}{'rows':>12}{'':>14}{'seconds':>9}{'CPU s':>8}{'peak MB':>9}"
        f"{'analysed':>12}{'findings':>10}"
    )
    folder = Path(tempfile.mkdtemp(prefix="assay-audit-", dir=args.folder))
    rubric = folder / "rubric.toml"
    lines = [f'"{name}" = {weight}' for name, weight in zip(CRITERIA, WEIGHTS, strict=True)]
    rubric.write_text('kind = "weighted"\n[criteria]\n' + "\n".join(lines) + "\n")
    try:
        for kind in args.kinds:
            for count in args.rows:
                path = folder / f"log.{kind}"
                if shutil.disk_usage(folder).free < 2 * count * (2_000 if kind == "jsonl" else 400):
                    print(f"{count:,} {kind}: left out, the disk has no room for it")
                    continue
                began = time.perf_counter()
                write(path, count)
                print(f"  wrote {count:,} rows in {time.perf_counter() - began:.0f} s", flush=True)
                audit(path, rubric)
                if count <= args.pandas_rows:
                    noted = run(PANDAS, path)
                    if noted is not None:
                        print(
                            f"{kind:<9}{count:>12,}{'pandas reads':>14}{noted['seconds']:>9.1f}"
                            f"{noted['cpu']:>8.1f}{noted['mb']:>9,}"
                        )
                path.unlink()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
