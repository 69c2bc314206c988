"""The table of rulings: every row is a decision with its reason."""

import json
from pathlib import Path

import pytest

from assay.verifiers.math_answer import Policy, equivalent

TABLES = sorted((Path(__file__).parents[2] / "cases").glob("math_rulings*.json"))
CASES = [
    pytest.param(row, id=f"{i}-{row['why']}")
    for table in TABLES
    for rows in json.loads(table.read_text(encoding="utf-8")).values()
    for i, row in enumerate(rows)
]

DECIDED_BY = {
    *("text", "exact", "structure", "words", "algebra", "numeric", "rounding"),
    *("kind", "form", "sympy", "reading", "bounds", "none"),
}
CERTAINTIES = {"proved", "probable", "rounded", "unproved"}

DECIDED_BY = frozenset({
    "text", "exact", "structure", "words", "algebra", "numeric", "rounding", "kind", "form",
    "reading", "bounds", "none",
})  # fmt: skip
"""The layers that a receipt may name."""


@pytest.mark.parametrize("row", CASES)
def test_ruling(row):
    """Under the default policy; the receipt says by what, how surely, and why."""
    found = equivalent(row["reference"], row["answer"])
    assert found.equal is row["equal"], found.because
    assert found.decided_by in DECIDED_BY
    assert found.certainty in ("proved", "probable", "rounded", "unproved")


@pytest.mark.parametrize("row", [c for c in CASES if c.values[0]["equal"]])
def test_no_ruling_rests_on_equal_spelling(row):
    """Without the text layer the readings decide, and they decide alike."""
    found = equivalent(row["reference"], row["answer"], Policy(text_layer=False))
    assert found.equal, found.because


@pytest.mark.parametrize("row", CASES)
def test_a_reference_equals_itself(row):
    assert equivalent(row["reference"], row["reference"], Policy(text_layer=False)).equal
