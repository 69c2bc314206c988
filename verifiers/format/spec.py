"""The format verifiers, as the host offers them."""

from __future__ import annotations

from assay.plugins.spec import VerifierSpec
from assay.verifiers.format.params import BoxedParams, TagsParams

SPECS: tuple[VerifierSpec, ...] = (
    VerifierSpec(
        name="format.boxed@1",
        summary=r"The answer holds a closed, non-empty \boxed{...}.",
        target="assay.verifiers.format.boxed:FormatBoxed",
        cost="inline",
        levels=(0.0, 1.0),
        params=BoxedParams,
    ),
    VerifierSpec(
        name="format.tags@1",
        summary="<think>...</think><answer>...</answer>, each once, in order; graded.",
        target="assay.verifiers.format.tags:FormatTags",
        cost="inline",
        needs=("prompt?",),
        params=TagsParams,
    ),
)
