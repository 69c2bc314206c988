"""Which worker gets which job, and how many at once: pure decisions.

The pool only carries them out, and what it does is tested with real processes beside this. Here
each row is a rule of thumb with its reason, at the boundary where it turns.
"""

from __future__ import annotations

from typing import Any, cast

import pytest
from bare_worker import Worker, job

from assay.engine.workers.contents import Content
from assay.engine.workers.frames import ESCALATED, RECIPE, VERIFY, VERIFY_MANY, encode
from assay.engine.workers.job import Job
from assay.engine.workers.scheduling import (
    BATCH_BYTES,
    WINDOW_BYTES,
    WINDOW_JOBS,
    JobTimes,
    Work,
    fill,
)


def work(*queue: Job, workers: list[Worker] | None = None, size: int = 4, **more: Any) -> Work:
    made = Work(more.pop("waiting", False), size, **more)
    made.queue.extend(queue)
    made.workers.extend(cast(Any, workers or []))
    return made


def filled(of: Work, worker: Worker, share: int = 1000, seconds: float = 1e-6) -> int:
    pace = JobTimes()
    pace.learn(1, seconds)
    pace.learn(2, seconds)
    return fill(of, cast(Any, worker), share, pace, {1: b"recipe", 2: b"another"})


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
    worker = Worker()
    assert filled(of, worker, seconds=seconds) == want, why
    assert filled(of, worker, seconds=seconds) == 0, "it still holds them"


@pytest.mark.parametrize(
    ("why", "held", "want"),
    [
        ("a content has to go through the pipe, once for each job that shares it", (), 1),
        ("one that the worker has does not", (b"digest",), 3),
    ],
)
def test_what_fills_a_pipe_besides_samples(why: str, held: tuple[bytes, ...], want: int) -> None:
    content = Content(b"digest", "tests", b"x" * (WINDOW_BYTES - 1))
    of = work(*(job(contents=(content,)) for _ in range(3)))
    assert filled(of, Worker(held=held)) == want, why


@pytest.mark.parametrize(
    ("why", "concurrency", "batch", "want"),
    [
        ("as many as its verifier may call at once", 5, 1, 5),
        ("also if that is one", 1, 1, 1),
        ("of batches, so many, each a call", 2, 3, 6),
    ],
)
def test_jobs_that_wait_for_the_network_run_together_up_to_a_bound(
    why: str, concurrency: int, batch: int, want: int
) -> None:
    """Of each verifier's own: a slow service keeps nobody from asking another."""
    mine = [job(concurrency=concurrency, batch=batch) for _ in range(9)]
    of = work(*mine, waiting=True)
    worker = Worker()
    assert filled(of, worker, seconds=60.0) == want, why
    assert list(worker.jobs) == mine[:want]
    assert worker.together == 0, "what waits is not judged one after the other"
    other = job(concurrency=5, verifier=2)
    of.queue.append(other)
    assert filled(of, worker, seconds=60.0) == 1
    assert worker.jobs[-1] is other
    assert list(of.queue) == mine[want:]


def test_a_batch_that_waits_for_the_network_may_be_more_than_a_share() -> None:
    """Its worker is the only one of its kind, so there is nobody to leave anything for."""
    of = work(*(job(batch=3) for _ in range(5)), waiting=True)
    assert filled(of, Worker(), share=1) == 3


def test_a_batch_takes_the_jobs_of_one_verifier_wherever_they_are_queued() -> None:
    mine = [job(batch=3) for _ in range(5)]
    other = job(verifier=2)
    of = work(mine[0], other, *mine[1:])
    worker = Worker()
    assert filled(of, worker, share=9) == 3
    assert list(worker.jobs) == mine[:3]
    assert worker.together == 3
    assert list(of.queue) == [other, *mine[3:]]
    assert filled(of, worker) == 0, "nothing waits behind a batch"


HALF = b"x" * (BATCH_BYTES // 2)
WITHIN: list[tuple[str, Job, Job]] = [
    ("two that fill it are in bounds", job(HALF, batch=2), job(HALF, batch=2)),
    ("a batch of two is a batch", job(batch=2), job(batch=2)),
]
BESIDE: list[tuple[str, Job, Job]] = [
    ("another verifier's", job(batch=3), job(batch=3, verifier=2)),
    ("of another bound", job(batch=3), job(batch=3, timeout_s=2.0)),
    ("the first failed in a batch", job(batch=3, alone=True), job(batch=3)),
    ("the other failed in a batch", job(batch=3), job(batch=3, alone=True)),
    ("the first killed a worker", job(batch=3, attempts=1), job(batch=3)),
    ("the other killed a worker", job(batch=3), job(batch=3, attempts=1)),
    ("the other has been answered", job(batch=3), job(batch=3, done=True)),
    ("together they are too large", job(HALF, batch=3), job(HALF + b"x", batch=3)),
]


@pytest.mark.parametrize(("why", "first", "other"), WITHIN, ids=[row[0] for row in WITHIN])
def test_who_is_judged_in_one_call(why: str, first: Job, other: Job) -> None:
    of, worker = work(first, other), Worker()
    assert filled(of, worker) == 2, why
    assert worker.together == 2
    assert not of.queue


@pytest.mark.parametrize(("why", "first", "other"), BESIDE, ids=[row[0] for row in BESIDE])
def test_who_is_not(why: str, first: Job, other: Job) -> None:
    """And another that may be is taken in its stead, unless the first is to be judged alone."""
    third = job(batch=3)
    of, worker = work(first, other, third), Worker()
    filled(of, worker, share=3)
    taken = list(worker.jobs)
    assert taken[0] is first
    assert other not in taken, why
    assert (third in taken) == (not first.alone and not first.attempts and len(other.payload) < 99)


def test_sizes_of_a_batch_add_up() -> None:
    """Each in bounds with its neighbour; the third is too much, and so is what comes after."""
    of = work(*(job(size, batch=4) for size in (HALF, HALF[1:], b"xx", b"")))
    worker = Worker()
    assert filled(of, worker) == 2
    assert len(of.queue) == 2


def test_a_batch_is_no_more_than_a_share() -> None:
    """The other workers are to have work, too."""
    of, worker = work(*(job(batch=5) for _ in range(5))), Worker()
    assert filled(of, worker, share=2) == worker.together == 2


def test_a_batch_goes_to_a_worker_that_has_nothing_else() -> None:
    assert filled(work(job(batch=2), job(batch=2)), Worker(job())) == 0
    left = job(batch=2, alone=True)
    assert filled(work(left), Worker(job())) == 1, "one that is judged alone is a job like others"


def test_what_another_worker_answered_is_not_sent_again() -> None:
    done, left = job(done=True), job()
    worker = Worker()
    assert filled(work(done, left), worker) == 1
    assert list(worker.jobs) == [left]


def test_what_is_written_for_a_worker() -> None:
    """A verifier is introduced once, before its first job; what is not yet flushed stays."""
    worker = Worker()
    worker.outgoing += b"not flushed"
    jobs = [
        job(b"a", number=1),
        job(b"b", number=2, escalated=True),
        job(b"c", number=3, timeout_s=0.5, verifier=2),
        job(b"d", number=4, batch=2, alone=True),
    ]
    filled(work(*jobs), worker)
    assert bytes(worker.outgoing) == (
        b"not flushed"
        + encode(RECIPE, 1, b"recipe")
        + encode(VERIFY, 1, b"1\n1.0\na")
        + encode(ESCALATED, 2, b"1\n1.0\nb")
        + encode(RECIPE, 2, b"another")
        + encode(VERIFY, 3, b"2\n0.5\nc")
        + encode(VERIFY, 4, b"1\n1.0\nd")
    )


def test_what_is_written_of_a_batch() -> None:
    worker = Worker()
    filled(work(job(b"a", number=7, batch=2), job(b"b", number=9, batch=2)), worker)
    assert bytes(worker.outgoing) == (
        encode(RECIPE, 1, b"recipe") + encode(VERIFY_MANY, 7, b"1\n1.0\n7 a\n9 b")
    )


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


def test_what_others_have_answered_is_dropped_from_the_head() -> None:
    """Up to the first that is not: each call costs no more than what it drops."""
    left, behind = job(), job(done=True)
    of = work(job(done=True), job(done=True), left, behind)
    of.drop_done()
    assert list(of.queue) == [left, behind]
    of = work(behind)
    of.drop_done()
    assert not of.queue


def test_workers_are_started_for_what_is_queued_and_no_idle_one_can_take() -> None:
    assert work(job(), job(), size=4).missing() == 2
    assert work(job(), job(), size=4, workers=[Worker()]).missing() == 1
    assert work(*(job() for _ in range(9)), size=4, workers=[Worker(job())]).missing() == 3
    assert work(size=4).missing() == 0
    # A worker that has jobs takes more of what is queued, but one that is idle takes it now.
    assert work(job(), job(), size=4, workers=[Worker(job())]).missing() == 2
    # One that is stuck behind a slow job is not help, and still counts against the size.
    assert work(job(), size=1, workers=[Worker(shared=True)]).missing() == 0


def test_pace_follows_what_jobs_take_slowly() -> None:
    """One slow completion does not make a verifier slow."""
    pace = JobTimes()
    assert pace.of(7) == pytest.approx(0.01)  # unknown: as much as fills a pipe, so one at first
    pace.learn(7, 2.0)
    pace.learn(7, 3.0)
    assert pace.of(7) == pytest.approx(2.2)
