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

import re
import warnings
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Unpack

from assay.engine.engine import RubricSource
from assay.integrations.scorer import LogCallback, Options, Scorer
from assay.integrations.scoring.missing import A_NUMBER
from assay.integrations.scoring.shared import SharedRewards
from assay.model import Reward

__all__ = [
    "AsyncRewardFunction",
    "CriterionFunction",
    "Options",
    "RewardFunction",
    "areward",
    "per_criterion",
    "reward",
]

MASKS = (1, 6)
"""The first TRL that leaves a completion out when every reward function returned None for it."""


def reward(rubric: RubricSource = "math", **options: Unpack[Options]) -> RewardFunction:
    r"""One reward function for a whole rubric.

    Args:
        rubric: A preset's name, a path, a dict or a `Rubric`; read now, so a mistake in it is
            reported before a model is loaded.
        **options: See `Options`.

    Raises:
        RubricError: the rubric cannot be built.
        PluginError: a verifier is not to be found.
        ConfigError: an option is out of range, or `columns` maps what is not a field.

    >>> score = reward({"kind": "weighted", "criteria": {"format.boxed": 1}}, name="boxed")
    >>> score.__name__, score(prompts=["1+1?"], completions=[r"\boxed{2}"])
    ('boxed', [1.0])
    """
    scorer = _scorer(rubric, options)
    return RewardFunction(scorer, scorer.name)


def areward(rubric: RubricSource = "math", **options: Unpack[Options]) -> AsyncRewardFunction:
    """As `reward`, as a coroutine function: TRL runs it beside other asynchronous rewards."""
    scorer = _scorer(rubric, options)
    return AsyncRewardFunction(scorer, scorer.name)


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
    rubric is not a weighted sum (a gate, say) each returns what its line of the receipt adds, with
    weight 1; the composer's own line, such as ``(gate)``, is then one of them.

    Args:
        contributions: Return contributions with weight 1 for a weighted sum, too: for trainers
            without `reward_weights`, as the asynchronous GRPO of TRL 1.16.
        rubric: As for `reward`.
        **options: See `Options`; a `name` is put before each criterion's key, with a slash.
    """
    scorer = _scorer(rubric, options, can=("mask", "raise"))
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


class _CallSamples:
    """One call of TRL's, and the samples it comes to.

    Args:
        scorer: Reads the columns.
        prompts: Of the completions, or None.
        completions: What the model wrote: texts or chat messages.
        completion_ids: Their tokens, or None.
        others: `trainer_state`, `log_metric` and `log_extra`, as TRL names them; the rest are
            columns of the data set.
    """

    def __init__(
        self,
        scorer: Scorer,
        prompts: Sequence[Any] | None,
        completions: Sequence[Any],
        completion_ids: Sequence[Any] | None,
        others: dict[str, Any],
    ) -> None:
        state = others.pop("trainer_state", None)
        self._log_metric: LogCallback | None = others.pop("log_metric", None)
        self._log_extra: LogCallback | None = others.pop("log_extra", None)
        self._scorer, self._prompts, self._columns = scorer, prompts, others
        step = getattr(state, "global_step", None)
        self.rows = scorer.rows(
            completions,
            others,
            prompt=None if prompts is None else [p or None for p in prompts],
            n_tokens=None if completion_ids is None else [len(ids) for ids in completion_ids],
            step=None if step is None else [step] * len(completions),
            group_id=self._groups() if scorer.engine.sees_groups else None,
        )

    def _groups(self) -> list[str] | None:
        """A group is the completions of one prompt."""
        return None if self._prompts is None else [repr(p) for p in self._prompts]

    def numbers(self, rewards: Sequence[Reward]) -> list[float | None]:
        """What TRL gets for `rewards`, logged; raises what must not go unnoticed."""
        return self._scorer.settle(
            rewards,
            self._columns,
            prompts=self._prompts,
            groups=self._groups(),
            log_metric=self._log_metric,
            log_extra=self._log_extra,
        )

    def settled(self, rewards: list[Reward]) -> list[Reward]:
        """`rewards` as they are, logged, once what must not go unnoticed has been raised."""
        self.numbers(rewards)
        return rewards


class _Function:
    """What all of them have: a scorer, and a name for TRL's logs."""

    def __init__(self, scorer: Scorer, name: str) -> None:
        self._scorer = scorer
        self.__name__ = self.__qualname__ = name

    def close(self) -> None:
        """End the workers of this rubric now, not with the process; a later call starts others."""
        self._scorer.close()

    def __repr__(self) -> str:
        return f"<assay {type(self).__name__} {self.__name__!r}>"


class RewardFunction(_Function):
    """What `reward` returns. Call it as TRL does, or by hand in a test."""

    def __call__(
        self,
        prompts: Sequence[Any] | None = None,
        completions: Sequence[Any] = (),
        completion_ids: Sequence[Any] | None = None,
        **others: Any,
    ) -> list[float | None]:
        """A number for each completion, or None where it could not be judged.

        Args:
            prompts: Of the completions, or None.
            completions: What the model wrote: texts or chat messages.
            completion_ids: Their tokens, or None.
            **others: `trainer_state`, `log_metric` and `log_extra`, as TRL gives them; the rest
                are columns of the data set.

        Raises:
            ConfigError: a column is not there.
            SampleError: a row of the data set is malformed, and `on_invalid` is ``raise``.
            UnscoredError: too many completions have no score.
        """
        batch = _CallSamples(self._scorer, prompts, completions, completion_ids, others)
        rewards = self._scorer.engine.verify_batch(batch.rows)
        return batch.numbers(rewards)


class AsyncRewardFunction(_Function):
    """What `areward` returns: a coroutine function to `inspect`, and so to every trainer."""

    async def __call__(
        self,
        prompts: Sequence[Any] | None = None,
        completions: Sequence[Any] = (),
        completion_ids: Sequence[Any] | None = None,
        **others: Any,
    ) -> list[float | None]:
        """As `RewardFunction.__call__`, without blocking the event loop while workers judge."""
        batch = _CallSamples(self._scorer, prompts, completions, completion_ids, others)
        rewards = await self._scorer.engine.averify_batch(batch.rows)
        return batch.numbers(rewards)

    # `inspect.iscoroutinefunction` looks at a callable object's own attributes, not at those of
    # its `__call__`; with these it sees what a call returns. A plain function would be seen, too,
    # but one that remembers its options cannot be pickled, and TRL reads no `partial`'s name.
    __code__ = __call__.__code__
    __defaults__ = __call__.__defaults__
    __kwdefaults__ = __call__.__kwdefaults__


class CriterionFunction(_Function):
    """One of the functions that `per_criterion` returns."""

    def __init__(
        self,
        scorer: Scorer,
        shared: SharedRewards,
        key: str,
        name: str,
        weight: float,
        score: bool,
    ) -> None:
        super().__init__(scorer, name)
        self._shared = shared
        self._score = score
        self.key = key
        """Of the criterion in the rubric."""
        self.weight = weight
        """For `reward_weights`."""

    def __call__(
        self,
        prompts: Sequence[Any] | None = None,
        completions: Sequence[Any] = (),
        completion_ids: Sequence[Any] | None = None,
        **others: Any,
    ) -> list[float | None]:
        """A number for each completion, or None; called as `RewardFunction`.

        Where the reward is unscored it is None for every criterion; where a switch leaves this
        criterion out, for this one alone.
        """
        batch = _CallSamples(self._scorer, prompts, completions, completion_ids, others)
        rewards = self._shared.rewards(
            self.key,
            completions,
            batch.rows,
            lambda: batch.settled(self._scorer.engine.verify_batch(batch.rows)),
        )
        return [self._of(found) for found in rewards]

    def _of(self, found: Reward) -> float | None:
        term = found.terms[self.key]
        if found.value is None or (self.key not in found.verdicts and term.verifier):
            return None
        return term.score if self._score else term.contribution

    def __repr__(self) -> str:
        return f"<assay {type(self).__name__} {self.__name__!r} of weight {self.weight:g}>"


def _scorer(
    rubric: RubricSource,
    options: Options,
    can: Sequence[str] = ("mask", "raise", "group_mean", A_NUMBER),
) -> Scorer:
    _check_trl()
    return Scorer(rubric, can=can, **options)


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
