"""A plugin in one file, for `--plugin`."""

import os

from assay import Sample, Verdict, verifier


@verifier("demo.polite@1", levels=[0, 1])
def polite(sample: Sample) -> Verdict:
    """Says please or thank you; judged in a worker."""
    said = [word for word in ("please", "thank you") if word in sample.answer.lower()]
    return Verdict.judged(
        "demo.polite@1",
        float(bool(said)),
        f"says {said[0]!r}" if said else "no polite word",
        details={"pid": os.getpid()},
    )


@verifier("demo.short@1", cost="inline", levels=[0, 1])
def short(sample: Sample) -> bool:
    """At most 80 characters; judged where the engine runs."""
    return len(sample.answer) <= 80
