"""The length verifiers, as the host offers them."""

from __future__ import annotations

from assay.plugins.spec import VerifierSpec
from assay.verifiers.length.params import OverlongParams

SPECS: tuple[VerifierSpec, ...] = (
    VerifierSpec(
        name="length.overlong@1",
        summary="1 up to a length, falling to 0 at the limit (DAPO's soft penalty, plus 1).",
        target="assay.verifiers.length.overlong:LengthOverlong",
        cost="inline",
        needs=("n_tokens?",),
        params=OverlongParams,
    ),
)
