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


@pytest.mark.parametrize("row", CASES)
def test_ruling(row):
    """Under the default policy."""
    found = equivalent(row["reference"], row["answer"])
    assert found.equal is row["equal"], found.because


def test_every_ruling_has_its_receipt():
    pairs = [[row["reference"], row["answer"]] for row in (case.values[0] for case in CASES)]
    assert [receipt[:2] for receipt in RECEIPTS] == pairs, WRITE


@pytest.mark.parametrize("receipt", RECEIPTS, ids=range(len(RECEIPTS)))
def test_the_receipt_says_by_what_how_surely_and_why(receipt):
    reference, answer, *said = receipt
    found = equivalent(reference, answer)
    assert [found.decided_by, found.certainty, found.because] == said, WRITE


@pytest.mark.parametrize("row", [c for c in CASES if c.values[0]["equal"]])
def test_no_ruling_rests_on_equal_spelling(row):
    """Without the text layer the readings decide, and they decide alike."""
    found = equivalent(row["reference"], row["answer"], Policy(text_layer=False))
    assert found.equal, found.because


@pytest.mark.parametrize("row", CASES)
def test_a_reference_equals_itself(row):
    assert equivalent(row["reference"], row["reference"], Policy(text_layer=False)).equal
