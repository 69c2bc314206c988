r"""Reward functions for ms-swift (``swift rlhf --rlhf_type grpo``).

In a file that ``--external_plugins`` names::

    from assay.integrations.ms_swift import register
    register("assay", "math+format", unscored="group_mean")      # then: --reward_funcs assay

Written against ms-swift 4.6.0, which only `register` imports. It calls with the completions and
with the columns of the data set by name, and takes a number or None each. **None trains as 0
there** (``nansum``), after one warning, so None is never returned: a completion without a score is
the mean of its group (`prompt_id`), a number that somebody wrote, or an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from assay.engine.engine import RubricSource
from assay.integrations.scorer import Options, Scorer
from assay.integrations.scoring.missing import A_NUMBER

__all__ = ["Options", "RewardFunction", "register", "reward"]

CAN = ("raise", "group_mean", A_NUMBER)

GROUP = "prompt_id"
"""ms-swift's column that completions of one prompt share."""


class RewardFunction:
    """What `reward` returns: called as ms-swift calls it, or by hand in a test. Can be pickled."""

    def __init__(self, scorer: Scorer, name: str) -> None:
        self._scorer = scorer
        self.__name__ = self.__qualname__ = name

    def __call__(self, completions: Sequence[Any], **others: Any) -> list[float | None]:
        """A number for each completion.

        Args:
            completions: Texts.
            **others: `trainer_state`, and the columns of the data set: `solution` fills
                `reference` or `tests`, whichever the rubric reads, unless `columns` says otherwise.

        Raises:
            ConfigError: a column is not there.
            SampleError: a row of the data set is malformed, and `on_invalid` is ``raise``.
            UnscoredError: a completion has no score, and `unscored` is ``raise``; or too many.
        """
        scorer = self._scorer
        state = others.pop("trainer_state", None)
        step = getattr(state, "global_step", None)
        ids = others.pop("response_token_ids", None)
        stops = others.pop("finish_reason", None)
        rows = scorer.rows(
            list(completions),
            others,
            n_tokens=None if ids is None else [len(tokens) for tokens in ids],
            finish_reason=None if stops is None else [stop or None for stop in stops],
            step=None if step is None else [step] * len(completions),
        )
        rewards = scorer.engine.verify_batch(rows)
        return scorer.settle(rewards, others, groups=_groups(completions, others))


def _groups(completions: Sequence[Any], columns: Mapping[str, Any]) -> list[object]:
    """What tells groups apart: the prompt's id, else the messages that were answered.

    Where neither is known each completion is a group of its own: a mean over others would be a
    number that nobody wrote.
    """
    ids, asked = columns.get(GROUP), columns.get("messages")
    if ids is not None and all(one is not None for one in ids):
        return list(ids)
    if asked is not None and all(asked):
        return [repr([m for m in messages if m["role"] != "assistant"]) for messages in asked]
    return list(range(len(completions)))


def reward(rubric: RubricSource = "math", **options: Unpack[Options]) -> RewardFunction:
    """A reward function for a whole rubric.

    Args:
        rubric: A preset's name, a path, a dict or a `Rubric`.
        **options: See `Options`. `unscored` is ``raise`` (the default), ``group_mean`` or a number.

    Raises:
        RubricError: the rubric cannot be built.
        ConfigError: an option is out of range.
    """
    scorer = Scorer(rubric, can=CAN, truth="solution", **options)
    return RewardFunction(scorer, scorer.name)


def register(as_name: str, rubric: RubricSource = "math", **options: Unpack[Options]) -> None:
    """Make `reward` known to ms-swift under a name, for ``--reward_funcs``; see `reward`.

    Raises:
        ModuleNotFoundError: ms-swift is not installed.
    """
    from swift.rewards import orms

    made = reward(rubric, **options)

    class RegisteredFunction(RewardFunction):
        """Made by ms-swift with its arguments, which a rubric does not need."""

        def __init__(self, args: Any = None, **others: Any) -> None:
            super().__init__(made._scorer, as_name)

    RegisteredFunction.__name__ = RegisteredFunction.__qualname__ = (
        as_name  # what ms-swift's logs call it
    )
    orms[as_name] = RegisteredFunction
