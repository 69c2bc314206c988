"""What the server answers where it gives no reward: a status, words, and when to come again."""

from __future__ import annotations

import math


class RequestRefused(Exception):
    """A request that gets no reward. Never raised for what a completion is worth."""

    def __init__(self, status: int, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        """400 not JSON, 401 token, 404 no such rubric, 408 arrived too slowly, 413 too large,
        415 not sent as JSON, 422 a malformed request or row, 429, 503 and 504 come again, 500 no
        score or a fault of ours."""
        self.message = message
        self.retry_after_s = None if retry_after_s is None else _seconds(retry_after_s)


RETRY_MOST_S = 60.0
"""The longest that a client is sent away for: an estimate of a queue is no better than that."""


def _seconds(wait_s: float) -> int:
    return math.ceil(min(max(wait_s, 1.0), RETRY_MOST_S))
