"""What the processes of a test do; imported by them, so apart from the tests."""

from __future__ import annotations

from assay import Engine, Sample


def score(folder: str, name: int) -> None:
    """Five steps of forty rewards, and no `close`."""
    engine = Engine("math", ledger=folder)
    for step in range(5):
        batch = [Sample(f"{name} {step} {i}", reference="1") for i in range(40)]
        engine.verify_batch(batch, step=step)
