"""Where does the completion stand among those of its group?

Source:
    The share of pairs that it wins, a tie being half of one: (midrank - 1) / (n - 1), the
    Mann-Whitney statistic of one against the others.
"""

from __future__ import annotations

import math

from assay.model import Sample, Verdict
from assay.verifiers.group.params import RankParams

NAME = "group.rank@1"


class GroupRank:
    """Orders the completions of a group by one number of each."""

    def __init__(self, params: RankParams | None = None) -> None:
        params = params or RankParams()
        self._of, self._best = params.of, params.best
        self._entry = params.of.partition(".")[2]

    def verify(self, sample: Sample) -> Verdict:
        """Share of the others that it beats, ties by half: 1 for the best alone, 0 for the worst.

        The scores of a group sum to half its size, whatever the numbers are.
        """
        if not sample.peers:
            return Verdict.undecided(NAME, "the group has no other completion")
        own = self._value(sample)
        others = [self._value(peer) for peer in sample.peers]
        missing = (own is None) + others.count(None)
        if own is None or missing:
            because = f"{missing} of {len(others) + 1} completions of the group bring no number"
            return Verdict.undecided(NAME, f"{because} as {self._of}")
        sign = 1 if self._best == "highest" else -1
        beaten = sum(sign * own > sign * other for other in others if other is not None)
        tied = others.count(own)
        because = (
            f"{self._of} {own:g}: better than {beaten} of {len(others)} others, as good as {tied}"
        )
        return Verdict.judged(NAME, (beaten + 0.5 * tied) / len(others), because)

    def _value(self, sample: Sample) -> float | None:
        """The number, or None where there is none that could be ordered."""
        if self._of == "characters":
            return float(len(sample.text))
        value = sample.info.get(self._entry) if self._entry else sample.n_tokens
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        try:
            number = float(value)
        except OverflowError:
            return None
        return number if math.isfinite(number) else None
