"""Rewards without a score: for want of the key, or since the machine failed a verifier."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from assay.errors import RubricError
from assay.model import Part, Reward, Sample, Term, Turn, Verdict
from assay.plugins.host import Host
from assay.rubrics import load_rubric

OK = Verdict.judged("t.t@1", 1.0, "fine")
NO = Verdict.undecided("t.t@1", "no telling")
DISK = Verdict.crashed("t.t@1", "the disk is full", details={"cause": "machine"})
BUG = Verdict.crashed("t.t@1", "a bug")
TWO = Sample("b", turns=[Turn("a"), Turn("b")])


def weighted(**criteria: Any) -> dict[str, Any]:
    return {"kind": "weighted", "criteria": criteria}


def cost(**more: Any) -> dict[str, Any]:
    return weighted(a=1, b={"kind": "cost", "of": "t.b", "each": 0.1, **more})


class Case(NamedTuple):
    why: str
    rubric: dict[str, Any]
    verdicts: dict[str, Verdict]
    value: float | None
    because: str = ""


KEY = "the key criterion 'a' is undecided: no telling"
DISK_B = "the machine failed the verifier of {!r}: the disk is full"
COUNT = DISK_B.format("b/of")
PER_TURN = cost(over="turns")
STEPS = {"kind": "process", "outcome": "t.a", "steps": "t.b", "k": 2, "agg": "mean"}
REPEAT = {"kind": "turns", "outcome": "t.a", "shaping": {"kind": "repeat"}, "unsafe": True}
BOTH_WAYS = weighted(a=1, d={"use": "t.d", "weight": 0.5}, e={"use": "t.d", "weight": -0.25})
CASES = [
    Case("without the key there is nothing to pay", weighted(a=1, b=1), {"a": NO, "b": OK}, None,
         KEY),
    Case("another that is missing is at its worst", weighted(a=1, b=1), {"a": OK, "b": NO}, 1.0),
    Case("also one that crashed: a completion may cause that", weighted(a=1, b=1),
         {"a": OK, "b": BUG}, 1.0),
    Case("but no completion fills a disk", weighted(a=1, b=1), {"a": OK, "b": DISK}, None,
         DISK_B.format("b")),
    Case("unless the rubric says what then counts", weighted(a=1, b={"missing": 0.5}),
         {"a": OK, "b": DISK}, 1.5),
    Case("of two, the first is named", weighted(a=1, b=1, c=1), {"a": OK, "b": DISK, "c": DISK},
         None, DISK_B.format("b")),
    Case("and the key before any", weighted(b={"weight": 1}, a=1) | {"key": "a"},
         {"a": NO, "b": DISK}, None, KEY),
    Case("a count that could not be made is the cap", cost(cap=4), {"a": OK, "b/of": NO}, 0.6),
    Case("a count that the machine prevented is none", cost(cap=4), {"a": OK, "b/of": DISK}, None,
         COUNT),
    Case("what is said of an unknown count is said of it", cost(cap=4, unknown=1),
         {"a": OK, "b/of": DISK}, 0.9),
    Case("a turn that nobody could judge is a fault", PER_TURN,
         {"a": OK, "b/of#0": NO, "b/of#1": OK}, 0.9),
    Case("one that the machine failed is not", PER_TURN, {"a": OK, "b/of#0": DISK, "b/of#1": NO},
         None, COUNT),
    Case("steps, too", STEPS, {"outcome": OK, "steps": DISK}, None, DISK_B.format("steps")),
    Case("and steps that are turns", STEPS | {"over": "turns"},
         {"outcome": OK, "steps#0": OK, "steps#1": DISK}, None, DISK_B.format("steps")),
    Case("steps that nobody could judge are not earned", STEPS, {"outcome": OK, "steps": NO}, 0.7),
    Case("taken away, they are all taken away", weighted(a=1, p={**STEPS, "weight": -1}),
         {"a": OK, "p/outcome": OK, "p/steps": NO}, 0.0),
    Case("added more than taken away, one verifier's silence is its lowest", BOTH_WAYS,
         {"a": OK, "d": NO, "e": NO}, 1.0),
    Case("of repeated outcomes, the last turn's is the value", REPEAT,
         {"outcome#0": NO, "outcome#1": OK}, 1.0),
    Case("and its want is told of, whatever came before", REPEAT,
         {"outcome#0": DISK, "outcome#1": NO}, None,
         "the key criterion 'outcome' is undecided: no telling"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.why)
def test_what_is_paid_where_a_score_is_missing(case: Case) -> None:
    reward = load_rubric(case.rubric).compose(case.verdicts, TWO)
    assert reward.value == (None if case.value is None else pytest.approx(case.value))
    assert reward.status == ("unscored" if case.value is None else "scored")
    assert (reward.error or "") == case.because
    assert reward.verdicts == case.verdicts


def test_a_receipt_without_a_value_shows_the_other_scores_and_pays_none() -> None:
    rubric = load_rubric(weighted(a=1, b=0.5, c=-0.25))
    reward = rubric.compose({"a": OK, "b": DISK, "c": Verdict.judged("t.t@1", 0.5, "")})
    assert reward.terms == {
        "a": Term("a", 1.0, 1.0, None),
        "b": Term("b", 0.5, None, None),
        "c": Term("c", -0.25, 0.5, None),
    }
    assert reward.signature == rubric.compose(dict.fromkeys("abc", OK)).signature
    assert reward.turns is None


def test_a_count_keeps_what_it_counts() -> None:
    parts = (Part("x", 0.0), Part("y", None), Part("z", 1.0))
    reward = load_rubric(cost(cap=4)).compose(
        {"a": OK, "b/of": Verdict.judged("t.b", 0.5, "", parts=parts)}
    )
    assert reward.value == pytest.approx(0.8)


# -- samples that could not be judged --------------------------------------------------------------

MATH = {"math.answer": 0.7, "format.boxed": {"weight": 0.3}}


def blank(rubric: dict[str, Any]) -> dict[str, Term]:
    return dict(load_rubric(rubric).bind(Host()).blank_terms())


def test_a_sample_that_could_not_be_judged_has_every_line_and_earns_nothing() -> None:
    answer, boxed = Term("math.answer@1", 0.7, None, None), Term("format.boxed@1", 0.3, None, None)
    assert blank({"kind": "weighted", "criteria": MATH}) == {
        "math.answer": answer,
        "format.boxed": boxed,
    }
    gate = {"kind": "gate", "gate": "format.boxed", "then": "math.answer", "floor": 0.25}
    found = blank(gate)
    assert found["(gate)"] == Term("", 1.0, None, None)
    assert [(key, term.verifier) for key, term in found.items()] == [
        ("gate", "format.boxed@1"),
        ("then", "math.answer@1"),
        ("(gate)", ""),
    ]
    cases = {"x": {"kind": "weighted", "criteria": MATH}, "y": gate}
    found = blank({"kind": "switch", "on": "info.x", "cases": cases})
    assert list(found) == [
        "x/math.answer", "x/format.boxed", "y/gate", "y/then", "y/(gate)",
    ]  # fmt: skip
    assert found["x/math.answer"] == answer
    assert found["y/(gate)"] == Term("", 1.0, None, None)


def test_a_potential_moves_no_value_in_any_receipt() -> None:
    product = {"kind": "product", "criteria": ["math.answer", "format.boxed"]}
    rubric = {"kind": "turns", "outcome": "math.answer", "shaping": {"phi": product}}
    lines = {
        "outcome": 1.0, "phi/math.answer": 0.0, "phi/format.boxed": 0.0, "phi/(product)": 0.0,
    }  # fmt: skip
    assert {key: term.weight for key, term in blank(rubric).items()} == lines
    cases = {"x": rubric, "y": "math.answer"}
    switch = load_rubric({"kind": "switch", "on": "info.x", "cases": cases}).bind(Host())
    keys = [f"x/{key}" for key in lines]
    assert [switch.blank_terms()[key].weight for key in keys] == list(lines.values())
    one = Sample("a", info={"x": "x"})
    paid = switch.compose({"x/outcome": Verdict.judged("math.answer@1", 1.0, "")}, one)
    assert [paid.terms[key].weight for key in keys] == list(lines.values())
    other = switch.compose({"y": OK}, Sample("a", info={"x": "y"}))
    assert [other.terms[key].weight for key in keys] == list(lines.values())


def test_blank_lines_are_made_once() -> None:
    bound = load_rubric({"kind": "weighted", "criteria": MATH}).bind(Host())
    assert bound.blank_terms() is bound.blank_terms()


# -- verdicts in a list ----------------------------------------------------------------------------


def listed(*names: str, rubric: dict[str, Any] | None = None) -> Reward:
    verdicts = [Verdict.judged(name, 1.0, "") for name in names]
    bound = load_rubric(rubric or {"kind": "weighted", "criteria": MATH}).bind(Host())
    return bound.compose(verdicts)


@pytest.mark.parametrize("name", ["math.answer", "math.answer@1", "math.answer@7"])
def test_a_verdict_belongs_to_the_criterion_of_its_verifier(name: str) -> None:
    """In whatever version it was made."""
    assert listed("format.boxed@1", name).value == 1.0


def test_two_versions_of_a_verifier_are_told_apart() -> None:
    rubric = load_rubric(weighted(a={"use": "t.a@1"}, b={"use": "t.a@2", "weight": 0.5}))
    one, two = Verdict.judged("t.a@1", 1.0, ""), Verdict.judged("t.a@2", 0.0, "")
    assert rubric.compose([two, one]).value == 1.0
    assert rubric.compose([one, two]).value == 1.0


TWICE = {
    "kind": "weighted",
    "criteria": {"a": {"use": "format.boxed"}, "b": {"use": "format.boxed", "weight": 0.5}},
}
AS_MAPPING = "fix: give the verdicts as a mapping: criterion's key -> verdict"
AMBIGUOUS = [
    ("it came twice", ("format.boxed", "math.answer", "math.answer@1"), None,
     "'math.answer@1' could belong to several criteria or came twice", AS_MAPPING),
    ("two criteria have it", ("format.boxed",), TWICE,
     "'format.boxed' could belong to several criteria or came twice", AS_MAPPING),
    ("none has it", ("format.integer@1",), None,
     "the verdict of 'format.integer@1' belongs to no criterion",
     "fix: criteria: math.answer, format.boxed"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("why", "names", "rubric", "error", "fix"), AMBIGUOUS, ids=[row[0] for row in AMBIGUOUS]
)
def test_a_verdict_that_could_belong_anywhere_is_refused(
    why: str, names: tuple[str, ...], rubric: dict[str, Any] | None, error: str, fix: str
) -> None:
    with pytest.raises(RubricError) as raised:
        listed(*names, rubric=rubric)
    assert str(raised.value).startswith(error), why
    assert fix in str(raised.value)


def test_a_verdict_that_is_not_there_is_asked_for_by_name() -> None:
    with pytest.raises(RubricError) as raised:
        load_rubric(cost(over="turns")).compose({"a": OK, "b/of#0": OK}, TWO)
    assert str(raised.value) == (
        "no verdict for the criterion 'b/of#1' - at `$.b[\"of#1\"]`\n"
        "  got: verdicts for a, b/of#0\n"
        "  fix: run its verifier on the sample, or give `undecided`"
    )
    with pytest.raises(RubricError, match="got: verdicts for none"):
        load_rubric(weighted(a=1)).compose({})
