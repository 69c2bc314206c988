"""Scored samples of OpenRLHF.

Written by ``batch_rm_inference`` (``openrlhf/cli/batch_inference.py``) as JSONL: ``input``,
``output``, ``reward``. (Its trainers keep no file of rollouts: they send one sample a step to
Weights & Biases or TensorBoard, ``openrlhf/utils/logging_utils.py``.)
"""

from __future__ import annotations

from assay.audit.logs.layout import Layout
from assay.plugins.log_readers import LogHead

MARKS = ("input", "output", "reward")


class Samples:
    """JSONL."""

    def claims(self, head: LogHead) -> int:
        """All three columns."""
        return len(MARKS) if set(MARKS) <= set(head.columns) else 0

    def layout(self, head: LogHead) -> Layout:
        """What else holds nothing but numbers is a criterion."""
        nowhere = ("status", "signature", "turns_reward", "rubric")
        known = frozenset(
            {*MARKS, "step", "iter", "index", "idx", "n_tokens", "label", "model", "data_source"}
            | {"prompt_id", "group_id"}
        )
        fields = {"prompt": (("input",),), "completion": (("output",),)}
        return Layout({**dict.fromkeys(nowhere, ()), **fields}, criteria="columns", known=known)


READER = Samples()
