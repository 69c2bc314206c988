"""Keeps an eye on unscored rewards over many small calls."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Literal

from assay import forks
from assay.engine.calls.unscored import UNSCORED_FROM, complaint
from assay.errors import ConfigError, UnscoredError
from assay.model import Reward
from assay.printable import brief


class UnscoredWatch:
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
            raise ConfigError(f"max_unscored is {brief(max_unscored)}, must be 0 to 1")
        if on_unscored not in ("raise", "warn", "ignore"):
            raise ConfigError(f"on_unscored is {brief(on_unscored)}, must be raise, warn, ignore")
        self.max_unscored = max_unscored
        self.on_unscored = on_unscored
        self._seen: list[Reward] = []
        self._lock = forks.Lock()

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
        message = complaint(seen, self.max_unscored, f"the last {len(seen)} completions")
        if message is None:
            return
        if self.on_unscored == "warn":
            warnings.warn(message, RuntimeWarning, stacklevel=4)
        else:
            raise UnscoredError(message, seen)
