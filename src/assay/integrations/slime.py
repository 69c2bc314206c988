r"""Reward functions for slime, and for what grew out of it (miles).

In a module that ``--custom-rm-path`` names, with the post-processing where completions are masked::

    from assay.integrations.slime import post_process, reward     # my_rewards.py
    score = reward("math+format", unscored="mask")

    --custom-rm-path my_rewards.score --custom-reward-post-process-path my_rewards.post_process

Written against slime's reward hub of August 2026, which nothing here imports. It awaits
``f(args, sample)``, or ``f(args, samples)`` with ``--group-rm``, for a number. An exception ends
the rollout. A masked completion gets ``sample.remove_sample = True``, which leaves it out of the
loss; `post_process` leaves it out of its group's mean as well, which slime by itself does not. Its
reward is NaN until then, so that a run without `post_process` shows it and does not train on it.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Unpack

from assay.engine.engine import RubricSource
from assay.integrations.scorer import Options, Scorer
from assay.integrations.scoring.flat import flat
from assay.integrations.scoring.missing import A_NUMBER

__all__ = ["Options", "post_process", "reward"]

CAN = ("mask", "raise", "group_mean", A_NUMBER)

MASKED = math.nan
"""The reward of a masked completion, where slime wants a number."""

RECEIPT = "assay"
"""Entry of a sample's metadata that holds the scores, for a log hook of your own."""


def reward(
    rubric: RubricSource = "math", **options: Unpack[Options]
) -> Callable[..., Awaitable[Any]]:
    """A coroutine function for ``--custom-rm-path``, with or without ``--group-rm``.

    Args:
        rubric: A preset's name, a path, a dict or a `Rubric`. The sample's `label` fills
            `reference` or `tests`, whichever the rubric reads; its `metadata` are columns.
        **options: See `Options`. `unscored` is ``mask`` (the default; needs `post_process`),
            ``raise``, ``group_mean`` (with ``--group-rm``) or a number.

    Raises:
        RubricError: the rubric cannot be built.
        ConfigError: an option is out of range.
    """
    scorer = Scorer(rubric, can=CAN, truth="label", **options)

    async def score(args: Any, sample: Any, **others: Any) -> Any:
        """What slime awaits: a number, or a list of them for a list of samples."""
        many = isinstance(sample, Sequence)
        samples = list(sample) if many else [sample]
        columns = _columns(samples)
        rows = scorer.rows(
            [one.response for one in samples],
            columns,
            prompt=[one.prompt or None for one in samples],
            n_tokens=[getattr(one, "response_length", None) for one in samples],
        )
        rewards = await scorer.engine.averify_batch(rows)
        numbers = scorer.settle(rewards, columns)
        paid = []
        for one, found, number in zip(samples, rewards, numbers, strict=True):
            one.metadata = {**(one.metadata or {}), RECEIPT: flat(scorer.engine, found)}
            if number is None:
                one.remove_sample = True
            paid.append(MASKED if number is None else number)
        return paid if many else paid[0]

    return score


def _columns(samples: Sequence[Any]) -> dict[str, list[Any]]:
    tables = [{**(one.metadata or {}), "label": one.label} for one in samples]
    return {name: [t.get(name) for t in tables] for name in {n for t in tables for n in t}}


def post_process(
    args: Any, samples: Sequence[Any], **others: Any
) -> tuple[list[float], list[float]]:
    """Raw rewards, and the advantages of each within its group, without what is masked.

    The raw reward of a masked sample, which slime logs, is its group's mean.

    For ``--custom-reward-post-process-path``. As slime's own for GRPO: less the mean of the group,
    over its standard deviation (n - 1) where ``args.grpo_std_normalization`` is set; but a sample
    with ``remove_sample`` counts in neither, and has 0.

    Args:
        args: slime's: `n_samples_per_prompt`, `grpo_std_normalization`, `reward_key`.
        samples: In the order of their groups.
        **others: Not read.
    """
    size = max(1, int(getattr(args, "n_samples_per_prompt", 1) or 1))
    key = getattr(args, "reward_key", None)
    raw = [float(one.reward[key] if key else one.reward) for one in samples]
    out = [0.0] * len(raw)
    for start in range(0, len(raw), size):
        kept = [
            i
            for i in range(start, min(start + size, len(raw)))
            if not getattr(samples[i], "remove_sample", False)
        ]
        mean = math.fsum(raw[i] for i in kept) / len(kept) if kept else 0.0
        for i in range(start, min(start + size, len(raw))):
            raw[i] = raw[i] if i in kept else mean
        spread = 1.0
        if getattr(args, "grpo_std_normalization", False) and len(kept) > 1:
            squares = math.fsum((raw[i] - mean) ** 2 for i in kept)
            spread = math.sqrt(squares / (len(kept) - 1)) + 1e-6
        for i in kept:
            out[i] = (raw[i] - mean) / spread
    return raw, out
