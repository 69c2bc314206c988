r"""Rewards on a Ray cluster, for those who outgrow one machine: programs, analysers, whole logs.

`pool` spreads a batch over actors and gives its rewards in order::

    with assay.ray.pool("code", actors=16) as scorer:
        rewards = scorer.verify_batch(samples)

`Rescore` scores a data set of any size with `ray.data`, so that `assay audit` can read it::

    ray.data.read_parquet("log/").map_batches(
        assay.ray.Rescore, fn_constructor_kwargs={"rubric": "math"}, batch_size=1024, concurrency=8,
    ).write_parquet("rescored/")

For a step of some thousand math completions nothing is gained: an engine in the process takes
0.03 s.
Ray itself is imported when one of the two is used: ``pip install 'assay[ray]'``.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from assay.engine.drivers import Given, Row
from assay.engine.engine import Engine, RubricSource, as_samples
from assay.errors import ConfigError
from assay.model import EMPTY, Reward, Sample
from assay.rubrics import Rubric

BATCH = 256
"""Samples of a task: for 16 the way costs more than the work; of 1,024 the last is waited for."""

AHEAD = 2
"""Batches that an actor has at once: the next is there when one is done."""

LOSSES = 2
"""How often a batch may be lost with its actor before it is taken apart: once is a machine. After
the first loss it runs alone on an actor, so that what is lost again is not lost by a neighbour."""


def shipped(plugins: Sequence[str]) -> dict[str, str]:
    """The texts of one-file plugins: their paths exist on one node only.

    Raises:
        ConfigError: a file that cannot be read.
    """
    found = {}
    for path in plugins:
        try:
            found[os.path.basename(path)] = Path(path).read_text(encoding="utf-8")
        except OSError as err:
            raise ConfigError(f"plugin {path}: {err.strerror or err}") from err
    return found


def _engine(rubric: Any, plugins: Mapping[str, str], options: Mapping[str, Any]) -> Engine:
    """An engine on whatever node this is."""
    folder = Path(tempfile.mkdtemp(prefix="assay-ray-")) if plugins else Path()
    for name, text in plugins.items():
        (folder / name).write_text(text, encoding="utf-8")
    paths = [str(folder / name) for name in plugins]
    return Engine(rubric, plugins=paths, on_unscored="ignore", **options)


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

    def __init__(self, rubric: Any, plugins: Mapping[str, str], options: Mapping[str, Any]) -> None:
        self._engine = _engine(rubric, plugins, options)

    def score(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rewards of samples, as JSON."""
        samples = [Sample.from_row(row) for row in rows]
        return [reward.to_json() for reward in self._engine.verify_batch(samples)]

    def signature(self) -> str:
        """Of its rubric, on its node."""
        return self._engine.rubric.signature


@dataclass
class _Batch:
    """Samples that are judged together."""

    indices: list[int]
    losses: int = 0


@dataclass
class _Seat:
    """An actor and what it has."""

    actor: Any
    open: set[Any] = field(default_factory=set)
    suspect: bool = False
    """It has a batch that was lost before, and is given nothing beside it."""

    def has_room(self, batch: _Batch) -> bool:
        """Whether it can be given this batch now."""
        return not self.open if batch.losses else not self.suspect and len(self.open) < AHEAD


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
        options: Mapping[str, Any],
    ) -> None:
        import ray

        if actors < 1 or batch < 1:
            raise ConfigError("actors and batch must be at least 1")
        if not ray.is_initialized():
            ray.init(ignore_reinit_error=True)
        self._batch = batch
        self._arguments = (_plain(rubric), shipped(plugins), dict(options))
        self._remote = ray.remote(num_cpus=num_cpus, max_restarts=max_restarts)(_Scorer)
        # a mistake shows here, at once
        self._whole = Engine(rubric, plugins=list(plugins), **options)
        self._whole.close()
        self._seats = [_Seat(self._start()) for _ in range(actors)]
        self.lost = 0
        """Batches that were lost with their actor, and done again."""

    def _start(self) -> Any:
        return self._remote.remote(*self._arguments)

    def verify_batch(self, samples: Iterable[Given], *, step: int | None = None) -> list[Reward]:
        """Rewards in order, each sample once; see `Engine.verify_batch`.

        A batch whose actor or node dies is done again by another. One that is lost twice is halved
        until the sample stands alone that ends its process; that one is `crashed`, without a score.

        Raises:
            RaySystemError: the cluster is gone.
        """
        import ray

        # groups are made before the batch is cut
        rows: list[Row] = list(self._whole.gathered(as_samples(samples, step)))
        out: list[Reward | None] = [None] * len(rows)
        plain = {i: row.to_json() for i, row in enumerate(rows) if isinstance(row, Sample)}
        for i, row in enumerate(rows):
            if not isinstance(row, Sample):
                out[i] = Reward(None, "invalid", EMPTY, EMPTY, None, "none", str(row))
        indices = list(plain)
        todo = deque(
            _Batch(indices[at : at + self._batch]) for at in range(0, len(indices), self._batch)
        )
        under_way: dict[Any, tuple[_Batch, _Seat]] = {}
        while todo or under_way:
            for seat in self._seats:
                while todo and seat.has_room(todo[0]):
                    batch = todo.popleft()
                    seat.suspect = batch.losses > 0
                    task = seat.actor.score.remote([plain[i] for i in batch.indices])
                    seat.open.add(task)
                    under_way[task] = (batch, seat)
            done, _ = ray.wait(list(under_way), num_returns=1)
            for task in done:
                batch, seat = under_way.pop(task)
                seat.open.discard(task)
                seat.suspect = False
                try:
                    for i, found in zip(batch.indices, ray.get(task), strict=True):
                        out[i] = Reward.from_json(found)
                except ray.exceptions.RayActorError as err:
                    self.lost += 1
                    if isinstance(err, ray.exceptions.ActorDiedError):
                        seat.actor = self._start()
                    todo.extend(self._again(batch, out))
        return [reward for reward in out if reward is not None]

    def _again(self, batch: _Batch, out: list[Reward | None]) -> list[_Batch]:
        losses = batch.losses + 1
        alone = len(batch.indices) == 1
        # The first loss may be a neighbour's; one sample is at fault when it was lost twice alone.
        if losses < LOSSES + alone:
            return [_Batch(batch.indices, losses)]
        if not alone:
            middle = len(batch.indices) // 2
            halves = (batch.indices[:middle], batch.indices[middle:])
            return [_Batch(half, 1) for half in halves]
        because = "crashed: it ended the process of its actor, again and again"
        out[batch.indices[0]] = Reward(None, "unscored", EMPTY, EMPTY, None, "none", because)
        return []

    def signatures(self) -> set[str]:
        """Of all actors: one, unless nodes have other versions of what the rubric uses."""
        import ray

        return set(ray.get([seat.actor.signature.remote() for seat in self._seats]))

    def close(self) -> None:
        """End the actors."""
        import ray

        for seat in self._seats:
            ray.kill(seat.actor)
        self._seats.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        err: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


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
        actors: How many.
        num_cpus: Of each, as Ray counts them; fractions share a core.
        batch: Samples of a task.
        max_restarts: Of an actor, by Ray.
        plugins: Paths of one-file plugins, which go to the actors by content.
        **options: Of each actor's `Engine`; `workers` is 1 by default.

    Raises:
        ModuleNotFoundError: Ray is not installed.
        ConfigError: an option is out of range.
        RubricError: the rubric cannot be built.
    """
    options.setdefault("workers", 1)
    return RayPool(rubric, actors, num_cpus, batch, max_restarts, plugins, options)


class Rescore:
    """A callable class for `ray.data.Dataset.map_batches`: adds rewards and receipts to rows.

    Rows gain ``reward`` (null where nobody could tell), ``status``, ``terms``, ``verdicts`` (both
    as JSON text) and ``signature``; columns of these names are replaced. `assay audit` reads the
    shards.

    Args:
        rubric: A preset's name, a path that all nodes have, or a dict.
        columns: Field of `Sample` -> column.
        plugins: File name -> text of one-file plugins: ``assay.ray.shipped(["my.py"])``.
        **options: Of the `Engine`; `workers` is 1 by default.
    """

    def __init__(
        self,
        rubric: Any = "math",
        columns: Mapping[str, str] = EMPTY,
        plugins: Mapping[str, str] = EMPTY,
        **options: Any,
    ) -> None:
        self._engine = _engine(rubric, plugins, {"workers": 1, **options})
        if self._engine.sees_groups and self._engine.group_size is None:
            self._engine.close()
            raise ConfigError(
                "the rubric compares the completions of a group, which batches of ray.data cut "
                "apart without a word\nfix: group_size=..., so that a torn group is invalid, and "
                "batches of whole groups (groupby, or a batch_size that it divides); or "
                "assay.ray.pool"
            )
        self._columns = dict(columns)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """A batch of columns, with the rewards beside them."""
        import numpy as np

        from assay.errors import SampleError

        names = list(batch)
        count = len(batch[names[0]]) if names else 0
        rows: list[Row] = []
        for i in range(count):
            row = {name: _value(batch[name][i]) for name in names if name not in ADDED}
            try:
                rows.append(Sample.from_row(row, self._columns))
            except SampleError as err:
                rows.append(err)
        rewards = self._engine.verify_batch(rows)
        plain = [reward.to_json() for reward in rewards]
        values = [np.nan if reward.value is None else reward.value for reward in rewards]
        return {
            **{name: batch[name] for name in names if name not in ADDED},
            "reward": np.array(values, dtype=float),
            "status": np.array([one["status"] for one in plain]),
            "terms": np.array([json.dumps(one["terms"]) for one in plain]),
            "verdicts": np.array([json.dumps(one["verdicts"]) for one in plain]),
            "signature": np.array([one["signature"] for one in plain]),
        }


ADDED = ("reward", "status", "terms", "verdicts", "signature")


def _value(value: Any) -> Any:
    """A cell of a batch as Python's own."""
    plain = getattr(value, "tolist", None)
    return plain() if plain is not None else value
