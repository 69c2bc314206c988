"""Verifiers that do what a completion in a training loop may make them do."""

from __future__ import annotations

import time

from assay import ReferenceUnreadable, Sample, Verdict, verifier

HARD = (10**50 + 151) * (10**60 + 7)
"""A product of two primes: SymPy tries for longer than any test lasts."""


@verifier("loop.factored@1", levels=[0, 1])
def factored(sample: Sample) -> Verdict:
    """Has SymPy factor the number after ``factor:``; others are fine."""
    name = "loop.factored@1"
    _, found, number = sample.text.partition("factor:")
    if found:
        import sympy

        sympy.factorint(int(number.split()[0]))
    return Verdict.judged(name, 1.0, "factored")


@verifier("loop.doubtful@1", cost="inline", levels=[0, 1])
def doubtful(sample: Sample) -> Verdict:
    """Cannot tell where the completion holds ``doubt``."""
    if "doubt" in sample.text:
        return Verdict.undecided("loop.doubtful@1", "told to doubt")
    return Verdict.judged("loop.doubtful@1", float("yes" in sample.text), "looked for a yes")


@verifier("loop.right@1", needs=["reference"], levels=[0, 1], cost="inline")
def right(sample: Sample) -> bool:
    """Completion equals reference."""
    if sample.reference == "???":
        raise ReferenceUnreadable("reference '???' cannot be read")
    return sample.text == str(sample.reference)


_flips = 0


@verifier("loop.flip@1", cost="inline", deterministic=False, levels=[0, 1])
def flip(sample: Sample) -> Verdict:
    """Cannot tell every other time it is asked."""
    global _flips
    _flips += 1
    if _flips % 2:
        return Verdict.undecided("loop.flip@1", f"call {_flips}")
    return Verdict.judged("loop.flip@1", 1.0, f"call {_flips}")


@verifier("loop.length@1", cost="inline", needs=["n_tokens?", "step?", "prompt?", "info.unit?"])
def length(sample: Sample) -> Verdict:
    """Tells what it was given."""
    got = [sample.n_tokens, sample.step, sample.prompt, dict(sample.info)]
    return Verdict.judged("loop.length@1", 0.5, repr(got))


@verifier("loop.slow@1")
def slow(sample: Sample) -> float:
    """Sleeps a little, in a worker."""
    time.sleep(0.05)
    return 1.0
