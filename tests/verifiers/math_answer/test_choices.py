"""Choice letters: a type of their own, in any dress, and never more than the reference has."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from assay import Sample
from assay.verifiers.math_answer import Policy, equivalent
from assay.verifiers.math_answer.verifier import MathAnswer


class Ruling(NamedTuple):
    reference: str
    completion: str
    right: bool
    why: str


DRESSES = [
    Ruling("D", r"\boxed{(d)}", True, "a small letter in brackets"),
    Ruling("C", r"\boxed{C)}", True, "half a bracket"),
    Ruling("B", "**B**", True, "bold"),
    Ruling("D", r"\boxed{\text{D. }\{-\frac12,1\}}", True, "with its option's text"),
    Ruling("B", "So our selection is option B.", True, "a selection in words"),
    Ruling("B", "ANSWER: B)", True, "a label in capitals"),
    Ruling("B", "B because the slope is negative", True, "a letter with its reason"),
    Ruling("D", "Thus, the answer is D (78).", True, "its text in brackets"),
    Ruling("B", "B (No)", True, "its text in brackets, nothing else"),
    Ruling("E", r"\boxed{\textbf{(E)}\ 2, 3 \text{ and } 5}", True, "text that is a list"),
    Ruling("C", r"\boxed{\text{(C) both (A) and (B)}}", True, "text that names other options"),
    Ruling(r"\text{(B)}\ 12", r"\boxed{12}", True, "the option's text, which the reference gives"),
    Ruling("12", r"\boxed{\textbf{(B)}\ 12}", True, "a letter before the value that is asked for"),
    Ruling("B", "I choose (B).", True, "a choice in a sentence"),
    Ruling("A", "(A) is wrong, (B) is right", False, "the other one is right"),
    Ruling("B", "(A) is wrong, (B) is right", True, "one denied, the other affirmed"),
    Ruling("A", "The answer is (A), not (B).", True, "the other one is denied"),
    Ruling("B", "The answer is (A), not (B).", False, "what is denied"),
    Ruling("B", "The answer is not A but B.", True, "after a denial"),
    Ruling("A", "The answer is not A but B.", False, "what that denies"),
    Ruling("C", "I'm torn between B and C, but I'd go with C.", True, "torn, then decided"),
    Ruling("B", "I'm torn between B and C, but I'd go with C.", False, "torn, against it"),
    Ruling("D", "I'd opt for (D).", True, "another verb that chooses"),
    Ruling("C", "Thus the answer is 15 (option C).", True, "beside its value, in brackets"),
    Ruling("C", "The answer is $15$ (C).", True, "beside its value, the letter alone"),
    Ruling("C", r"\boxed{15} (C)", True, "beside a box"),
    Ruling("C", "So the answer is 15, option C.", True, "beside its value, with a comma"),
    Ruling("C", "The answer is 15 \u2014 that's option C.", True, "beside its value, with a dash"),
    Ruling("C", "Hence 15, option C", True, "beside a value that is only claimed"),
    Ruling("C", "The answer is 12 (not option C).", False, "beside a value, denied"),
    Ruling("C", "The answer is 15, not option C.", False, "denied with a comma"),
    Ruling("A", "The answer is 15 (option A would be 12).", False, "what another option would be"),
    Ruling("C", "The answer is 15 (B) or (C).", False, "two beside one value"),
    Ruling("A", r"\boxed{(A), (B), (C), (D)}", False, "all of them"),
    Ruling("A", "(A) or (B)", False, "left open"),
    Ruling("A", r"\boxed{(A) \text{ is not the answer}}", False, "denied in a box"),
    Ruling("A", "It is not A.", False, "denied in words"),
    Ruling("A", "The answer is A or C.", False, "left open in a sentence"),
    Ruling("B", r"\boxed{B, not (A)}", True, "another one denied"),
    Ruling("A", "A parabola", False, "an article is not a letter"),
    Ruling("C", "C = 5", False, "a name with a value is not a letter"),
    Ruling("C", r"\boxed{2C}", False, "nor is a factor"),
    Ruling("A", r"\boxed{-A}", False, "nor is a negative"),
]

SETS = [
    Ruling("ACD", r"\boxed{A, C, D}", True, "a list of letters"),
    Ruling("ACD", r"\boxed{\text{ACD}}", True, "letters in a row"),
    Ruling("ACD", r"\boxed{\text{D、A、C}}", True, "in another order, with other commas"),
    Ruling("A, C", "(A) and (C)", True, "joined by and"),
    Ruling("AC", "Option A and Option C", True, "each with its word"),
    Ruling("ACD", r"\boxed{A, C}", False, "one is missing"),
    Ruling("AC", r"\boxed{A, C, D}", False, "one too many"),
    Ruling("AC", "A or C", False, "a set left open"),
    Ruling("BD", "选项B和D", True, "in Chinese"),
    Ruling("B", r"\boxed{BD}", False, "two for one"),
]

PASSING = [
    Ruling(
        "D",
        "对比选项：\nA. $y=3x$\nB. $y=5x$\nC. $y=8x$\nD. $y=13x$\n\n与选项 D 相符。",
        True,
        "options listed, one matches",
    ),
    Ruling(
        "A",
        "对比选项：\nA. $y=3x$\nB. $y=5x$\nC. $y=8x$\nD. $y=13x$\n\n与选项 D 相符。",
        False,
        "the first of the listed options",
    ),
    Ruling("C", "4. **对照选项**：计算结果与选项 **C** 完全一致。", True, "a match in Chinese"),
    Ruling("ACD", "经过分析，选项 A、C、D 均正确。", True, "several, all right"),
    Ruling("B", "Options:\nA. 5\nB. 6\n\nThis agrees with option B.", True, "listed in English"),
    Ruling("A", "Options:\nA. 5\nB. 6\n\nThis agrees with option B.", False, "the first listed"),
    Ruling("C", "The volume is 12, which matches option C.", True, "a match in passing"),
    Ruling("D", r"所以最小值为 $\frac12$。故选D。", True, "a choice in Chinese"),
    Ruling("B", "Comparing the options, **Option B** is the correct choice.", True, "confirmed"),
    Ruling("C", 'so option C.\n```json\n{"answer": "12"}\n```', True, "a value, then no letter"),
    Ruling("A", "Option A is wrong. Therefore the answer is option B.", False, "denied in passing"),
    Ruling("D", "(D)\n\nExplanation: it has 4 sides.", True, "a line of its own"),
    Ruling("A", "We eliminated option A. The answer is 12.", False, "eliminated"),
    Ruling("B", "It matches option A. No: it matches option B.", True, "the last one counts"),
    Ruling("A", "It matches option A. No: it matches option B.", False, "not one before it"),
]


@pytest.mark.parametrize("ruling", [*DRESSES, *SETS, *PASSING], ids=lambda r: r.why)
def test_a_choice(ruling):
    verdict = MathAnswer().verify(Sample(completion=ruling.completion, reference=ruling.reference))
    assert verdict.score == float(ruling.right), verdict.because


def test_case_counts_where_the_policy_keeps_it():
    assert equivalent("D", "(d)").equal
    assert not equivalent("D", "(d)", Policy(case="keep")).equal


def test_a_small_letter_as_the_reference_is_a_name():
    assert not equivalent("a", "A").equal


def test_a_sentence_as_the_reference_is_no_choice():
    assert equivalent("C is not invertible", "C  is not invertible", Policy(text_layer=False)).equal
