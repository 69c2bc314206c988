"""What this folder offers."""

from __future__ import annotations

from assay.plugins.examples import Example
from assay.plugins.spec import VerifierSpec
from assay.verifiers.math_answer.policy import Policy

SPECS: tuple[VerifierSpec, ...] = (
    VerifierSpec(
        name="math.answer@1",
        summary="Is the final answer equal to the reference, by mathematics?",
        target="assay.verifiers.math_answer.verifier:make",
        cost="inline",
        needs=("reference", "finish_reason?", "prompt?", "info.math?"),
        levels=(0.0, 1.0),
        params=Policy,
        examples=(
            Example.full(r"so it is \boxed{\frac{2}{4}}", reference="1/2"),
            Example.full("The answer is 0.5.", reference=r"\frac{1}{2}"),
            Example.zero(r"so it is \boxed{2}", reference="1/2"),
            Example.zero("I do not know.", reference="1/2"),
            Example.malformed(r"\boxed{5}", reference="proof"),
            Example.malformed(r"\boxed{5}", reference='{"ground_truth": "5"}'),
            Example.malformed(r"\boxed{5}", reference=r"\frac{1}{"),
        ),
        tools=("sympy", "python-flint"),
    ),
)
