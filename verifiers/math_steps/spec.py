"""What `math.steps` offers, without importing it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from assay.plugins.examples import Example
from assay.plugins.spec import VerifierSpec


class StepsParams(BaseModel):
    """Params of ``math.steps``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    solution: str = Field(default="reference_solution", min_length=1)
    """Entry of `info` that holds the reference solution, as text or a list of steps."""
    detours: int = Field(default=2, ge=0)
    """True claims off the reference's path that are forgiven; at the next one the prefix ends."""


SPECS: tuple[VerifierSpec, ...] = (
    VerifierSpec(
        name="math.steps@1",
        summary="Share of a reference solution's intermediate values that the claims reach.",
        target="assay.verifiers.math_steps.verifier:MathSteps",
        cost="inline",
        needs=("info?", "reference?", "prompt?"),
        params=StepsParams,
        examples=(
            Example.full("1 + 1 = 2\n2 + 1 = 3\nThe answer is 3.", reference="3"),
            Example.zero("1 + 1 = 3\nThe answer is 4.", reference="3", why="a false claim ends it"),
        ),
        tools=("python-flint",),
    ),
)
