"""What the entry point names: offers the verifier, does not import it."""

from collections.abc import Iterable

from assay import Example, VerifierSpec, hookimpl

from assay_reward_model.params import ScoreParams


@hookimpl
def assay_verifiers() -> Iterable[VerifierSpec]:
    """The reward model."""
    yield VerifierSpec(
        name="reward_model.score@1",
        summary="A sequence classifier's logit for the response, on a line from 0 to 1.",
        target="assay_reward_model.score:Score",
        cost="worker",
        batch=16,
        needs=("prompt?",),
        params=ScoreParams,
        tools=("torch", "transformers"),
        examples=(Example.zero("", prompt="What is 2 + 2?"),),
        # it gives any text something, an echo too: what that is worth is the rubric's business
        pays=("echo",),
    )
