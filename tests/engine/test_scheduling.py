"""Which worker gets which job, when a worker is looked at, and who is at fault: pure decisions.

The pool only carries them out, and what it does is tested with real processes beside this. Here
each row is a rule of thumb with its reason, at the boundary where it turns.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import deque
from dataclasses import replace
from typing import Any, NamedTuple, cast

import pytest

from assay.engine.workers import deadlines
from assay.engine.workers.blame import ProcessTimes, at_fault, own_s, process_times, was_stopped
from assay.engine.workers.deadlines import AGAIN, START_S, STEAL_S, TICK
from assay.engine.workers.job import Job
from assay.engine.workers.scheduling import (
    WINDOW_BYTES,
    WINDOW_JOBS,
    JobTimes,
    Work,
    fill,
)


class Worker:
    """As much of a worker's process as decisions look at."""

    preparing_until: float | None = None
    together = 0

    def __init__(self, *jobs: Job, shared: bool = False) -> None:
        self.jobs = deque(jobs)
        self.shared = shared
        self.introduced: set[int] = set()
        self.outgoing = bytearray()

    def give(self, frame: bytes, jobs: list[Job]) -> None:
        self.outgoing += frame
        self.jobs.extend(jobs)


def job(payload: bytes = b"x", **more: Any) -> Job:
    return Job(1, payload, False, 1.0, lambda *_: None, **more)


def work(*queue: Job, workers: list[Worker] | None = None, size: int = 4, **more: Any) -> Work:
    made = Work(more.pop("waiting", False), size, **more)
    made.queue.extend(queue)
    made.workers.extend(cast(Any, workers or []))
    return made


def filled(of: Work, worker: Worker, share: int = 1000, seconds: float = 1e-6) -> int:
    pace = JobTimes()
    pace.learn(1, seconds)
    return fill(of, cast(Any, worker), share, pace, {1: b"recipe"})


# -- what a worker gets ----------------------------------------------------------------------------


def test_an_idle_worker_gets_a_job_even_if_its_share_is_none() -> None:
    """Else nobody would ever run it."""
    assert filled(work(job(), job()), Worker(), share=0) == 1


def test_a_share_is_what_is_left_for_each_worker_rounded_up() -> None:
    of = work(*(job() for _ in range(7)), workers=[Worker(), Worker(), Worker(shared=True)])
    assert of.share == 4  # two workers take further jobs; the one behind a slow job does not
    assert filled(of, Worker(), of.share) == 4


def test_a_job_that_killed_a_worker_travels_alone() -> None:
    """If it kills again, nothing else is lost, and nothing else is suspected."""
    suspect = job(attempts=1)
    of = work(suspect, job())
    busy = Worker(job())
    assert filled(of, busy) == 0
    idle = Worker()
    assert filled(of, idle, share=1) == 1
    assert list(idle.jobs) == [suspect]


@pytest.mark.parametrize(
    ("why", "seconds", "payload", "count", "want"),
    [
        ("as many as fit into a hundredth of a second", 0.002, 1, 50, 5),
        (
            "a slow one goes alone, so that another worker can take the next",
            1.0,
            1,
            50,
            1,
        ),
        ("never more than the window holds, however quick", 1e-6, 1, 500, WINDOW_JOBS),
        ("nor more bytes", 1e-6, WINDOW_BYTES // 4, 50, 4),
        ("one that is larger than the window goes alone", 1e-6, WINDOW_BYTES * 2, 3, 1),
    ],
)
def test_a_pipe_holds_little(why: str, seconds: float, payload: int, count: int, want: int) -> None:
    of = work(*(job(b"x" * payload) for _ in range(count)))
    assert filled(of, Worker(), seconds=seconds) == want, why


def test_jobs_that_wait_for_the_network_run_together_up_to_a_bound() -> None:
    """Of each verifier's own: a slow service keeps nobody from asking another."""
    of = work(*(job(concurrency=5) for _ in range(9)), waiting=True)
    worker = Worker()
    assert filled(of, worker, seconds=60.0) == 5
    other = job(concurrency=5)
    other.verifier = 2
    of.queue.append(other)
    assert fill(of, cast(Any, worker), 9, JobTimes(), {1: b"recipe", 2: b"recipe"}) == 1
    assert worker.jobs[-1] is other
    assert len(of.queue) == 4


def test_a_batch_takes_the_jobs_of_one_verifier_wherever_they_are_queued() -> None:
    mine = [job(batch=3) for _ in range(5)]
    other = job()
    other.verifier = 2
    of = work(mine[0], other, *mine[1:])
    worker = Worker()
    assert fill(of, cast(Any, worker), 9, JobTimes(), {1: b"recipe", 2: b"recipe"}) == 3
    assert list(worker.jobs) == mine[:3]
    assert worker.together == 3
    assert list(of.queue) == [other, *mine[3:]]
    assert filled(of, worker) == 0, "nothing waits behind a batch"


def test_what_failed_in_a_batch_is_judged_alone() -> None:
    suspects = [job(batch=3, alone=True), job(batch=3, attempts=1), job(batch=3)]
    of = work(*suspects)
    for suspect in suspects:
        worker = Worker()
        assert filled(of, worker, share=1) == 1
        assert list(worker.jobs) == [suspect]
        assert worker.together == 0


def test_a_worker_in_the_midst_of_a_batch_offers_none_of_it_to_others() -> None:
    worker = Busy(job(), job(), together=2)
    assert not deadlines.blocks_others(cast(Any, worker), 9.0)
    assert look_in(worker, 0.0) == pytest.approx(1.0)


def test_what_another_worker_answered_is_not_sent_again() -> None:
    done, left = job(done=True), job()
    worker = Worker()
    assert filled(work(done, left), worker) == 1
    assert list(worker.jobs) == [left]


def test_a_verifier_is_introduced_once() -> None:
    worker = Worker()
    filled(work(job()), worker)
    first = bytes(worker.outgoing)
    filled(work(job()), worker)
    assert first.count(b"recipe") == worker.outgoing.count(b"recipe") == 1


# -- what goes back --------------------------------------------------------------------------------


def test_a_lost_workers_jobs_come_first_and_in_their_order() -> None:
    a, b, c = job(), job(), job()
    of = work(c)
    of.give_back([a, b])
    assert list(of.queue) == [a, b, c]


def test_a_job_that_is_queued_or_held_elsewhere_is_not_queued_twice() -> None:
    """It was offered to others when it waited behind a slow one; one answer is enough."""
    queued, held, answered, lost = job(), job(), job(done=True), job()
    of = work(queued, workers=[Worker(held)])
    of.give_back([queued, held, answered, lost])
    assert list(of.queue) == [lost, queued]


def test_what_waits_behind_a_slow_job_is_offered_in_its_order() -> None:
    slow, a, answered, b, last = job(), job(), job(done=True), job(), job()
    worker = Worker(slow, a, answered, b)
    of = work(last, workers=[worker])
    of.offer_to_others(cast(Any, worker))
    assert list(of.queue) == [a, b, last]
    assert worker.shared
    assert of.taking == []


def test_workers_are_started_for_what_is_queued_and_no_idle_one_can_take() -> None:
    assert work(job(), job(), size=4).missing() == 2
    assert work(job(), job(), size=4, workers=[Worker()]).missing() == 1
    assert work(*(job() for _ in range(9)), size=4, workers=[Worker(job())]).missing() == 3
    assert work(size=4).missing() == 0
    # One that is stuck behind a slow job is not help, and still counts against the size.
    assert work(job(), size=1, workers=[Worker(shared=True)]).missing() == 0


def test_pace_follows_what_jobs_take_slowly() -> None:
    """One slow completion does not make a verifier slow."""
    pace = JobTimes()
    assert pace.of(7) == pytest.approx(0.01)  # unknown: as much as fills a pipe, so one at first
    pace.learn(7, 1.0)
    pace.learn(7, 2.0)
    assert pace.of(7) == pytest.approx(1.2)


# -- who is at fault -------------------------------------------------------------------------------


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


def test_who_waits_for_what_it_started_waits_for_the_machine_too() -> None:
    """A program that gets no processor makes its caller sleep; the longest wait counts."""
    slept = ProcessTimes(101.0, 5.0, 1.0, "S", others={7: 2.5, 8: 0.25})
    assert own_s(BEFORE, slept) == 0.5
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


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_an_account_holds_what_the_process_has_started() -> None:
    code = (
        "import subprocess, sys, time, threading\n"
        "child = subprocess.Popen([sys.executable, '-c', 'while True: pass'])\n"
        "threading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        before = now = process_times(parent.pid)
        until = time.monotonic() + 60
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


# -- when a worker is looked at --------------------------------------------------------------------


class Busy(Worker):
    """A worker that has worked on its first job since second 0."""

    def __init__(self, *jobs: Job, bound: float = 1.0, **more: Any) -> None:
        super().__init__(*(jobs or (job(),)))
        for each in self.jobs:
            each.timeout_s = bound
        self.alive, self.ready, self.waiting = True, True, False
        self.since: float | None = 0.0
        self.touched, self.extra_s = 0.0, 0.0
        self.baseline: ProcessTimes | None = BEFORE
        self.own_s, self.cpu_s = 0.0, 0.0
        self.pid = os.getpid()
        vars(self).update(more)


def look_in(worker: Busy, now: float) -> float | None:
    return deadlines.next_look_s(cast(Any, worker), now)


def test_an_item_is_first_looked_at_early_so_that_its_account_covers_most_of_its_time() -> None:
    assert look_in(Busy(baseline=None), 0.0) == pytest.approx(TICK)


def test_then_when_its_time_is_spent_and_from_then_on_by_ticks_up_to_twice() -> None:
    assert look_in(Busy(), 0.2) == pytest.approx(0.8)
    assert look_in(Busy(), 1.0) == pytest.approx(AGAIN)
    assert look_in(Busy(), 1.97) == pytest.approx(0.03)


def test_a_verifiers_own_bound_counts_where_it_is_longer() -> None:
    assert look_in(Busy(extra_s=5.0), 1.0) == pytest.approx(4.0)


def test_jobs_behind_a_slow_one_are_offered_to_others_after_a_tenth_of_a_second() -> None:
    worker = Busy(job(), job())
    assert look_in(worker, 0.0) == pytest.approx(STEAL_S)
    assert not deadlines.blocks_others(cast(Any, worker), STEAL_S)
    assert deadlines.blocks_others(cast(Any, worker), STEAL_S * 1.01)
    assert not deadlines.blocks_others(cast(Any, Busy()), 9.0)  # nothing waits behind it
    worker.shared = True
    assert not deadlines.blocks_others(cast(Any, worker), 9.0)


def test_nothing_to_do_is_not_looked_at_and_a_start_has_a_minute() -> None:
    idle = Busy()
    idle.jobs.clear()
    assert look_in(idle, 5.0) is None
    assert deadlines.look(cast(Any, idle), 1e9) is None
    starting = Busy(since=None)
    assert deadlines.look(cast(Any, starting), START_S) is None
    late = deadlines.look(cast(Any, starting), START_S + 0.01)
    assert late is not None
    assert late.retire
    assert late.why == "did not start within 60 s"


def test_a_waiting_worker_that_no_longer_ends_its_jobs_is_replaced() -> None:
    worker = Busy(waiting=True)
    assert deadlines.look(cast(Any, worker), 3.0) is None
    stuck = deadlines.look(cast(Any, worker), 3.01)  # twice the longest bound and a second
    assert stuck is not None
    assert (stuck.retire, stuck.why) == (True, "no longer answers")


class Reader:
    """Of a worker's replies."""

    def __init__(self, *, partial: bool = False) -> None:
        self.partial = partial


class Spent(NamedTuple):
    why: str
    wall: float
    """Seconds since the item began; its bound is 1."""
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


@pytest.mark.parametrize("case", SPENTS, ids=lambda s: s.why)
def test_what_becomes_of_an_item(case: Spent, monkeypatch: pytest.MonkeyPatch) -> None:
    now = ProcessTimes(100.0 + case.wall, 5.0 + case.cpu, 1.0 + case.kept_waiting, case.state)
    monkeypatch.setattr(deadlines, "process_times", lambda pid: now)
    found = deadlines.look(cast(Any, Busy(pid=0, reader=Reader())), case.wall)
    if not case.retire:
        assert found is None
        return
    assert found is not None
    assert found.retire
    assert (found.reply and found.reply[0]) == case.reply
    if case.limit is not None:
        assert found.reply is not None
        assert found.reply[1]["limit"] == case.limit
        assert found.reply[1]["timeout_s"] == 1.0


class Head(NamedTuple):
    why: str
    first_look: float
    """Of an item whose bound is 1, in seconds since it began; the next is at 1.05."""
    sent_cpu: float
    """What its worker's last frame said; at the first look it is 5."""
    ended: bool


HEADS = [
    Head("asleep in each look: the first tenth is not known, the rest is enough", 0.1, 5.0, True),
    Head("the first look came late, when its time was over", 1.0, 5.0, False),
    Head("late, too, but it had computed until then", 1.0, 4.0, True),
    Head("what it is said to have computed is no more than passed", 1.0, 0.0, True),
    Head("and no less than nothing", 0.1, 9.0, True),
]


@pytest.mark.parametrize("case", HEADS, ids=lambda h: h.why)
def test_what_nobody_measured_is_charged_to_nobody(
    case: Head, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process of ours that is starved itself looks late, and then knows little."""
    before = ProcessTimes(100.0 + case.first_look, 5.0, 1.0, "S", alone=5.0)
    monkeypatch.setattr(
        deadlines, "process_times", lambda pid: ProcessTimes(101.05, 5.0, 1.0, "S", alone=5.0)
    )
    worker = Busy(pid=0, reader=Reader(), baseline=before, cpu_s=case.sent_cpu)
    found = deadlines.look(cast(Any, worker), 1.05)
    assert (found is not None) == case.ended


def test_what_was_seen_asleep_still_counts_when_it_is_seen_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else whoever wakes up now and then could not be held to its time."""
    looks = [ProcessTimes(101.5, 5.0, 1.7, "S"), ProcessTimes(102.0, 5.0, 1.7, "R")]
    worker = Busy(pid=0, reader=Reader())
    monkeypatch.setattr(deadlines, "process_times", lambda pid: looks.pop(0))
    assert deadlines.look(cast(Any, worker), 1.5) is None
    found = deadlines.look(cast(Any, worker), 2.0)
    assert found is not None
    assert found.reply is not None
    assert (found.reply[0], found.reply[1]["seconds"]) == ("limit", 0.8)


def test_one_that_is_stopped_again_is_the_machines_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "process_times", lambda pid: ProcessTimes(101.0, 6.0, 1.0, "T"))
    found = deadlines.look(cast(Any, Busy(job(attempts=1), pid=0, reader=Reader())), 1.0)
    assert found is not None
    assert found.reply is not None
    assert found.reply[0] == "starved"


def test_the_first_account_is_taken_when_it_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "process_times", lambda pid: BEFORE)
    early, due = (Busy(baseline=None, pid=0, reader=Reader()) for _ in range(2))
    deadlines.look(cast(Any, early), TICK * 0.9)
    deadlines.look(cast(Any, due), TICK)
    assert (early.baseline, due.baseline) == (None, BEFORE)


def test_a_reply_that_stops_in_its_midst_replaces_the_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who is to blame for it is found by a second try alone."""
    monkeypatch.setattr(deadlines, "process_times", lambda pid: ProcessTimes(101.0, 6.0, 1.0, "R"))
    found = deadlines.look(cast(Any, Busy(pid=0, reader=Reader(partial=True))), 1.0)
    assert found is not None
    assert (found.reply, found.why) == (None, "stopped in the middle of a reply")


def test_time_that_it_was_stopped_is_not_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's accounts take a stop for sleep; that it goes on again changes nothing."""
    monkeypatch.setattr(deadlines, "process_times", lambda pid: ProcessTimes(101.0, 5.1, 1.0, "R"))
    monkeypatch.setattr(deadlines, "was_stopped", lambda pid: True)
    first = deadlines.look(cast(Any, Busy(pid=0, reader=Reader())), 1.0)
    assert first is not None
    assert (first.reply, first.retire, first.why) == (None, True, deadlines.STOPPED)
    again = deadlines.look(cast(Any, Busy(job(attempts=1), pid=0, reader=Reader())), 1.0)
    assert again is not None
    assert again.reply is not None
    assert again.reply[0] == "starved"


def test_the_kernel_tells_of_a_stop_once() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
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
