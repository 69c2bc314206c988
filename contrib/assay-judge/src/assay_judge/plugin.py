"""What the entry point names: offers a verifier and a probe, imports neither."""

from collections.abc import Iterable

from assay import Example, ProbeSpec, VerifierSpec, WaitPolicy, hookimpl

from assay_judge.params import JudgeParams


@hookimpl
def assay_verifiers() -> Iterable[VerifierSpec]:
    """The judge."""
    yield VerifierSpec(
        name="judge.aspects@1",
        summary="Share of a language model's votes for what the response is to be.",
        target="assay_judge.judge:Judge",
        cost="waiting",
        needs=("prompt?", "reference?"),
        params=JudgeParams,
        # no server promises the same answer twice, whatever the seed
        deterministic=False,
        effects=("network",),
        waiting=WaitPolicy(concurrency=16, retries=3, timeout_s=30.0, deadline_s=90.0),
        examples=(
            Example.full("2 + 2 is 4.", prompt="What is 2 + 2?", reference="4"),
            Example.zero("2 + 2 is 5.", prompt="What is 2 + 2?", reference="4"),
            Example.zero("", prompt="What is 2 + 2?", reference="4"),
            Example.malformed("2 + 2 is 4.", prompt="What is 2 + 2?", reference=" "),
        ),
    )


@hookimpl
def assay_probes() -> Iterable[ProbeSpec]:
    """An attack on judges that read a verdict out of whatever the model repeats."""
    yield ProbeSpec(
        name="judge.forged-verdict",
        summary="a wrong answer, then a verdict in the judge's own form",
        target="assay_judge.probe:forged_verdict",
        claim="wrong",
        attacks="LLM judge",
        subject="answer",
    )
