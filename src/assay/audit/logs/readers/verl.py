"""Rollout dumps of verl.

Written by ``_write_generations`` of verl 0.9 (``verl/trainer/ppo/ray_trainer.py``, the same in
``verl/trainer/ppo/v1/trainer_base.py``) as ``<rollout_data_dir>/<step>.jsonl`` and
``<validation_data_dir>/<step>.jsonl``: ``input``, ``output``, ``gts``, ``score``, ``step``, and a
key for each entry of ``reward_extra_info`` that the reward function returned.
"""

from __future__ import annotations

from assay.audit.logs.layout import Layout
from assay.plugins.log_readers import LogHead

MARKS = ("input", "output", "gts", "score", "step")

NO_CRITERIA = frozenset(
    {*MARKS, "reward", "uid", "request_id", "data_source", "index", "num_turns", "__num_turns__"}
    | {"response_length", "prompt_length", "model", "n_tokens", "label", "finish_reason"}
)
"""``reward`` repeats ``score`` in dumps of validation."""


class Dumps:
    """JSONL."""

    def claims(self, head: LogHead) -> int:
        """``input``, ``output`` and ``score``; ``gts`` and ``step`` in later versions."""
        marks = [name for name in MARKS if name in head.columns]
        return len(marks) if {"input", "output", "score"} <= set(marks) else 0

    def layout(self, head: LogHead) -> Layout:
        """``score`` is the reward; what else holds nothing but numbers is a criterion."""
        nowhere = ("status", "signature", "turns_reward", "rubric")
        fields = {
            "prompt": (("input",),),
            "completion": (("output",),),
            "reference": (("gts",),),
            "reward": (("score",),),
        }
        return Layout(
            {**dict.fromkeys(nowhere, ()), **fields}, criteria="columns", known=NO_CRITERIA
        )


READER = Dumps()
