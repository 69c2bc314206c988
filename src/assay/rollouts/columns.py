"""The columns that scoring adds to a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    pass

ALWAYS = ("reward", "status", "terms", "verdicts", "signature")
"""In every row out."""

SOMETIMES = ("turns_reward", "error")
"""Only where there is something to say."""

REWARD_COLUMNS = (*ALWAYS, *SOMETIMES)


def is_scored(row: Mapping[str, Any]) -> bool:
    """Whether Assay wrote this row, so that its reward columns are ours to replace."""
    return "verdicts" in row and "signature" in row and "reward" in row


def without_rewards(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as it was before it was scored."""
    return {name: value for name, value in row.items() if name not in REWARD_COLUMNS}


def with_rewards(row: Mapping[str, Any] | None, rewards: Mapping[str, Any]) -> dict[str, Any]:
    """One row out: the row in, then the columns of its reward.

    A column of the row in that has the name of one of ours is replaced. Nothing of an earlier
    scoring stays.
    """
    kept = {} if row is None else (without_rewards(row) if is_scored(row) else dict(row))
    for name in rewards:
        kept.pop(name, None)  # ours stand together, at the end
    return {**kept, **rewards}
