"""A fault of a row is not a fault of the verifier, and no success of a probe."""

from __future__ import annotations

from assay import Engine, Sample, load_rubric
from assay.probes.findings import findings
from assay.probes.run import probe


def test_one_unreadable_reference_is_one_note() -> None:
    """Every completion of its prompt goes without a score, under every probe alike."""
    samples = [
        Sample(completion=f"\\boxed{{{i + 3}}}", prompt=f"q{i}", reference=str(i + 3))
        for i in range(6)
    ]
    samples[4] = Sample(completion="\\boxed{1}", prompt="q4", reference="\\frac{1}{((")
    with Engine(load_rubric("math"), workers=1) as engine:
        board = probe(engine, samples, probes=["blank", "answer.wrong"])
    assert not [f for f in findings(board) if f.id == "probe.unscored"]
    noted = [note for note in board.notes if "left out, since none of their completions" in note]
    assert len(noted) == 1
    assert noted[0].startswith("1 prompts are left out")
    assert "sample 5: the reference" in noted[0]
