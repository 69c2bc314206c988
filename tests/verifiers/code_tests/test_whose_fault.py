"""A signal from outside, a stopped zygote, what a caller inherits: never charged to a program.

Processes are really stopped and really killed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.model import Sample, Status, Verdict
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent import selftest
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool, ZygoteProcess
from assay.verifiers.code_tests.sandbox.parent.watching import stopped
from assay.verifiers.code_tests.sandbox.wire.kinds import PLAIN
from assay.verifiers.code_tests.sandbox.wire.run_limits import Lost, RunLimits
from assay.verifiers.code_tests.verifier import CodeTests

LEVELS = [x for x in ("namespaces", "landlock+seccomp") if selftest.finding(x).holds]  # type: ignore[arg-type]

ADD = {"type": "call", "entry_point": "add", "cases": [{"args": [1, 2], "expected": 3}]}
RIGHT = "def add(a, b): return a + b\n"
SLOW = "import time\ndef add(a, b):\n    time.sleep(0.6)\n    return a + b\n"


def alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def gone(*pids: int) -> bool:
    for _ in range(200):
        if not any(alive(p) for p in pids):
            return True
        time.sleep(0.05)
    return False


def verdict(pool: SandboxPool, code: str, tests: Any = ADD, **params: Any) -> Verdict:
    return CodeTests(CodeTestsParams(**params), pool).verify(Sample(completion=code, tests=tests))


def meanwhile(action: Callable[[], None], after: float = 0.3) -> threading.Timer:
    timer = threading.Timer(after, action)
    timer.start()
    return timer


def forker(zygote: ZygoteProcess) -> int:
    """The process that forks: at ``namespaces`` not the one that was started."""
    return zygote._inner


@pytest.mark.parametrize(
    "level",
    [x if i == 0 else pytest.param(x, marks=pytest.mark.slow) for i, x in enumerate(LEVELS)],
)
@pytest.mark.parametrize("who", ["outer", "inner", "program"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_what_is_hit_in_a_run_costs_no_verdict(level: Any, who: str, number: int) -> None:
    """ZygoteProcess or program, killed or stopped: the program is run again, in another zygote."""
    with SandboxPool(level, 1) as pool:
        assert verdict(pool, RIGHT).score == 1.0
        zygote = pool._slots[0].zygote()
        started: list[int] = []
        start = zygote.run
        zygote.run = lambda *a: start(*a, on_start=started.append)  # type: ignore[method-assign,misc,assignment]

        def hit() -> None:
            while not started:  # on a busy machine it may take longer than the timer
                time.sleep(0.01)
            pid = {"outer": zygote.pid, "inner": forker(zygote)}.get(who) or started[0]
            os.kill(pid, number)

        timer = meanwhile(hit)
        assert verdict(pool, SLOW).score == 1.0
        timer.join()
    assert gone(zygote.pid, forker(zygote), *started)


@pytest.mark.parametrize("level", LEVELS)
def test_a_stopped_zygote_takes_no_job(level: Any) -> None:
    """It is found out at once, not when its time to answer is over."""
    with SandboxPool(level, 1) as pool:
        assert verdict(pool, RIGHT).score == 1.0
        os.kill(forker(pool._slots[0].zygote()), signal.SIGSTOP)
        began = time.monotonic()
        assert verdict(pool, RIGHT).score == 1.0
        assert time.monotonic() - began < 4.0, "well under the time to answer"


@pytest.mark.parametrize("level", LEVELS)
def test_twice_hit_is_no_score(level: Any) -> None:
    with SandboxPool(level, 1) as pool:
        over = threading.Event()

        def kill_them() -> None:
            while not over.wait(0.15):
                for slot in pool._slots:
                    for zygote in list(slot._zygotes.values()):
                        for child in _children(forker(zygote)):
                            os.kill(child, signal.SIGKILL)

        thread = threading.Thread(target=kill_them)
        thread.start()
        try:
            found = verdict(pool, "import time\ndef add(a, b):\n    time.sleep(2)\n    return 3\n")
        finally:
            over.set()
            thread.join()
        assert found.status is Status.CRASHED


def _children(pid: int) -> list[int]:
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(x) for x in file.read().split()]
    except OSError:
        return []


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("who", ["outer", "inner"])
def test_stopped_zygotes_do_not_stay(level: Any, who: str) -> None:
    """When whoever started them is killed: awake or not, they end, and leave no folder."""
    script = textwrap.dedent(f"""
        import os, signal
        from assay.verifiers.code_tests.sandbox.wire.kinds import PLAIN
        from assay.verifiers.code_tests.sandbox.parent.pool import ZygoteProcess
        z = ZygoteProcess({level!r}, PLAIN)
        print(z.pid, z._inner, z.ready.work, flush=True)
        os.kill(z.pid if {who!r} == "outer" else z._inner, signal.SIGSTOP)
        input()
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        outer, inner, work = process.stdout.readline().split()
        pids = (int(outer), int(inner))
        for _ in range(100):
            if any(map(stopped, pids)):
                break
            time.sleep(0.02)
        assert all(map(alive, pids))
        process.communicate("\n", timeout=30)
    assert gone(*pids)
    assert work == "None" or not os.path.exists(work)


@pytest.mark.parametrize("level", LEVELS)
def test_a_caller_that_ignores_sigchld_learns_how_programs_end(level: Any) -> None:
    """Ignored over exec, the kernel collects children itself; an early exit is still a 0."""
    script = textwrap.dedent(f"""
        import os, signal
        from assay.model import Sample
        from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
        from assay.verifiers.code_tests.verifier import CodeTests
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
        tests = {{"type": "call", "entry_point": "add",
                 "cases": [{{"args": [1, 2], "expected": 3}}]}}
        with SandboxPool({level!r}, 1) as pool:
            for code in ("import os\\nos._exit(0)\\n", "def add(a, b): return a + b\\n"):
                print(CodeTests(None, pool).verify(Sample(completion=code, tests=tests)).score)
            stdin = {{"type": "stdio", "cases": [{{"stdin": "", "expected": "woken"}}]}}
            code = '''
        import signal
        signal.signal(signal.SIGALRM, lambda *_: print("woken"))
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        signal.pause()
        '''.replace("\\n        ", "\\n")
            print(CodeTests(None, pool).verify(Sample(completion=code, tests=stdin)).score)
    """)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False,
        preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN),
    )  # fmt: skip
    assert done.stdout.split() == ["0.0", "1.0", "1.0"], done.stderr


DEADLY = [
    ("os.kill(os.getpid(), signal.SIGTERM)", "the usual one"),
    ("os.kill(os.getpid(), signal.SIGKILL)", "the one that nothing stops"),
    ("signal.raise_signal(signal.SIGSEGV)", "by another call"),
    ("os.abort()", "as C libraries end"),
    ("signal.raise_signal(signal.SIGINT)", "an exception in Python"),
]


@pytest.mark.parametrize(("what", "why"), DEADLY, ids=[x[1] for x in DEADLY])
def test_a_right_print_and_then_a_fatal_signal(pool: SandboxPool, what: str, why: str) -> None:
    """A judge of contests says runtime error, and so do we at every level."""
    tests = {"type": "stdio", "cases": [{"stdin": "", "expected": "3"}]}
    code = f"import os, signal\nprint(3, flush=True)\n{what}\n"
    found = verdict(pool, code, tests)
    assert found.score == 0.0, why
    assert found.parts[0].details["outcome"] == "runtime_error"


def test_a_signal_that_is_handled_ends_nobody(pool: SandboxPool) -> None:
    code = """import os, signal
signal.signal(signal.SIGTERM, lambda *_: print("asked to end"))
os.kill(os.getpid(), signal.SIGTERM)
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
signal.raise_signal(signal.SIGUSR1)
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("interrupted")
"""
    tests = {"type": "stdio", "cases": [{"stdin": "", "expected": "asked to end\ninterrupted"}]}
    assert verdict(pool, code, tests).score == 1.0


def test_a_program_cannot_look_as_if_hit_from_outside(pool: SandboxPool) -> None:
    """By C's own calls, and by a limit of CPU time that it lowers: it is judged, not run again."""
    for how in (
        "ctypes.CDLL(None).raise_(9)",
        "ctypes.CDLL(None).kill(os.getpid(), 19)",
        "resource.setrlimit(resource.RLIMIT_CPU, (1, 1))",
        "resource.prlimit(0, resource.RLIMIT_CPU, (1, 1))",
    ):
        call = how.replace("raise_(", "__getattr__('raise')(")
        code = f"import ctypes, os, resource\ndef add(a, b):\n    {call}\n    return 0\n"
        assert verdict(pool, code).score == 0.0, how


def test_limits_other_than_cpu_time_may_be_set(pool: SandboxPool) -> None:
    code = """import resource
def add(a, b):
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    return a + b
"""
    assert verdict(pool, code).score == 1.0


DELETED = """import mmap, os
def add(a, b):
    kept = []
    for i in range(14):
        with open(f"f{i}", "wb+") as f:
            for _ in range(30):
                f.write(b"x" * (1 << 20))
            f.flush()
            kept.append(mmap.mmap(f.fileno(), 4096))
        os.unlink(f"f{i}")
    return a + b
"""


def test_files_that_are_mapped_closed_and_deleted_take_disk(pool: SandboxPool) -> None:
    """420 MB, of 32 that are allowed."""
    assert verdict(pool, DELETED, timeout_s=20.0).score == 0.0


def test_a_deleted_file_that_is_mapped_may_be_used(pool: SandboxPool) -> None:
    code = """import mmap, tempfile, time
def add(a, b):
    with tempfile.TemporaryFile() as f:
        f.write(b"%d" % (a + b))
        f.flush()
        m = mmap.mmap(f.fileno(), 0)
    time.sleep(0.15)
    return int(m[:])
"""
    assert verdict(pool, code).score == 1.0


DEEP = """import sys
from functools import lru_cache
sys.setrecursionlimit(10**6)
@lru_cache(None)
def add(a, b):
    return b if a == 0 else 1 + add(a - 1, b)
"""


def test_recursion_through_a_cache_goes_deep(pool: SandboxPool) -> None:
    """Deeper than with 8 MB of stack: contest judges allow as much stack as memory.

    From 3.12 on Python counts calls through C and has a limit of its own for them, which no
    program can raise: the same program ends there in plain Python too.
    """
    tests = {**ADD, "cases": [{"args": [50_000, 2], "expected": 50_002}]}
    found = verdict(pool, DEEP, tests)
    if sys.version_info < (3, 12):
        assert found.score == 1.0
    else:
        assert "RecursionError" in found.because
        fewer = {**ADD, "cases": [{"args": [400, 2], "expected": 402}]}
        assert verdict(pool, DEEP, fewer).score == 1.0


def test_a_lost_run_says_so() -> None:
    """One run at a time; the pool above retries."""
    zygote = ZygoteProcess(LEVELS[0], PLAIN)  # type: ignore[arg-type]
    try:
        with zygote.run({"kind": "script", "code": "while True: pass"}, RunLimits()) as run:
            time.sleep(0.3)  # it is confined, and runs
            os.kill(run.pid, signal.SIGKILL)
            with pytest.raises(Lost, match="killed from outside"):
                run.wait(time.monotonic() + 10)
    finally:
        zygote.close()
