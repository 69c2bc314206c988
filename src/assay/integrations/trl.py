"""Reward functions for TRL's `GRPOTrainer` and its kin.

`reward` is one function for a whole rubric, `areward` the same as a coroutine function, and
`per_criterion` a list of functions, one a criterion. All can be pickled into a spawned process
(TRL's asynchronous GRPO does so); workers are started there, on first use. Neither TRL nor torch
is imported.

Written against TRL 1.16, for 1.6 and later. A reward function is called with `prompts`,
`completions`, `completion_ids`, every other column of the data set, and `trainer_state`,
`log_extra`, `log_metric`; it returns a number or None each completion. A completion for which
*every* reward function returned None takes no part in training (before 1.6 it was taken for a 0).
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

from assay.engine.engine import Engine, Row, RubricSource
from assay.engine.pools import available_cores
from assay.errors import ConfigError, SampleError
from assay.integrations.rows import Column, Needs, RowReader
from assay.integrations.shared import SharedRewards
from assay.integrations.watch import Watch
from assay.model import EMPTY, Reward
from assay.printable import printable
from assay.rubrics import Rubric, load_rubric, summary

if TYPE_CHECKING:
    from assay.plugins.spec import VerifierSpec

__all__ = [
    "AsyncRewardFunction",
    "CriterionFunction",
    "RewardFunction",
    "areward",
    "per_criterion",
    "reward",
]

MASKS = (1, 6)
"""The first TRL that leaves a completion out when every reward function returned None for it."""

BECAUSE_CHARS = 300
"""Cap of a cell in TRL's table of completions."""

Log = Callable[[str, Any], object]
"""TRL's `log_metric` and `log_extra`."""


class Options(TypedDict, total=False):
    """Options of `reward`, `areward` and `per_criterion`."""

    columns: Mapping[str, Column]
    """Field of `Sample`, or ``info.NAME`` -> the column of the data set that fills it, as in
    ``{"reference": "answer"}``; or with a function of the column's value, applied row by row, as
    in ``{"reference": ("answer", str.strip)}``. Where it says nothing, columns called `reference`,
    `tests`, `steps` and `turns` fill the fields of their name, if the rubric reads them. Columns
    not used so land in `info`. The prompt, `n_tokens` (from `completion_ids`) and `step` (from the
    trainer's state) come from the trainer."""
    name: str
    """What the trainer's logs call it; by default the rubric's name or file."""
    workers: int | None
    """Processes for killable verifiers; by default the cores of this process, divided by
    ``LOCAL_WORLD_SIZE`` where a launcher runs several trainers on the machine."""
    timeout_s: float
    """Bound of one completion, in seconds, by default 5; see `Engine`."""
    budget_s: float | None
    """Bound of a call, in seconds, by default none; what it does not reach is not scored."""
    on_invalid: Literal["raise", "mask"]
    """What a malformed row of the data set does (no reference, or one that cannot be read):
    ``raise`` (the default) stops the run and shows the row, ``mask`` returns None for it. A column
    that is not there at all always raises."""
    max_unscored: float
    """Share of completions that may go without a score, looked at every 200; by default 0.05."""
    on_unscored: Literal["raise", "warn", "ignore"]
    """What happens above it: ``raise`` `UnscoredError` (the default), ``warn``, or ``ignore``."""
    verifiers: Iterable[VerifierSpec | Callable[..., Any]]
    """Functions marked with `@assay.verifier`, besides the plugins'."""
    plugins: Sequence[str]
    """Paths of one-file plugins."""


def reward(rubric: RubricSource = "math", **options: Unpack[Options]) -> RewardFunction:
    r"""One reward function for a whole rubric.

    Args:
        rubric: A preset's name, a path, a dict or a `Rubric`; read now, so a mistake in it is
            told before a model is loaded.
        **options: See `Options`.

    Raises:
        RubricError: the rubric cannot be built.
        PluginError: a verifier is not to be found.
        ConfigError: an option is out of range, or `columns` maps what is no field.

    >>> score = reward({"kind": "weighted", "criteria": {"format.boxed": 1}}, name="boxed")
    >>> score.__name__, score(prompts=["1+1?"], completions=[r"\boxed{2}"])
    ('boxed', [1.0])
    """
    return RewardFunction(_Scorer(rubric, **options))


def areward(rubric: RubricSource = "math", **options: Unpack[Options]) -> AsyncRewardFunction:
    """As `reward`, as a coroutine function: TRL runs it beside other asynchronous rewards."""
    return AsyncRewardFunction(_Scorer(rubric, **options))


def per_criterion(
    rubric: RubricSource = "math+format",
    *,
    contributions: bool = False,
    **options: Unpack[Options],
) -> list[CriterionFunction]:
    """A reward function a criterion, in the rubric's order, so that each is logged by itself.

    Use all of them together: ``reward_funcs=functions`` and
    ``reward_weights=[f.weight for f in functions]`` add up to the rubric's value. A completion is
    scored once for all of them. Where it has no score, every one returns None, and TRL leaves it
    out. **Another reward function beside them** that does return a number for it makes TRL train
    on that number alone.

    A function returns the criterion's score in [0, 1], and its `weight` is the rubric's. Where the
    rubric is no weighted sum (a gate, say) each returns what its line of the receipt contributes,
    with weight 1; the composer's own line, such as ``(gate)``, is then one of them.

    Args:
        contributions: Return contributions with weight 1 for a weighted sum, too: for trainers
            without `reward_weights`, as the asynchronous GRPO of TRL 1.16.
        rubric: As for `reward`.
        **options: See `Options`; a `name` is put before each criterion's key, with a slash.
    """
    scorer = _Scorer(rubric, **options)
    bound = scorer.engine.rubric
    shared = SharedRewards(bound.blank_terms())
    linear = all(plan.linear for plan in bound.plans().values())
    prefix = f"{options['name']}/" if options.get("name") else ""
    return [
        CriterionFunction(
            scorer,
            shared,
            key,
            f"{prefix}{key}",
            term.weight if linear and not contributions else 1.0,
            linear and not contributions,
        )
        for key, term in bound.blank_terms().items()
    ]


class _Scorer:
    """What the functions have in common: options, and an engine that no pickle holds."""

    def __init__(
        self,
        rubric: RubricSource,
        *,
        columns: Mapping[str, Column] = EMPTY,
        name: str | None = None,
        workers: int | None = None,
        timeout_s: float = 5.0,
        budget_s: float | None = None,
        on_invalid: Literal["raise", "mask"] = "raise",
        max_unscored: float = 0.05,
        on_unscored: Literal["raise", "warn", "ignore"] = "raise",
        verifiers: Iterable[VerifierSpec | Callable[..., Any]] = (),
        plugins: Sequence[str] = (),
    ) -> None:
        if on_invalid not in ("raise", "mask"):
            raise ConfigError(f"on_invalid is {on_invalid!r}, must be raise, mask")
        self.name = _name(rubric) if name is None else name
        self.on_invalid = on_invalid
        self.reader = RowReader(columns)
        self._rubric = load_rubric(rubric)
        self._options: dict[str, Any] = {
            "workers": workers,
            "timeout_s": timeout_s,
            "budget_s": budget_s,
            "verifiers": tuple(verifiers),
            "plugins": tuple(os.path.abspath(path) for path in plugins),
        }
        self._watch = Watch(max_unscored, on_unscored)
        self._engine: tuple[Engine, Needs] | None = None
        _check_trl()
        self.ready()  # a mistake is told now, not after a model has been loaded

    def __getstate__(self) -> dict[str, Any]:
        watch = (self._watch.max_unscored, self._watch.on_unscored)
        return {**self.__dict__, "_engine": None, "_watch": watch}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._watch = Watch(*state["_watch"])

    def ready(self) -> tuple[Engine, Needs]:
        """This process's engine, and what its rubric needs; starts no worker.

        Two threads may make one each at first; workers are shared by all engines of a process.
        """
        if self._engine is None:
            options = dict(self._options)
            if options["workers"] is None:
                options["workers"] = _share_of_cores()
            engine = Engine(self._rubric, on_unscored="ignore", **options)
            self._engine = engine, Needs.of(engine)
        return self._engine

    @property
    def engine(self) -> Engine:
        """This process's engine."""
        return self.ready()[0]

    def close(self) -> None:
        """End the workers, unless others of this process use them too."""
        if self._engine is not None:
            self._engine[0].close()

    def rows(
        self,
        prompts: Sequence[Any] | None,
        completions: Sequence[Any],
        completion_ids: Sequence[Any] | None,
        trainer_state: Any,
        given: Mapping[str, Any],
    ) -> list[Row]:
        """The batch as samples; see `RowReader.read`."""
        step = getattr(trainer_state, "global_step", None)
        return self.reader.read(
            completions,
            given,
            self.ready()[1],
            prompt=None if prompts is None else [p or None for p in prompts],
            n_tokens=None if completion_ids is None else [len(ids) for ids in completion_ids],
            step=None if step is None else [step] * len(completions),
        )

    def settle(
        self,
        rewards: Sequence[Reward],
        given: Mapping[str, Any],
        prompts: Sequence[Any] | None,
        log_metric: Log | None,
        log_extra: Log | None,
    ) -> None:
        """Look at the rewards of a batch: raise what must not go unnoticed, log the rest."""
        if self.on_invalid == "raise":
            for i, found in enumerate(rewards):
                if found.status == "invalid":
                    raise self._malformed(i, found, given, prompts)
        if log_metric is not None:
            for metric, value in _metrics(rewards).items():
                log_metric(f"{self.name}/{metric}", value)
        if log_extra is not None:
            log_extra(f"{self.name}/because", [_because(r) for r in rewards])
        self._watch.see(rewards)

    def _malformed(
        self, i: int, found: Reward, given: Mapping[str, Any], prompts: Sequence[Any] | None
    ) -> SampleError:
        lines = [f"a row of the data set is malformed: {found.error}"]
        if prompts is not None and i < len(prompts):
            lines.append(f"  prompt: {printable(repr(prompts[i]), 200)}")
        lines += self.reader.describe(i, given)
        lines.append(
            "fix: mend the row, map another column with columns={...}, or leave such rows out of "
            "training with on_invalid='mask'"
        )
        return SampleError("\n".join(lines))


class RewardFunction:
    """What `reward` returns. Call it as TRL does, or by hand in a test."""

    def __init__(self, scorer: _Scorer) -> None:
        self._scorer = scorer
        self.__name__ = self.__qualname__ = scorer.name

    def __call__(
        self,
        prompts: Sequence[Any] | None = None,
        completions: Sequence[Any] = (),
        completion_ids: Sequence[Any] | None = None,
        *,
        trainer_state: Any = None,
        log_extra: Log | None = None,
        log_metric: Log | None = None,
        **columns: Any,
    ) -> list[float | None]:
        """A number each completion, or None where it could not be told.

        Raises:
            ConfigError: a column is not there.
            SampleError: a row of the data set is malformed, and `on_invalid` is ``raise``.
            UnscoredError: too many completions have no score.
        """
        scorer = self._scorer
        rows = scorer.rows(prompts, completions, completion_ids, trainer_state, columns)
        rewards = scorer.engine.verify_batch(rows)
        scorer.settle(rewards, columns, prompts, log_metric, log_extra)
        return [r.value for r in rewards]

    def close(self) -> None:
        """End the workers now, rather than with the process; a later call starts others."""
        self._scorer.close()

    def __repr__(self) -> str:
        return f"<assay reward {self.__name__!r}>"


class AsyncRewardFunction:
    """What `areward` returns: a coroutine function to `inspect`, and so to every trainer."""

    def __init__(self, scorer: _Scorer) -> None:
        self._scorer = scorer
        self.__name__ = self.__qualname__ = scorer.name

    async def __call__(
        self,
        prompts: Sequence[Any] | None = None,
        completions: Sequence[Any] = (),
        completion_ids: Sequence[Any] | None = None,
        *,
        trainer_state: Any = None,
        log_extra: Log | None = None,
        log_metric: Log | None = None,
        **columns: Any,
    ) -> list[float | None]:
        """As `RewardFunction.__call__`, without blocking the event loop while workers judge."""
        scorer = self._scorer
        rows = scorer.rows(prompts, completions, completion_ids, trainer_state, columns)
        rewards = await scorer.engine.averify_batch(rows)
        scorer.settle(rewards, columns, prompts, log_metric, log_extra)
        return [r.value for r in rewards]

    # `inspect.iscoroutinefunction` looks at a callable object's own attributes, not at those of
    # its `__call__`; with these it sees what a call returns. A plain function would be seen, too,
    # but one that remembers its options cannot be pickled, and TRL reads no `partial`'s name.
    __code__ = __call__.__code__
    __defaults__ = __call__.__defaults__
    __kwdefaults__ = __call__.__kwdefaults__

    def close(self) -> None:
        """End the workers now, rather than with the process; a later call starts others."""
        self._scorer.close()

    def __repr__(self) -> str:
        return f"<assay asynchronous reward {self.__name__!r}>"


class CriterionFunction:
    """One of the functions that `per_criterion` returns."""

    def __init__(
        self,
        scorer: _Scorer,
        shared: SharedRewards,
        key: str,
        name: str,
        weight: float,
        score: bool,
    ) -> None:
        self._scorer = scorer
        self._shared = shared
        self._score = score
        self.key = key
        """Of the criterion in the rubric."""
        self.weight = weight
        """For `reward_weights`."""
        self.__name__ = self.__qualname__ = name

    def __call__(
        self,
        prompts: Sequence[Any] | None = None,
        completions: Sequence[Any] = (),
        completion_ids: Sequence[Any] | None = None,
        *,
        trainer_state: Any = None,
        log_extra: Log | None = None,
        log_metric: Log | None = None,
        **columns: Any,
    ) -> list[float | None]:
        """A number each completion, or None.

        Where the reward is unscored it is None for every criterion; where a switch leaves this
        criterion out, for this one alone.
        """
        scorer = self._scorer
        rows = scorer.rows(prompts, completions, completion_ids, trainer_state, columns)

        def run() -> list[Reward]:
            rewards = scorer.engine.verify_batch(rows)
            scorer.settle(rewards, columns, prompts, log_metric, log_extra)
            return rewards

        return [self._of(found) for found in self._shared.rewards(self.key, completions, rows, run)]

    def _of(self, found: Reward) -> float | None:
        term = found.terms[self.key]
        if found.value is None or (self.key not in found.verdicts and term.verifier):
            return None
        return term.score if self._score else term.contribution

    def close(self) -> None:
        """End the workers of all functions of this rubric."""
        self._scorer.close()

    def __repr__(self) -> str:
        return f"<assay reward {self.__name__!r} of weight {self.weight:g}>"


def _check_trl() -> None:
    """Warn of a TRL that would take our None for a 0: a fault of the machine for a wrong answer."""
    try:
        installed = version("trl")
    except PackageNotFoundError:
        return
    found = re.match(r"(\d+)\.(\d+)", installed)
    if found is not None and (int(found[1]), int(found[2])) < MASKS:
        wanted = ".".join(map(str, MASKS))
        warnings.warn(
            f"TRL {installed} trains on a completion without a score as if its reward were 0; "
            f"from {wanted} on it leaves it out\nfix: pip install 'trl>={wanted}'",
            RuntimeWarning,
            stacklevel=4,
        )


def _name(rubric: RubricSource) -> str:
    if isinstance(rubric, Rubric | Mapping):
        return "assay"
    return Path(rubric).stem if os.path.splitext(rubric)[1] else os.fspath(rubric)


def _share_of_cores() -> int:
    """This trainer's cores: a launcher that starts several on a machine says how many."""
    try:
        trainers = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    except ValueError:
        trainers = 1
    return max(1, available_cores() // max(1, trainers))


def _metrics(rewards: Sequence[Reward]) -> dict[str, float]:
    """Shares of the batch, and the mean of each criterion; TRL itself logs the reward's."""
    if not rewards:
        return {}
    found = summary(rewards)
    limited = sum(any("limit" in v.details for v in r.verdicts.values()) for r in rewards)
    return {
        "unscored": found["unscored"] / len(rewards),
        "invalid": found["invalid"] / len(rewards),
        "cut_off": limited / len(rewards),
        **{name: value for name, value in found.items() if name.startswith("score/")},
    }


def _because(found: Reward) -> str:
    if found.error is not None:
        text = f"{found.status}: {found.error}"
    else:
        text = "; ".join(f"{key}: {v.because}" for key, v in found.verdicts.items())
    return printable(text, BECAUSE_CHARS)
