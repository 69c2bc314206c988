"""Each field of the policy: one pair that it turns."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from assay.verifiers.math_answer import Policy, equivalent

TURNS = json.loads(
    (Path(__file__).parents[2] / "cases" / "math_policies.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("turn", TURNS, ids=lambda t: t["why"] + str(t["changes"]))
def test_a_field_turns_a_pair(turn):
    assert equivalent(turn["reference"], turn["answer"]).equal is turn["default"]
    changed = Policy(**turn["changes"])
    assert equivalent(turn["reference"], turn["answer"], changed).equal is turn["other"]


def test_every_field_has_a_pair():
    elsewhere = {"boxed", "extraction", "text_layer", "answer_fields", "unfinished"}
    assert {k for t in TURNS for k in t["changes"]} | elsewhere == set(Policy.model_fields)


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


def test_the_receipt_says_which_constant_has_another_name():
    found = equivalent(r"x = k\pi", r"x = n\pi").because
    assert found.endswith("are equal: with n for k")
