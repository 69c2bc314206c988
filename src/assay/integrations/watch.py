"""Keeps an eye on unscored rewards over many small calls."""

from __future__ import annotations

import re
import threading
import warnings
from collections import Counter
from collections.abc import Iterable
from typing import Literal

from assay.engine.engine import UNSCORED_FROM
from assay.errors import ConfigError, UnscoredError
from assay.model import Reward


class Watch:
    """Raises, or warns, when too many rewards in a row of calls have no value. Safe in threads.

    An engine looks at single calls, and only at those of 200 samples and more. A trainer's calls
    are smaller; here they add up, and every 200 samples the share is looked at.

    Args:
        max_unscored: Share that may go without a value, in [0, 1].
        on_unscored: ``raise`` `UnscoredError`, ``warn``, or ``ignore``.
    """

    def __init__(
        self, max_unscored: float, on_unscored: Literal["raise", "warn", "ignore"]
    ) -> None:
        if not 0.0 <= max_unscored <= 1.0:
            raise ConfigError(f"max_unscored is {max_unscored!r}, must be 0 to 1")
        if on_unscored not in ("raise", "warn", "ignore"):
            raise ConfigError(f"on_unscored is {on_unscored!r}, must be raise, warn, ignore")
        self.max_unscored = max_unscored
        self.on_unscored = on_unscored
        self._seen: list[Reward] = []
        self._lock = threading.Lock()

    def see(self, rewards: Iterable[Reward]) -> None:
        """Add the rewards of a call.

        Raises:
            UnscoredError: the share is above `max_unscored`, and that is to raise.
        """
        if self.on_unscored == "ignore":
            return
        with self._lock:
            self._seen.extend(rewards)
            if len(self._seen) < UNSCORED_FROM:
                return
            seen, self._seen = self._seen, []
        missing = [r for r in seen if r.value is None]
        if len(missing) <= self.max_unscored * len(seen):
            return
        causes = Counter(_kind(r) for r in missing)
        kind, count = causes.most_common(1)[0]
        cause = next(_cause(r) for r in missing if _kind(r) == kind)
        message = (
            f"{len(missing)} of the last {len(seen)} completions have no score "
            f"({len(missing) / len(seen):.1%}, at most {self.max_unscored:.1%} are allowed)"
            f"\n  commonest cause, {count} times: {cause}"
            "\nfix: mend the cause, raise max_unscored, or take on_unscored='warn'"
        )
        if self.on_unscored == "warn":
            warnings.warn(message, RuntimeWarning, stacklevel=4)
        else:
            raise UnscoredError(message, seen)


def _cause(reward: Reward) -> str:
    return (reward.error or "unknown").partition("\n")[0][:200]


def _kind(reward: Reward) -> str:
    """Causes that differ in a number alone are of one kind."""
    return re.sub(r"\d+", "0", _cause(reward))
