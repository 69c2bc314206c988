"""DAPO's soft overlong punishment, as a score in [0, 1].

Source:
    Yu et al. 2025, "DAPO", arXiv:2503.14476, section 3.4: 0 up to Lmax - Lc, then
    ((Lmax - Lc) - L) / Lc, and -1 beyond Lmax. The score is that plus 1; with weight w it differs
    from w times the punishment by the constant w, which no group baseline sees.
"""

from __future__ import annotations

from assay.model import Sample, Verdict
from assay.verifiers.length.params import OverlongParams

NAME = "length.overlong@1"


class LengthOverlong:
    """Judges the length: in tokens where the sample brings `n_tokens`, else in characters."""

    def __init__(self, params: OverlongParams | None = None) -> None:
        self._params = params or OverlongParams()

    def verify(self, sample: Sample) -> Verdict:
        """1 up to ``max_tokens - buffer_tokens``, 0 from `max_tokens` on, a line in between."""
        params = self._params
        if sample.n_tokens is not None:
            length, unit, noted = float(sample.n_tokens), "tokens", f"{sample.n_tokens} tokens"
        else:
            characters = len(sample.text)
            length, unit = characters / params.chars_per_token, "characters"
            noted = f"{characters} characters, taken for {length:.0f} tokens,"
        score = min(1.0, max(0.0, (params.max_tokens - length) / params.buffer_tokens))
        free = params.max_tokens - params.buffer_tokens
        because = f"{noted} of {free} free and {params.max_tokens} at most"
        return Verdict.judged(NAME, score, because, details={"unit": unit})
