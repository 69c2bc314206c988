"""The engine: a rubric, its verifiers, and the processes they run in."""

from __future__ import annotations

import contextlib
import warnings
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

from assay.arguments import is_number
from assay.engine.cache import VerdictCache
from assay.engine.calls.as_samples import as_samples
from assay.engine.calls.drivers import Done, Given, SampleOrError, arun, run
from assay.engine.calls.groups import GROUP_MOST, with_pauses, with_peers
from assay.engine.calls.unscored import Doubts, complaint, suspicious
from assay.engine.environment import environment
from assay.engine.resources import Resources
from assay.engine.workers.shared_pools import PoolHandle, available_cores, default_memory_bytes
from assay.errors import ConfigError, SampleError, UnscoredError
from assay.model import Reward, Sample
from assay.plugins.host import Host
from assay.printable import brief
from assay.rubrics import Rubric, load_rubric

if TYPE_CHECKING:
    import os

    from assay.engine.calls.record import Recorder
    from assay.ledger import Ledger
    from assay.plugins.spec import VerifierSpec

RubricSource: TypeAlias = "str | os.PathLike[str] | Mapping[str, Any] | Rubric"
"""A preset's name, a path, a dict or a rubric."""


class Engine:
    """Scores samples with one rubric; keeps warm workers between calls. Safe in threads.

    Args:
        rubric: A preset's name, the path of a file, a dict, or a `Rubric`.
        workers: Processes for killable verifiers, started when first needed; by default one a
            core this process may use.
        timeout_s: Bound of one item, in seconds from its start. An item that has spent it on
            its own doing is judged 0; one that the machine starved may take up to twice as
            long and is then `timed_out`. So no item takes longer than ``2 * timeout_s`` plus
            the start of a worker.
        budget_s: Bound of a call, in seconds; what it does not reach is `timed_out`.
        max_unscored: Share of a call of at least 200 samples that may go without a score.
        on_unscored: What happens above it: ``raise`` `UnscoredError`, ``warn``, or ``ignore``.
        memory_bytes: Address space of a worker; by default 4 GB, or a worker's share of half
            the memory if that is less.
        cache_size: Verdicts kept from call to call.
        verifiers: Functions marked with `@assay.verifier`, or specs, besides the plugins'.
        plugins: Paths of one-file plugins.
        blocked: Names of plugins not to load.
        group_size: Samples of a group, for rubrics with a verifier that compares within the group:
            a group is judged when it is whole, and one that stays incomplete is invalid. By
            default a group is what a call has of one `group_id` (and one `step`).
        ledger: A folder in which every reward is recorded, or an `assay.ledger.Ledger`, which
            also says how many rewards a kill may cost. Needs pyarrow.

    Raises:
        RubricError: the rubric cannot be built.
        PluginError: a plugin clashes, or a verifier is not to be found.
        ConfigError: an option is out of range.
        RolloutsError: the ledger's folder cannot be made or written, or pyarrow is missing.
    """

    def __init__(
        self,
        rubric: RubricSource = "math",
        *,
        workers: int | None = None,
        timeout_s: float = 5.0,
        budget_s: float | None = None,
        max_unscored: float = 0.05,
        on_unscored: Literal["raise", "warn", "ignore"] = "raise",
        memory_bytes: int | None = None,
        cache_size: int = 10_000,
        verifiers: Iterable[VerifierSpec | Callable[..., Any]] = (),
        plugins: Sequence[str] = (),
        blocked: Iterable[str] = (),
        group_size: int | None = None,
        ledger: str | os.PathLike[str] | Ledger | None = None,
    ) -> None:
        workers = available_cores() if workers is None else workers
        _check("workers", workers, _whole(workers) and 1 <= workers <= 4096, "1 to 4096")
        fits = is_number(timeout_s) and 0.0 < timeout_s < 86_400.0
        _check("timeout_s", timeout_s, fits, "above 0, below a day in seconds")
        _check_budget(budget_s)
        fits = is_number(max_unscored) and 0.0 <= max_unscored <= 1.0
        _check("max_unscored", max_unscored, fits, "0 to 1")
        _check("cache_size", cache_size, _whole(cache_size) and cache_size >= 0, "0 or more")
        choices = ("raise", "warn", "ignore")
        fits = isinstance(on_unscored, str) and on_unscored in choices
        _check("on_unscored", on_unscored, fits, ", ".join(choices))
        if memory_bytes is None:
            memory_bytes = default_memory_bytes(workers)
        _check(
            "memory_bytes",
            memory_bytes,
            _whole(memory_bytes) and (memory_bytes == 0 or memory_bytes >= 128 << 20),
            "0 (no bound), or 128 MB and more",
        )
        fits = group_size is None or (_whole(group_size) and 2 <= group_size <= GROUP_MOST)
        _check("group_size", group_size, fits, f"None, or 2 to {GROUP_MOST:,}")
        self.group_size = group_size
        self.timeout_s = float(timeout_s)
        self.budget_s = budget_s
        self.max_unscored = max_unscored
        self.on_unscored = on_unscored
        self.host = Host(verifiers, plugins, blocked)
        bound = load_rubric(rubric, self.host).bind(self.host)
        self.rubric = bound.under(environment(bound))
        self._recorder = None if ledger is None else _recorder(ledger, rubric, self.rubric.rubric)
        self._pool = PoolHandle(workers, memory_bytes)
        self._resources = Resources(self.rubric, VerdictCache(cache_size), self._pool)

    # -- one sample -----------------------------------------------------------------------------

    def verify(self, sample: Sample, *, step: int | None = None) -> Reward:
        """The reward of one sample.

        Raises:
            SampleError: the sample lacks a field that a verifier needs.
            ReferenceUnreadable: its reference cannot be read.
        """
        for _, reward, error in self._run([sample], step, self.budget_s):
            if error is not None:
                raise error
            return reward
        raise AssertionError("a call ends with a reward for every sample")

    async def averify(self, sample: Sample, *, step: int | None = None) -> Reward:
        """As `verify`, without blocking the event loop while workers judge."""
        async with contextlib.aclosing(self._arun([sample], step, self.budget_s)) as done:
            async for _, reward, error in done:
                if error is not None:
                    raise error
                return reward
        raise AssertionError("a call ends with a reward for every sample")

    # -- many -----------------------------------------------------------------------------------

    def verify_batch(
        self,
        samples: Iterable[Given],
        *,
        step: int | None = None,
        budget_s: float | None = None,
        progress: bool = False,
    ) -> list[Reward]:
        """Rewards of many samples, in their order.

        Equal samples are judged once. A sample that is malformed gets an `invalid` reward.

        Args:
            samples: Samples, or rows of a data set as dicts (`Sample.from_row`); rows that could
                not become one may stand as their `SampleError`.
            step: Step of training, for samples that do not bring their own.
            budget_s: Bound of this call, in seconds, instead of the engine's.
            progress: Show a bar on standard error, if that is a terminal.

        Raises:
            UnscoredError: more than `max_unscored` of at least 200 samples have no score.
        """
        rewards: dict[int, Reward] = {}
        for index, reward, _ in self._judged(samples, step, budget_s, progress):
            rewards[index] = reward
        ordered = [rewards[i] for i in range(len(rewards))]
        self._judge_call(ordered)
        return ordered

    def iter_batch(
        self,
        samples: Iterable[Given],
        *,
        step: int | None = None,
        budget_s: float | None = None,
        progress: bool = False,
    ) -> Iterator[tuple[int, Reward]]:
        """(index, reward) as each is done; reads `samples` ahead by at most 1,024.

        Never raises `UnscoredError`: who takes rewards one by one sees them one by one.
        """
        for index, reward, _ in self._judged(samples, step, budget_s, progress):
            yield index, reward

    async def averify_batch(
        self,
        samples: Iterable[Given],
        *,
        step: int | None = None,
        budget_s: float | None = None,
    ) -> list[Reward]:
        """As `verify_batch`, without blocking the event loop while workers judge."""
        _check_budget(budget_s)
        rewards: dict[int, Reward] = {}
        budget = self.budget_s if budget_s is None else budget_s
        doubts = Doubts()
        async with contextlib.aclosing(self._arun(samples, step, budget)) as done:
            async for index, reward, _ in done:
                rewards[index] = reward
                doubts.see(reward)  # one by one: at the end, it would hold the loop for all
        ordered = [rewards[i] for i in range(len(rewards))]
        self._judge_call(ordered, doubts)
        return ordered

    def aiter_batch(
        self,
        samples: Iterable[Given],
        *,
        step: int | None = None,
        budget_s: float | None = None,
        withdrawn: deque[int] | None = None,
    ) -> AsyncGenerator[Done, None]:
        """(index, reward, error) as each is done; close it, or its work goes on.

        Never raises `UnscoredError`. The error is that of a sample which is `invalid`, else None.

        Args:
            samples: As for `verify_batch`.
            step: As for `verify_batch`.
            budget_s: As for `verify_batch`.
            withdrawn: Indices of samples that nobody waits for any more may be put into it while
                the call runs: they get no reward, and their work ends within a second.
        """
        _check_budget(budget_s)
        return self._arun(samples, step, self.budget_s if budget_s is None else budget_s, withdrawn)

    def _judged(
        self, samples: Iterable[Given], step: int | None, budget_s: float | None, progress: bool
    ) -> Iterator[Done]:
        _check_budget(budget_s)
        done = self._run(samples, step, self.budget_s if budget_s is None else budget_s)
        if not progress:
            return done
        from assay.engine.calls.progress import shown

        return shown(done, samples)

    def _run(
        self, samples: Iterable[Given], step: int | None, budget_s: float | None
    ) -> Iterator[Done]:
        if self._recorder is None:
            rows = self.gathered(as_samples(samples, step))
            return run(self._resources, rows, self.timeout_s, budget_s)
        record = self._recorder.begin()
        rows = self.gathered(as_samples(samples, step, record.see))
        return record.run(run(self._resources, rows, self.timeout_s, budget_s))

    def _arun(
        self,
        samples: Iterable[Given],
        step: int | None,
        budget_s: float | None,
        withdrawn: deque[int] | None = None,
    ) -> AsyncGenerator[Done, None]:
        if self._recorder is None:
            rows = self._gathered(as_samples(samples, step))
            return arun(self._resources, rows, self.timeout_s, budget_s, withdrawn)
        record = self._recorder.begin()
        rows = self._gathered(as_samples(samples, step, record.see))
        return record.arun(arun(self._resources, rows, self.timeout_s, budget_s, withdrawn))

    @property
    def sees_groups(self) -> bool:
        """Whether a verifier of the rubric compares the completions of a group."""
        return any(offer.spec.sees_group for offer in self.rubric.offers.values())

    def gathered(self, rows: Iterable[SampleOrError]) -> Iterator[SampleOrError]:
        """The rows, each beside the others of its group where the rubric compares them.

        Every call does this with its own samples; whoever hands them on in pieces does it before.
        """
        if not self.sees_groups:
            return iter(rows)
        return with_peers(rows, self._compares, self.group_size)

    def _gathered(self, rows: Iterable[SampleOrError]) -> Iterator[SampleOrError | None]:
        """As `gathered`, with a None where an event loop may go on in between."""
        if not self.sees_groups:
            return iter(rows)
        return with_pauses(rows, self._compares, self.group_size)

    def _compares(self, sample: Sample) -> bool:
        """Whether this sample's case of the rubric looks at its group."""
        try:
            keys = self.rubric.active(sample)
        except SampleError:  # the call says what is missing
            return False
        return any(self.rubric.offers[key].spec.sees_group for key in keys)

    @property
    def signature(self) -> str:
        """Of its rewards, as far as rubric, parameters and versions make it."""
        return self.rubric.signature

    # -- the rest -------------------------------------------------------------------------------

    def _judge_call(self, rewards: Sequence[Reward], seen: Doubts | None = None) -> None:
        if self.on_unscored == "ignore":
            return
        if seen is None:
            doubts = suspicious(rewards, self.max_unscored)
        else:
            doubts = seen.sentences(self.max_unscored, "samples")
        for doubt in doubts:
            warnings.warn(doubt, RuntimeWarning, stacklevel=3)
        message = complaint(rewards, self.max_unscored, f"{len(rewards)} samples")
        if message is None:
            return
        if self.on_unscored == "warn":
            warnings.warn(message, RuntimeWarning, stacklevel=3)
        else:
            raise UnscoredError(message, rewards)

    def close(self) -> None:
        """Write the ledger; end the workers, unless another engine of this process uses them."""
        self._pool.release()
        if self._recorder is not None:
            self._recorder.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _recorder(
    ledger: str | os.PathLike[str] | Ledger, source: RubricSource, rubric: Rubric
) -> Recorder:
    """Imported only where a ledger is asked for: nobody else pays for it, or needs pyarrow."""
    from assay.engine.calls.record import Recorder, open_ledger

    named = not isinstance(source, Mapping | Rubric)
    return Recorder(open_ledger(ledger, str(source) if named else rubric.kind, rubric))


def _check(name: str, value: Any, good: bool, wanted: str) -> None:
    if not good:
        raise ConfigError(f"{name} is {brief(value)}, must be {wanted}")


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_budget(budget_s: float | None) -> None:
    fits = budget_s is None or (is_number(budget_s) and budget_s > 0.0)
    _check("budget_s", budget_s, fits, "None or above 0 seconds")
