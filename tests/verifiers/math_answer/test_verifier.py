"""The verdict: what it holds, when it asks for a worker, and who is at fault."""

import pytest

from assay.errors import ReferenceUnreadable, SampleError
from assay.model import Sample, Status, Verdict
from assay.plugins.host import Host
from assay.plugins.spec import Escalate
from assay.verifiers.math_answer.policy import Policy
from assay.verifiers.math_answer.verifier import MathAnswer


def judge(completion, reference, policy=None, **info):
    verifier = MathAnswer(policy) if policy else MathAnswer()
    return verifier.verify(Sample(completion=completion, reference=reference, info=info))


def test_the_host_offers_it_and_its_defaults_load():
    offer = Host().resolve("math.answer")
    verdict = offer.make(offer.check({})).verify(Sample(completion="7", reference="7"))
    assert verdict.score == 1.0
    assert offer.spec.levels == (0.0, 1.0)


def test_a_verdict_carries_both_readings():
    verdict = judge(r"so \boxed{\dfrac{2}{4}}", r"\frac12")
    assert isinstance(verdict, Verdict)
    assert verdict.status is Status.JUDGED
    assert verdict.because == "2/4 and 1/2 are equal"
    assert dict(verdict.details) == {
        "extracted": r"\dfrac{2}{4}",
        "extracted_by": "boxed",
        "decided_by": "exact",
        "certainty": "proved",
        "reference": "1/2",
        "answer": "2/4",
    }


@pytest.mark.parametrize("completion", ["", r"\boxed{}", r"\boxed{\frac{1}{}", r"\boxed{0/0}",
                                        r"\boxed{7 8}", r"\boxed{x=5=6=7}"])  # fmt: skip
def test_what_the_completion_causes_is_judged_nought(completion):
    verdict = judge(completion, "7")
    assert verdict.score == 0.0
    assert verdict.because


@pytest.mark.parametrize("answer", ["20/hour", r"57500/\text{year}", r"\sqrt{\text{four}}"])
def test_words_in_the_place_of_a_number_are_judged_not_a_crash(answer):
    """What is left of a fraction below which only a word stands is not a number."""
    verdict = MathAnswer().escalated(Sample(rf"\boxed{{{answer}}}", reference="57500"))
    assert (verdict.status, verdict.score) == (Status.JUDGED, 0.0)


@pytest.mark.parametrize("reference", ["", "  ", "$", "0/0", r"\frac{1}{", "7 8", "(1,2", r"1=2=3"])
@pytest.mark.parametrize("completion", ["7", r"\boxed{7}", ""])
def test_an_unreadable_reference_raises_whatever_the_completion(reference, completion):
    with pytest.raises(ReferenceUnreadable):
        judge(completion, reference)


def test_an_unreadable_reference_is_not_equal_to_itself():
    with pytest.raises(ReferenceUnreadable, match="division by zero"):
        judge("0/0", "0/0")


def test_any_of_several_references_is_right():
    assert judge("7", ["5", "7"]).score == 1.0
    assert judge("6", ["5", "7"]).score == 0.0


def test_numbers_as_references():
    assert judge("0.5", 0.5).score == 1.0
    assert judge("18", 18).score == 1.0


def test_a_row_overrides_the_policy():
    assert judge("0.3333", "1/3").score == 0.0
    assert judge("0.3333", "1/3", math={"answer_digits": 4}).score == 1.0
    assert judge("0.3333", "1/3", math="lenient").score == 1.0


def test_a_wrong_override_names_the_field():
    with pytest.raises(SampleError, match=r"no field 'ordr'; did you mean 'order'\?"):
        judge("7", "7", math={"ordr": "keep"})
    with pytest.raises(SampleError, match=r"info\.math"):
        judge("7", "7", math={"order": "sideways"})


def test_a_limit_goes_to_a_worker_and_is_decided_there():
    sample = Sample(completion=r"$\lim_{x\to 0}\frac{\sin x}{x}$", reference="1")
    assert isinstance(MathAnswer().verify(sample), Escalate)
    verdict = MathAnswer().escalated(sample)
    assert verdict.score == 1.0
    assert verdict.details["decided_by"] == "sympy"


def test_what_stays_unproved_is_nought_and_says_so():
    sample = Sample(completion=r"$\lim_{x\to 0}\frac{\sin x}{x}$", reference="2")
    verdict = MathAnswer().escalated(sample)
    assert verdict.score == 0.0
    assert verdict.details["certainty"] == "unproved"


@pytest.mark.parametrize(
    "answer",
    [
        "9^{9^{9^{9^9}}}",
        "((10^9)!)!",
        r"e^{e^{e^{e^e}}}",
        "((10^6)!)!",
        r"\int_0^\infty e^{-x^{x^x}} dx" + "+x" * 200,
    ],
)
def test_what_is_beyond_the_bounds_needs_no_worker(answer):
    verdict = judge(f"${answer}$", "1")
    assert isinstance(verdict, Verdict)
    assert verdict.score == 0.0


def test_a_policy_for_boxes_reaches_the_extraction():
    assert judge(r"\boxed{1}, so \boxed{7}", "7").score == 1.0
    assert judge(r"\boxed{1}, so \boxed{7}", "7", Policy(boxed="only")).score == 0.0


STATED = [
    ("5 cm", "5", "How long is it?", 0.0, "the question does not name the unit"),
    ("5 cm", "5", "How many centimeters long is it?", 1.0, "the question names it"),
    ("5 cm", "5", "Give the length in cm.", 1.0, "in its short form"),
    ("5 cm", "5 cm", "How long is it?", 1.0, "the answer states it"),
    ("5 cm", "0.05 m", "How long is it?", 1.0, "or another unit of the same kind"),
    ("5 cm", "5", None, 0.0, "no question is known"),
    ("12 apples", "12", "How many apples does she have?", 1.0, "what is counted"),
    ("12 apples", "12", "How many does she have?", 0.0, "is not said"),
    ("5", "5 cm", "How long is it?", 1.0, "the reference states none"),
]


@pytest.mark.parametrize(("reference", "answer", "prompt", "score", "why"), STATED,
                         ids=[w for *_, w in STATED])  # fmt: skip
def test_a_unit_that_the_question_states_may_be_left_out(reference, answer, prompt, score, why):
    verifier = MathAnswer(Policy(units="stated"))
    sample = Sample(completion=rf"\boxed{{{answer}}}", reference=reference, prompt=prompt)
    assert verifier.verify(sample).score == score


DOUBTFUL = [
    (r"\boxed{18} minus 2 dollars", 1.0, "the box is the answer, not the sentence around it"),
    (r"\boxed{18\%}", 1.0, "data sets leave the sign out; percent='exact' counts it"),
    (r"\boxed{18?}", 0.0, "a question mark within the box states no answer"),
    (r"\boxed{18 \text{ minus } 2}", 0.0, "words within the box change the value"),
]


@pytest.mark.parametrize(("completion", "score", "why"), DOUBTFUL, ids=[w for *_, w in DOUBTFUL])
def test_what_stands_beside_a_value(completion, score, why):
    verdict = MathAnswer().verify(Sample(completion=completion, reference="18"))
    assert verdict.score == score
