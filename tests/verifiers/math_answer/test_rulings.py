"""The table of rulings: every row is a decision with its reason."""

import json
from pathlib import Path

import pytest

from assay.verifiers.math_answer import Policy, equivalent

HERE = Path(__file__).parents[2] / "cases"
TABLES = sorted(HERE.glob("math_rulings*.json"))
CASES = [
    pytest.param(row, id=f"{i}-{row['why']}")
    for table in TABLES
    for rows in json.loads(table.read_text(encoding="utf-8")).values()
    for i, row in enumerate(rows)
]
WRITE = "read what changed, then: python benchmarks/math_rulings_doc.py"
LINES = (HERE / "math_receipts.jsonl").read_text(encoding="utf-8").strip("\n").split("\n")
RECEIPTS = [json.loads(line) for line in LINES]
"""[reference, answer, decided by, certainty, because] of each ruling, in the order of the tables:
written by `benchmarks/math_rulings_doc.py`, and read by a person where they change."""

RECEIPTS_OF: dict[tuple[str, str], list[list[str]]] = {}
for receipt in RECEIPTS:
    RECEIPTS_OF.setdefault((receipt[0], receipt[1]), []).append(receipt)
REFERENCES = sorted({case.values[0]["reference"] for case in CASES})
WITHOUT_TEXT = Policy(text_layer=False)


def test_every_ruling_has_its_receipt():
    pairs = [[row["reference"], row["answer"]] for row in (case.values[0] for case in CASES)]
    assert [receipt[:2] for receipt in RECEIPTS] == pairs, WRITE


@pytest.mark.parametrize("row", CASES)
def test_ruling(row):
    """Under the default policy; by which layer, how surely and why is what the receipt says."""
    reference, answer = row["reference"], row["answer"]
    found = equivalent(reference, answer)
    assert found.equal is row["equal"], found.because
    receipt = [reference, answer, found.decided_by, found.certainty, found.because]
    assert receipt in RECEIPTS_OF[reference, answer], WRITE
    if row["equal"]:
        by_reading = equivalent(reference, answer, WITHOUT_TEXT)
        assert by_reading.equal, f"it rests on equal spelling: {by_reading.because}"


@pytest.mark.parametrize("reference", REFERENCES, ids=range(len(REFERENCES)))
def test_a_reference_equals_itself(reference):
    """By its reading, not by its spelling."""
    assert equivalent(reference, reference, WITHOUT_TEXT).equal
