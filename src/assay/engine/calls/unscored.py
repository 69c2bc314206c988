"""Too many rewards without a value: how many are too many, and what to say of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from assay.model import Reward, Status
from assay.printable import one_line

UNSCORED_FROM = 200
"""Fewer samples than this are never too many."""


def complaint(rewards: Sequence[Reward], most: float, noted: str) -> str | None:
    """What is wrong with these rewards; None where all is well enough.

    Hours of silent masks are no better than silent zeros.

    Args:
        rewards: Of some samples.
        most: Share that may go without a value, in [0, 1].
        noted: What they are, for the sentence: ``samples``.
    """
    missing = [r for r in rewards if r.value is None]
    if len(rewards) < UNSCORED_FROM or len(missing) <= most * len(rewards):
        return None
    causes = [(reward.error or "unknown").partition("\n")[0][:200] for reward in missing]
    kinds = [re.sub(r"\d+", "0", cause) for cause in causes]  # such as differ in a number alone
    kind, count = Counter(kinds).most_common(1)[0]
    return (
        f"{len(missing)} of {noted} have no score "
        f"({len(missing) / len(rewards):.1%}, at most {most:.1%} are allowed)"
        f"\n  commonest cause, {count} times: {causes[kinds.index(kind)]}"
        "\nfix: remove the cause, raise max_unscored, or take on_unscored='warn'"
    )


CUT_OFF = 0.5
"""Share of a criterion's verdicts that were cut off by the clock: above it, the verifier is as
likely to blame as the completions."""


def suspicious(rewards: Sequence[Reward], most: float) -> list[str]:
    """What looks like a verifier's fault though the samples have scores, a sentence each.

    Args:
        rewards: Of some samples.
        most: Share of a criterion's verdicts that may have crashed, in [0, 1].
    """
    doubts = Doubts()
    for reward in rewards:
        doubts.see(reward)
    return doubts.sentences(most, "samples")


class Doubts:
    """Counts, verdict by verdict, what looks like a verifier's fault.

    A criterion that is not the key and crashes costs a reward its worst case, and one that hangs is
    the completion's fault by rule: both leave a score that only this tells from an honest one.
    """

    def __init__(self) -> None:
        self.n = 0
        """Samples."""
        self._crashed: Counter[str] = Counter()
        self._cut_off: Counter[str] = Counter()
        self._why: dict[str, str] = {}

    def see(self, reward: Reward) -> None:
        """One sample, with all its verdicts."""
        self.n += 1
        for key, verdict in reward.verdicts.items():
            self.add(
                key,
                str(verdict.status),
                verdict.score,
                verdict.details.get("limit"),
                verdict.because,
                reward.value is not None,
            )

    def add(
        self, key: str, status: str, score: float | None, limit: object, because: str, scored: bool
    ) -> None:
        """One verdict.

        Args:
            key: The criterion's.
            status: The verdict's.
            score: The verdict's.
            limit: What was spent, of its details.
            because: The verdict's.
            scored: Whether the reward has a value all the same.
        """
        if status == Status.CRASHED and scored:
            self._crashed[key] += 1
            self._why.setdefault(key, because)
        elif score == 0.0 and limit in ("cpu", "sleep"):
            self._cut_off[key] += 1
            self._why.setdefault(key, because)

    def sentences(self, most: float, what: str) -> list[str]:
        """A sentence for each criterion that looks broken; none for fewer than 200 samples.

        Args:
            most: Share of a criterion's verdicts that may have crashed, in [0, 1].
            what: The samples, in a word.
        """
        if self.n < UNSCORED_FROM:
            return []
        noted = [
            f"{one_line(key)} crashed on {n} of {self.n} {what}, which were paid as if it had "
            f"found the worst: {self._why[key][:200]}"
            for key, n in self._crashed.items()
            if n > most * self.n
        ]
        noted += [
            f"{one_line(key)} was cut off on {n} of {self.n} {what}, which were judged 0: "
            f"{self._why[key][:200]}"
            "\nfix: where that is not the completions' doing, fix the verifier or raise timeout_s"
            for key, n in self._cut_off.items()
            if n > CUT_OFF * self.n
        ]
        return noted
