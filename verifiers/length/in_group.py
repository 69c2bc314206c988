"""How long is the completion, among those of its group?

Source:
    Kimi Team 2025, "Kimi k1.5", arXiv:2501.12599, section 2.3.3; open-r1, `len_reward`:
    lambda = 0.5 - (length - shortest) / (longest - shortest), 0 for all where these are equal. The
    score is lambda + 0.5.
"""

from __future__ import annotations

from assay.model import Sample, Verdict
from assay.verifiers.length.params import InGroupParams

NAME = "length.in_group@1"


class LengthInGroup:
    """Judges the length between the shortest and the longest of the group."""

    def __init__(self, params: InGroupParams | None = None) -> None:
        self._unit = (params or InGroupParams()).unit

    def verify(self, sample: Sample) -> Verdict:
        """1 for the shortest, 0 for the longest, a line in between; 0.5 where all are equal."""
        if not sample.peers:
            return Verdict.undecided(NAME, "the group has no other completion")
        lengths = [self._length(one) for one in (sample, *sample.peers)]
        known = [n for n in lengths if n is not None]
        own = lengths[0]
        if own is None or len(known) < len(lengths):
            missing = len(lengths) - len(known)
            because = f"{missing} of {len(lengths)} completions of the group bring no n_tokens"
            return Verdict.undecided(NAME, because)
        shortest, longest = min(known), max(known)
        score = 0.5 if shortest == longest else 1.0 - (own - shortest) / (longest - shortest)
        because = f"{own} {self._unit}; in the group of {len(known)} {shortest} to {longest}"
        return Verdict.judged(NAME, score, because)

    def _length(self, sample: Sample) -> int | None:
        return sample.n_tokens if self._unit == "tokens" else len(sample.text)
