"""Rollout dumps of verl.

Written by ``_write_generations`` of verl 0.9 (``verl/trainer/ppo/ray_trainer.py``, the same in
``verl/trainer/ppo/v1/trainer_base.py``) as ``<rollout_data_dir>/<step>.jsonl`` and
``<validation_data_dir>/<step>.jsonl``: ``input``, ``output``, ``gts``, ``score``, ``step``, and a
key for each entry of ``reward_extra_info`` that the reward function returned.

An entry called ``score`` takes the place of what was paid: a reward function that returns an object
has one, and the manager ``dapo`` pays ``score`` and its ``overlong_reward``. Dumps of validation
hold what was paid as ``reward``, too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from assay.audit.logs.layout import Layout
from assay.plugins.log_readers import LogHead

MARKS = ("input", "output", "gts", "score", "step")

NO_CRITERIA = frozenset(
    {*MARKS, "reward", "uid", "request_id", "data_source", "index", "num_turns", "__num_turns__"}
    | {"response_length", "prompt_length", "model", "n_tokens", "label", "finish_reason"}
)

PENALTY = "overlong_reward"


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
            "reward": (("reward",), ("score",)) if "reward" in head.columns else (("score",),),
        }
        return Layout(
            {**dict.fromkeys(nowhere, ()), **fields},
            criteria="columns",
            known=NO_CRITERIA,
            added=(PENALTY,) if _left_out(head) else (),
        )


def _left_out(head: LogHead) -> bool:
    """Whether ``score`` is the reward function's own, and the overlong penalty was paid beside it.

    Where the function returned a number, the manager calls it ``acc``, and ``score`` is the sum.
    """
    if PENALTY not in head.columns or "reward" in head.columns:
        return False
    return not all(_is_sum(row) for row in head.rows)


def _is_sum(row: Mapping[str, Any]) -> bool:
    score, acc, penalty = (
        math.nan if isinstance(x, bool) or not isinstance(x, int | float) else float(x)
        for x in (row.get(name) for name in ("score", "acc", PENALTY))
    )
    return abs(score - acc - penalty) <= 1e-6


READER = Dumps()
