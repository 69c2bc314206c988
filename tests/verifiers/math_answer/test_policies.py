"""Each field of the policy: one pair that it turns."""

from typing import NamedTuple

import pytest
from pydantic import ValidationError

from assay.verifiers.math_answer import Policy, equivalent


class Turn(NamedTuple):
    reference: str
    answer: str
    default: bool
    changes: dict
    other: bool
    why: str


TURNS = [
    Turn("1, 2", "2, 1", True, {"order": "keep"}, False, "order of a list"),
    Turn("(1, 2)", r"\{1, 2\}", False, {"tuple_is_set": True}, True, "a tuple as a set"),
    Turn(r"\{1, 2\}", "1, 2", True, {"brackets": "require"}, False, "brackets"),
    Turn("x = 3", "3", True, {"labels": "require"}, False, "names of values"),
    Turn("5 cm", "5", True, {"units": "convert"}, False, "a unit that must be there"),
    Turn("5 m", "500 cm", True, {"units": "require"}, False, "the same unit"),
    Turn("28%", "28", True, {"percent": "exact"}, False, "percent signs"),
    Turn(r"45^\circ", "45", True, {"degrees": "exact"}, False, "degree signs"),
    Turn("Yes", "yes", True, {"case": "keep"}, False, "case of words"),
    Turn("0.333", "1/3", True, {"reference_rounded": False}, False, "decimal references"),
    Turn("1/3", "0.3333", False, {"answer_digits": 4}, True, "decimal answers"),
    Turn("1/3", "0.333333333333", True, {"answer_digits": None}, False, "no decimal answers"),
    Turn("165.47", "165.5", False, {"significant": 4}, True, "significant digits"),
    Turn("2", r"\log 100", True, {"log": "natural"}, False, "base of log"),
    Turn("x+C", "x+K", True, {"constants": "keep"}, False, "names of constants"),
    Turn("x", r"\sqrt{x^2}", False, {"variables": "positive"}, True, "positive variables"),
    Turn("(0,1)", "0<x<1", True, {"sets_as_relations": False}, False, "inequalities for sets"),
    Turn("The sum is odd", "odd", False, {"words": "contained"}, True, "a word of a sentence"),
    Turn("1/2", "2/4", True, {"form": "reduced"}, False, "reduced fractions"),
    Turn("(x-1)(x+1)", "x^2-1", True, {"form": "factored"}, False, "factored polynomials"),
    Turn("x^2-1", "(x-1)(x+1)", True, {"form": "expanded"}, False, "expanded polynomials"),
    Turn("0.50", "1/2", True, {"form": "decimal"}, False, "decimals"),
    Turn("0.50", "0.5", True, {"form": "decimal", "places": 2}, False, "digits after the point"),
]


@pytest.mark.parametrize("turn", TURNS, ids=lambda t: t.why)
def test_a_field_turns_a_pair(turn):
    assert equivalent(turn.reference, turn.answer).equal is turn.default
    assert equivalent(turn.reference, turn.answer, Policy(**turn.changes)).equal is turn.other


def test_every_field_has_a_pair():
    elsewhere = {"boxed", "extraction", "text_layer", "answer_fields", "unfinished"}
    assert {k for t in TURNS for k in t.changes} | elsewhere == set(Policy.model_fields)


LENIENT = [
    ("600/7", "85.71", True, "four digits of a fraction"),
    ("299.94", "300", True, "a rounded answer"),
    ("785.12", "784", False, "one in a thousand is too far"),
    ("2024", "2025", False, "whole numbers are never rounded"),
    ("5040", r"\frac{15840}{\pi}", False, "nothing near"),
]


@pytest.mark.parametrize(("reference", "answer", "equal", "why"), LENIENT, ids=lambda x: str(x))
def test_lenient(reference, answer, equal, why):
    assert equivalent(reference, answer, Policy.lenient()).equal is equal


def test_a_policy_is_frozen_and_closed():
    with pytest.raises(ValidationError):
        Policy(rounding="loose")
    with pytest.raises(ValidationError):
        Policy().order = "keep"


def test_every_field_is_documented():
    source = __import__("inspect").getsource(Policy)
    for name in Policy.model_fields:
        after = source.partition(f"    {name}: ")[2]
        assert '"""' in after.partition("\n    ")[2][:4], name
