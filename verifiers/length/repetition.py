"""How much of the text is new, n-gram by n-gram?

Source:
    Yeo et al. 2025, "Demystifying Long Chain-of-Thought Reasoning", arXiv:2502.03373, appendix
    C.2; open-r1, `get_repetition_penalty_reward`, counts words of the text in lower case, as here.
    TRL's counts tokens. The penalty p is ``p * score - p``: a weight and a constant.
"""

from __future__ import annotations

from assay.model import Sample, Verdict
from assay.verifiers.length.params import RepetitionParams

NAME = "length.repetition@1"


class LengthRepetition:
    """Distinct n-grams of words, over all of them."""

    def __init__(self, params: RepetitionParams | None = None) -> None:
        self._n = (params or RepetitionParams()).ngram

    def verify(self, sample: Sample) -> Verdict:
        """1 where no n-gram repeats, or the text is shorter than one; near 0 where all do."""
        words = sample.text.lower().split()
        total = len(words) - self._n + 1
        if total < 1:
            return Verdict.judged(NAME, 1.0, f"{len(words)} words, fewer than {self._n}")
        distinct = len(set(zip(*(words[i:] for i in range(self._n)), strict=False)))
        because = f"{distinct} of {total} sequences of {self._n} words are distinct"
        return Verdict.judged(NAME, distinct / total, because)
