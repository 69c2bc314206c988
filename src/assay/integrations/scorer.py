"""What the reward functions of a trainer have in common: options, an engine a process, logs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from assay.engine.calls.drivers import SampleOrError
from assay.engine.engine import Engine, RubricSource
from assay.errors import ConfigError, SampleError
from assay.integrations.scoring.batch_columns import ColumnNeeds, RowReader, TrainerColumn
from assay.integrations.scoring.cores import budget_within, share_of_cores
from assay.integrations.scoring.missing import A_NUMBER, Missing, Unscored
from assay.integrations.scoring.watch import UnscoredWatch
from assay.model import EMPTY, Reward
from assay.printable import brief, printable
from assay.rubrics import Rubric, load_rubric, summary

if TYPE_CHECKING:
    from assay.plugins.spec import VerifierSpec

BECAUSE_CHARS = 300
"""Cap of a cell in a trainer's table of completions."""

LogCallback = Callable[[str, Any], object]
"""A trainer's `log_metric` and `log_extra`."""


class Options(TypedDict, total=False):
    """Options of a reward function, besides its rubric."""

    columns: Mapping[str, TrainerColumn]
    """Field of `Sample`, or ``info.NAME`` -> the column of the data set that fills it, as in
    ``{"reference": "answer"}``; or with a function of the column's value, applied row by row, as
    in ``{"reference": ("answer", str.strip)}``. Where it says nothing, columns called `reference`,
    `tests`, `steps` and `turns` fill the fields of their name, if the rubric reads them. Columns
    not used so land in `info`. The prompt, `n_tokens` (from `completion_ids`) and `step` (from the
    trainer's state) come from the trainer."""
    name: str
    """What the trainer's logs call it; by default the rubric's name or file."""
    workers: int | None
    """Processes for killable verifiers; by default this copy's share of the cores, see
    `share_of_cores`."""
    timeout_s: float
    """Bound of one completion, in seconds, by default 5; see `Engine`."""
    budget_s: float | None
    """Bound of a call, in seconds; what it does not reach is not scored. By default a second less
    than `patience_s`, or none."""
    patience_s: float | None
    """Seconds after which the trainer gives up on a call; None: it waits without end. An adapter
    knows its trainer's default; say it where the trainer is configured otherwise."""
    on_invalid: Literal["raise", "mask"]
    """What a malformed row of the data set does (no reference, or one that cannot be read):
    ``raise`` (the default) stops the run and shows the row, ``mask`` returns None for it. A column
    that is not there at all always raises."""
    max_unscored: float
    """Share of completions that may go without a score, looked at every 200; by default 0.05."""
    on_unscored: Literal["raise", "warn", "ignore"]
    """What happens above it: ``raise`` `UnscoredError` (the default), ``warn``, or ``ignore``."""
    unscored: Unscored
    """What a completion without a score is for the trainer: see `Unscored`. By default ``mask``
    where the trainer can leave a completion out, else ``raise``."""
    verifiers: Iterable[VerifierSpec | Callable[..., Any]]
    """Functions marked with `@assay.verifier`, besides the plugins'."""
    plugins: Sequence[str]
    """Paths of one-file plugins."""
    group_size: int | None
    """Completions of a group, for rubrics that compare within groups (TRL's `num_generations`): a
    call that brings another number of one group is malformed. See `Engine`."""


class Scorer:
    """What the functions have in common: options, and an engine that no pickle holds.

    A trainer's function has one of two shapes. A **batch**: `rows`, the engine's `verify_batch` or
    `averify_batch`, then `settle`. **One** completion: `judge` or `ajudge` for its reward, then
    `number` where the trainer takes a number.

    Args:
        rubric: A preset's name, a path, a dict or a `Rubric`.
        can: What `unscored` may be with this trainer; the first is the default.
        copied: Whether the trainer makes many copies of the function, in processes of their own,
            without a word on how many: then a copy has one worker.
        truth: Column that is the reference, or the tests, whichever the rubric reads.
        others: See `Options`.

    Raises:
        ConfigError: an option is out of range, or longer than the trainer's patience.
        RubricError: the rubric cannot be built.
        PluginError: a verifier is not to be found.
    """

    def __init__(
        self,
        rubric: RubricSource,
        *,
        columns: Mapping[str, TrainerColumn] = EMPTY,
        name: str | None = None,
        workers: int | None = None,
        timeout_s: float = 5.0,
        budget_s: float | None = None,
        patience_s: float | None = None,
        on_invalid: Literal["raise", "mask"] = "raise",
        max_unscored: float = 0.05,
        on_unscored: Literal["raise", "warn", "ignore"] = "raise",
        unscored: Unscored | None = None,
        can: Sequence[str] = ("mask", "raise", "group_mean", A_NUMBER),
        verifiers: Iterable[VerifierSpec | Callable[..., Any]] = (),
        plugins: Sequence[str] = (),
        group_size: int | None = None,
        copied: bool = False,
        truth: str | None = None,
    ) -> None:
        if on_invalid not in ("raise", "mask"):
            raise ConfigError(f"on_invalid is {brief(on_invalid)}, must be raise, mask")
        self.name = name_of(rubric) if name is None else name
        self.on_invalid = on_invalid
        self.missing = Missing(can[0] if unscored is None else unscored, can)
        self.reader = RowReader(columns, truth)
        self._copied = copied
        self._rubric = load_rubric(rubric)
        self._options: dict[str, Any] = {
            "workers": workers,
            "timeout_s": timeout_s,
            "budget_s": budget_within(patience_s, timeout_s, budget_s),
            "verifiers": tuple(verifiers),
            "plugins": tuple(os.path.abspath(path) for path in plugins),
            "group_size": group_size,
        }
        self._watch = UnscoredWatch(max_unscored, on_unscored)
        self._engine: tuple[Engine, ColumnNeeds] | None = None
        self.ready()  # a mistake shows now, not after a model has been loaded

    def __getstate__(self) -> dict[str, Any]:
        watch = (self._watch.max_unscored, self._watch.on_unscored)
        return {**self.__dict__, "_engine": None, "_watch": watch}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._watch = UnscoredWatch(*state["_watch"])

    def ready(self) -> tuple[Engine, ColumnNeeds]:
        """This process's engine, and what its rubric needs; starts no worker.

        Two threads may make one each at first; workers are shared by all engines of a process.
        """
        if self._engine is None:
            options = dict(self._options)
            if options["workers"] is None:
                options["workers"] = share_of_cores(self._copied)
            engine = Engine(self._rubric, on_unscored="ignore", **options)
            self._engine = engine, ColumnNeeds.of(engine)
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
        completions: Sequence[Any],
        columns: Mapping[str, Any],
        **known: Sequence[Any] | None,
    ) -> list[SampleOrError]:
        """The batch as samples; see `RowReader.read`.

        Args:
            completions: Texts, or lists of chat messages.
            columns: Of the data set, a value each completion; what is not a list of that length is
                passed over.
            **known: Fields of `Sample` that the trainer itself knows, such as `prompt`,
                `n_tokens` and `step`.
        """
        return self.reader.read(completions, columns, self.ready()[1], **known)

    def judge(self, text: Any, row: Mapping[str, Any], **known: Any) -> Reward:
        """The reward of one completion; blocks while workers judge.

        Args:
            text: Text, or a list of chat messages.
            row: Columns of the data set: a value of each.
            **known: Fields of `Sample` that the trainer itself knows, such as `prompt`; None: not.

        Raises:
            ConfigError: a column is not there.
            SampleError: the row is malformed, and `on_invalid` is ``raise``.
            UnscoredError: too many of the last completions have no score.
        """
        columns, rows = self._one(text, row, known)
        (found,) = self.engine.verify_batch(rows)
        self.see([found], columns)
        return found

    async def ajudge(self, text: Any, row: Mapping[str, Any], **known: Any) -> Reward:
        """As `judge`, without blocking the event loop while workers judge."""
        columns, rows = self._one(text, row, known)
        (found,) = await self.engine.averify_batch(rows)
        self.see([found], columns)
        return found

    def number(self, found: Reward) -> float | None:
        """What the trainer gets for one reward; None only where `unscored` is ``mask``.

        Raises:
            UnscoredError: it has no value, and `unscored` is ``raise``.
        """
        return self.missing.numbers([found])[0]

    def _one(
        self, text: Any, row: Mapping[str, Any], known: Mapping[str, Any]
    ) -> tuple[dict[str, list[Any]], list[SampleOrError]]:
        columns = {str(name): [value] for name, value in row.items()}
        given = {name: [value] for name, value in known.items() if value is not None}
        return columns, self.rows([text], columns, **given)

    def settle(
        self,
        rewards: Sequence[Reward],
        columns: Mapping[str, Any],
        *,
        prompts: Sequence[Any] | None = None,
        groups: Sequence[object] | None = None,
        log_metric: LogCallback | None = None,
        log_extra: LogCallback | None = None,
    ) -> list[float | None]:
        """The numbers that the trainer gets, once what must not go unnoticed has been raised.

        Args:
            rewards: Of a batch.
            columns: As for `rows`; for the message about a malformed row.
            prompts: One each completion, for that message.
            groups: What tells groups apart, one each completion; for ``group_mean``.
            log_metric: The trainer's log of numbers, called with a name and a value.
            log_extra: The trainer's table of completions, called with a name and a list.

        Raises:
            SampleError: a row is malformed, and `on_invalid` is ``raise``.
            UnscoredError: too many have no score, or one has none and `unscored` is ``raise``.
        """
        self.see(rewards, columns, prompts=prompts, log_metric=log_metric, log_extra=log_extra)
        return self.missing.numbers(rewards, groups)

    def see(
        self,
        rewards: Sequence[Reward],
        columns: Mapping[str, Any],
        *,
        prompts: Sequence[Any] | None = None,
        log_metric: LogCallback | None = None,
        log_extra: LogCallback | None = None,
    ) -> None:
        """Log the rewards of a batch, and raise what must not go unnoticed; see `settle`."""
        if self.on_invalid == "raise":
            for i, found in enumerate(rewards):
                if found.status == "invalid":
                    raise self._malformed(i, found, columns, prompts)
        if log_metric is not None:
            for metric, value in metrics_of(rewards).items():
                log_metric(f"{self.name}/{metric}", value)
        if log_extra is not None:
            log_extra(f"{self.name}/because", [because(r) for r in rewards])
        self._watch.see(rewards)

    def _malformed(
        self, i: int, found: Reward, columns: Mapping[str, Any], prompts: Sequence[Any] | None
    ) -> SampleError:
        said = str(found.error).splitlines()
        # what is to be done is said below, in the words of a trainer's function: it has no --map
        said = [line for line in said if not line.startswith("fix: ")] or said
        lines = [f"a row of the data set is malformed: {said[0]}", *said[1:]]
        if prompts is not None and i < len(prompts):
            lines.append(f"  prompt: {printable(repr(prompts[i]), 200)}")
        lines += self.reader.describe(i, columns)
        lines.append(
            "fix: correct the row, map another column with columns={...}, or leave such rows out "
            "of training with on_invalid='mask'"
        )
        return SampleError("\n".join(lines))


def name_of(rubric: RubricSource) -> str:
    """A preset's name, or a file's without its ending."""
    if isinstance(rubric, Rubric | Mapping):
        return "assay"
    return Path(rubric).stem if os.path.splitext(rubric)[1] else os.fspath(rubric)


def metrics_of(rewards: Sequence[Reward]) -> dict[str, float]:
    """Shares of the batch, and the mean of each criterion; trainers log the reward's."""
    if not rewards:
        return {}
    found = summary(rewards)
    cut_off = sum(
        any(v.score is not None and "limit" in v.details for v in r.verdicts.values())
        for r in rewards
    )
    return {
        "unscored": found["unscored"] / len(rewards),
        "invalid": found["invalid"] / len(rewards),
        "cut_off": cut_off / len(rewards),
        **{name: value for name, value in found.items() if name.startswith("score/")},
    }


def because(found: Reward) -> str:
    """The evidence in a line that a terminal can show."""
    if found.error is not None:
        text = f"{found.status}: {found.error}"
    else:
        text = "; ".join(f"{key}: {v.because}" for key, v in found.verdicts.items())
    return printable(text, BECAUSE_CHARS)
