"""`math.answer`: is the answer in a completion equal to the reference?

The burden of proof lies on the answer: what cannot be read, or cannot be shown equal within the
bounds, is judged 0. A reference that cannot be read is the data set's fault and raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.errors import ReferenceUnreadable, SampleError, nearest
from assay.model import FrozenDict, Sample, Verdict
from assay.plugins.spec import Escalate
from assay.printable import printable
from assay.verifiers.math_answer.answers.asked_unit import names_unit_of
from assay.verifiers.math_answer.answers.equal import Comparison, asks_for_letters, equivalent
from assay.verifiers.math_answer.answers.understood import read_reference
from assay.verifiers.math_answer.locating.extract import Extraction, extract
from assay.verifiers.math_answer.locating.local_notation import in_local_notation
from assay.verifiers.math_answer.locating.parts import parts_boxed
from assay.verifiers.math_answer.locating.predicates import asks_for_words, endings
from assay.verifiers.math_answer.locating.truth import asks_for_truth, truth
from assay.verifiers.math_answer.policy import DEFAULT, Policy
from assay.verifiers.math_answer.tree import Items

NAME = "math.answer@1"

INFO = "math"
"""Entry of `info` that overrides fields of the policy for one row."""


PASSING = frozenset({"conclusion", "last math", "last number"})
"""Rules that take a value out of a sentence; where the reference is the sentence, it counts."""

UNSTATED = PASSING | {"whole"}
"""Rules of values that nobody calls the answer."""

SHORT = 100
"""Longest response that is compared whole with a number, in characters: a longer one is prose."""

WHOLE = 600
"""Longest response that is compared whole with the reference, in characters."""


class MathAnswer:
    """Judges the answer of a completion against the reference: 1.0 or 0.0."""

    def __init__(self, policy: Policy = DEFAULT) -> None:
        self.policy = policy

    def verify(self, sample: Sample) -> Verdict | Escalate:
        """1 if shown equal; 0 if different, absent or unreadable; else a wish for a worker.

        Raises:
            ReferenceUnreadable: the reference cannot be read.
            SampleError: ``info.math`` is not a policy.
        """
        return self._judge(sample, last=False)

    def prepare(self, sample: Sample) -> None:
        """Load what `escalated` uses, before an item's clock starts in a worker.

        The first time, it takes half a second, or seconds on a busy machine: no completion's doing.
        """
        from assay.verifiers.math_answer.answers import by_sympy

        by_sympy.load()

    def escalated(self, sample: Sample) -> Verdict:
        """The same with a computer algebra system, whose time is not bounded here.

        Raises:
            ReferenceUnreadable: the reference cannot be read.
        """
        verdict = self._judge(sample, last=True)
        assert isinstance(verdict, Verdict)
        return verdict

    def _judge(self, sample: Sample, last: bool) -> Verdict | Escalate:
        policy = self.policy
        override = sample.info.get(INFO)
        if override is not None:
            policy = policy_of(override, policy)
        reference = sample.reference
        if reference is None:
            raise ReferenceUnreadable("the sample has no reference")
        if policy.units == "stated" and names_unit_of(reference, sample.prompt):
            policy = policy.model_copy(update={"units": "strip"})
        found = extract(
            sample.text,
            policy.boxed,
            policy.extraction,
            letters=asks_for_letters(reference),
            fields=policy.answer_fields,
            cut=policy.unfinished == "refuse" and sample.finish_reason == "length",
        )
        if found.text is None:
            equivalent(reference, "0", policy)  # a reference that cannot be read must still raise
            return Verdict.judged(
                NAME, 0.0, found.why, details={"extracted_by": found.rule, "decided_by": "reading"}
            )
        comparison = equivalent(reference, found.text, policy)
        if (
            not comparison.equal
            and found.rule in PASSING
            and len(sample.answer) <= WHOLE
            and (len(sample.answer) <= SHORT or _has_letters(reference))
        ):
            whole = equivalent(reference, sample.answer, policy)
            if whole.equal and whole.decided_by in ("text", "structure", "words"):
                return _verdict(Extraction(sample.answer.strip(), "whole"), whole)
        if not comparison.equal and found.rule in UNSTATED and asks_for_truth(reference):
            said = truth(sample.answer)
            if said is not None:
                return _verdict(Extraction(said, "conclusion"), equivalent(reference, said, policy))
        if not comparison.equal and found.rule in UNSTATED:
            worded = self._in_words(reference, sample.answer, policy)
            if worded is not None:
                return worded
        if not comparison.equal and found.rule == "boxed":
            listed = self._by_parts(reference, sample.answer, policy)
            if listed is not None:
                return listed
        if not comparison.equal:
            local = in_local_notation(found.text, sample.text)
            if local is not None:  # only now: a reference may be the two numbers of "3,5"
                meant = equivalent(reference, local, policy)
                if meant.equal:
                    return _verdict(found, meant)
        if comparison.open:
            if not last:
                return Escalate(comparison.because)
            from assay.verifiers.math_answer.answers import by_sympy

            comparison = by_sympy.attempt(reference, found.text, policy, comparison)
        return _verdict(found, comparison)

    def _by_parts(self, reference: Any, answer: str, policy: Policy) -> Verdict | None:
        """The verdict on a box for each part of a question, where the reference lists as many."""
        node = read_reference(reference).node if isinstance(reference, str) else None
        listed = parts_boxed(answer, len(node.items)) if isinstance(node, Items) else None
        if listed is None:
            return None
        in_order = policy.model_copy(update={"order": "keep"})
        comparison = equivalent(reference, listed, in_order)
        return _verdict(Extraction(listed, "boxed"), comparison) if comparison.equal else None

    def _in_words(self, reference: Any, answer: str, policy: Policy) -> Verdict | None:
        """The verdict on words that end the last sentence, where the reference is such words."""
        if not isinstance(reference, str) or not asks_for_words(read_reference(reference).node):
            return None
        for said in endings(answer):
            comparison = equivalent(reference, said, policy)
            if comparison.equal:
                return _verdict(Extraction(said, "conclusion"), comparison)
        return None


def _has_letters(reference: Any) -> bool:
    """Whether a reference may be a sentence: a number is none, however long the text around it."""
    return not isinstance(reference, str) or any(c.isalpha() for c in reference)


def _verdict(found: Extraction, comparison: Comparison) -> Verdict:
    return Verdict.judged(
        NAME,
        float(comparison.equal),
        comparison.because,
        details=FrozenDict(  # made here, so that nothing has to be copied
            extracted=printable(found.text or "", 200),
            extracted_by=found.rule,
            decided_by=comparison.decided_by,
            certainty=comparison.certainty,
            reference=comparison.reference,
            answer=comparison.answer,
        ),
    )


def policy_of(override: Any, base: Policy) -> Policy:
    """`base` with the fields that a row overrides; ``"lenient"`` and ``"strict"`` are presets.

    Raises:
        SampleError: an unknown field or a value out of range; names it.
    """
    if override == "lenient":
        return Policy.lenient()
    if override == "strict":
        return Policy.strict()
    if not isinstance(override, Mapping):
        raise SampleError(f"info.{INFO} is {override!r}; wanted a mapping of policy fields")
    for name in override:
        if name not in Policy.model_fields:
            raise SampleError(
                f"info.{INFO} has no field {name!r}{nearest(name, Policy.model_fields)}"
                f"\nfields: {', '.join(Policy.model_fields)}"
            )
    try:
        return Policy.model_validate({**base.model_dump(), **override})
    except ValueError as err:
        raise SampleError(f"info.{INFO}: {err}") from None


def make(params: Policy | None) -> MathAnswer:
    """The factory that the spec names."""
    return MathAnswer(params or DEFAULT)
