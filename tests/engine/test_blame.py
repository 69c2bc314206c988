"""Who is at fault for the time that was spent, and what the kernel's accounts say of it.

Each row is a rule of thumb with its reason, at the boundary where it turns.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from assay.engine.workers import blame
from assay.engine.workers.blame import ProcessTimes, at_fault, own_s, process_times, was_stopped

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


class Blame(NamedTuple):
    why: str
    cpu: float
    kept_waiting: float | None
    state: str
    own: float
    """Seconds of the one that passed, as far as they were surely its own."""
    before: str = "S"


BEFORE = ProcessTimes(wall=100.0, cpu=5.0, kept_waiting=1.0, state="S", others={7: 2.0})
BLAMES = [
    Blame("it computed all the time", 1.0, 0.0, "R", 1.0),
    Blame("it slept, by its own doing", 0.0, 0.0, "S", 1.0),
    Blame("others had the processor half of the time", 0.5, 0.5, "R", 0.5),
    Blame("and it slept the rest", 0.25, 0.5, "S", 0.5),
    Blame("it is ready, and the kernel has not yet added up for how long", 0.0, 0.0, "R", 0.0),
    Blame("ready again, of what it slept nothing is known", 0.3, 0.1, "R", 0.3),
    Blame("many threads have more than a second of it", 3.0, 0.9, "R", 1.0),
    Blame("the kernel does not say, and it computed", 1.0, None, "R", 1.0),
    Blame("the kernel does not say, and it hardly ran", 0.1, None, "R", 0.1),
    Blame("the kernel does not say, and it sleeps on", 0.0, None, "S", 1.0),
    Blame("the kernel does not say, and it sleeps after it was ready", 0.1, None, "S", 0.1, "R"),
]


@pytest.mark.parametrize("case", BLAMES, ids=lambda b: b.why)
def test_what_of_a_second_was_its_own(case: Blame) -> None:
    waited = None if case.kept_waiting is None else 1.0 + case.kept_waiting
    before = replace(BEFORE, state=case.before)
    now = ProcessTimes(101.0, 5.0 + case.cpu, waited, case.state)
    assert own_s(before, now) == pytest.approx(case.own)


def test_no_time_is_nobodys_own() -> None:
    assert own_s(BEFORE, BEFORE) == 0.0
    earlier = replace(BEFORE, wall=99.0, cpu=6.0)
    assert own_s(BEFORE, earlier) == 0.0, "a clock that went back shows nothing"


def test_who_looks_may_know_that_it_does_not_stand_ready() -> None:
    """A process that looks at itself runs; one that sleeps may wake up before it is reported."""
    running = ProcessTimes(101.0, 5.25, 1.5, "R")
    assert own_s(BEFORE, running) == 0.25
    assert own_s(BEFORE, running, settled=True) == 0.5
    asleep = replace(running, state="S")
    assert own_s(BEFORE, asleep) == 0.5
    assert own_s(BEFORE, asleep, settled=False) == 0.25


def test_who_waits_for_what_it_started_waits_for_the_machine_too() -> None:
    """A program that gets no processor makes its caller sleep; the longest wait counts."""
    slept = ProcessTimes(101.0, 5.0, 1.0, "S", others={7: 2.5, 8: 0.25})
    assert own_s(BEFORE, slept) == 0.5
    of_a_new_one = replace(slept, others={7: 2.5, 8: 0.75})
    assert own_s(BEFORE, of_a_new_one) == 0.25, "all that it waited was since then"
    busy = replace(slept, cpu=5.9)
    assert own_s(BEFORE, busy) == pytest.approx(0.9), "but what they computed is its own"


@pytest.mark.parametrize(
    ("state", "own", "fault"),
    [
        ("R", 0.25, "completion"),
        ("R", 0.24, "starved"),
        ("S", 0.25, "completion"),
        ("T", 1.0, "stopped"),
        ("t", 1.0, "stopped"),
        ("D", 1.0, "stopped"),
    ],
)
def test_who_is_at_fault(state: str, own: float, fault: str) -> None:
    """A signal, a debugger and a disk are the machine's."""
    assert at_fault(own, 0.25, state) == fault


# -- what the kernel's accounts say ----------------------------------------------------------------


class Task(NamedTuple):
    """A thread, or the first thread of a process, as the kernel shows it; seconds."""

    cpu: float = 0.0
    ended: float = 0.0
    """CPU time of its children that have ended."""
    waited: float | None = 0.0
    """None: the kernel does not say."""
    state: str = "S"
    children: tuple[int, ...] | None = ()
    """None: the kernel does not list them."""
    name: str = "python"
    gone: bool = False
    """It has ended since its process was listed."""


TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
PID, CHILD, SECOND, OWN_THREAD, ITS_THREAD = range(5_000_001, 5_000_006)
"""Above what Linux gives to processes, so that no process's clock is read."""


def shown(folder: Path, processes: dict[int, dict[int, Task]]) -> None:
    """Write the accounts of processes as /proc shows them: process -> thread -> task."""
    for pid, tasks in processes.items():
        for number, task in tasks.items():
            for place in [folder / f"{pid}/task/{number}"] + [folder / str(pid)] * (number == pid):
                place.mkdir(parents=True, exist_ok=True)
                if task.gone:
                    continue
                fields = [str(1000 + i) for i in range(20)]
                # a fifth and four fifths, so that neither field passes for the other
                for i, seconds in ((11, task.cpu), (13, task.ended)):
                    fields[i] = str(round(seconds * TICKS / 5))
                    fields[i + 1] = str(round(seconds * TICKS * 4 / 5))
                rest = " ".join([task.state, *fields[1:]])
                (place / "stat").write_text(f"{number} ({task.name}) {rest}\n")
                if task.waited is not None:
                    (place / "schedstat").write_text(f"77 {round(task.waited * 1e9)} 88\n")
                if task.children is not None:
                    text = "".join(f"{child} " for child in task.children)
                    (place / "children").write_text(text)


class Shown(NamedTuple):
    why: str
    processes: dict[int, dict[int, Task]]
    cpu: float
    alone: float
    kept_waiting: float | None
    state: str
    others: dict[int, float]


SHOWN = [
    Shown("a process without anything else", {PID: {PID: Task(0.5, waited=0.25)}},
          0.5, 0.5, 0.25, "S", {}),
    Shown("nobody: it has ended", {}, 0.0, 0.0, None, "?", {}),
    Shown("a kernel that does not say who waits", {PID: {PID: Task(0.5, waited=None)}},
          0.5, 0.5, None, "S", {}),
    Shown("a name may hold what ends it", {PID: {PID: Task(0.5, name="a) R 1 (b")}},
          0.5, 0.5, 0.0, "S", {}),
    Shown("what has ended computed for it", {PID: {PID: Task(0.5, ended=2.0)}},
          2.5, 0.5, 0.0, "S", {}),
    Shown("the process's clock holds its threads' time",
          {PID: {PID: Task(0.5), OWN_THREAD: Task(0.25, ended=2.0, waited=0.75)}},
          0.5, 0.5, 0.0, "S", {OWN_THREAD: 0.75}),
    Shown("a child's time is added, and what its own children had; its threads' waiting too",
          {PID: {PID: Task(0.5, 1.0, children=(CHILD,))},
           CHILD: {CHILD: Task(0.25, 2.0, 0.5), ITS_THREAD: Task(0.75, waited=None)}},
          3.75, 0.5, 0.0, "S", {CHILD: 0.5, ITS_THREAD: 0.0}),
    Shown("what a thread has started, and what that has started",
          {PID: {PID: Task(0.5), OWN_THREAD: Task(children=(CHILD,))},
           CHILD: {CHILD: Task(0.25, children=(SECOND,))}, SECOND: {SECOND: Task(1.0)}},
          1.75, 0.5, 0.0, "S", {OWN_THREAD: 0.0, CHILD: 0.0, SECOND: 0.0}),
    Shown("a child that is gone takes no other with it, from the list of processes",
          {PID: {PID: Task(0.5, children=(CHILD, SECOND))}, CHILD: {CHILD: Task(0.25)}},
          0.75, 0.5, 0.0, "S", {CHILD: 0.0}),
    Shown("nor if it is still listed",
          {PID: {PID: Task(0.5, children=(CHILD, SECOND))}, CHILD: {CHILD: Task(0.25)},
           SECOND: {SECOND: Task(gone=True)}},
          0.75, 0.5, 0.0, "S", {CHILD: 0.0}),
    Shown("a kernel that lists no children",
          {PID: {PID: Task(0.5, children=None), OWN_THREAD: Task(children=None)}},
          0.5, 0.5, 0.0, "S", {OWN_THREAD: 0.0}),
    Shown("who sleeps while its child is ready may wait for a processor",
          {PID: {PID: Task(children=(CHILD,))}, CHILD: {CHILD: Task(state="R")}},
          0.0, 0.0, 0.0, "R", {CHILD: 0.0}),
    Shown("who is stopped does not, whatever its child does",
          {PID: {PID: Task(state="T", children=(CHILD,))}, CHILD: {CHILD: Task(state="R")}},
          0.0, 0.0, 0.0, "T", {CHILD: 0.0}),
    Shown("nor who sleeps beside one that is stopped",
          {PID: {PID: Task(children=(CHILD,))}, CHILD: {CHILD: Task(state="T")}},
          0.0, 0.0, 0.0, "S", {CHILD: 0.0}),
]  # fmt: skip


@pytest.mark.parametrize("case", SHOWN, ids=lambda s: s.why)
def test_what_the_accounts_say(
    case: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown(tmp_path, case.processes)
    monkeypatch.setattr(blame, "PROC", str(tmp_path))
    earliest = time.monotonic()
    found = process_times(PID)
    assert earliest <= found.wall <= time.monotonic()
    assert found == ProcessTimes(
        found.wall,
        pytest.approx(case.cpu),
        case.kept_waiting,
        case.state,
        case.others,
        pytest.approx(case.alone),
    )


def test_no_more_than_so_many_tasks_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A completion that starts thousands must not make the look at it slow."""
    children = range(PID + 1, PID + 9)
    shown(tmp_path, {PID: {PID: Task(children=tuple(children))}})
    shown(tmp_path, {child: {child: Task()} for child in children})
    monkeypatch.setattr(blame, "PROC", str(tmp_path))
    monkeypatch.setattr(blame, "TASKS", 5)
    assert len(process_times(PID).others) == 4, "and the process itself"


@linux
def test_the_kernels_clock_of_a_process_is_read_and_not_its_ticks() -> None:
    earliest = time.process_time()
    found = process_times(os.getpid())
    assert earliest <= found.alone <= time.process_time()


@linux
def test_an_account_holds_what_the_process_has_started() -> None:
    # The alarms end both in any case: a run of the tests that is killed kills no children.
    code = (
        "import signal, subprocess, sys, time, threading\n"
        "signal.alarm(30)\n"
        "busy = 'import signal; signal.alarm(30)\\nwhile True: pass'\n"
        "child = subprocess.Popen([sys.executable, '-c', busy])\n"
        "threading.Thread(target=time.sleep, args=(30,), daemon=True).start()\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(30)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        before = now = process_times(parent.pid)
        until = time.monotonic() + 25
        while now.cpu - before.cpu < 0.05:
            assert time.monotonic() < until
            time.sleep(0.01)
            now = process_times(parent.pid)
        assert now.alone - before.alone < 0.05
        assert child in now.others
        assert len(now.others) == 2, "its thread and its child"
        assert now.state == "R", "its child may wait for a processor"
    finally:
        os.killpg(parent.pid, signal.SIGKILL)
        parent.wait()
        parent.stdout.close()


# -- stops ----------------------------------------------------------------------------------------


def test_the_kernel_tells_of_a_stop_once() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])
    try:
        assert not was_stopped(child.pid)
        for sign in (signal.SIGSTOP, signal.SIGCONT):
            child.send_signal(sign)
            until = time.monotonic() + 30
            while not was_stopped(child.pid):
                assert time.monotonic() < until
            assert not was_stopped(child.pid)
    finally:
        child.kill()
        child.wait()
    assert not was_stopped(child.pid)


def test_where_nobody_tells_of_a_stop_none_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "waitid", raising=False)
    assert not was_stopped(os.getpid())
