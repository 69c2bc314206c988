"""A forked child works, whatever the other threads of its parent were doing."""

from __future__ import annotations

import ast
import contextlib
import itertools
import os
import select
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flint import ctx

import assay
from assay import Engine, forks, verify, verify_batch
from assay.engine.workers.shared_pools import PoolHandle
from assay.integrations.scoring.shared import SharedRewards
from assay.integrations.scoring.watch import UnscoredWatch
from assay.ledger import lifetime
from assay.plugins.one_file_plugins import module_from_file
from assay.verifiers.code_tests.sandbox.parent import selftest
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.verifier import CodeTests
from assay.verifiers.math_answer.arithmetic.precision import Precision

pytestmark = pytest.mark.filterwarnings("ignore:This process.*fork:DeprecationWarning")

ZOO = str(Path(__file__).with_name("engine") / "zoo.py")

CHILD_S = 60.0
"""Long enough for a child on a busy machine; one that hangs hangs for ever."""


def in_a_fork(work: Callable[[], object]) -> None:
    """Fork; the child must do `work` and come to an end."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException as err:
            os.write(2, f"in the child: {type(err).__name__}: {err}\n".encode())
        finally:
            os._exit(code)
    end = os.pidfd_open(pid)
    try:
        if not select.select([end], [], [], CHILD_S)[0]:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
            pytest.fail("the child hangs")
    finally:
        os.close(end)
    assert os.waitpid(pid, 0)[1] == 0


@contextlib.contextmanager
def hammering(work: Callable[[int], object], threads: int = 2) -> Iterator[None]:
    """Other threads that do nothing else, each with numbers of its own."""
    stop = threading.Event()
    failed: list[BaseException] = []

    def hammer(first: int) -> None:
        try:
            for number in itertools.count(first, threads):
                if stop.is_set():
                    return
                work(number)
        except BaseException as err:
            failed.append(err)

    running = [threading.Thread(target=hammer, args=(i,)) for i in range(threads)]
    for thread in running:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in running:
            thread.join()
    assert not failed, failed[0]


# -- each lock, under hammering threads ---------------------------------------------------------


def judge_inline(number: int = 0) -> None:
    """An answer that takes exact arithmetic: flint's precision is set and put back."""
    digits = number % 1000 + 1000
    sides = rf"\boxed{{\sqrt{{2}}+\sqrt{{{digits}}}}}", rf"\sqrt{{{digits}}}+\sqrt{{2}}"
    assert verify(sides[0], reference=sides[1]).value == 1.0


def judge_by_new_rubrics(number: int = 0) -> None:
    """Each call makes an engine, and the oldest goes."""
    rubric = {"kind": "weighted", "criteria": {"math.answer": 1.0 / (number % 50 + 1)}}
    assert verify(r"\boxed{2}", reference="2", rubric=rubric).value


def judge_in_workers(number: int = 0) -> None:
    """Jobs go to worker processes and come back; a child has none, and starts its own."""
    with Engine({"zoo.worker_length@1": 1.0}, plugins=[ZOO], workers=1, cache_size=0) as engine:
        assert engine.verify(assay.Sample("a" * (number % 100))).value == number % 100 / 100


def use_pools(number: int = 0) -> None:
    """A pool is got and given back, and with its last user it ends."""
    handle = PoolHandle(1, 1 << 32)
    assert handle.get().alive
    handle.release()


class NoLedger:
    """Holds nothing."""

    def close(self) -> None: ...

    def before_fork(self) -> bool:
        return False

    def after_fork_in_parent(self) -> None: ...

    def after_fork_in_child(self) -> None: ...


def open_ledger(number: int = 0) -> None:
    """Ledgers come and go."""
    lifetime.keep(NoLedger())


def run_a_program(number: int = 0) -> None:
    """In a sandbox of this process, without a worker between."""
    tests = {"type": "call", "entry_point": "f", "cases": [{"args": [1], "expected": 1 + number}]}
    program = f"def f(x):\n    return x + {number}\n"
    verdict = CodeTests().verify(assay.Sample(program, tests=tests))
    assert verdict.score == 1.0, verdict


def ask_for_isolation(number: int = 0) -> None:
    """What the machine can isolate is tried once a process, under a lock."""
    assert selftest.choose("rlimits-only").holds


def watch(number: int = 0) -> None:
    """A trainer's watch over unscored rewards."""
    WATCH.see([])


def share(number: int = 0) -> None:
    """Reward functions of a trainer that share one run."""
    rows: list[Any] = [assay.Sample(rf"\boxed{{{number}}}", reference=number)]
    first = SHARED.rewards("one", rows, rows, lambda: verify_batch(rows))
    assert SHARED.rewards("two", rows, rows, list) == first


SHARED = SharedRewards(["one", "two"])
WATCH = UnscoredWatch(1.0, "warn")


class Case(NamedTuple):
    work: Callable[..., None]
    forks: int
    why: str


CASES = [
    Case(judge_inline, 30, "flint's precision"),
    Case(judge_by_new_rubrics, 10, "engines that are kept for verify"),
    Case(judge_in_workers, 5, "verifiers and their workers"),
    Case(use_pools, 6, "pools of workers"),
    Case(open_ledger, 20, "ledgers that are open"),
    Case(run_a_program, 5, "pools of sandboxes"),
    Case(ask_for_isolation, 3, "what the machine can isolate"),
    Case(watch, 20, "the watch over unscored rewards"),
    Case(share, 5, "rewards that functions share"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.why)
def test_a_child_of_hammering_threads(case: Case) -> None:
    case.work()
    with hammering(case.work):
        for _ in range(case.forks):
            in_a_fork(case.work)
    case.work()


# -- what hammering meets too seldom ------------------------------------------------------------


@contextlib.contextmanager
def in_a_thread(work: Callable[[Callable[[], None]], object]) -> Iterator[None]:
    """A thread that is in the midst of `work` as long as this block lasts.

    `work` gets a function to call where it shall stop; it goes on when the block ends.
    """
    there, leave = threading.Event(), threading.Event()

    def stop() -> None:
        there.set()
        assert leave.wait(CHILD_S)

    thread = threading.Thread(target=work, args=(stop,))
    thread.start()
    assert there.wait(CHILD_S)
    try:
        yield
    finally:
        leave.set()
        thread.join()


def test_a_precision_that_another_thread_has_set_does_not_stay() -> None:
    def thread(stop: Callable[[], None]) -> None:
        with Precision(4000):
            stop()

    def child() -> None:
        assert ctx.prec == before
        with Precision(100):
            assert ctx.prec == 100
        assert ctx.prec == before

    before = ctx.prec
    with in_a_thread(thread):
        in_a_fork(child)
    assert ctx.prec == before


def test_a_precision_of_the_callers_own_stays() -> None:
    def child() -> None:
        assert ctx.prec == 99

    before, ctx.prec = ctx.prec, 99
    try:
        in_a_fork(child)
    finally:
        ctx.prec = before


def test_the_block_that_forks_goes_on_in_the_child() -> None:
    def child() -> None:
        assert ctx.prec == 4000
        with Precision(100):
            assert ctx.prec == 100
        assert ctx.prec == 4000

    with Precision(4000):
        in_a_fork(child)


def test_a_fork_waits_for_a_plugin_that_is_being_imported(tmp_path: Path) -> None:
    """A module is in `sys.modules` before it is whole."""
    file = tmp_path / "slow_plugin.py"
    file.write_text("import time\ntime.sleep(0.3)\nWHOLE = True\n")
    thread = threading.Thread(target=module_from_file, args=(str(file),))
    thread.start()
    while not any(name.startswith("assay_plugin_slow_plugin_") for name in list(sys.modules)):
        time.sleep(0.001)
    in_a_fork(lambda: module_from_file(str(file)).WHOLE)
    thread.join()


def test_a_fork_does_not_wait_for_ever_for_an_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child imports the file itself."""
    monkeypatch.setattr(forks, "WAIT_S", 0.1)
    file = tmp_path / "stuck_plugin.py"
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    file.write_text(f"import pathlib\nWHOLE = pathlib.Path({str(gate)!r}).read_text()\n")
    thread = threading.Thread(target=module_from_file, args=(str(file),))
    thread.start()
    while not any(name.startswith("assay_plugin_stuck_plugin_") for name in list(sys.modules)):
        time.sleep(0.001)

    def child() -> None:
        file.write_text("WHOLE = 'of the child'\n")
        assert module_from_file(str(file)).WHOLE == "of the child"

    in_a_fork(child)
    gate.write_text("whole")
    thread.join()


def test_a_sandbox_in_use_is_its_parents() -> None:
    """A child makes sandboxes of its own, and the parent's go on."""
    with SandboxPool(selftest.choose("rlimits-only").level, 1) as pool:
        judge = CodeTests(pool=pool)
        tests = {"type": "call", "entry_point": "f", "cases": [{"args": [1], "expected": 2}]}
        sample = assay.Sample("def f(x):\n    return x + 1\n", tests=tests)

        def right() -> None:
            assert judge.verify(sample).score == 1.0

        def thread(stop: Callable[[], None]) -> None:
            with pool.slot():
                stop()

        right()
        with in_a_thread(thread):
            in_a_fork(right)
        right()


def test_what_one_child_cannot_renew_does_not_keep_others_from_it() -> None:
    class Broken:
        def after_fork_in_child(self) -> None:
            raise ValueError("broken")

    broken = forks.renew(Broken())
    lock = forks.Lock()

    def thread(stop: Callable[[], None]) -> None:
        with lock:
            stop()

    def child() -> None:
        with lock:
            pass

    with in_a_thread(thread):
        in_a_fork(child)
    del broken


# -- no lock of another kind --------------------------------------------------------------------

THEIR_OWN = {
    "forks": "this is where they are made",
    "engine/workers/pool": "`shared_pools` abandons every pool in a child",
    "ledger/writer": "`lifetime` has every writer begin anew in a child",
    "server/programs": "registered with `forks.renew`",
    "verifiers/code_tests/sandbox/parent/pool": "registered with `forks.renew`",
}

LOCKS = {
    *("Lock", "RLock", "Condition", "Semaphore", "BoundedSemaphore", "Event", "Barrier"),
    *("Queue", "LifoQueue", "PriorityQueue", "SimpleQueue"),
    *("Thread", "Timer", "ThreadPoolExecutor", "ProcessPoolExecutor"),
}


@pytest.mark.slow
def test_a_new_lock_of_a_module_is_registered() -> None:
    """A lock that a module or an object keeps is a `forks.Lock`, or it is named above."""
    root = Path(assay.__file__).parent
    found = {}
    for path in sorted(modules(root)):
        name = str(path.relative_to(root).with_suffix(""))
        if name not in THEIR_OWN and not name.startswith(CHILDREN):
            found |= {f"{name}:{line}": what for line, what in kept_locks(path)}
    assert not found, "use forks.Lock, or forks.renew the object that holds it"


CHILDREN = (
    "verifiers/code_tests/sandbox/child/",  # they run in processes of their own
    "verifiers/code_tests/sandbox/confinement/",
)


def modules(root: Path) -> Iterator[Path]:
    for folder, _, files in os.walk(root, followlinks=True):
        yield from (Path(folder, file) for file in files if file.endswith(".py"))


def kept_locks(path: Path) -> Iterator[tuple[int, str]]:
    """Locks, queues and threads of a module, a class or an object; hooks of forks anywhere."""
    tree = ast.parse(path.read_text())
    functions = (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    inner = {id(node) for function in functions for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "register_at_fork":
            yield node.lineno, "register_at_fork"
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if id(node) in inner and all(isinstance(target, ast.Name) for target in targets):
                continue  # it goes with the call
            for call in ast.walk(node.value):
                text = ast.unparse(call.func) if isinstance(call, ast.Call) else ""
                if text.rpartition(".")[2] in LOCKS and not text.startswith(("forks.", "asyncio.")):
                    yield call.lineno, text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("import threading\n_lock = threading.Lock()", True),
        ("from threading import RLock\n_locks = {'a': RLock()}", True),
        ("import threading\nclass A:\n    lock = threading.Lock()", True),
        ("import threading\nclass A:\n    def f(self):\n        self.x = threading.Lock()", True),
        ("import queue\nmail: object = queue.SimpleQueue()", True),
        ("import os\nos.register_at_fork(after_in_child=print)", True),
        ("import threading\ndef f():\n    here = threading.Event()", False),
        ("from assay import forks\n_lock = forks.Lock()", False),
    ],
)
def test_the_search_finds_locks(text: str, kept: bool, tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(text)
    assert bool(list(kept_locks(file))) is kept
