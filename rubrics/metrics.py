"""From rewards to what a trainer wants: floats, and a handful of metrics."""

from __future__ import annotations

import math
from collections.abc import Iterable

from assay.arguments import is_number, many, of_kind
from assay.errors import ConfigError
from assay.model import Reward
from assay.printable import brief


def values(rewards: Iterable[Reward], unscored: float = math.nan) -> list[float]:
    """The rewards as floats, in order.

    Args:
        rewards: Of one call.
        unscored: What stands for a reward without value: NaN, which trainers mask. A number here
            (0, say) teaches that a fault of the machine is a wrong answer.
    """
    if not (isinstance(unscored, float) or is_number(unscored)):
        raise ConfigError(f"unscored is {brief(unscored)}, must be a number; NaN is one")
    rewards = _rewards(rewards)
    return [unscored if r.value is None else r.value for r in rewards]


def _rewards(rewards: Iterable[Reward]) -> list[Reward]:
    """The rewards, each of which is one."""
    held = many(rewards, "rewards", "a list of rewards", "[reward] for a single one")
    return [of_kind(reward, Reward, f"rewards[{i}]") for i, reward in enumerate(held)]


def summary(rewards: Iterable[Reward]) -> dict[str, float]:
    """Metrics of a batch: counts, the mean and spread of the scored, the mean of each criterion.

    Returns:
        ``n``, ``scored``, ``unscored``, ``invalid``, ``faulty`` (counts; the last one of rewards,
        scored or not, of which a verifier crashed or timed out), ``reward_mean``, ``reward_std``
        (of the scored, population), ``reward_min``, ``reward_max`` and ``score/<key>`` (mean over
        the rewards in which that criterion was judged). What there is nothing to average over is
        left out, so no NaN reaches a logger.
    """
    n = scored = unscored = faulty = 0
    found: list[float] = []
    scores: dict[str, list[float]] = {}
    for reward in _rewards(rewards):
        n += 1
        faulty += bool(reward.faults)
        if reward.value is not None:
            scored += 1
            found.append(reward.value)
        elif reward.status == "unscored":
            unscored += 1
        for key, verdict in reward.verdicts.items():
            if verdict.score is not None:
                scores.setdefault(key, []).append(verdict.score)
    out = {
        "n": float(n),
        "scored": float(scored),
        "unscored": float(unscored),
        "invalid": float(n - scored - unscored),
        "faulty": float(faulty),
    }
    if found:
        mean = math.fsum(found) / scored
        out["reward_mean"] = mean
        out["reward_std"] = math.sqrt(math.fsum((x - mean) ** 2 for x in found) / scored)
        out["reward_min"], out["reward_max"] = min(found), max(found)
    for key in sorted(scores):
        out[f"score/{key}"] = math.fsum(scores[key]) / len(scores[key])
    return out
