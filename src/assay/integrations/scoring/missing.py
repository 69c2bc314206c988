"""What a completion without a score is for a trainer: one option, the same words everywhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, TypeAlias

from assay.errors import ConfigError, UnscoredError
from assay.model import Reward
from assay.printable import brief, printable

Unscored: TypeAlias = "Literal['mask', 'raise', 'group_mean'] | float"
"""``mask``: the trainer gets None and leaves the completion out. ``raise``: the run stops.
``group_mean``: the mean of the scored completions of its group, which gives it no advantage and
the others the one that they would have without it. A number: that number. There is no default
number, since every number says something of the completion that nobody knows."""

A_NUMBER = "a number"


class Missing:
    """Turns rewards into the numbers that a trainer gets.

    Args:
        unscored: What a reward without a value becomes.
        can: The words that mean something to the trainer, and ``a number`` where that does.

    Raises:
        ConfigError: a word that this trainer has no meaning for, or a number that is not finite.
    """

    def __init__(self, unscored: Unscored | str, can: Sequence[str]) -> None:
        if isinstance(unscored, bool) or not isinstance(unscored, str | int | float):
            raise ConfigError(f"unscored is {brief(unscored)}; {_wanted(can)}")
        if isinstance(unscored, str) and unscored not in can:
            raise ConfigError(
                f"unscored is {brief(unscored)}, which this trainer cannot do; {_wanted(can)}"
            )
        if not isinstance(unscored, str) and not math.isfinite(unscored):
            raise ConfigError(f"unscored is {brief(unscored)}, must be finite; {_wanted(can)}")
        if not isinstance(unscored, str) and A_NUMBER not in can:
            raise ConfigError(
                f"unscored is {brief(unscored)}, which this form cannot do; {_wanted(can)}"
            )
        self.unscored = unscored
        self._can = tuple(can)

    def numbers(
        self, rewards: Sequence[Reward], groups: Sequence[object] | None = None
    ) -> list[float | None]:
        """A number each reward; None only for ``mask``.

        Args:
            rewards: Of a batch.
            groups: What tells groups apart, one each reward; None: the whole batch is one.

        Raises:
            UnscoredError: a reward has no value, and `unscored` is ``raise``, or no completion of
                its group has one.
        """
        values = [reward.value for reward in rewards]
        lost = [i for i, value in enumerate(values) if value is None]
        if not lost or self.unscored == "mask":
            return values
        if isinstance(self.unscored, str) and self.unscored == "raise":
            raise self._error(rewards, lost, "a completion has no score")
        if not isinstance(self.unscored, str):
            return [float(self.unscored) if value is None else value for value in values]
        of = [None] * len(values) if groups is None else groups
        for i in lost:
            peers = [
                value
                for group, value in zip(of, (r.value for r in rewards), strict=True)
                if group == of[i] and value is not None
            ]
            if not peers:
                raise self._error(rewards, lost, "no completion of a group has a score")
            values[i] = math.fsum(peers) / len(peers)
        return values

    def _error(self, rewards: Sequence[Reward], lost: list[int], what: str) -> UnscoredError:
        first = rewards[lost[0]]
        cause = printable(first.error or "unknown", 300)
        return UnscoredError(
            f"{what} ({len(lost)} of {len(rewards)} in this call)"
            f"\n  cause: {cause}"
            f"\nfix: remove the cause, or say what such a completion is for training: "
            f"{_wanted(self._can)}",
            list(rewards),
        )


def _wanted(can: Sequence[str]) -> str:
    words = [word if word == A_NUMBER else repr(word) for word in can]
    return f"unscored= takes {' or '.join(words)}"
