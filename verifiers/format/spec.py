"""The format verifiers, as the host offers them."""

from __future__ import annotations

from assay.plugins.examples import Example
from assay.plugins.spec import VerifierSpec
from assay.verifiers.format.params import (
    BoxedParams,
    IntegerParams,
    TagCountParams,
    TagsParams,
    XmlParams,
)

BLOCKS = "<think>\ntwo and two\n</think>\n<answer>\n4\n</answer>"

SPECS: tuple[VerifierSpec, ...] = (
    VerifierSpec(
        name="format.boxed@1",
        summary=r"The answer holds a closed, non-empty \boxed{...}.",
        target="assay.verifiers.format.boxed:FormatBoxed",
        cost="inline",
        levels=(0.0, 1.0),
        params=BoxedParams,
        examples=(Example.full(r"so \boxed{4}"), Example.zero("so it is 4")),
    ),
    VerifierSpec(
        name="format.tags@1",
        summary="<think>...</think><answer>...</answer>, each once, in order; graded.",
        target="assay.verifiers.format.tags:FormatTags",
        cost="inline",
        needs=("prompt?",),
        params=TagsParams,
        examples=(Example.full(BLOCKS), Example.zero("so it is 4")),
        pays=("empty",),  # it counts tags, whatever stands between them
    ),
    VerifierSpec(
        name="format.xml@1",
        summary="The whole text is the blocks asked for, strictly or softly; all or nothing.",
        target="assay.verifiers.format.xml:FormatXml",
        cost="inline",
        levels=(0.0, 1.0),
        params=XmlParams,
        examples=(Example.full(BLOCKS), Example.zero("so it is 4")),
    ),
    VerifierSpec(
        name="format.tag_count@1",
        summary="Share of the tags that stand exactly once, in any order (open-r1's).",
        target="assay.verifiers.format.tag_count:FormatTagCount",
        cost="inline",
        params=TagCountParams,
        examples=(Example.full(BLOCKS), Example.zero("so it is 4")),
        pays=("empty",),
    ),
    VerifierSpec(
        name="format.integer@1",
        summary="The answer, in its tag or its box, is a whole number in digits.",
        target="assay.verifiers.format.integer:FormatInteger",
        cost="inline",
        levels=(0.0, 1.0),
        params=IntegerParams,
        examples=(Example.full("<answer>4</answer>"), Example.zero("<answer>4.5</answer>")),
    ),
)
