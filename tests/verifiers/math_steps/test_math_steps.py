"""Which claims are read, which hold, and which earn."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import ReferenceUnreadable
from assay.model import Sample, Status, Verdict
from assay.verifiers.math_steps.claims import claims
from assay.verifiers.math_steps.scan import chains
from assay.verifiers.math_steps.spec import StepsParams
from assay.verifiers.math_steps.verifier import MathSteps, path

ROOT = Path(__file__).resolve().parents[3]
ROWS = ROOT / "tests" / "cases" / "gsm8k_solutions_40.jsonl"
"""The first 40 problems of openai/grade-school-math's example model solutions, MIT licence."""
CORPUS = ROOT.parent / "shared" / "corpora" / "rollouts" / "gsm8k_solutions.jsonl"


class Read(NamedTuple):
    text: str
    found: list[list[str]]
    why: str


READ = [
    Read("so 35 hours * $20 = $700. Done", [["35*20", "700"]], "units and money are left out"),
    Read("16 - 3 = <<16-3=13>>13 eggs", [["16-3", "16-3", "13", "13"]], "an annotation joins in"),
    Read("earns $<<5*3=15>>15", [["5*3", "15", "15"]], "an annotation stands alone"),
    Read(r"2x = 6 \Rightarrow x = 3", [["2x", "6"], ["x", "3"]], "an arrow parts two chains"),
    Read("$20/hour * 35 hours/week = $700/week", [["20*35", "700"]], "rates are units"),
    Read("x &= 3 + 4 \\\\\n &= 7", [["x", "3+4", "7"]], "a chain goes on over lines"),
    Read("25% of 40 = 10", [["(25/100)*40", "10"]], "a share of something is a product"),
    Read("(so 5 + 6 = 11)", [["5+6", "11"]], "a bracket around prose is not part of the claim"),
    Read("20 x 3 = 60", [["20*3", "60"]], "x between numbers is times"),
    Read("5 times 3 equals 15", [["5*3", "15"]], "operators in words"),
    Read("a 5*3=15", [["5*3", "15"]], "an article is not a factor"),
    Read("x = 3, y=4 and x+y=7", [["x", "3"], ["y", "4"], ["x+y", "7"]], "commas and words part"),
    Read("1,000 + 2,000 = 3,000", [["1000+2000", "3000"]], "thousands separators"),
    Read("$350 000 x 2 = 700 000", [["350000*2", "700000"]], "thousands parted by spaces"),
    Read("3.2 million + 1 = 4", [["3200000+1", "4"]], "numbers in words scale"),
    Read("3 1/2 million + 1 = 4", [["(3+1/2)+1", "4"]], "but not a mixed number"),
    Read("Total = 5 + 6 = 11", [["5+6", "11"]], "a name in words is left out"),
    Read(r"\boxed{5+6=11}", [["5+6", "11"]], "a box is not part of the claim"),
    Read("6 ÷ 2 × 5 − 1 = 14", [["6/2*5-1", "14"]], "Unicode operators"),
    Read("5 > 3 and 7 < 9", [], "an inequality is not a claim that is earned"),
    Read("there are 5 apples = ", [], "half a claim"),
    Read("= = = 5 = =", [], "signs alone"),
]


@pytest.mark.parametrize("case", READ, ids=lambda c: c.why)
def test_chains_are_read(case: Read) -> None:
    assert [[s.text for s in c.segments] for c in chains(case.text)] == case.found


class Ruling(NamedTuple):
    text: str
    true: list[bool | None]
    why: str


RULINGS = [
    Ruling("16 - 3 = 13", [True], "a sum"),
    Ruling("16 - 3 = 12", [False], "a false sum"),
    Ruling("2 * 3 + 4 = 6 + 4 = 10", [True], "one chain is one claim"),
    Ruling("2 * 3 + 4 = 6 + 5 = 10", [False], "every sign of a chain counts"),
    Ruling("10/3 = 3.33", [True], "a decimal is read as rounded to its digits"),
    Ruling("10/3 = 3.34", [True], "or off by less than one in the last digit"),
    Ruling("10/3 = 3.36", [False], "but not by more"),
    Ruling("10/3 = 3", [False], "a whole number is exact"),
    Ruling("10/3 ≈ 3", [True], "unless it is said to be about that"),
    Ruling("0.5 - 0.4 = <<0.5-0.4=0.09999999999999998>>0.1", [True], "floats of a calculator"),
    Ruling("15 / 4 = <<15/4=3.75>>3 bags", [True], "prose goes on in whole things"),
    Ruling("48 - 54 = <<48-54=-6>>6", [False], "but not with another sign"),
    Ruling("60/100*100 = <<60/100*100=60.0>>60%", [True], "a percentage after an annotation"),
    Ruling("15/60 = 25%", [True], "a share as a percentage"),
    Ruling("20% * 50 = 10", [True], "a percentage in a product"),
    Ruling("5 hours = 300 minutes", [True], "a change of units"),
    Ruling("5 hours = 200 minutes", [None], "one that is not known to hold cannot be checked"),
    Ruling("2 dozen = 24", [None], "nor can one to no unit"),
    Ruling("3/2 = 1 1/2", [True], "a mixed number"),
    Ruling("5 - 1 - 1/2 = 3 1/2", [True], "a mixed number after a difference"),
    Ruling("3.65 divided by .05 equals 73", [True], "a division in words"),
    Ruling("3 miles less than Ann = 20 - 3 = 17", [True], "prose before a chain is not a side"),
    Ruling("1 foot + 3 inches = 15 inches", [None], "nor can a sum of unlike units"),
    Ruling("2^10 = 1024", [True], "a power"),
    Ruling("9^9^9^9 = 5", [], "an absurd power has no value, and claims nothing"),
    Ruling("1/0 = 5", [], "nor has a division by zero"),
    Ruling("x + 56 = 86", [], "an equation in an unknown is a premise"),
    Ruling("Let x = 5.", [], "so is a definition"),
    Ruling(r"2x = 6 \Rightarrow x = 3", [True], "a solution that fits its equation"),
    Ruling("2x = 6, so x = 4", [False], "a solution that does not"),
    Ruling("2x = 6. 3 = x", [True], "a solution said backwards"),
    Ruling("x + y = 10 and x - y = 2, so x = 6 and y = 4", [True, True], "a system of two"),
    Ruling("x + y = 10 and x - y = 2, so x = 7 and y = 3", [None, False], "and a wrong one"),
    Ruling("x = 3 + 4 = 7. Then 2x + 1 = 15", [True, True], "a name keeps its value"),
    Ruling("(x+1)^2 = x^2 + 2x + 1", [True], "an identity"),
    Ruling("(x+1)^2 = x^2 + 1", [], "what is not an identity is an equation"),
    Ruling(r"2x+3=9 \Rightarrow 2x=12", [None], "an arrow to what does not follow"),
    Ruling("__import__('os') = 5 = 3*2", [False], "text is read, never run"),
]


@pytest.mark.parametrize("case", RULINGS, ids=lambda c: c.why)
def test_claims_are_judged(case: Ruling) -> None:
    assert [c.true for c in claims(case.text)] == case.true


PROMPT = "Ducks lay 16 eggs. 3 are eaten, 4 go into muffins, the rest sells at $2 each. 5 + 6 = 11."
SOLUTION = "She sells 16 - 3 - 4 = <<16-3-4=9>>9 eggs.\nShe makes 9 * 2 = $<<9*2=18>>18."


def judged(completion: str, **more: Any) -> Verdict:
    fields: dict[str, Any] = {
        "prompt": PROMPT,
        "reference": "18",
        "info": {"reference_solution": SOLUTION},
        **more,
    }
    return MathSteps().verify(Sample(completion, **fields))


class Earned(NamedTuple):
    completion: str
    score: float
    why: str


EARNED = [
    Earned("16 - 3 - 4 = 9 eggs, 9 * 2 = $18", 1.0, "the reference's own way"),
    Earned("3 + 4 = 7, 16 - 7 = 9, 9 * 2 = 18", 1.0, "another way, with one step off the path"),
    Earned("16-3=13. 13-4=9. 9*2=18", 1.0, "smaller steps earn no more"),
    Earned("16 - 3 = 13, 13 * 2 = 26", 0.0, "true, and beside the point"),
    Earned("16 - 3 - 4 = 9, 9 * 2 = 19", 0.5, "up to the first false claim"),
    Earned("16 - 3 - 4 = 8, 9 * 2 = 18", 0.0, "nothing after a false claim"),
    Earned("", 0.0, "nothing claimed"),
    Earned("The answer is 18", 0.0, "an answer is not a step"),
    Earned("9 = 9, 18 = 18", 0.0, "nothing computed"),
    Earned("9 + 0 = 9, 18 * 1 = 18", 0.0, "computed with nought and one"),
    Earned("9 + 5 - 5 = 9, 18 * 2 / 2 = 18", 0.0, "there and back"),
    Earned("x = 9, y = 18", 0.0, "definitions"),
    Earned("eggs = 9, money = 18", 0.0, "definitions in words"),
]


@pytest.mark.parametrize("case", EARNED, ids=lambda c: c.why)
def test_what_is_earned(case: Earned) -> None:
    verdict = judged(case.completion)
    assert verdict.status is Status.JUDGED
    assert verdict.score == pytest.approx(case.score), verdict.because


def test_parts_name_their_place_and_reason() -> None:
    text = "First 16 - 3 - 4 = 9 eggs; then 9 * 2 = 20."
    parts = judged(text).parts
    assert [text[slice(*(p.span or (0, 0)))] for p in parts] == ["16 - 3 - 4 = 9", "9 * 2 = 20"]
    assert [p.score for p in parts] == [1.0, 0.0]
    assert [(p.details["true"], p.details["on_path"]) for p in parts] == [
        (True, True),
        (False, False),
    ]


def test_what_cannot_be_checked_is_no_score() -> None:
    (part,) = judged("2 dozen = 24").parts
    assert part.score is None


def test_a_value_is_earned_once() -> None:
    verdict = judged("16-3-4 = 9. 5+4 = 9. 18/2 = 9. 3*3 = 9. 10-1 = 9.")
    assert verdict.score == 0.5
    assert verdict.details["passed_over"] == {"repeated": 4}


def test_what_the_prompt_claims_earns_nothing() -> None:
    info = {"reference_solution": "5 + 6 = 11. 11 * 2 = 22"}
    assert judged("6 + 5 = 11", info=info, reference="22").score == 0.0
    assert judged("11 * 2 = 22", info=info, reference="22").score == 1.0


def test_feedback_never_holds_the_reference() -> None:
    assert judged("16 - 3 = 13, 13 * 2 = 27").feedback == "This does not hold: 13 * 2 = 27"
    assert judged("16 - 3 = 13, 13 * 2 = 26").feedback is None


# -- padding ---------------------------------------------------------------------------------

PADDING = {
    "1 = 1, again and again": "1 = 1. " * 500,
    "the prompt's numbers restated": "16 = 16. 3 = 3. 4 = 4. 2 = 2. " * 50,
    "the prompt's numbers named": "eggs = 16, eaten = 3, x = 4, y = 2. " * 50,
    "the prompt's numbers with nought added": "16 + 0 = 16, 3 * 1 = 3, 4 - 0 = 4, 2/1 = 2. " * 50,
    "the prompt's own claim": "5 + 6 = 11. 6 + 5 = 11. " * 50,
    "identities": "x = x. x + 1 = 1 + x. (x+1)^2 = x^2 + 2x + 1. " * 50,
    "premises": "x + y = 18. 2x = 18 + 9. " * 50,
    "every sum of small numbers": " ".join(f"{i} + 1 = {i + 1}." for i in range(30, 400)),
    "numbers like the reference's": " ".join(f"{2 * i} / 2 = {i}." for i in range(21, 200)),
}


@pytest.mark.parametrize("padding", PADDING.values(), ids=PADDING.keys())
@pytest.mark.parametrize("work", ["", "16 - 3 = 13. 13 * 2 = 26. ", "16 - 3 - 4 = 9. "])
def test_padding_earns_nothing(padding: str, work: str) -> None:
    plain = judged(work).score
    assert plain is not None
    for padded in (work + padding, padding + work):
        got = judged(padded).score
        assert got is not None
        assert got <= plain


def test_a_list_of_guesses_earns_nothing_after_its_detours() -> None:
    guesses = " ".join(f"{i} + 1 = {i + 1}." for i in range(1, 100))
    assert judged(guesses).score == 0.0
    assert judged("16 - 3 - 4 = 9. 9 * 2 = 18. " + guesses).score == 0.0, "a list is not a chain"
    assert judged("7 + 1 = 8. 8 + 1 = 9. 9 + 9 = 18.").score == 1.0  # two guesses are forgiven
    assert judged("6 + 1 = 7. 7 + 1 = 8. 8 + 2 = 10. 8 + 1 = 9. 9 + 9 = 18.").score == 0.0


def test_detours_are_a_param() -> None:
    sample = Sample("3 + 4 = 7. 16 - 7 = 9.", info={"reference_solution": SOLUTION})
    assert MathSteps(StepsParams(detours=0)).verify(sample).score == 0.0  # type: ignore[union-attr]
    assert MathSteps(StepsParams(detours=1)).verify(sample).score == 0.5  # type: ignore[union-attr]


@given(st.lists(st.sampled_from(["1=1.", "16=16.", "3+0=3.", "5+6=11.", "x=4.", "9=9."])))
def test_no_mixture_of_empty_claims_changes_the_score(padding: list[str]) -> None:
    work = ["16 - 3 - 4 = 9.", "9 * 2 = 18."]
    mixed = [*padding, work[0], *padding, work[1], *padding]
    assert judged(" ".join(mixed)).score == 1.0
    assert judged(" ".join(padding)).score == 0.0


# -- references ------------------------------------------------------------------------------


def test_the_path_of_a_reference() -> None:
    assert [str(w.value) for w in path(SOLUTION, "18")] == ["9", "18"]
    assert [str(w.value) for w in path("2x = 6, so x = 3", "3")] == ["3"]
    assert [str(w.value) for w in path("3 + 4 = 7", "21")] == ["7", "21"], "the answer comes last"


def test_the_solution_may_have_another_name_and_be_a_list() -> None:
    steps = ["16 - 3 - 4 = 9", "9 * 2 = 18"]
    sample = Sample("16 - 3 - 4 = 9", info={"answer": steps})
    verdict = MathSteps(StepsParams(solution="answer")).verify(sample)
    assert isinstance(verdict, Verdict)
    assert verdict.score == 0.5


def test_without_a_reference_there_is_nothing_to_judge() -> None:
    verdict = MathSteps().verify(Sample("1 + 1 = 2"))
    assert isinstance(verdict, Verdict)
    assert verdict.status is Status.NOT_APPLICABLE


@pytest.mark.parametrize("solution", ["see the appendix", "", 7, {"a": 1}])
def test_a_reference_that_cannot_be_read_raises(solution: object) -> None:
    with pytest.raises(ReferenceUnreadable):
        MathSteps().verify(Sample("1 + 1 = 2", info={"reference_solution": solution}))


@pytest.mark.parametrize(
    ("fields", "ids"),
    [
        ({"info": {"reference_solution": SOLUTION}}, []),
        ({"reference": "18"}, ["steps.short_path"]),
        ({}, ["steps.no_solution"]),
    ],
    ids=["a path", "only an answer", "nothing"],
)
def test_preflight_looks_at_the_path(fields: dict[str, Any], ids: list[str]) -> None:
    assert [f.id for f in MathSteps().preflight(Sample("", **fields))] == ids


# -- bounds ----------------------------------------------------------------------------------

HOSTILE = [
    "1=" * 100_000,
    "(" * 200_000 + "1=1",
    "1" * 200_000 + " = 2",
    "x=" * 50_000 + "1",
    "9^" * 1_000 + "9 = 5",
    "1 + 1 = 2. " * 50_000,
    "<<" * 100_000 + "=" + ">>" * 1_000,
    "".join(f"x{i} + y = {i}. " for i in range(20_000)),
    "\\frac{" * 50_000 + "1 = 1",
    "\x00\u202e1\u200b+1 = 2\ud800",
    "5 apples " * 50_000 + "= 3",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_is_too_much(text: str) -> None:
    verdict = judged(text)
    assert verdict.score == 0.0
    assert len(verdict.parts) <= 200


@given(st.text(alphabet="0123456789+-*/=^()<>xy .,%$\n\\≈", max_size=200))
def test_any_text_is_judged(text: str) -> None:
    verdict = judged(text)
    assert verdict.score is not None
    for part in verdict.parts:
        assert part.span is not None
        assert 0 <= part.span[0] < part.span[1] <= len(text)


# -- real solutions --------------------------------------------------------------------------


def auc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """Chance that a right solution outscores a wrong one, ties counted half."""
    right = [s for s, good in zip(scores, labels, strict=True) if good]
    wrong = sorted(s for s, good in zip(scores, labels, strict=True) if not good)
    above = sum(bisect_left(wrong, s) + bisect_right(wrong, s) for s in right)
    return above / 2 / len(right) / len(wrong)


def scores(rows: Iterable[dict[str, Any]]) -> tuple[list[float], list[bool]]:
    steps = MathSteps()
    found, labels = [], []
    for row in rows:
        verdict = steps.verify(Sample.from_row(row))
        assert isinstance(verdict, Verdict)
        assert verdict.score is not None
        found.append(verdict.score)
        labels.append(bool(row["label"]))
    return found, labels


def test_the_score_tells_right_solutions_from_wrong_ones() -> None:
    rows = [json.loads(line) for line in ROWS.read_text(encoding="utf-8").splitlines()]
    assert auc(*scores(rows)) >= 0.80


@pytest.mark.slow
@pytest.mark.optional
@pytest.mark.skipif(not CORPUS.exists(), reason="needs ../shared/corpora")
def test_the_score_on_the_whole_corpus() -> None:
    rows = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    assert auc(*scores(rows)) >= 0.90
