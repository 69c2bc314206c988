"""The length on half a cosine: 1 for nothing, 0 at the limit.

Source:
    Yeo et al. 2025, arXiv:2502.03373, section 4.2; open-r1 and TRL, `get_cosine_scaled_reward`:
    ``a + (b - a) * (1 + cos(pi * length / max)) / 2``; open-r1's in characters of the text, TRL's
    in tokens. Open-r1's rises again beyond the limit (``beyond = "rises"``): twice as long is paid
    like nothing. TRL's (1.16) stays where it is.
"""

from __future__ import annotations

import math

from assay.model import Sample, Verdict
from assay.verifiers.length.params import CosineParams

NAME = "length.cosine@1"


class LengthCosine:
    """Judges the length, in characters or in tokens."""

    def __init__(self, params: CosineParams | None = None) -> None:
        self._params = params or CosineParams()

    def verify(self, sample: Sample) -> Verdict:
        """``(1 + cos(pi * length / max)) / 2``."""
        params = self._params
        length, unit = len(sample.text), "characters"
        if params.unit == "tokens":
            if sample.n_tokens is None:
                return Verdict.undecided(NAME, "the sample does not bring n_tokens")
            length, unit = sample.n_tokens, "tokens"
        share = length / params.max_length
        if params.beyond == "zero":
            share = min(1.0, share)
        score = min(1.0, max(0.0, 0.5 * (1.0 + math.cos(math.pi * share))))
        return Verdict.judged(NAME, score, f"{length} {unit} of {params.max_length}")
