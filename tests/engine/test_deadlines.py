"""When a worker is looked at, and what is then done: the bounds of an item.

Pure decisions; the pool carries them out, and what it does is tested with real processes beside
this. Each row is a rule of thumb with its reason, at the boundary where it turns.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple, cast

import pytest
from bare_worker import Worker, job

from assay.engine.workers import deadlines
from assay.engine.workers.blame import ProcessTimes
from assay.engine.workers.deadlines import (
    AGAIN,
    HALT_S,
    IDLE_S,
    START_S,
    STEAL_S,
    STOPPED,
    TICK,
    Decision,
)
from assay.engine.workers.job import Job

BEFORE = ProcessTimes(wall=100.0, cpu=5.0, kept_waiting=1.0, state="S", others={7: 2.0})
PID = 5_000_000
"""Above what Linux gives to processes."""


class Reader:
    """Of a worker's replies."""

    def __init__(self, *, partial: bool = False) -> None:
        self.partial = partial


class Busy(Worker):
    """A worker that has worked on its first job for some time; its bound is a second."""

    def __init__(self, *jobs: Job, bound: float = 1.0, **more: Any) -> None:
        super().__init__(*(jobs or (job(),)))
        for each in self.jobs:
            each.timeout_s = bound
        self.alive, self.ready, self.waiting = True, True, False
        self.since: float | None = 1.0
        self.touched, self.extra_s = 1.0, 0.0
        self.baseline: ProcessTimes | None = BEFORE
        self.own_s, self.cpu_s = 0.0, 0.0
        self.halted: float | None = None
        self.reader = Reader()
        self.pid = PID
        vars(self).update(more)
        self.jobs = deque(self.jobs)


def look_in(worker: Busy, spent: float) -> float | None:
    """In how many seconds it is looked at, so long after it began."""
    return deadlines.next_look_s(cast(Any, worker), (worker.since or 0.0) + spent)


def look(worker: Busy, spent: float) -> Decision | None:
    """What is to be done so long after it began, or was last heard of."""
    began = worker.touched if worker.since is None else worker.since
    return deadlines.look(cast(Any, worker), began + spent)


def blocks_others(worker: Busy, spent: float) -> bool:
    return deadlines.blocks_others(cast(Any, worker), (worker.since or 0.0) + spent)


Kernel = Callable[..., None]


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    """Sets what the kernel says of the worker: an account for each look, the last for all later."""

    def says(*accounts: ProcessTimes) -> None:
        left = list(accounts)

        def read(pid: int) -> ProcessTimes:
            assert pid == PID
            return left.pop(0) if len(left) > 1 else left[0]

        monkeypatch.setattr(deadlines, "process_times", read)

    return says


# -- when ------------------------------------------------------------------------------------------


def test_an_item_is_first_looked_at_early_so_that_its_account_covers_most_of_its_time() -> None:
    assert look_in(Busy(baseline=None), 0.0) == pytest.approx(TICK)


@pytest.mark.parametrize("bound", [1.0, 4.0])
def test_then_when_its_time_is_spent_and_from_then_on_by_ticks_up_to_twice(bound: float) -> None:
    worker = Busy(bound=bound)
    assert look_in(worker, 0.05 * bound) == pytest.approx(0.95 * bound)
    assert look_in(worker, bound) == pytest.approx(AGAIN * bound)
    assert look_in(worker, 1.97 * bound) == pytest.approx(0.03 * bound)
    assert look_in(worker, 2.5 * bound) == 0.001, "its end is overdue, and yet no busy loop"


def test_a_verifiers_own_bound_counts_where_it_is_longer() -> None:
    assert look_in(Busy(extra_s=5.0), 1.0) == pytest.approx(4.0)


WITHOUT_CLOCK: dict[str, dict[str, Any]] = {
    "it starts, or imports a verifier": {"since": None},
    "it waits for the network, and its jobs have clocks of their own": {"waiting": True},
    "it reads the tests of its sample": {"preparing_until": 9.0},
    "it starts, and nobody wants anything of it yet": {"since": None, "ready": False, "jobs": []},
}


@pytest.mark.parametrize("state", WITHOUT_CLOCK.values(), ids=WITHOUT_CLOCK)
def test_while_no_clock_runs_it_is_looked_at_now_and_then(state: dict[str, Any]) -> None:
    assert look_in(Busy(**state), 1.0) == IDLE_S


def test_jobs_behind_a_slow_one_are_offered_to_others_after_a_tenth_of_a_second() -> None:
    worker = Busy(job(), job(), since=STEAL_S)  # a start at which no sum is rounded
    assert look_in(worker, 0.0) == pytest.approx(STEAL_S)
    assert look_in(worker, STEAL_S) == pytest.approx(1.0 - STEAL_S), "once is enough"
    assert not blocks_others(worker, STEAL_S)
    assert blocks_others(worker, STEAL_S * 1.01)
    short = Busy(job(), job(), bound=STEAL_S)
    assert look_in(short, 0.0) == pytest.approx(STEAL_S), "and then its time is over, too"


BLOCKS_NOBODY: dict[str, Busy] = {
    "nothing waits behind it": Busy(),
    "what waits has been offered": Busy(job(), job(), shared=True),
    "they are judged in one call": Busy(job(), job(), together=2),
    "it has not begun": Busy(job(), job(), since=None),
    "all of its jobs are under way at once": Busy(job(), job(), waiting=True),
}


@pytest.mark.parametrize("worker", BLOCKS_NOBODY.values(), ids=BLOCKS_NOBODY)
def test_who_blocks_nobody(worker: Busy) -> None:
    assert not blocks_others(worker, 9.0)
    if worker.shared or worker.together:
        assert look_in(worker, 0.0) == pytest.approx(1.0)


# -- what is then done -----------------------------------------------------------------------------


def test_nothing_to_do_is_not_looked_at() -> None:
    idle = Busy(jobs=[])
    assert look_in(idle, 5.0) is None
    assert look(idle, 1e9) is None
    assert look(Busy(alive=False), 1e9) is None


@pytest.mark.parametrize("ready", [False, True])
def test_a_start_and_an_import_have_a_minute(ready: bool, kernel: Kernel) -> None:
    kernel(BEFORE)
    starting = Busy(since=None, ready=ready)
    assert look(starting, START_S) is None
    assert look(starting, START_S + 0.01) == Decision(retire=True, why="did not start within 60 s")


@pytest.mark.parametrize(
    ("why", "timeouts", "longest"),
    [
        ("of several, the longest bound counts", [(1.0, 0.0), (3.0, 0.0)], 3.0),
        ("or what all its tries may take", [(1.0, 5.0), (3.0, 0.0)], 5.0),
    ],
)
def test_a_waiting_worker_that_no_longer_ends_its_jobs_is_replaced(
    why: str, timeouts: list[tuple[float, float]], longest: float, kernel: Kernel
) -> None:
    kernel(BEFORE)
    worker = Busy(*(job(deadline_s=deadline) for _, deadline in timeouts), waiting=True)
    for each, (timeout, _) in zip(worker.jobs, timeouts, strict=True):
        each.timeout_s = timeout
    last = 2.0 * longest + 1.0
    assert look(worker, last) is None
    assert look(worker, last + 0.01) == Decision(retire=True, why="no longer answers"), why


def test_a_waiting_worker_without_jobs_may_be_silent(kernel: Kernel) -> None:
    kernel(BEFORE)
    assert look(Busy(jobs=[], waiting=True, ready=False), 1e9) is None


@pytest.mark.parametrize("kind", [{"since": None, "touched": 1.0}, {"waiting": True}])
def test_who_is_stopped_while_no_clock_runs_is_replaced_soon(
    kind: dict[str, Any], kernel: Kernel
) -> None:
    """Nothing else would end it: its own clocks stand still as well."""
    stopped, runs = replace(BEFORE, state="T"), BEFORE
    traced = replace(BEFORE, state="t")
    kernel(stopped, stopped, runs, traced, stopped)
    worker = Busy(**kind)
    assert look(worker, 0.0) is None
    assert look(worker, HALT_S * 0.75) is None
    assert look(worker, HALT_S * 0.875) is None, "it goes on"
    assert look(worker, HALT_S) is None, "so that this is a new stop"
    assert look(worker, HALT_S * 2.0) == Decision(retire=True, why=STOPPED)


def test_one_that_works_is_not_asked_whether_it_is_stopped(kernel: Kernel) -> None:
    """Its clock ends that: and the account costs more than the most of the items."""
    kernel(replace(BEFORE, state="T"))
    worker = Busy()
    assert look(worker, 0.0) is None
    assert look(worker, HALT_S) is None


def test_what_its_verifier_does_before_the_clock_starts_has_a_bound_of_its_own() -> None:
    worker = Busy(preparing_until=9.0)
    assert look(worker, 7.0) is None
    why = "reading its tests, or starting a sandbox for them, took too long"
    assert look(worker, 8.0) == Decision(("late", why), retire=True)


class Spent(NamedTuple):
    why: str
    wall: float
    """Of its bound, since it began; all times are parts of the bound."""
    cpu: float
    kept_waiting: float
    state: str
    reply: str | None
    """What it is settled with; None: it goes on, or gets another worker."""
    retire: bool
    limit: str | None = None


SPENTS = [
    Spent("its time is not spent", 0.99, 0.99, 0.0, "R", None, False),
    Spent("spent, all of it on a processor", 1.0, 1.0, 0.0, "R", "limit", True, "cpu"),
    Spent("spent asleep", 1.0, 0.0, 0.0, "S", "limit", True, "sleep"),
    Spent("half asleep is asleep: the rest was no more than that", 1.0, 0.5, 0.0, "S", "limit",
          True, "sleep"),
    Spent("half of it was the machine's: it goes on", 1.0, 0.5, 0.5, "R", None, False),
    Spent("it is ready, and nobody knows yet since when: it goes on", 1.0, 0.0, 0.0, "R", None,
          False),
    Spent("ready until the end, it has not been seen to do anything", 2.0, 0.0, 0.0, "R", "starved",
          True),
    Spent("later, when its own part has come to its bound", 1.9, 0.95, 0.95, "R", "limit", True,
          "cpu"),
    Spent("at the end, after twice its bound, half of it is enough", 2.0, 0.5, 1.5, "R", "limit",
          True, "cpu"),
    Spent("less is the machine's fault", 2.0, 0.4, 1.6, "R", "starved", True),
    Spent("stopped by someone: another worker tries it", 1.0, 1.0, 0.0, "T", None, True),
]  # fmt: skip


@pytest.mark.parametrize("bound", [1.0, 4.0])
@pytest.mark.parametrize("case", SPENTS, ids=lambda s: s.why)
def test_what_becomes_of_an_item(case: Spent, bound: float, kernel: Kernel) -> None:
    wall, cpu, waited = (part * bound for part in (case.wall, case.cpu, case.kept_waiting))
    kernel(ProcessTimes(100.0 + wall, 5.0 + cpu, 1.0 + waited, case.state))
    found = look(Busy(bound=bound), wall)
    if not case.retire:
        assert found is None
        return
    assert found is not None
    assert found.retire
    assert (found.reply and found.reply[0]) == case.reply
    if case.limit is not None:
        assert found.reply is not None
        assert found.reply[1]["limit"] == case.limit
        assert found.reply[1]["timeout_s"] == bound
    elif case.reply == "starved":
        assert found.reply is not None
        own = f"{case.cpu * bound:.3g} of its {bound:.3g} s"
        assert found.reply[1] == (f"the machine was too busy: it ran {own}", wall)


class Head(NamedTuple):
    why: str
    first_look: float
    """Of an item whose bound is 1, in seconds since it began; the next is at 1.05."""
    sent_cpu: float
    """What its worker's last frame said; at the first look it is 5."""
    ended: bool
    state: str = "S"
    """Seen at the second look."""


HEADS = [
    Head("asleep in each look: the first tenth is not known, the rest is enough", 0.1, 5.0, True),
    Head("the first look came late, when its time was over", 1.0, 5.0, False),
    Head("late, too, but it had computed until then", 1.0, 4.0, True),
    Head("what it is said to have computed is no more than passed", 1.0, 0.0, True),
    Head("nor does that end it, if it is known to have done nothing since", 0.5, 0.0, False, "R"),
    Head("and no less than nothing", 0.1, 9.0, True),
]


@pytest.mark.parametrize("case", HEADS, ids=lambda h: h.why)
def test_what_nobody_measured_is_charged_to_nobody(case: Head, kernel: Kernel) -> None:
    """A process of ours that is starved itself looks late, and then knows little."""
    before = ProcessTimes(100.0 + case.first_look, 5.0, 1.0, "S", alone=5.0)
    kernel(ProcessTimes(101.05, 5.0, 1.0, case.state, alone=5.0))
    found = look(Busy(baseline=before, cpu_s=case.sent_cpu), 1.05)
    assert (found is not None) == case.ended


def test_what_was_seen_asleep_still_counts_when_it_is_seen_ready(kernel: Kernel) -> None:
    """Else whoever wakes up now and then could not be held to its time."""
    kernel(ProcessTimes(101.5, 5.0, 1.6996, "S"), ProcessTimes(102.0, 5.0, 1.7, "R"))
    worker = Busy()
    assert look(worker, 1.5) is None
    found = {"limit": "sleep", "seconds": 0.8, "timeout_s": 1.0}
    assert look(worker, 2.0) == Decision(("limit", found), retire=True)


def test_the_first_account_is_taken_when_it_is_due(kernel: Kernel) -> None:
    kernel(BEFORE)
    early, due = (Busy(baseline=None, since=TICK) for _ in range(2))  # no sum is rounded
    assert look(early, TICK * 0.9) is None
    assert look(due, TICK) is None
    assert (early.baseline, due.baseline) == (None, BEFORE)


def test_a_reply_that_stops_in_its_midst_replaces_the_worker(kernel: Kernel) -> None:
    """Who is to blame for it is found by a second try alone."""
    kernel(ProcessTimes(101.0, 6.0, 1.0, "R"))
    found = look(Busy(reader=Reader(partial=True)), 1.0)
    assert found == Decision(retire=True, why="stopped in the middle of a reply")


@pytest.mark.parametrize(
    ("why", "state", "was"),
    [
        ("it stands still", "T", False),
        ("the accounts take a stop for sleep; that it goes on again changes nothing", "R", True),
    ],
)
def test_time_that_it_was_stopped_is_not_its_own(
    why: str, state: str, was: bool, kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker tries it once; after that it is the machine's fault."""
    kernel(ProcessTimes(101.0, 6.0, 1.0, state))
    monkeypatch.setattr(deadlines, "was_stopped", lambda pid: was and pid == PID)
    assert look(Busy(), 1.0) == Decision(retire=True, why=STOPPED), why
    noted = "the machine was too busy: it ran 1 of its 1 s"
    again = look(Busy(job(attempts=1)), 1.0)
    assert again == Decision(("starved", (noted, 1.0)), retire=True), why


def test_a_stop_of_an_item_before_it_is_not_its_own(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel tells of a stop once: the first look asks, so that the next hears of new ones."""
    kernel(BEFORE, ProcessTimes(101.0, 6.0, 1.0, "R"))
    stops = {PID: 1}

    def told_once(pid: int) -> bool:
        told, stops[pid] = stops[pid], 0
        return bool(told)

    monkeypatch.setattr(deadlines, "was_stopped", told_once)
    worker = Busy(baseline=None)
    assert look(worker, TICK) is None
    found = look(worker, 1.0)
    assert found is not None
    assert found.reply is not None
    assert found.reply[0] == "limit"


# -- workers that are lost -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "number", "reason"),
    [
        ("something is broken", 3, "ended with exit code 1"),
        ("or nobody knows what", 3, None),
        ("stops come from outside and may pass: more of them", 10, STOPPED),
    ],
)
def test_after_so_many_stillborn_workers_none_is_started(
    why: str, number: int, reason: str | None
) -> None:
    assert not deadlines.none_starts(number - 1, reason)
    assert deadlines.none_starts(number, reason), why


def test_a_job_whose_worker_is_lost_twice() -> None:
    """A stop is the machine's doing, and it had twice its time; the rest is somebody's bug."""
    lost = job(timeout_s=3.0)
    why = "was killed by SIGKILL"
    assert deadlines.lost_twice(why, lost) == ("dead", f"its worker {why}, twice")
    noted = "its worker was stopped by the machine, twice"
    assert deadlines.lost_twice(STOPPED, lost) == ("starved", (noted, 6.0))
