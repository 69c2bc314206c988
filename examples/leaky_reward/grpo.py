"""GRPO on tables: the policy, its rollouts and its update, for many seeds at once.

For each size of prompt the policy is three independent softmax tables: lines of work, checks and
layout. A step draws `GROUP` completions of one prompt of each size. The advantage is the reward
less the group's mean, over the group's standard deviation (n - 1, as TRL and verl divide). The
tables follow the gradient of the log-probability of what was drawn times its advantage (Shao et
al. 2024, arXiv:2402.03300; one update a batch, so that no ratio is clipped, and no KL term).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from task import CHECKS, LAYOUTS, PLANS, PROMPTS, TERMS, WORK

Floats = NDArray[np.float64]

GROUP = 8
STEPS = 400
RATE = 0.25
SEEDS = 20
KEPT = 25
"""Steps at the beginning and at the end of which the first seed's rollouts are kept."""

WIDTHS = (len(WORK), len(CHECKS), len(LAYOUTS))


@dataclass(frozen=True)
class Run:
    """What was seen at each step, by the exact policy and not by samples of it."""

    right: Floats
    """(steps + 1, seeds): chance of a right answer, the mean over the sizes of prompt."""
    reward: Floats
    """(steps + 1, seeds): expected reward."""
    by_size: Floats
    """(sizes, seeds): chance of a right answer at the end."""
    drawn: NDArray[np.int64]
    """(kept steps, sizes, group, 2): prompt and plan of what the first seed drew last."""


def train(reward: Floats, right: Floats, *, steps: int = STEPS, seeds: int = SEEDS) -> Run:
    """Train `seeds` policies from uniform tables.

    Args:
        reward: (sizes, prompts, plans), of every completion that can be written.
        right: The same shape, 0 or 1.
        steps: Updates.
        seeds: Policies; each has random numbers of its own.
    """
    generators = [np.random.default_rng(seed) for seed in range(seeds)]
    tables = [np.zeros((seeds, len(TERMS), width)) for width in WIDTHS]
    curves: list[tuple[Floats, Floats]] = []
    drawn = []
    for step in range(steps + 1):
        chances = [softmax(table) for table in tables]
        joint = np.einsum("ska,skb,skc->skabc", *chances).reshape(seeds, len(TERMS), -1)
        by_size = np.einsum("skp,kqp->sk", joint, right) / PROMPTS
        curves.append((by_size.mean(1), np.einsum("skp,kqp->sk", joint, reward).mean(1) / PROMPTS))
        if step == steps:
            break
        prompts, plans = sample(generators, joint)
        paid = np.take_along_axis(
            reward[np.arange(len(TERMS))[None, :], prompts], plans, axis=2
        )  # (seeds, sizes, group)
        spread = paid.std(axis=2, ddof=1, keepdims=True)
        advantage = (paid - paid.mean(axis=2, keepdims=True)) / (spread + 1e-4)
        choices = np.unravel_index(plans, WIDTHS)
        for table, chance, choice in zip(tables, chances, choices, strict=True):
            seen = np.eye(table.shape[2])[choice]  # (seeds, sizes, group, width)
            table += RATE * (advantage[..., None] * (seen - chance[:, :, None])).mean(axis=2)
        if step < KEPT or step >= steps - KEPT:
            where = np.broadcast_to(prompts[0][:, None], plans[0].shape)
            drawn.append(np.stack([where, plans[0]], axis=2))
    right_curve, reward_curve = (np.stack(curve) for curve in zip(*curves, strict=True))
    return Run(right_curve, reward_curve, by_size.T, np.stack(drawn))


def sample(
    generators: list[np.random.Generator], joint: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Prompts (seeds, sizes) and plans (seeds, sizes, group)."""
    prompts = np.stack([g.integers(PROMPTS, size=len(TERMS)) for g in generators])
    at = np.stack([g.random((len(TERMS), GROUP)) for g in generators])
    bounds = joint.cumsum(axis=2)
    plans = (at[..., None] > bounds[:, :, None]).sum(axis=3)
    return prompts, np.minimum(plans, len(PLANS) - 1)


def softmax(table: Floats) -> Floats:
    """Over the last axis."""
    odds = np.exp(table - table.max(axis=-1, keepdims=True))
    shares: Floats = odds / odds.sum(axis=-1, keepdims=True)
    return shares
