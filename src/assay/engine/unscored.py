"""Too many rewards without a value: how many are too many, and what to say of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from assay.model import Reward, Status

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


CUT_OFF = 0.5
"""Share of a criterion's verdicts that were cut off by the clock: above it, the verifier is as
likely to blame as the completions."""


def suspicious(rewards: Sequence[Reward], most: float) -> list[str]:
    """What looks like a verifier's fault though the samples have scores, a sentence each.

    A criterion that is no key and crashes costs a reward its worst case, and one that hangs is the
    completion's fault by rule: both leave a score that nothing but this tells from an honest one.

    Args:
        rewards: Of some samples.
        most: Share of a criterion's verdicts that may have crashed, in [0, 1].
    """
    if len(rewards) < UNSCORED_FROM:
        return []
    crashed: Counter[str] = Counter()
    cut_off: Counter[str] = Counter()
    why: dict[str, str] = {}
    for reward in rewards:
        for key, verdict in reward.verdicts.items():
            if verdict.status is Status.CRASHED and reward.value is not None:
                crashed[key] += 1
                why.setdefault(key, verdict.because)
            elif verdict.score == 0.0 and verdict.details.get("limit") in ("cpu", "sleep"):
                cut_off[key] += 1
                why.setdefault(key, verdict.because)
    told = [
        f"{key} crashed on {n} of {len(rewards)} samples, which were paid as if it had found the "
        f"worst: {why[key][:200]}"
        for key, n in crashed.items()
        if n > most * len(rewards)
    ]
    told += [
        f"{key} was cut off on {n} of {len(rewards)} samples, which were judged 0: {why[key][:200]}"
        "\nfix: where that is not the completions' doing, mend the verifier or raise timeout_s"
        for key, n in cut_off.items()
        if n > CUT_OFF * len(rewards)
    ]
    return told
