"""What a label says: right, wrong, or nothing that can be read as either."""

from __future__ import annotations

import json
import math

NOT_SAID = -1.0
"""There is a label, and it says neither."""

RIGHT = frozenset({"correct", "right", "true", "yes", "pass", "passed", "c", "1"})
WRONG = frozenset({"incorrect", "wrong", "false", "no", "fail", "failed", "i", "0"})


def label_of(fragment: str | None) -> float:
    """1 right, 0 wrong, NaN where there is none, `NOT_SAID` otherwise.

    Args:
        fragment: The label as JSON.

    >>> [label_of(x) for x in ("true", "0", "1.0", '"Correct"', '"maybe"', "0.5")]
    [1.0, 0.0, 1.0, 1.0, -1.0, -1.0]
    """
    if fragment is None:
        return math.nan
    try:
        value = json.loads(fragment)
    except ValueError:
        return NOT_SAID
    if isinstance(value, bool | int | float):
        if isinstance(value, float) and math.isnan(value):
            return math.nan
        return float(value) if value in (0, 1) else NOT_SAID
    if isinstance(value, str):
        word = value.strip().lower()
        if word in ("", "nan", "none", "null"):
            return math.nan
        return 1.0 if word in RIGHT else 0.0 if word in WRONG else NOT_SAID
    return math.nan if value is None else NOT_SAID
