"""What this folder offers."""

from __future__ import annotations

from assay.plugins.spec import VerifierSpec
from assay.verifiers.math_answer.policy import Policy

SPECS: tuple[VerifierSpec, ...] = (
    VerifierSpec(
        name="math.answer@1",
        summary="is the final answer equal to the reference, by mathematics?",
        target="assay.verifiers.math_answer.verifier:make",
        cost="inline",
        needs=("reference", "finish_reason?", "prompt?", "info.math?"),
        levels=(0.0, 1.0),
        params=Policy,
        tools=("sympy", "python-flint"),
    ),
)
