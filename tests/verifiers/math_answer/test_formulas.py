"""Where the formulas of a text stand."""

from assay.verifiers.math_answer.locating.formulas import formulas


def test_two_prices_are_no_formula():
    assert formulas("it was $5 in spring and it is $7 now") == []
    assert [f.inside for f in formulas("costs $x$ and $y$")] == ["x", "y"]
