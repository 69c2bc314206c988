"""Too many rewards without a value: how many are too many, and what to say of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from assay.model import Reward

UNSCORED_FROM = 200
"""Fewer samples than this are never too many."""


def complaint(rewards: Sequence[Reward], most: float, told: str) -> str | None:
    """What is wrong with these rewards; None where all is well enough.

    Hours of silent masks are no better than silent zeros.

    Args:
        rewards: Of some samples.
        most: Share that may go without a value, in [0, 1].
        told: What they are, for the sentence: ``samples``.
    """
    missing = [r for r in rewards if r.value is None]
    if len(rewards) < UNSCORED_FROM or len(missing) <= most * len(rewards):
        return None
    causes = [(reward.error or "unknown").partition("\n")[0][:200] for reward in missing]
    kinds = [re.sub(r"\d+", "0", cause) for cause in causes]  # such as differ in a number alone
    kind, count = Counter(kinds).most_common(1)[0]
    return (
        f"{len(missing)} of {told} have no score "
        f"({len(missing) / len(rewards):.1%}, at most {most:.1%} are allowed)"
        f"\n  commonest cause, {count} times: {causes[kinds.index(kind)]}"
        "\nfix: mend the cause, raise max_unscored, or take on_unscored='warn'"
    )
