"""Completions files of TRL.

Written by ``GRPOTrainer.log`` of TRL 1.16 (``trl/trainer/grpo_trainer.py``) as
``completions/completions_<step>.parquet`` where ``log_completions`` is set: ``step``,
``prompt``, ``completion``, one column for each reward function under its name, columns that
reward functions logged, ``advantage``. Text, or lists of messages.
"""

from __future__ import annotations

from assay.audit.logs.layout import Layout
from assay.plugins.log_readers import LogHead

MARKS = ("step", "prompt", "completion", "advantage")


class Completions:
    """Parquet (or the same rows as JSONL)."""

    def claims(self, head: LogHead) -> int:
        """``advantage`` beside prompt and completion; but not where scores are in an object."""
        if any(isinstance(row.get("scores"), dict) for row in head.rows):
            return 0
        marks = [name for name in MARKS if name in head.columns]
        return len(marks) if set(MARKS[1:]) <= set(marks) else 0

    def layout(self, head: LogHead) -> Layout:
        """Reward functions are the criteria.

        The file holds neither the reward nor the weights: the reward is the sum of the columns,
        which is TRL's with its default ``reward_weights`` of 1. (Where somebody added a column
        ``reward``, that is it.) A function that returned None has
        NaN, and is left out of the sum, as in TRL.
        """
        nowhere = ("status", "signature", "turns_reward", "rubric")
        return Layout(
            dict.fromkeys(nowhere, ()),
            criteria="columns",
            known=frozenset(
                {*MARKS, "prompt_id", "group_id", "reward", "rewards", "n_tokens", "label"}
                | {"model", "data_source", "image", "images", "finish_reason", "truncated"}
            ),
            total="reward" not in head.columns,
        )


READER = Completions()
