"""Certificates: rulings with a reason each."""

from __future__ import annotations

import json
import pickle
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import pytest

from assay.plugins.host import Host
from assay.rubrics import Rubric, load_rubric
from assay.rubrics.written.number import fraction

F = Fraction
KEY = {"levels": [0, 1]}
HOST = Host()


def weighted(**weights: Any) -> dict[str, Any]:
    """The first is the key, all-or-nothing; the others lie in [0, 1]."""
    first, *rest = weights.items()
    criteria: dict[str, Any] = {first[0]: {"weight": first[1], **KEY}}
    criteria |= {name: {"weight": weight} for name, weight in rest}
    return {"kind": "weighted", "criteria": criteria}


def graded(*levels: Any) -> dict[str, Any]:
    """A criterion with levels."""
    return {"levels": list(levels)}


class Case(NamedTuple):
    rubric: Any
    ruling: str
    margin: Any
    price: Any
    why: str
    given: Sequence[str] = ()


CASES = [
    Case(weighted(c=0.7, s=0.3), "proved", "2/5", "3/7", "correctness outweighs style"),
    Case(weighted(c=0.4, s=0.2, t=0.3), "refuted", "-1/10", 1, "two styles outweigh it"),
    Case(weighted(c=1, s=1), "tie", 0, 1, "equal weights tie"),
    Case(weighted(c=0.3, r=0.1, s=0.1, t=0.1), "tie", 0, 1, "exactly .3 = .1 + .1 + .1"),
    Case(weighted(c="1/3", r="1/6", s="1/6"), "tie", 0, 1, "fractions stay fractions"),
    Case(weighted(c=2, s=1), "proved", 1, "1/2", "{-1, 1} with a penalty of 1"),
    Case(weighted(c=1, s=-1), "tie", 0, 1, "a penalty counts like a bonus"),
    Case(weighted(c=1, s=0), "proved", 1, 0, "a zero weight moves nothing"),
    Case(weighted(c=-1, s=0.5), "refuted", "-3/2", 1, "the key is a penalty"),
    Case(
        weighted(c="0.30000000000000001", r="0.1", s="0.1", t="0.1"),
        "refuted",
        F(1, 10**17),
        1,
        "decimals are read as written, but what 64-bit floats turn round is not proved",
    ),
    Case(
        {"kind": "gate", "gate": {"use": "c.c", **KEY}, "then": "s.s"},
        "proved",
        "1/2",
        "1/2",
        "a gate pays the floor at least",
    ),
    Case(
        {"kind": "gate", "gate": {"use": "c.c", **KEY}, "then": "s.s", "floor": 0},
        "tie",
        0,
        1,
        "a gate without a floor pays a plain right answer nothing",
    ),
    Case(
        {"kind": "gate", "gate": {"use": "c.c", "levels": [0, 0.5, 1]}, "then": "s.s", "at": 0.5},
        "refuted",
        "-1/2",
        1,
        "a gate that opens for half-right answers",
    ),
    Case(
        {"kind": "gate", "gate": "c.c", "then": "s.s"},
        "proved",
        "1/2",
        "1/2",
        "a key without levels, gated at its top",
    ),
    Case(
        {"kind": "gate", "gate": "c.c", "then": "s.s", "ramp": [0.5, 1]},
        "not_proved",
        None,
        None,
        "a ramp lets a key without levels come arbitrarily near",
    ),
    Case({"c.c": 1}, "not_proved", None, None, "a key without levels"),
    Case(
        {
            "kind": "weighted",
            "criteria": {"c.c": {"levels": [0, 0.5, 1], "weight": 0.7}, "s.s": 0.3},
        },
        "proved",
        "1/20",
        None,
        "only the top level is correct",
    ),
    Case(
        {"kind": "product", "criteria": {"c.c": KEY, "s.s": {"levels": ["1/2", 1]}}},
        "proved",
        "1/2",
        "1/2",
        "a factor of 0 leaves nothing",
    ),
    Case(
        {"kind": "min", "criteria": {"c.c": KEY, "s.s": {}}},
        "tie",
        0,
        1,
        "the minimum forgets correctness where style is 0",
    ),
    Case(
        {"kind": "clip", "of": weighted(c=2, s=1), "high": 1},
        "tie",
        0,
        1,
        "a cap erases the difference",
    ),
    Case(
        {"kind": "vote", "criteria": {"c.c": KEY, "a.a": {}, "b.b": {}}},
        "refuted",
        "-1/3",
        1,
        "two votes outvote one",
    ),
    Case(
        {"kind": "priority", "criteria": {"c.c": KEY, "a.a": {"levels": [0, 0.5, 1]}, "b.b": {}}},
        "proved",
        1,
        None,
        "lexicographic: the margin as declared",
    ),
    Case(
        {"kind": "priority", "mode": "threshold", "tau": 1, "criteria": {"c.c": KEY, "s.s": {}}},
        "proved",
        1,
        "1/2",
        "above the threshold only",
    ),
    Case(
        {"kind": "process", "outcome": {"use": "c.c", **KEY}, "steps": "s.s", "k": 4},
        "proved",
        "2/5",
        "3/7",
        "alpha .7 against .3",
    ),
    Case(
        {"kind": "process", "outcome": {"use": "c.c", **KEY}, "steps": "s.s", "k": 4, "alpha": 0.5},
        "tie",
        0,
        1,
        "alpha .5",
    ),
    Case(
        weighted(c=1, a=0.7, b=0.7),
        "proved",
        "3/25",
        None,
        "styles that conflict cannot both be had",
        ["a + b <= 44/35"],
    ),
    Case(
        weighted(c=1, a=0.7, b=0.7),
        "refuted",
        "-2/5",
        1,
        "a coupling that is slack",
        ["a + b <= 2"],
    ),
    Case(
        weighted(c=1, s=1),
        "proved",
        2,
        None,
        "style is bound to correctness",
        ["s == c"],
    ),
    Case(
        {
            "kind": "weighted",
            "criteria": {
                "c": {"weight": 1, **KEY},
                "a": {"levels": [0, 1]},
                "b": {"levels": [0, 1]},
            },
        },
        "tie",
        0,
        1,
        "between levels nothing is attained: a + b <= 1.5 means at most one",
        ["a + b <= 1.5"],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.why)
def test_rulings(case: Case) -> None:
    certificate = load_rubric(case.rubric).prove(given=case.given, host=HOST)
    assert certificate.verdict == case.ruling
    assert certificate.margin == (None if case.margin is None else fraction(case.margin))
    if case.price is not None:
        assert certificate.price == fraction(case.price)
    if case.ruling in ("refuted", "tie"):
        replayed(load_rubric(case.rubric), certificate.witness, case.ruling)
    assert json.loads(json.dumps(certificate.to_json()))["verdict"] == case.ruling
    assert pickle.loads(pickle.dumps(certificate)) == certificate
    assert certificate.worst.key in str(certificate)


def replayed(rubric: Rubric, witness: Any, ruling: str) -> None:
    """The witness, through the public `compose`, reverses the order, or ties."""
    parts = 4  # the K of every process rubric here
    correct = rubric.compose(witness.verdicts("correct", parts)).value
    wrong = rubric.compose(witness.verdicts("wrong", parts)).value
    assert correct is not None
    assert wrong is not None
    if ruling == "refuted":
        assert correct < wrong
    else:
        assert correct == pytest.approx(wrong, abs=1e-12)
    assert correct == pytest.approx(float(witness.rewards[0]), abs=1e-12)
    assert wrong == pytest.approx(float(witness.rewards[1]), abs=1e-12)
