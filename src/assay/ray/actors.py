"""A batch over actors: in order, each sample once, whatever dies."""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from assay.engine.calls.as_samples import as_samples
from assay.engine.calls.drivers import Given, SampleOrError
from assay.engine.engine import Engine, RubricSource
from assay.errors import AssayError, ConfigError, WorkerError
from assay.model import EMPTY, Reward, Sample
from assay.ray.shipping import Shipped, engine_here, shipped
from assay.rubrics import Rubric

BATCH = 256
"""Samples of a task: for 16 the way costs more than the work; of 1,024 the last is waited for."""

AHEAD = 2
"""Batches that an actor has at once: the next is there when one is done."""

LOSSES = 2
"""How often a batch may be lost before it is taken apart: once is a machine. After the first loss
it runs alone on an actor, so that what is lost again is not lost by a neighbour."""

STARTS = 5
"""How often in a row an actor may die before it is ready: more than a node that goes away."""

UNREACHABLE_S = 0.5
"""Pause before an actor that cannot be reached is asked again."""

CLOSING_S = 5.0
"""How long `RayPool.close` waits for actors to end their workers, before it kills them."""


def _plain(rubric: RubricSource) -> Any:
    """A rubric as an actor can be given it: presets by name, files and rubrics by content."""
    if isinstance(rubric, Rubric):
        return rubric.to_dict()
    if isinstance(rubric, str | os.PathLike) and os.path.splitext(rubric)[1]:
        from assay.rubrics import load_rubric

        return load_rubric(rubric).to_dict()
    return rubric


class _Scorer:
    """What an actor is."""

    def __init__(self, rubric: Any, plugins: Shipped, options: dict[str, Any]) -> None:
        self._engine = engine_here(rubric, plugins, options)

    def ready(self) -> bool:
        """Answers once it is made."""
        return True

    def score(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rewards of samples, as JSON."""
        samples = [Sample.from_row(row) for row in rows]
        return [reward.to_json() for reward in self._engine.verify_batch(samples)]

    def signature(self) -> str:
        """Of its rubric, on its node."""
        return self._engine.rubric.signature

    def close(self) -> None:
        """End its workers."""
        self._engine.close()


@dataclass
class _Batch:
    """Samples that are judged together."""

    indices: list[int]
    losses: int = 0


@dataclass
class _Seat:
    """An actor and what it has."""

    actor: Any
    starting: Any
    """The answer that says it is ready; None once it was, and while it is not asked. What is given
    to an actor that has no node waits for one, so it is given nothing before."""
    ask_at: float | None = None
    """When it is asked again whether it is ready, on the monotonic clock; None: it is or was."""
    open: set[Any] = field(default_factory=set)
    suspect: bool = False
    """It has a batch that was lost before, and is given nothing beside it."""
    deaths: int = 0
    """In a row, without having been ready."""

    @property
    def ready(self) -> bool:
        """Whether it has said that it is."""
        return self.starting is None and self.ask_at is None

    def has_room(self, batch: _Batch) -> bool:
        """Whether it can be given this batch now."""
        if not self.ready or self.suspect:
            return False
        return not self.open if batch.losses else len(self.open) < AHEAD


class RayPool:
    """What `pool` returns. One call at a time."""

    def __init__(
        self,
        rubric: RubricSource,
        actors: int,
        num_cpus: float,
        batch: int,
        max_restarts: int,
        plugins: Sequence[str],
        options: dict[str, Any],
    ) -> None:
        import ray

        if actors < 1 or batch < 1:
            raise ConfigError("actors and batch must be at least 1")
        sent = shipped(plugins)
        # a mistake shows here, at once
        self._whole = Engine(rubric, plugins=list(plugins), **options)
        self._whole.close()
        if not ray.is_initialized():
            ray.init(ignore_reinit_error=True)
        self._batch = batch
        self._arguments = (_plain(rubric), sent, dict(options))
        self._remote: Any = ray.remote(num_cpus=num_cpus, max_restarts=max_restarts)(_Scorer)
        self._seats = [_Seat(*self._start()) for _ in range(actors)]
        self.lost = 0
        """Batches that were lost with their actor or node, and done again."""

    def _start(self) -> tuple[Any, Any]:
        actor = self._remote.remote(*self._arguments)
        return actor, actor.ready.remote()

    def verify_batch(self, samples: Iterable[Given], *, step: int | None = None) -> list[Reward]:
        """Rewards in order, each sample once; see `Engine.verify_batch`.

        A batch whose actor or node dies is done again by another. One that is lost twice is halved
        until the sample stands alone that ends its process, or at which the actor raises what is
        not Assay's; that one is `crashed`, without a score. While no node has room for any actor,
        it waits for one.

        Raises:
            AssayError: what the engine of an actor raises, as an engine in this process would.
            WorkerError: actors cannot be made on their nodes.
            RaySystemError: the cluster is gone.
        """
        import ray

        # groups are made before the batch is cut
        rows: list[SampleOrError] = list(self._whole.gathered(as_samples(samples, step)))
        out: list[Reward | None] = [None] * len(rows)
        plain = {i: row.to_json() for i, row in enumerate(rows) if isinstance(row, Sample)}
        for i, row in enumerate(rows):
            if not isinstance(row, Sample):
                out[i] = Reward(None, "invalid", EMPTY, EMPTY, None, "none", str(row))
        indices = list(plain)
        todo = deque(
            _Batch(indices[at : at + self._batch]) for at in range(0, len(indices), self._batch)
        )
        under_way: dict[Any, tuple[_Batch, _Seat, Any]] = {}
        try:
            while todo or under_way:
                for seat in self._seats:
                    while todo and seat.has_room(todo[0]):
                        batch = todo.popleft()
                        seat.suspect = batch.losses > 0
                        task = seat.actor.score.remote([plain[i] for i in batch.indices])
                        seat.open.add(task)
                        under_way[task] = (batch, seat, seat.actor)
                starting = self._asked()
                pause = any(seat.ask_at is not None for seat in self._seats)
                if not under_way and not starting:
                    time.sleep(UNREACHABLE_S)
                    continue
                done, _ = ray.wait(
                    [*under_way, *starting],
                    num_returns=1,
                    timeout=UNREACHABLE_S if pause else None,
                )
                for answer in done:
                    if answer in starting:
                        self._started(starting[answer])
                        continue
                    batch, seat, actor = under_way.pop(answer)
                    seat.open.discard(answer)
                    seat.suspect = False
                    rewards, because = self._fetched(answer, seat, actor)
                    if rewards is None:
                        self.lost += 1
                        todo.extend(_again(batch, out, because))
                        continue
                    for i, found in zip(batch.indices, rewards, strict=True):
                        out[i] = found
        finally:
            for task in under_way:  # of a call that failed: nobody waits for them
                with contextlib.suppress(Exception):
                    ray.cancel(task)
            for seat in self._seats:
                seat.open.clear()
                seat.suspect = False
        return [reward for reward in out if reward is not None]

    def _fetched(self, answer: Any, seat: _Seat, actor: Any) -> tuple[list[Reward] | None, str]:
        """The rewards of a batch; None if it was lost, and why."""
        import ray

        try:
            return [Reward.from_json(found) for found in ray.get(answer)], ""
        except ray.exceptions.RayActorError as err:
            if seat.actor is actor and seat.ready:
                self._revive(seat, err)
            return None, "it ended the process of its actor, again and again"
        except ray.exceptions.RayTaskError as err:
            if isinstance(err.cause, AssayError):
                raise err.cause from err
            return None, f"{type(err.cause).__name__}: {err.cause}"
        except (
            ray.exceptions.ObjectLostError,  # judged, but its node died before the answer was read
            ray.exceptions.NodeDiedError,
            ray.exceptions.OutOfMemoryError,
            ray.exceptions.WorkerCrashedError,
        ) as err:
            return None, f"{type(err).__name__}, again and again"

    def _asked(self) -> dict[Any, _Seat]:
        """Answer -> seat, of the actors that have yet to say that they are ready."""
        now = time.monotonic()
        for seat in self._seats:
            if seat.ask_at is not None and seat.ask_at <= now:
                seat.starting, seat.ask_at = seat.actor.ready.remote(), None
        return {seat.starting: seat for seat in self._seats if seat.starting is not None}

    def _started(self, seat: _Seat) -> None:
        import ray

        answer, seat.starting = seat.starting, None
        try:
            ray.get(answer)
        except (ray.exceptions.RayActorError, ray.exceptions.RayTaskError) as err:
            self._revive(seat, err)
        else:
            seat.deaths = 0

    def _revive(self, seat: _Seat, err: Any) -> None:
        """Another actor for one that died; the same, once it answers, where Ray restarts it."""
        import ray

        if isinstance(err, ray.exceptions.ActorUnavailableError):
            # Its node may be gone, which Ray takes some seconds to see, or on its way back.
            seat.ask_at = time.monotonic() + UNREACHABLE_S
            return
        seat.deaths += 1
        if getattr(err, "actor_init_failed", False) or seat.deaths > STARTS:
            raise WorkerError(
                "an actor cannot be made on its node"
                f"\n  cause: {err}"
                "\nfix: every node needs the same Assay, and what the rubric's verifiers import"
            ) from err
        seat.actor, seat.starting = self._start()

    def signatures(self) -> set[str]:
        """Of all actors: one, unless nodes have other versions of what the rubric uses."""
        import ray

        return set(ray.get([seat.actor.signature.remote() for seat in self._seats]))

    def close(self) -> None:
        """End the actors and their workers. A second time does nothing."""
        import ray

        seats, self._seats = self._seats, []
        if not seats or not ray.is_initialized():
            return
        ended = [seat.actor.close.remote() for seat in seats if seat.ready]
        if ended:
            ray.wait(ended, num_returns=len(ended), timeout=CLOSING_S)
        for seat in seats:
            ray.kill(seat.actor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        err: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _again(batch: _Batch, out: list[Reward | None], because: str) -> list[_Batch]:
    """What is done of a batch that was lost; a sample that stands alone has its reward in `out`."""
    losses = batch.losses + 1
    alone = len(batch.indices) == 1
    # The first loss may be a neighbour's; one sample is at fault when it was lost twice alone.
    if losses < LOSSES + alone:
        return [_Batch(batch.indices, losses)]
    if not alone:
        middle = len(batch.indices) // 2
        halves = (batch.indices[:middle], batch.indices[middle:])
        return [_Batch(half, 1) for half in halves]
    error = f"crashed: {because}"
    out[batch.indices[0]] = Reward(None, "unscored", EMPTY, EMPTY, None, "none", error)
    return []


def pool(
    rubric: RubricSource = "math",
    *,
    actors: int = 4,
    num_cpus: float = 1.0,
    batch: int = BATCH,
    max_restarts: int = 3,
    plugins: Sequence[str] = (),
    **options: Any,
) -> RayPool:
    """Actors that score a batch together.

    Args:
        rubric: A preset's name, a path, a dict or a `Rubric`; a file goes to the actors by content.
        actors: How many. Those that no node has room for yet are given nothing.
        num_cpus: Of each, as Ray counts them; fractions share a core.
        batch: Samples of a task.
        max_restarts: Of an actor, by Ray.
        plugins: Paths of one-file plugins, which go to the actors by content.
        **options: Of each actor's `Engine`; `workers` is 1 by default.

    Raises:
        ModuleNotFoundError: Ray is not installed.
        ConfigError: an option is out of range.
        PluginError: a plugin cannot be read or loaded.
        RubricError: the rubric cannot be built.
    """
    options.setdefault("workers", 1)
    return RayPool(rubric, actors, num_cpus, batch, max_restarts, plugins, options)
