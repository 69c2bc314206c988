r"""A reward function for AReaL's workflows.

    reward_fn = reward("math+format", unscored=0.0)
    workflow = RLVRWorkflow(reward_fn=reward_fn, ...)

Written against AReaL 1.0.4, which nothing here imports. It calls once a completion, in a process
of a pool, waits 15 s, tries four times, and then takes **0**; a process that hangs is not freed. So
the bound of a call stays below that patience (`timeout_s` that does not fit is refused), and a
completion without a score raises (AReaL tries again, and then ends the episode) or is a number
that you write.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

from assay.engine.engine import RubricSource
from assay.integrations.scorer import Options, Scorer
from assay.integrations.scoring.missing import A_NUMBER

__all__ = ["Options", "RewardFunction", "reward"]

CAN = ("raise", A_NUMBER)

PATIENCE_S = 15.0
"""What `AsyncRewardWrapper` waits unless its `timeout_seconds` says otherwise."""


class RewardFunction:
    """What `reward` returns. Can be pickled, as AReaL's pool of processes needs."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self.__name__ = self.__qualname__ = scorer.name

    def __call__(
        self,
        prompt: Any,
        completions: str,
        prompt_ids: Sequence[int] | None = None,
        completion_ids: Sequence[int] | None = None,
        **row: Any,
    ) -> float:
        """The reward of one completion.

        Args:
            prompt: Text or chat messages.
            completions: One, whatever its name says.
            prompt_ids: Not read.
            completion_ids: Its tokens.
            **row: Columns of the data set: `answer` fills `reference` or `tests`, whichever the
                rubric reads.

        Raises:
            ConfigError: a column is not there.
            SampleError: the row is malformed, and `on_invalid` is ``raise``.
            UnscoredError: there is no score, and `unscored` is ``raise``.
        """
        scorer = self._scorer
        tokens = None if completion_ids is None else len(completion_ids)
        found = scorer.judge(completions, row, prompt=prompt or None, n_tokens=tokens)
        number = scorer.number(found)
        assert number is not None, "this trainer has no mask"
        return number


def reward(rubric: RubricSource = "math", **options: Unpack[Options]) -> RewardFunction:
    """A reward function for a whole rubric.

    Args:
        rubric: A preset's name, a path, a dict or a `Rubric`.
        **options: See `Options`. `unscored` is ``raise`` (the default) or a number; `patience_s`
            is 15 by default: say it where `AsyncRewardWrapper` gets other `timeout_seconds`.

    Raises:
        RubricError: the rubric cannot be built.
        ConfigError: an option is out of range, or does not fit the patience.
    """
    options.setdefault("patience_s", PATIENCE_S)
    return RewardFunction(Scorer(rubric, can=CAN, truth="answer", copied=True, **options))
