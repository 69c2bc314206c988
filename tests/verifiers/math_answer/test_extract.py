"""Where the answer stands: the rules in their order."""

from typing import NamedTuple

import pytest

from assay.verifiers.math_answer.locating.extract import RULES, extract


class Case(NamedTuple):
    text: str
    answer: str | None
    rule: str
    why: str


CASES = [
    Case(r"so \boxed{7}", "7", "boxed", "a box"),
    Case(r"\boxed{3} then \boxed{7}", "7", "boxed", "the last box counts"),
    Case(r"so \boxed{\frac{1}{2}}.", r"\frac{1}{2}", "boxed", "nested braces"),
    Case(r"so \boxed{\frac{1}{2", r"\frac{1}{2", "boxed", "a box that is never closed"),
    Case(r"\fbox{7}", "7", "boxed", "another kind of box"),
    Case(r"\boxed 7", "7", "boxed", "a box without braces"),
    Case(r"\boxed{\boxed{7}}", "7", "boxed", "a box in a box"),
    Case(r"\boxed{1} and \boxed{2}", "1 ; 2", "boxed", "boxes joined by and are one answer"),
    Case(r"\boxed{1}, \boxed{2}, \boxed{3}", "1 ; 2 ; 3", "boxed", "boxes in a list"),
    Case(r"\boxed{1} thus \boxed{2}", "2", "boxed", "boxes of two steps are two answers"),
    Case(r"\boxed{28}\%", r"28\%", "boxed", "a percent sign behind the box"),
    Case(r"y_1=\boxed{a} and y_2=\boxed{b}", "a ; b", "boxed", "named boxes"),
    Case(r"\begin{aligned} x &= \boxed{5} \end{aligned}", "5", "boxed", "in an aligned block"),
    Case("<answer> 7 </answer>", "7", "answer tag", "tags"),
    Case(r"<answer>6</answer> \boxed{7}", "7", "boxed", "a box comes before tags"),
    Case("The final answer is 7. I hope it is correct.", "7", "final answer", "a sentence"),
    Case("The answer is $x=7$.", "x=7", "final answer", "with a formula"),
    Case("So the answer is (1/2, 3).", "(1/2, 3)", "final answer", "with a tuple"),
    Case("Final Answer: The largest $n$ is 34.", "34", "final answer", "a sentence after it"),
    Case(r"\boxed{200} ... Final Answer: The final answer is $455$.", "455", "final answer",
         "an explicit final answer after the last box"),
    Case("\\boxed{20}. Wait, a mistake. The answer is 21.", "21", "final answer",
         "an answer in words after the last box"),
    Case("\\boxed{20}\n\nThe answer is $21$.", "21", "final answer", "in a formula after it"),
    Case("Maybe \\boxed{20}.\n\n<answer>21</answer>", "21", "answer tag", "a tag after the box"),
    Case("Maybe \\boxed{20}.\n\n#### 21", "21", "hashes", "hashes after the box"),
    Case("\\boxed{20}\n#### 21\nFinal answer: 22", "22", "final answer", "the last of three"),
    Case("\\boxed{20}. The answer is correct.", "20", "boxed", "words about the box"),
    Case("\\boxed{20}. The answer is the sum of 13 and 7.", "20", "boxed", "an explanation of it"),
    Case("\\boxed{20}\n<answer></answer>", "20", "boxed", "an empty tag after the box"),
    Case("Maybe \\boxed{Paris}.\n\nFinal answer: London", "London", "final answer",
         "a name after the box"),
    Case("Maybe \\boxed{Paris}.\n\n#### London", "Paris", "boxed", "hashes may head a section"),
    Case("\\boxed{20}\n\nFinal answer: see the box above.", "20", "boxed", "a remark on the box"),
    Case(r"\boxed{1}. Final Answer: The final answer is $\left( \frac{1}{5}, 2 \right)$.",
         r"\left( \frac{1}{5}, 2 \right)", "final answer", "commands are not words"),
    Case(r"\boxed{20}. The answer is 21 \text{ children}.", r"21 \text{ children}", "final answer",
         "a unit is part of a value"),
    Case(r"The answer is definitely not 65 \text{ children tickets }.", None, "none",
         "a value denied"),
    Case('```json\n{"answer": "10", "why": "5+5"}\n```', "10", "json", "an answer field"),
    Case(r"\boxed{20}. Wait. The answer is x=\frac{3}{2}.", r"x=\frac{3}{2}", "final answer",
         "an equation after the box"),
    Case("The answer is -7. Wait.\n#### -6", "-6", "hashes", "hashes after words"),
    Case("The answer is -7.\n\n#### Step 2: check", "-7", "final answer", "a heading after words"),
    Case("<answer>20</answer>\n\nWait. The answer is 21.", "21", "final answer",
         "words after the tag"),
    Case("The answer is either (1,2), Paris or London.", "either (1,2), Paris or London",
         "final answer", "a choice is not a value"),
    Case("**Answer:** 7", "7", "final answer", "Markdown"),
    Case("text\n#### 1,234", "1,234", "hashes", "hashes"),
    Case("He has 7 left.\nA: 7", "7", "A:", "a short label"),
    Case("7/2", "7/2", "whole", "a bare answer"),
    Case(r"\frac{7}{2}", r"\frac{7}{2}", "whole", "a bare answer in LaTeX"),
    Case("Evelyn", "Evelyn", "whole", "a bare word"),
    Case("Therefore $x \\geq 5$ holds in it.", r"x \geq 5", "last math", "a formula in a sentence"),
    Case("First $x=3$, then $y=4$ holds in it", "y=4", "last math", "the last formula"),
    Case("Many. Therefore, there are 12 distinct ways.", "12", "conclusion", "a conclusion"),
    Case("it costs 5 and then it costs 7 for everybody", "7", "last number", "the last number"),
    Case("we see 10 here and then it is 1,000.99 in all", "1,000.99", "last number", "with commas"),
    Case("I cannot solve it. It is certainly not 18, though.", None, "none", "a number denied"),
    Case("Therefore it cannot be $18$.", None, "none", "a formula denied"),
    Case(r"\boxed{18} is incorrect.", None, "none", "a box denied after it"),
    Case(r"$\boxed{18}$ is clearly not the answer.", None, "none", "a box in a formula denied"),
    Case(r"The answer is anything but \boxed{18}.", None, "none", "a box denied before it"),
    Case(r"\boxed{18 \text{ is wrong}}", None, "none", "a box denied inside"),
    Case(r"There is no root other than \boxed{18}.", "18", "boxed", "all others denied"),
    Case(r"It is not 17, so it is \boxed{18}.", "18", "boxed", "another value denied"),
    Case(r"\boxed{18} is not wrong: we checked.", "18", "boxed", "a denial denied"),
    Case("It could be 17 or 19, but it could also be 18.", None, "none", "three guesses"),
    Case("I would say $17$ or $19$, or perhaps $18$.", None, "none", "guesses in formulas"),
    Case("I looked at it for long.\nMaybe it is 17.\nMaybe it is 18.", None, "none",
         "guesses in lines"),
    Case("Therefore it is 17, 19 or 18 as I see it here.", None, "none", "a choice of three"),
    Case("for 3 or 4 hours he walked and so he came 18 miles far", "18 miles", "last number",
         "a choice that is not of the answer"),
    Case("he did not take 3 of them and so there were 18 for her", "18", "last number",
         "a denial of something else"),
    Case("<think>\\boxed{5}</think>\\boxed{7}", "7", "boxed", "reasoning does not count"),
    Case("it is \\boxed{5}</think> The answer is 7.", "7", "final answer", "nor with a lone tag"),
    Case("<think>so it is \\boxed{5}", "5", "boxed", "unless nothing follows it"),
    Case("\\boxed{7}<|im_end|>\\boxed{8}", "7", "boxed", "nothing counts after the end of a turn"),
    Case("I cannot tell whatever this thing may really be about, and I shall not guess at it, "
         "because it would be no use to any of us and only waste the time of everybody here, "
        "which nobody would want and which therefore must never happen while we are talking.",
         None, "none", "no answer"),
    Case("", None, "none", "nothing at all"),
    Case("so \\boxed{}", None, "none", "an empty box"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.why)
def test_extract(case):
    found = extract(case.text)
    assert (found.text, found.rule) == (case.answer, case.rule)


def test_every_rule_has_a_case():
    assert {c.rule for c in CASES} >= set(RULES) - {"choice"}  # asked for, see test_choices


def test_two_different_boxes_are_no_answer_where_only_one_may_be():
    assert extract(r"\boxed{1} or \boxed{2}", boxes="only").text is None
    assert extract(r"\boxed{1}, again \boxed{1}", boxes="only").text == "1"


def test_all_boxes_list_the_parts():
    assert extract(r"(a) \boxed{1}. Now then. (b) \boxed{2}", boxes="all").text == "1 ; 2"


def test_only_a_box_where_the_policy_says_so():
    assert extract("The answer is 7.", where="boxed").text is None
    assert extract(r"\boxed{7}", where="boxed").text == "7"
    assert extract("it costs 5 and then 7 for all of us", where="math").text is None
