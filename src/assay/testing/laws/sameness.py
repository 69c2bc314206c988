"""Laws of determinism: the same sample gets the same verdict, wherever and whenever."""

from __future__ import annotations

import queue
from collections.abc import Sequence

from assay.engine.ready_verifier import ReadyVerifier
from assay.engine.workers.job import Job, Reply
from assay.engine.workers.shared_pools import PoolHandle, default_memory_bytes
from assay.errors import ReferenceUnreadable
from assay.testing.bench.bench import Bench
from assay.testing.bench.cases import BenchCase
from assay.testing.bench.checked_process import SampleResult
from assay.testing.laws.law import Breach, Law, NotChecked

OTHER_HASH_SEED = 4242
"""Any but 0, under which the first process ran."""

TOGETHER = 24
"""Samples that are judged in one go."""


def deterministic(bench: Bench) -> list[BenchCase]:
    """The cases to judge again.

    Raises:
        NotChecked: the verifier does not claim to be deterministic, or nothing can be judged.
    """
    if not bench.spec.deterministic:
        raise NotChecked("it declares deterministic=False")
    bench.run()
    cases = bench.core()
    if not cases:
        raise NotChecked("no sample came to a verdict")
    return cases


def compared(
    bench: Bench, cases: Sequence[BenchCase], found: Sequence[SampleResult], how: str
) -> Breach | None:
    """The breach where an outcome differs from the first one of its case."""
    known = {id(case): outcome for case, outcome in bench.outcomes()}
    worst: tuple[BenchCase, SampleResult, SampleResult] | None = None
    count = 0
    for case, again in zip(cases, found, strict=False):
        first = known[id(case)]
        if first.verdict == again.verdict:
            continue
        count += 1
        if worst is None or len(case.sample.text) < len(worst[0].sample.text):
            worst = (case, first, again)
    if worst is None:
        return None
    case, first, again = worst
    more = f" (and {count - 1} more of {len(cases)} samples)" if count > 1 else ""
    return Breach(f"first {first.shown()}, {how} {again.shown()}{more}", case, again.trace)


class SameTwice(Law):
    """Judged twice in one process, a sample gets one verdict."""

    name = "same-twice"
    why = "equal completions of one group would get different rewards, and GRPO learns from noise"
    fix = (
        "seed what is random from the sample, and keep no state between samples; where that cannot "
        "be, declare deterministic=False"
    )

    def look(self, bench: Bench) -> Breach | None:
        """The same process gives the same verdicts a second time."""
        cases = deterministic(bench)
        return compared(bench, cases, [bench.judge(case) for case in cases], "then")


class SameInAnotherProcess(Law):
    """Another process, with another hash seed, gives the same verdict."""

    name = "same-in-another-process"
    why = "a reward must not depend on which worker judged it, or on the run"
    fix = "iterate over sorted(...) instead of a set, and use no hash() of text, no id(), no clock"

    def look(self, bench: Bench) -> Breach | None:
        """Under another hash seed nothing changes."""
        cases = deterministic(bench)
        with bench.process(OTHER_HASH_SEED) as process:
            found = process.judge([bench.row(case.sample) for case in cases])
        return compared(bench, cases, found, "in another process, with another hash seed,")


class SameInAnyOrder(Law):
    """The samples that were judged before do not matter."""

    name = "same-in-any-order"
    why = "what was judged before is chance: which worker was free, how the data was shuffled"
    fix = (
        "keep nothing from sample to sample, in the object, in a module or in a cache by less than "
        "the whole sample"
    )

    def look(self, bench: Bench) -> Breach | None:
        """In another order nothing changes."""
        deterministic(bench)
        cases = bench.core(seed=1)
        with bench.process() as process:
            found = process.judge([bench.row(case.sample) for case in cases])
        return compared(bench, cases, found, "in another order")


class SameInABatch(Law):
    """Judged alone and together with others, a sample gets one verdict."""

    name = "same-in-a-batch"
    why = (
        "what a completion earns must not depend on its neighbours in a batch, nor on what runs at "
        "the same moment"
    )
    fix = (
        "share nothing between threads or tasks: no global, no attribute that a sample changes; "
        "return a batch's verdicts in the order of its samples, and round what a model computes"
    )

    def look(self, bench: Bench) -> Breach | None:
        """In four threads (inline), all at once (waiting), or in one call (batch)."""
        cases = deterministic(bench)
        if bench.spec.cost == "worker" and bench.spec.batch is None:
            raise NotChecked("a worker judges one sample at a time")
        size = TOGETHER
        with bench.process() as process:
            for at in range(0, len(cases), size):
                part = cases[at : at + size]
                found = process.together([bench.row(case.sample) for case in part])
                if not found:
                    return Breach("judged together, the samples hung", part[0])
                breach = compared(bench, part, found, f"together with {len(part) - 1} others")
                if breach is not None:
                    return breach
        return None


class SameThroughWorkers(Law):
    """The engine's worker processes give the same verdict."""

    name = "same-through-workers"
    why = "that is how most rewards are computed: by name, in another process, from JSON"
    fix = (
        "build all that the verifier needs in its factory, from the params alone; nothing that "
        "only the importing process has set"
    )

    def look(self, bench: Bench) -> Breach | None:
        """Through two workers nothing changes."""
        cases = deterministic(bench)
        ready = bench.ready
        mail: queue.SimpleQueue[tuple[Job, Reply]] = queue.SimpleQueue()
        jobs = [
            ready.job(
                bench.row(case.sample),
                bench.settings.timeout_s,
                lambda job, reply: mail.put((job, reply)),
                i,
            )
            for i, case in enumerate(cases)
        ]
        handle = PoolHandle(2, default_memory_bytes(2))
        found: dict[int, SampleResult] = {}
        try:
            pool = handle.get()
            pool.introduce(ready.number, ready.recipe)
            pool.submit(jobs)
            patience = 60.0 + 3.0 * max(job.timeout_s + job.deadline_s for job in jobs)
            while len(found) < len(jobs):
                try:
                    job, reply = mail.get(timeout=patience)
                except queue.Empty:
                    raise NotChecked("the workers did not answer in time") from None
                found[job.tag] = _read(ready, reply)
        finally:
            handle.release()
        by_worker = {i: o for i, o in found.items() if "Escalate" not in o.because}
        kept = [cases[i] for i in sorted(by_worker)]
        return compared(bench, kept, [by_worker[i] for i in sorted(by_worker)], "in a worker")


def _read(ready: ReadyVerifier, reply: Reply) -> SampleResult:
    try:
        verdict = ready.read(reply)
    except ReferenceUnreadable as err:
        return SampleResult("invalid", because=str(err))
    return SampleResult(str(verdict.status), verdict.score, verdict.because, verdict.feedback)
