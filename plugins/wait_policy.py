"""How long, how often and how many at once a verifier of cost ``waiting`` may ask its service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from assay.arguments import is_number
from assay.errors import PluginError
from assay.printable import brief

MOST_AT_ONCE = 1024
"""Calls at once that a policy may ask for: as many sockets as a process may mostly open."""

MOST_RETRIES = 20
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class WaitPolicy:
    """What the engine does while a verifier waits; its defaults hold where a spec names none.

    A try that is late, or that raises `ServiceUnavailable` or a `ConnectionError`, is followed by
    another, until the tries or the deadline are spent. Then the sample has no score: `timed_out`
    where the last try was late, else `crashed` by the machine's fault. Any other exception is a
    bug, and is not tried again.

    Raises:
        PluginError: a value out of its range.
    """

    concurrency: int = 64
    """Calls at once from one process, in 1 to 1,024. Enough to hide the network's latency, few
    enough for a server to take from one client."""
    retries: int = 1
    """Tries after the first, in 0 to 20."""
    timeout_s: float | None = None
    """Bound of one try, in seconds; None: the engine's `timeout_s`."""
    deadline_s: float | None = None
    """Bound of all tries of an item and the pauses between them, in seconds from its start; None:
    the tries times the bound of one."""
    pause_s: float = 0.5
    """Seconds before the first retry; each further pause is twice as long. A service that says how
    long to wait is waited for that long."""

    def __post_init__(self) -> None:
        for name, value, good, wanted in (
            ("concurrency", self.concurrency, _within(self.concurrency, 1, MOST_AT_ONCE),
             f"a whole number in 1 to {MOST_AT_ONCE}"),
            ("retries", self.retries, _within(self.retries, 0, MOST_RETRIES),
             f"a whole number in 0 to {MOST_RETRIES}"),
            ("timeout_s", self.timeout_s, _seconds(self.timeout_s), "above 0, below a day"),
            ("deadline_s", self.deadline_s, _seconds(self.deadline_s), "above 0, below a day"),
            ("pause_s", self.pause_s, _pause(self.pause_s),
             "0 or above, below a day"),
        ):  # fmt: skip
            if not good:
                raise PluginError(f"WaitPolicy: {name} is {brief(value)}, must be {wanted}")

    def try_s(self, timeout_s: float) -> float:
        """Bound of one try where the engine's is `timeout_s`, in seconds."""
        return timeout_s if self.timeout_s is None else self.timeout_s

    def whole_s(self, timeout_s: float) -> float:
        """Bound of an item where the engine's is `timeout_s`, in seconds."""
        if self.deadline_s is not None:
            return self.deadline_s
        return (self.retries + 1) * self.try_s(timeout_s)

    def pause(self, tries: int, asked_s: float | None) -> float:
        """Seconds to wait after so many tries, from 1 on; `asked_s`: what the service asked for."""
        return max(self.pause_s * 2.0 ** (tries - 1), asked_s or 0.0)

    def to_json(self) -> dict[str, Any]:
        """For a worker."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any] | None) -> Self:
        """The inverse of `to_json`; the defaults for None."""
        return cls(**(value or {}))


def _within(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _seconds(value: float | None) -> bool:
    return value is None or (is_number(value) and 0.0 < value < DAY_S)


def _pause(value: float) -> bool:
    return is_number(value) and 0.0 <= value < DAY_S
