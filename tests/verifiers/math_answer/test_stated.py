"""Rulings on answers that are stated as a sentence, and on times of day within one."""

from __future__ import annotations

import pytest
from located import Ruling, judged

SENTENCES = [
    Ruling("12", "Answer: Tom has 12 apples.", True, "a sentence around one value"),
    Ruling("12", "A: Tom has 12 apples.", True, "after the short label"),
    Ruling("12", "Ответ: у Маши 12 яблок.", True, "a word of one letter before it"),
    Ruling("42", "Final Answer\n---\n42", True, "below an underlined heading"),
    Ruling("42", "Answer\n======\n\n42", True, "below a heading underlined twice"),
    Ruling("42", "\u2234 x = 42", True, "behind a sign for therefore"),
    Ruling("42", "So x = 42 \u2713", True, "with a tick behind it"),
    Ruling("2.25", "It takes 2 1/4 hours.", True, "a mixed number in a sentence"),
    Ruling("1/4", "It takes 2 1/4 hours.", False, "not its fraction alone"),
    Ruling("42", "$42 (after 20% off)", True, "a remark in brackets behind it"),
    Ruling("42", "42 (= 6 \u00d7 7)", True, "its computation in brackets"),
    Ruling("7", "The answer is 7, not 8.", True, "another one denied behind it"),
    Ruling("8", "The answer is 7, not 8.", False, "what is denied"),
    Ruling("3.5", "The answer is 3.5, not 4.", True, "likewise a decimal"),
    Ruling("8", "The answer is not 7, but 8.", True, "after a denial"),
    Ruling("7", "The answer is not 7, but 8.", False, "what that denies"),
    Ruling(
        "10", "So it is $\\frac{3}{7}$, and $m+n=3+7=10$.", True, "a step and the answer: no list"
    ),
    Ruling("3/5", "Hence $\\sin\\theta=\\frac{3}{5}$.", True, "a sine is a name"),
    Ruling("3.5", "Thus $E[X]=\\frac{7}{2}$.", True, "so is an expectation"),
    Ruling("120", "The answer is 10 choose 3.", True, "selections in words"),
    Ruling("3", "The answer is 10 choose 3.", False, "not what is selected"),
    Ruling("12", "<answer>Tom has 12 apples left.</answer>", True, "in a tag"),
    Ruling("15", "Final answer: Mary has 15 dollars left.", True, "with its unit"),
    Ruling("12", "**Answer:** She needs to sell 12 cakes.", True, "under a bold label"),
    Ruling("5", "Answer: He has 3 + 2 = 5 apples.", True, "a computation says its result"),
    Ruling("3", "Answer: He has 3 + 2 = 5 apples.", False, "not what it begins with"),
    Ruling("12", "Answer: Tom has 12 apples and 3 pears.", False, "two values are not one"),
    Ruling("3", "Answer: Tom has 12 apples and 3 pears.", False, "neither is the last of them"),
    Ruling("12", "Answer: at least 12", False, "a bound is not a value"),
    Ruling("Room 12", "Answer: Room 12", True, "a name with a number stays whole"),
    Ruling("12", "答：小明有12个苹果。", True, "Chinese, as in school books"),
    Ruling("8", "答案：共需要 8 天完成。", True, "Chinese, under another label"),
    Ruling("24", "答：长方形的面积是24平方厘米。", True, "Chinese, with a unit"),
    Ruling("5", "答：甲有5个，乙有7个。", False, "Chinese, two values, the first"),
    Ruling("7", "答：甲有5个，乙有7个。", False, "Chinese, two values, the last"),
    Ruling("12", "答えは、りんごは12個です。", True, "Japanese"),
    Ruling("12", "답: 사과는 12개입니다.", True, "Korean"),
    Ruling("12", "Respuesta: Juan tiene 12 manzanas.", True, "Spanish"),
    Ruling("12", "Antwort: Er hat 12 Äpfel.", True, "German"),
]

TIMES = [
    Ruling("14:30", "The meeting is at 2:30 PM", True, "the half of the day is part of it"),
    Ruling("2:30 AM", "The meeting is at 2:30 PM", False, "and not left out"),
    Ruling("9:15 AM", "The train arrives at 9:15 a.m.", True, "with full stops"),
    Ruling("9:15 PM", "The train arrives at 9:15 a.m.", False, "the other half"),
    Ruling("23:45", "So the class ends at 11:45 p.m.", True, "on a clock of 24 hours"),
    Ruling("15:00", "The answer is 3 PM.", True, "a full hour"),
    Ruling("9 AM", "He leaves at 7 a.m. and arrives at 9 a.m.", True, "the last of two"),
    Ruling("7 AM", "He leaves at 7 a.m. and arrives at 9 a.m.", False, "not the first"),
    Ruling("10:30 PM", "So they meet at 10:30am.", False, "written together"),
]


@pytest.mark.parametrize("ruling", [*SENTENCES, *TIMES], ids=lambda r: r.why)
def test_ruling(ruling: Ruling) -> None:
    assert judged(ruling) == ruling.right
