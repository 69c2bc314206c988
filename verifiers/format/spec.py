"""The format verifiers, as the host offers them."""

from __future__ import annotations

from assay.plugins.spec import VerifierSpec
from assay.verifiers.format.params import (
    BoxedParams,
    IntegerParams,
    TagCountParams,
    TagsParams,
    XmlParams,
)

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
    VerifierSpec(
        name="format.xml@1",
        summary="The whole text is the blocks asked for, strictly or softly; all or nothing.",
        target="assay.verifiers.format.xml:FormatXml",
        cost="inline",
        levels=(0.0, 1.0),
        params=XmlParams,
    ),
    VerifierSpec(
        name="format.tag_count@1",
        summary="Share of the tags that stand exactly once, in any order (open-r1's).",
        target="assay.verifiers.format.tag_count:FormatTagCount",
        cost="inline",
        params=TagCountParams,
    ),
    VerifierSpec(
        name="format.integer@1",
        summary="The answer, in its tag or its box, is a whole number in digits.",
        target="assay.verifiers.format.integer:FormatInteger",
        cost="inline",
        levels=(0.0, 1.0),
        params=IntegerParams,
    ),
)
