"""Rulings on whole responses: which of the values that a text names is its answer."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from assay import Sample
from assay.verifiers.math_answer import Policy
from assay.verifiers.math_answer.verifier import MathAnswer


class Ruling(NamedTuple):
    reference: str
    completion: str
    right: bool
    why: str


MONEY = [
    Ruling("7", "He pays $3 + $4 = $7.", True, "the last amount of a sum"),
    Ruling("3", "He pays $3 + $4 = $7.", False, "not its first"),
    Ruling("7", "The answer is $3 + $4 = $7.", True, "a sum of amounts that is stated"),
    Ruling("100", "She has $100 - $20 = $80.", False, "what she had before"),
    Ruling("80", "She has $100 - $20 = $80.", True, "what is left"),
    Ruling("8", "$5+$3=$8", True, "without blanks"),
    Ruling(
        "10", r"The final answer is $\$10$. I hope it is correct.", True, "an amount in a formula"
    ),
    Ruling("70000", "So the profit is **$70,000**.", True, "bold, with thousands"),
    Ruling("1500000", "In all it costs $1.5 million.", True, "with its scale"),
    Ruling("5", "It costs US$5.", True, "dollars of a country"),
    Ruling("5", "The answer is 5€.", True, "a sign behind the number"),
    Ruling("250", "So he paid ₹250.", True, "rupees"),
    Ruling("12", "Each ticket costs £12.", True, "pounds"),
    Ruling(
        "15", "It costs $5 per hour, so 3 hours cost $15.", True, "two prices are not a formula"
    ),
    Ruling(
        "5", "It costs $5 per hour, so 3 hours cost $15.", False, "the first price is not an answer"
    ),
    Ruling("2", "Tickets cost $5 and $x = 2$ of them were sold.", True, "a price before a formula"),
    Ruling("8", r"We get $5 + 3 = 8$ apples.", True, "a formula that begins with a digit"),
    Ruling("15", r"So $3 \times 5 = 15$ dollars.", True, "a formula with words behind it"),
    Ruling("2.50", "The change is $2.50.", True, "cents"),
    Ruling("18", "9 * 2 = $18", True, "an amount as the last side"),
    Ruling("-5", "The balance is -$5.", True, "a debt"),
    Ruling("5", "The balance is -$5.", False, "is not a credit"),
    Ruling("30", "from $10 to $20, then by half to $30", True, "three amounts"),
]

BOXES = [
    Ruling("5", r"First \boxed{5}. But no, the answer is \boxed{}", False, "empty after another"),
    Ruling("5", r"\boxed{5} \boxed{ }", False, "only a blank in it"),
    Ruling("5", r"So \boxed{5}. Therefore \boxed", False, "no braces at all"),
    Ruling("5", r"So \boxed{5}. Therefore \boxed.", False, "no braces, a full stop"),
    Ruling("5", r"\boxed{5}, that is \boxed{6", False, "another that is never closed"),
    Ruling("6", r"\boxed{5}, that is \boxed{6", True, "which is the last word"),
    Ruling("5", r"$\boxed{5}$ and finally $\boxed{}$", False, "empty, in a formula"),
    Ruling("5", r"\boxed{5} ... \fbox{}", False, "empty, of another kind"),
    Ruling("7", r"\boxed{}. The answer is 7.", True, "an answer that is stated after it"),
    Ruling("5", r"The answer is 5. \boxed{}", False, "stated before an empty box"),
    Ruling("5", r"<answer>5</answer> \boxed{}", False, "a tag before an empty box"),
    Ruling(
        "7",
        r"I shall answer in \boxed{}. Two and five are added, so the sum is 7.",
        True,
        "a box that is only announced",
    ),
    Ruling("5", r"\boxed{5}\boxed{}\boxed{}", False, "two empty ones"),
    Ruling("2,3", r"$\theta=\boxed{2}$, $f(1)=\boxed{3}$", True, "two blanks with names between"),
    Ruling("2,3", r"$x=\boxed{2}$, $y=\boxed{3}$", True, "two blanks of a system"),
    Ruling("3", r"Step 1 gives \boxed{2}. Step 2 gives \boxed{3}.", True, "two steps"),
    Ruling(
        "2,3", r"Step 1 gives \boxed{2}. Step 2 gives \boxed{3}.", False, "steps are not a list"
    ),
    Ruling("1/2", r"So \boxed\frac{1}{2}", True, "a command instead of braces"),
    Ruling("7", r"\boxed{\boxed{7}}", True, "one in another"),
    Ruling("5", r"\boxed{5}</answer> <answer>\boxed{}</answer>", False, "empty in a tag"),
]

REMARKS = [
    Ruling(
        "15",
        "So there are 11 dahlias.\nThat means there are 15 flowers in total.",
        True,
        "a sentence that follows so",
    ),
    Ruling(
        "11",
        "So there are 11 dahlias.\nThat means there are 15 flowers in total.",
        False,
        "so in the middle",
    ),
    Ruling(
        "90",
        "Now we add the two numbers to get our final answer.\n\n54 + 36 = 90",
        True,
        "a purpose is not a statement",
    ),
    Ruling(
        "5",
        "However, this answer is not possible. So the number of tickets is 5.",
        True,
        "what is not possible",
    ),
    Ruling(
        "7",
        "The answer is 7. However, this answer is not possible. So it is 5.",
        False,
        "taken back",
    ),
    Ruling(
        "5",
        "The answer is 7. However, this answer is not possible. So it is 5.",
        True,
        "what stands after what is taken back",
    ),
    Ruling("20", r"\boxed{20}. The answer is correct.", True, "praise of a box"),
    Ruling("20", "The answer is 20. This answer is reasonable.", True, "praise of words"),
    Ruling(
        "12",
        "We can check that the answer is correct. In total there are 12.",
        True,
        "a check before the result",
    ),
    Ruling("9", "To find the final answer, add 4 and 5. The sum is 9.", True, "an instruction"),
    Ruling("9", "The answer is found by adding 4 and 5. The sum is 9.", True, "how it is found"),
    Ruling("4", "The answer is found by adding 4 and 5. The sum is 9.", False, "not a summand"),
    Ruling("8", "Final answer: see below.\n\n8", True, "a pointer"),
    Ruling("6", "What is the answer? There are 6 of them.", True, "a question"),
    Ruling("3", "## Final Answer\n\n3", True, "a heading"),
    Ruling("x=3", "**Answer:**\n\n$$x = 3$$", True, "a heading with a formula below it"),
    Ruling(
        "14", "Therefore she has 10 left. Adding 4 more gives 14.", True, "therefore, then more"
    ),
    Ruling("10", "Therefore she has 10 left. Adding 4 more gives 14.", False, "not the therefore"),
    Ruling("42", "The final answer is 42. I hope this helps!", True, "good wishes"),
    Ruling("42", "The answer is 41. Wait, I made a mistake. The answer is 42.", True, "corrected"),
    Ruling(
        "41", "The answer is 41. Wait, I made a mistake. The answer is 42.", False, "the old one"
    ),
    Ruling("30", "The original length was 10 + 20 inches, or 30 inches.", True, "restated by or"),
    Ruling("17", "It is 17, or 18.", False, "a choice by or"),
]

NOTHING = [
    Ruling(
        "0",
        "There is not enough information to determine the value of f(0).",
        False,
        "it cannot be decided",
    ),
    Ruling(
        "158",
        "The total of the four numbers on the right is **158 + LK**.",
        False,
        "a part of a sum",
    ),
    Ruling("30", "It takes 4 hours and 30 minutes.", False, "a part of a quantity"),
    Ruling("4 hours and 30 minutes", "It takes 4 hours and 30 minutes.", True, "all of it"),
    Ruling("5", "Let me compute 5+5+5+5+5+5+5+5+5", False, "a sum that breaks off"),
    Ruling("45", "Let me compute 5+5+5+5+5+5+5+5+5", False, "nor is it computed"),
    Ruling("5", "Adding up we get 5+5+5+", False, "an operator without its second side"),
    Ruling("3", "I cannot solve this with 3 unknowns.", False, "a refusal"),
    Ruling("2", "We are unable to find x, since there are 2 equations.", False, "unable"),
    Ruling("12", "It could be 10, 11 or 12.", False, "guesses"),
    Ruling("7", "It is definitely not 7.", False, "a denial"),
    Ruling("6", "First, we need to find 2 * 3", False, "work that is announced"),
    Ruling("5", "Possible values are 3, 4 and 5.", False, "the last of a list"),
    Ruling("3,4,5", "The possible values are 3, 4 and 5.", True, "all of a list"),
    Ruling("9", "Is it 9?", False, "a question"),
    Ruling("3", "The height is 3 feet 4 inches.", False, "feet and inches"),
    Ruling("4", "The height is 3 feet 4 inches.", False, "inches alone"),
    Ruling("2", "So the result is 2x + 1.", False, "a factor of a polynomial"),
    Ruling("2x+1", "So the result is 2x + 1.", True, "a polynomial in prose"),
    Ruling("8", "The data given are insufficient; 8 is only a guess.", False, "insufficient data"),
    Ruling("16", "The area is 16 square inches.", True, "a quantity that is one"),
]

SENTENCES = [
    Ruling("5", "So x = 5.", True, "an equation in a sentence"),
    Ruling("5", "We get x = 5.", True, "with a verb"),
    Ruling("5", "So he has 3 + 2 = 5 apples.", True, "a computation in a sentence"),
    Ruling("5", "We solve 2x = 10 by dividing both sides by two. So x = 5.", True, "two sentences"),
    Ruling("8", "She needs 8 more.", True, "a number in a sentence"),
    Ruling("1/2", "The probability is 1/2.", True, "a fraction"),
    Ruling("25%", "So 25% of them are red.", True, "a percentage"),
    Ruling("(1, 2)", "The point is (1, 2).", True, "a point"),
    Ruling("3:4", "The ratio of boys to girls is 3:4.", True, "a ratio"),
    Ruling("x=2, y=3", "Thus x = 2 and y = 3.", True, "two equations"),
    Ruling("-4", "Therefore, the minimum is -4.", True, "a negative number"),
    Ruling("3.5", "It takes 3.5 hours.", True, "a decimal with its unit"),
    Ruling("1000", "There are 1,000 grams in it.", True, "thousands"),
    Ruling(r"\sqrt{2}", r"Hence the length is $\sqrt{2}$.", True, "a formula"),
    Ruling("2", r"The minimum is $2$ when $x = 3$.", True, "a value with its place"),
    Ruling("Paris", "Paris", True, "a word"),
    Ruling("The sum is even", "The sum is even", True, "a sentence that is the reference"),
    Ruling("12", "12 distinct ways", True, "a number with what it counts"),
    Ruling("7", "There are 7 days in a week, and thus 7 in all.", True, "the same number twice"),
    Ruling("6", "Now multiply: 2 × 3 = 6", True, "a sign of Unicode"),
]

FIELDS = [
    Ruling("10", '```json\n{"answer": "10"}\n```', True, "fenced"),
    Ruling("10", '{"answer": 10}', True, "bare, a number"),
    Ruling("10", '{"final_answer": "x = 10"}', True, "another name"),
    Ruling("10", '{"reasoning": "it is 12", "result": 10}', True, "a third name"),
    Ruling(
        "48",
        '{"answer": 4, "reasoning": "a remainder when divided by 48."}',
        False,
        "a number in the reasoning",
    ),
    Ruling(
        "4", '{"answer": 4, "reasoning": "the answer is 48."}', True, "a statement in the reasoning"
    ),
    Ruling("10", '{"answer": "10",}', True, "a comma too many"),
    Ruling(r"\frac{1}{2}", r'{"answer": "\frac{1}{2}"}', True, "LaTeX with one backslash"),
    Ruling(r"\frac{1}{2}", r'{"answer": "\\frac{1}{2}"}', True, "LaTeX with two"),
    Ruling("10", '{"answer": 9}\n{"answer": 10}', True, "the last object"),
    Ruling("9", '{"answer": 9}\n{"answer": 10}', False, "not the first"),
    Ruling("1,2", '{"answer": [1, 2]}', True, "a list"),
    Ruling("10", '{"answer": "10", "steps": {"a": 1}}', True, "an object inside"),
    Ruling("10", '{"answer": null}\nSo it is 10.', True, "null is not an answer"),
    Ruling("12", '{"answer": 10}\n\nFinal answer: 12', True, "words after the object"),
    Ruling("10", 'The answer is 12.\n{"answer": 10}', True, "words before the object"),
    Ruling("10", r'{"reasoning": "so \\boxed{9}", "answer": "10"}', True, "a box in the reasoning"),
    Ruling("10", r'{"answer": "\\boxed{10}"}', True, "a box in the field"),
    Ruling("10", "{'answer': '10'}", True, "quotes of Python"),
    Ruling("10", '{"answers": 10, "count": 12}', False, "a field of another name"),
    Ruling("C", '{"answer": "C) 12"}', True, "a choice with its text"),
]

LANGUAGES = [
    Ruling("D", "【答案】D", True, "Chinese, brackets"),
    Ruling("D", "故选D。", True, "Chinese, choice"),
    Ruling("5", "答案是5，共3天", True, "Chinese, with a remark"),
    Ruling("D", "答案：Ｄ", True, "Chinese, fullwidth letter"),
    Ruling("B", "正确选项为（Ｂ）。", True, "Chinese, fullwidth brackets"),
    Ruling("12", "所以答案为１２。", True, "Chinese, fullwidth digits"),
    Ruling("5", "所以一共有5个苹果。", True, "Chinese, no statement"),
    Ruling("5", "答案不是5。", False, "Chinese, denied"),
    Ruling("A", "A不正确，故选C。", False, "Chinese, another one chosen"),
    Ruling("11", "答えは11です。", True, "Japanese"),
    Ruling("11", "よって、答えは $11$ です。", True, "Japanese, a formula"),
    Ruling("11", "答え: 11", True, "Japanese, label"),
    Ruling("11", "答えは11ではない。", False, "Japanese, denied"),
    Ruling("11", "따라서 정답은 11입니다.", True, "Korean"),
    Ruling("B", "답은 (B)입니다", True, "Korean, choice"),
    Ruling("11", "정답: 11", True, "Korean, label"),
    Ruling("11", "La respuesta es 11.", True, "Spanish"),
    Ruling("11", "Respuesta final: 11 manzanas", True, "Spanish, label"),
    Ruling("11", "La respuesta no es 11.", False, "Spanish, denied"),
    Ruling("11", "Donc, la réponse est 11.", True, "French"),
    Ruling("11", "Réponse : 11", True, "French, label with its blank"),
    Ruling("11", "La réponse n'est pas 11.", False, "French, denied"),
    Ruling("11", "Die Antwort ist 11.", True, "German"),
    Ruling("11", "Antwort: **11**", True, "German, label"),
    Ruling("11", "Die Antwort ist nicht 11.", False, "German, denied"),
    Ruling("11", "Portanto, a resposta é 11.", True, "Portuguese"),
    Ruling("C", "Resposta: alternativa C", True, "Portuguese, choice"),
    Ruling("11", "Ответ: 11", True, "Russian, label"),
    Ruling("11", "Ответ — 11.", True, "Russian"),
    Ruling("11", "Ответ: не 11", False, "Russian, denied"),
    Ruling("11", "الإجابة هي 11", True, "Arabic"),
    Ruling("11", "الجواب النهائي: ١١", True, "Arabic, label and digits"),
    Ruling("11", "अंतिम उत्तर: 11", True, "Hindi, label"),
    Ruling("11", "इसलिए, उत्तर है 11।", True, "Hindi"),
    Ruling("11", "Vậy đáp án là 11.", True, "Vietnamese"),
    Ruling("C", "Đáp án: C", True, "Vietnamese, choice"),
    Ruling("11", "ดังนั้น คำตอบคือ 11", True, "Thai"),
    Ruling("11", "คำตอบ: 11", True, "Thai, label"),
    Ruling("11", "คำตอบไม่ใช่ 11", False, "Thai, denied"),
]


SCRIPTS = [
    Ruling("3/4", "所以概率是3/4。", True, "Chinese, a probability"),
    Ruling("x=5", "解得x=5。", True, "Chinese, a solution"),
    Ruling("15", "总共 15 个", True, "Chinese, a total"),
    Ruling("11", "Таким образом, осталось 11 яблок.", True, "Russian, a sentence"),
    Ruling("11", "Vậy có 11 quả táo.", True, "Vietnamese, a sentence"),
    Ruling("11", "इसलिए 11 सेब बचे।", True, "Hindi, a sentence"),
    Ruling("11", "ดังนั้นเหลือ 11 ผล", True, "Thai, a sentence"),
    Ruling("11", "إذن بقي 11 تفاحة.", True, "Arabic, a sentence"),
    Ruling("11", "따라서 11개입니다.", True, "Korean, a sentence"),
    Ruling("11", "Por lo tanto, hay 11 manzanas.", True, "Spanish, a sentence"),
    Ruling("21", "The answer is 21 (3 times 7).", True, "an aside to a statement"),
]

PROGRAMS = [
    Ruling(
        "15",
        "```python\nanswer = a * c // b\n```\nThe number of them is 15.",
        True,
        "a variable that is named answer",
    ),
    Ruling("7", "#### Solve for x and y\n\nWe get 3 + 4 = 7.", True, "hashes that head a section"),
    Ruling("15", "The number of those without an A in either course is 15.", True, "either course"),
    Ruling("58", r"There are \(58\) numbers in the list \( 36, 37, \ldots, 93 \).", True, "a list"),
    Ruling("37", r"Therefore, \( k(-3) = 37 \).", True, "the value of a function"),
    Ruling("3", "There are $3$ of them where the sum of the digits is 8.", True, "a where clause"),
    Ruling("9", "They sold 17 orders of catfish and 9 orders of shrimp.", False, "two counts"),
    Ruling("17, 9", "They sold 17 orders of catfish and 9 orders of shrimp.", True, "both counts"),
]

COMPUTED = [
    Ruling(
        "310",
        "Mason needs 240+70=310 ounces of sugar to make 8 batches and 1 more.",
        True,
        "a result before its purpose",
    ),
    Ruling(
        "21",
        "Andrea saved $25 - $4 = $21 after giving her brother $4.",
        True,
        "a result before a time",
    ),
    Ruling(
        "6",
        "You save $4 + $2 = $6 if you buy 2 tubs and 4 packets.",
        True,
        "a result before a condition",
    ),
    Ruling(
        "5",
        "It takes 2000 miles / 400 miles/hour = 5 hours to fly 2000 miles.",
        True,
        "units between",
    ),
    Ruling("120", "Hannah drinks 60 ml * 2 km = 120 ml of water.", True, "a unit before equals"),
    Ruling(
        "2600", "The total weight of the bag is 1600g + 1000g = 2600g.", True, "a unit attached"
    ),
    Ruling("12", "Therefore, 8 pens cost $1.50 x 8 = $12.", True, "x for times"),
    Ruling("55", "The target was 120 crates, so he was off by 120-65=55 crates.", True, "off by"),
    Ruling(
        "120",
        "The target was 120 crates, so he was off by 120-65=55 crates.",
        False,
        "the target itself",
    ),
    Ruling(
        "16", "Juan must reduce it to 4 cups, or 20-4=16 cups per day.", True, "worked after or"
    ),
    Ruling(
        "14",
        "Darren caught 17 - 6 = 11 fish.\nTommy caught 11 + 3 = 14 fish.",
        True,
        "short lines of prose",
    ),
    Ruling("10", "Thus, her change will be 20 - 10 = $10.", True, "one short line"),
]

BOUNDS_AND_LABELS = [
    Ruling("3", "See figure 3.", False, "a number of a figure"),
    Ruling("12", "It is less than 12.", False, "a bound above"),
    Ruling("12", "It is greater than 12.", False, "a bound below"),
    Ruling("12", "The value lies between 10 and 12.", False, "two bounds"),
    Ruling("10", "12 - 2 =", False, "a side that never comes"),
    Ruling("7", "Suppose x = 7. Then what?", False, "a supposition before a question"),
    Ruling("24", "We have 3x = 24, therefore x equals 8.", False, "an equation on the way"),
    Ruling("8", "We have 3x = 24, therefore x equals 8.", True, "its solution"),
    Ruling("7", "The point is (3, 7).", False, "a coordinate"),
    Ruling("3", "The area is 9\\pi + 3", False, "a summand"),
    Ruling("4", "6 apples and 4 pears", False, "one of two counts"),
    Ruling("10", "5 feet 10 inches", False, "a part of a length"),
    Ruling("6", "So we have 6 (3 boys and 3 girls).", True, "an aside in brackets"),
    Ruling("3", "So we have 6 (3 boys and 3 girls).", False, "a number of the aside"),
    Ruling("1.5", "It takes 1.5 hours to finish 3 tasks.", True, "the verb's number"),
    Ruling("9", "9 is the answer.", True, "a value before its verb"),
    Ruling("2020", "In 2020, 15 people came.", False, "a date"),
    Ruling("15", "In 2020, 15 people came.", True, "not a list with the date"),
]


@pytest.mark.parametrize(
    "ruling",
    [
        *SCRIPTS,
        *PROGRAMS,
        *COMPUTED,
        *BOUNDS_AND_LABELS,
        *MONEY,
        *BOXES,
        *REMARKS,
        *NOTHING,
        *SENTENCES,
        *FIELDS,
        *LANGUAGES,
    ],
    ids=lambda r: r.why,
)
def test_a_response(ruling):
    verdict = MathAnswer().verify(Sample(completion=ruling.completion, reference=ruling.reference))
    assert verdict.score == float(ruling.right), (verdict.because, verdict.details)


class Cut(NamedTuple):
    completion: str
    finish_reason: str | None
    right: bool
    why: str


CUTS = [
    Cut("<think>so it is 5", "length", False, "an open block"),
    Cut(r"<think>so it is \boxed{5}", "length", False, "a box in an open block"),
    Cut("<think>The answer is 5.", "length", False, "a statement in an open block"),
    Cut("<think>x\n#### 5", "length", False, "hashes in an open block"),
    Cut("<think><answer>5</answer>", "length", False, "a tag in an open block"),
    Cut('<think>{"answer": 5}', "length", False, "a field in an open block"),
    Cut("<think>a</think><think>it is 5", "length", False, "a second block, open"),
    Cut("<thinking>it is 5", "length", False, "another spelling of the tag"),
    Cut("<think>2+3=5</think> So we", "length", False, "cut off before the answer"),
    Cut(
        "<think>2+3</think> Now add 2 and 3, that is 2 + 3 = 5",
        "length",
        False,
        "a sentence that is cut off",
    ),
    Cut(r"<think>2+3</think> so \boxed{5", "length", False, "a box that is cut off"),
    Cut("<think>2+3</think> The answer is 5", "length", True, "an answer after the block"),
    Cut(r"<think>2+3</think> \boxed{5}. Let us check: 2", "length", True, "a box, then a check"),
    Cut("The sum is 5. Let us check that 2", "length", True, "a sentence that was finished"),
    Cut(r"it is \boxed{5}", "length", True, "no block at all"),
    Cut("The answer is 5.\n<think>or 6", "length", True, "an answer before the open block"),
    Cut(r"<think>so it is \boxed{5}", None, True, "an open block, nothing known of its end"),
    Cut(r"<think>so it is \boxed{5}", "stop", True, "an open block that ended by itself"),
    Cut(r"so it is \boxed{5", None, True, "an open box, nothing known of its end"),
    Cut("<think>2+3</think> 5", "stop", True, "a whole response"),
]


@pytest.mark.parametrize("cut", CUTS, ids=lambda c: c.why)
def test_a_response_that_was_cut_off(cut):
    sample = Sample(completion=cut.completion, reference="5", finish_reason=cut.finish_reason)
    assert MathAnswer().verify(sample).score == float(cut.right)


def test_the_policy_may_read_what_was_cut_off():
    sample = Sample(completion="<think>so it is 5", reference="5", finish_reason="length")
    assert MathAnswer(Policy(unfinished="read")).verify(sample).score == 1.0


def test_the_policy_names_the_answer_fields():
    sample = Sample(completion='{"solution": 5, "answer": 6}', reference="5")
    assert MathAnswer(Policy(answer_fields=("solution",))).verify(sample).score == 1.0
    assert MathAnswer().verify(sample).score == 0.0
