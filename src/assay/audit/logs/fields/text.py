"""The text of a completion that is a chat."""

from __future__ import annotations

import json
import math
from typing import Any

from assay.errors import SampleError
from assay.model import Sample


def chat_length(fragment: str) -> float:
    """Characters of what the assistant said last; NaN where that cannot be decided.

    Args:
        fragment: The completion as JSON: a list of messages.
    """
    try:
        return float(len(Sample(_messages(json.loads(fragment))).text))
    except (SampleError, ValueError, RecursionError):
        return math.nan


def _messages(value: Any) -> Any:
    """Messages without the fields that are null, as columnar files fill them in."""
    if isinstance(value, dict):
        return [_messages(m) for m in (value,)]
    if isinstance(value, list):
        return [
            {k: v for k, v in m.items() if v is not None} if isinstance(m, dict) else m
            for m in value
        ]
    return value
