"""What things cost in one state of the project, as JSON: for `benchmarks/measured.py`.

Run by the Python of an environment in which that state is installed, with the folder of the rows as
its argument; so it calls nothing but what every state has. A figure that a state cannot give is
left out. Seconds are of processor time, of children too, but where a name says ``wall``.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from assay import Engine, Sample, Verdict, verifier, verify

ROWS = Path(sys.argv[1])
CONSTANT = Verdict.judged("figures.constant@1", 1.0, "constant")


@verifier("figures.constant@1", cost="inline", levels=[0, 1])
def constant(sample: Sample) -> Verdict:
    """Nothing: what is left is the engine."""
    return CONSTANT


def cpu_s() -> float:
    """Processor time of this process and of the children that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def least(run: Callable[[], object], times: int, clock: Callable[[], float] = cpu_s) -> float:
    """The least seconds of several runs: what others do to a machine only adds."""
    found = []
    for _ in range(times):
        start = clock()
        run()
        found.append(clock() - start)
    return min(found)


def solutions() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (ROWS / "solutions.jsonl").read_text().splitlines()]


def samples(name: str) -> list[Sample]:
    lines = (ROWS / name).read_text().splitlines()
    return [Sample(r["completion"], reference=r["reference"]) for r in map(json.loads, lines)]


def inline() -> Iterator[tuple[str, float]]:
    short, chains = samples("solutions.jsonl"), samples("chains.jsonl")
    with Engine("math", cache_size=0) as engine:
        for name, given in (("solutions", short), ("chains", chains)):
            engine.verify_batch(given)
            cost = least(lambda given=given: engine.verify_batch(given), 15)
            yield f"{name}, batch: us a sample", cost / len(given) * 1e6
    with Engine("math") as engine:
        engine.verify_batch(chains)
        cost = least(lambda: engine.verify_batch(chains), 15)
        yield "chains, cached: us a sample", cost / len(chains) * 1e6
    with Engine(
        {"criteria": {"figures.constant": 1}}, verifiers=[constant], cache_size=0
    ) as engine:
        engine.verify_batch(short)
        cost = least(lambda: engine.verify_batch(short), 15)
        yield "the engine alone: us a sample", cost / len(short) * 1e6
    singles = []
    for k, sample in enumerate(itertools.chain(short, short, short)):
        start = time.perf_counter()
        verify(sample.completion + " " * (k // len(short)), reference=sample.reference)
        singles.append(time.perf_counter() - start)
    singles = singles[len(short) :]
    yield "one call, p50: us wall", statistics.median(singles) * 1e6
    yield "one call, p99: us wall", statistics.quantiles(singles, n=100)[-1] * 1e6
    gaps: list[float] = []

    async def beside() -> None:
        async def watch() -> None:
            last = time.perf_counter()
            while True:
                await asyncio.sleep(0)
                now = time.perf_counter()
                gaps.append(now - last)
                last = now

        watcher = asyncio.create_task(watch())
        with Engine("math", cache_size=0) as engine:
            await engine.averify_batch(short[:10])
            gaps.clear()
            await engine.averify_batch(short * 10)
        watcher.cancel()

    asyncio.run(beside())
    yield "averify_batch holds the loop, p99: ms wall", statistics.quantiles(gaps, n=100)[-1] * 1e3


def processes() -> Iterator[tuple[str, float]]:
    call = "from assay import verify; verify('The answer is 42', reference='42', rubric='math')"

    def python(*args: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, *args], check=True, capture_output=True)

    bare = least(python("-c", "pass"), 9)
    yield "first call in a new process: ms", (least(python("-c", call), 9) - bare) * 1e3
    hard = "verify(r'\\boxed{\\int_0^1 x^2 e^x dx}', reference='e-2', rubric='math')"
    yield (
        "first call that asks SymPy: ms wall",
        least(python("-c", f"from assay import verify; {hard}"), 3, time.perf_counter) * 1e3,
    )
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder, "few.jsonl"), Path(folder, "many.jsonl")
        rows = solutions()
        few.write_text(json.dumps(rows[0]) + "\n")
        with many.open("w") as file:
            for k in range(50):
                for row in rows:
                    file.write(
                        json.dumps({**row, "completion": row["completion"] + " " * k}) + "\n"
                    )
        command = ["-m", "assay", "verify", "--rubric", "math", "--out", str(Path(folder, "out"))]
        start = least(python(*command, str(few)), 2)
        cost = (least(python(*command, str(many)), 2) - start) / (50 * len(rows))
        yield "assay verify: us a row", cost * 1e6


def workers() -> Iterator[tuple[str, float]]:
    data = ", ".join(map(str, range(170_000)))
    tests = {"type": "asserts", "code": f"DATA = [{data}]\nassert f(DATA[7]) == 7"}
    group = [Sample(f"def f(x):\n    return x + {k} - {k}\n", tests=tests) for k in range(24)]
    with Engine("code", workers=2, timeout_s=30) as engine:
        engine.verify_batch(group[:1])
        cost = least(lambda: engine.verify_batch(group), 1, time.process_time)
        yield "24 programs with 1.2 MB of tests, this process: ms", cost * 1e3
    human = [json.loads(line) for line in (ROWS / "humaneval.jsonl").read_text().splitlines()]
    programs = [
        Sample(
            row["prompt"] + row["canonical_solution"],
            tests={
                "type": "asserts",
                "code": row["test"] + f"\ncheck({row['entry_point']})",
                "entry_point": row["entry_point"],
            },
        )
        for row in human
    ]
    with Engine("code", workers=2, cache_size=0) as engine:
        engine.verify_batch(programs[:20])
        wall = least(lambda: engine.verify_batch(programs), 6, time.perf_counter)
        yield "HumanEval on 2 workers: programs/s wall", len(programs) / wall
    many = {
        "type": "call",
        "entry_point": "f",
        "cases": [{"args": [i], "expected": i} for i in range(2_000)],
    }
    few = {**many, "cases": many["cases"][:10]}
    with Engine("code", workers=1, cache_size=0, timeout_s=30) as engine:
        one = Sample("def f(x):\n    return x\n", tests=many)
        other = Sample("def f(x):\n    return x\n", tests=few)
        engine.verify_batch([other])
        long = least(lambda: engine.verify_batch([one]), 3, time.perf_counter)
        short = least(lambda: engine.verify_batch([other]), 3, time.perf_counter)
        yield "a call case: us wall", (long - short) / 1_990 * 1e6
    hang = Sample("```python\nwhile True: pass\n```", tests=few)
    with Engine("code", workers=2, cache_size=0, timeout_s=2) as engine:
        engine.verify_batch([other])
        threads = [threading.Thread(target=engine.verify_batch, args=([hang],)) for _ in range(4)]

        def together() -> None:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        yield (
            "four threads with one endless program: s wall",
            least(together, 1, time.perf_counter),
        )


def style() -> Iterator[tuple[str, float]]:
    import textwrap

    source = Path(textwrap.__file__).read_text()
    texts = iter(range(9))  # another text each time: nothing is remembered
    with Engine({"criteria": {"style.joint": 1}}, workers=1, timeout_s=60, cache_size=0) as engine:
        engine.verify_batch([Sample("```python\nx = 1\n```")])

        def judge() -> None:
            engine.verify_batch([Sample(f"```python\n{source}\n# {next(texts)}\n```")])

        yield "style.joint on 490 lines: s wall", least(judge, 3, time.perf_counter)


def audit() -> Iterator[tuple[str, float]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory() as folder:
        rows = solutions()
        with Engine("math+format") as engine:
            rewards = engine.verify_batch(rows)
        out = [{**row, **reward.to_json()} for row, reward in zip(rows, rewards, strict=True)]
        for row in out:
            row["terms"], row["verdicts"] = json.dumps(row["terms"]), json.dumps(row["verdicts"])
        path = Path(folder, "log.parquet")
        pq.write_table(pa.Table.from_pylist(out * 250), path)
        command = [sys.executable, "-m", "assay", "audit", str(path), "--rubric", "math+format"]
        command += ["--report", str(Path(folder, "report.html"))]

        def run() -> None:
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode not in (0, 1):
                raise RuntimeError(done.stderr[-500:])

        yield "audit of 50,000 rows with its report: s", least(run, 1)


def main() -> None:
    gc.collect()
    found: dict[str, float] = {}
    for part in (inline, processes, workers, style, audit):
        try:
            for name, figure in part():
                found[name] = figure
        except Exception as err:  # a state without this part: said, and its figures left out
            print(f"{part.__name__}: {type(err).__name__}: {err}"[:300], file=sys.stderr)
    print(json.dumps(found))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
