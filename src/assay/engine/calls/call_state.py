"""One call of an engine: its samples, the jobs it has out, and the rewards that are done.

Knows nothing of threads or event loops: whoever drives it feeds samples, hands it the mail of
the pool, and takes rewards. Two drivers exist, a blocking and an async one, in `drivers`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from assay.engine.ready_verifier import ReadyVerifier
from assay.engine.workers.job import Job, Reply
from assay.engine.workers.parcels import Parcel
from assay.errors import PluginError, ReferenceUnreadable, SampleError
from assay.model import Reward, Sample, Verdict
from assay.plugins.spec import Escalate
from assay.printable import in_lines

if TYPE_CHECKING:
    from assay.engine.resources import Resources

Key = tuple[int, bytes]

COLUMNS = 20
"""Names of a row's other columns that an error lists."""


OFTEN = {
    "reference": ("gold", "ground_truth", "target", "gold_answer", "answer", "expected_answer",
                  "final_answer", "solution"),
    "tests": ("test_cases", "test", "unit_tests", "test_list"),
    "prompt": ("question", "problem", "instruction", "query"),
}  # fmt: skip
"""What data sets call a field, the likeliest first."""


def _lacking(need: str, verifier: str, sample: Sample) -> SampleError:
    """What to say of a sample without a field that a verifier reads."""
    columns = list(sample.info)[:COLUMNS]
    others = f"; the row has also {in_lines(columns)}" if columns else ""
    field, _, entry = need.partition(".")
    if field == "info":
        fix = f"a column {entry!r}; in Python Sample(..., info={{{entry!r}: ...}})"
    else:
        likely = next((name for name in OFTEN.get(field, ()) if name in sample.info), "COLUMN")
        fix = f"name the column that holds it, --map {field}={likely}; in Python {field}=..."
    return SampleError(f"no {need!r}, which {verifier} needs{others}\nfix: {fix}")


class _Entry:
    """A sample under way."""

    __slots__ = ("error", "index", "keys", "missing", "sample", "verdicts")

    def __init__(self, index: int, sample: Sample) -> None:
        self.index = index
        self.sample = sample
        self.verdicts: dict[str, Verdict] = {}
        """As they arrive."""
        self.keys: list[str] | None = None
        """The order in which they were asked for, where some have to be waited for."""
        self.missing = 0
        self.error: SampleError | None = None


class Call:
    """The state of one call.

    Args:
        resources: What the engine runs.
        timeout_s: Bound of an item.
        deliver: Given to the pool; must bring (job, reply) back to `take`, in the driver's own
            thread.
    """

    def __init__(
        self, resources: Resources, timeout_s: float, deliver: Callable[[Job, Reply], None]
    ) -> None:
        self._resources = resources
        self._timeout_s = timeout_s
        self._deliver = deliver
        self._seen: dict[Key, Verdict | ReferenceUnreadable] = {}
        self._waiting: dict[Key, list[tuple[_Entry, str]]] = {}
        self._jobs: dict[Key, Job] = {}
        self._outbox: list[Job] = []
        self.done: deque[tuple[int, Reward, SampleError | None]] = deque()
        """Rewards not yet taken, with the error of a sample that is invalid."""
        self.ripe: deque[_Entry] = deque()
        """Samples whose verdicts are all there, and whose rewards are not: see `finish`."""
        self.open = 0
        """Samples fed and not yet done."""

    def feed(self, index: int, sample: Sample | SampleError) -> None:
        """Start on a sample: judge inline, queue jobs for the rest."""
        if isinstance(sample, SampleError):
            self._invalid(index, sample)
            return
        verifiers = self._resources.verifiers
        entry = _Entry(index, sample)
        try:
            runs = self._resources.bound.jobs(sample)
        except SampleError as err:
            self._invalid(index, err)
            return
        for run in runs:
            ready = verifiers[run.leaf]
            need = ready.missing(run.sample)
            if need is not None:
                self._invalid(index, _lacking(need, ready.name, sample))
                return
        try:
            for run in runs:
                self._start(entry, run.key, verifiers[run.leaf], run.sample)
        except SampleError as err:
            entry.error = err
        if entry.missing == 0:
            self._finish(entry)
        else:
            entry.keys = [run.key for run in runs]
            self.open += 1

    def _start(self, entry: _Entry, key: str, ready: ReadyVerifier, sample: Sample) -> None:
        view = ready.view(sample)
        digest, parcel = ready.keyed(view) if ready.kept else (_unique(entry, key), None)
        cache_key = (ready.number, digest)
        known = self._seen.get(cache_key) or self._resources.cache.get(cache_key)
        if known is None and cache_key not in self._waiting:
            known = self._run(ready, view, cache_key, parcel)
        if known is None:
            self._waiting.setdefault(cache_key, []).append((entry, key))
            entry.missing += 1
        elif isinstance(known, Verdict):
            entry.verdicts[key] = known
        else:
            entry.error = known

    def _run(
        self, ready: ReadyVerifier, view: Sample, key: Key, parcel: Parcel | None
    ) -> Verdict | ReferenceUnreadable | None:
        """The verdict if it can be had here; None once a worker has been asked."""
        escalated = False
        if ready.spec.cost == "inline":
            try:
                result = ready.judge(view)
            except ReferenceUnreadable as err:
                self._seen[key] = err
                return err
            finally:
                ready.warn_if_over(self._timeout_s)
            if not isinstance(result, Escalate):
                self._keep(ready, key, result)
                return result
            if not ready.offer.importable:
                error = PluginError(
                    f"verifier {ready.name!r} asked to be run in a worker, "
                    f"where {ready.spec.target!r} cannot be imported"
                )
                verdict = self._seen[key] = ready.crashed(error)
                return verdict
            escalated = True
        if parcel is None:
            parcel = ready.parcel(view)
        job = ready.job(
            parcel,
            self._timeout_s,
            self._deliver,
            (ready, key),
            escalated=escalated,
            digest=key[1] if ready.kept else None,
        )
        self._jobs[key] = job
        self._outbox.append(job)
        return None

    def post(self) -> None:
        """Hand queued jobs to the pool."""
        if self._outbox:
            jobs, self._outbox = self._outbox, []
            pool = self._resources.pool.get()
            for ready in {job.tag[0] for job in jobs}:
                pool.introduce(ready.number, ready.recipe)
            pool.submit(jobs)

    @property
    def posts(self) -> int:
        """Jobs queued here and not yet handed to the pool."""
        return len(self._outbox)

    def take(self, job: Job, reply: Reply | tuple[str, Any]) -> None:
        """A job has come back."""
        ready, key = job.tag
        if self._jobs.pop(key, None) is None:
            return
        try:
            verdict = ready.read(reply)
        except ReferenceUnreadable as err:
            self._seen[key] = err
            for entry, _ in self._waiting.pop(key, ()):
                entry.error = err
                self._less(entry)
            return
        self._keep(ready, key, verdict)
        for entry, name in self._waiting.pop(key, ()):
            entry.verdicts[name] = verdict
            self._less(entry)

    def finish(self) -> None:
        """Make the reward of a sample that is ripe.

        One at a time: a job that a thousand equal samples wait for makes all of them ripe.
        """
        self._finish(self.ripe.popleft())
        self.open -= 1

    def drop_outbox(self) -> None:
        """Forget the jobs that the pool has not been given; `take` says what becomes of them."""
        self._outbox.clear()

    def skip(self, index: int, sample: Sample | SampleError, because: str) -> None:
        """A sample that the budget no longer reaches."""
        if isinstance(sample, SampleError):
            self._invalid(index, sample)
            return
        verifiers = self._resources.verifiers
        try:
            runs = self._resources.bound.jobs(sample)
        except SampleError as err:
            self._invalid(index, err)
            return
        late = {run.key: verifiers[run.leaf].read(("budget", because)) for run in runs}
        self.done.append((index, self._resources.bound.compose(late, sample), None))

    def withdraw(self, index: int) -> list[Job]:
        """Nobody waits for this sample any more: it gets no reward.

        Returns:
            Its jobs that no other sample of the call needs.
        """
        left: list[Job] = []
        found = False
        for key, waiting in list(self._waiting.items()):
            others = [(entry, name) for entry, name in waiting if entry.index != index]
            if len(others) == len(waiting):
                continue
            found = True
            if others:
                self._waiting[key] = others
            else:
                del self._waiting[key]
                left.append(self._jobs.pop(key))
        if found:
            self.open -= 1
            self._outbox = [job for job in self._outbox if not any(job is gone for gone in left)]
        return left

    @property
    def jobs(self) -> list[Job]:
        """Jobs that are out."""
        return list(self._jobs.values())

    def _keep(self, ready: ReadyVerifier, key: Key, verdict: Verdict) -> None:
        self._seen[key] = verdict
        if ready.kept:
            self._resources.cache.put(key, verdict)

    def _less(self, entry: _Entry) -> None:
        entry.missing -= 1
        if entry.missing == 0:
            self.ripe.append(entry)

    def _finish(self, entry: _Entry) -> None:
        if entry.error is not None:
            self._invalid(entry.index, entry.error)
        else:
            verdicts = entry.verdicts
            if entry.keys is not None:  # whichever worker was first: the same receipt each time
                verdicts = {key: verdicts[key] for key in entry.keys}
            reward = self._resources.bound.compose(verdicts, entry.sample)
            self.done.append((entry.index, reward, None))

    def _invalid(self, index: int, error: SampleError) -> None:
        self.done.append((index, self._resources.invalid(str(error)), error))


def _unique(entry: _Entry, key: str) -> bytes:
    """A key that no other run has: what cannot come again, or is not deterministic, is asked."""
    return f"#{entry.index}#{key}".encode()
