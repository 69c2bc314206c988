"""Rulings on sentences: which value is a condition, a remark or a correction; answers in words."""

from __future__ import annotations

import pytest
from located import Ruling, judged

CONDITIONS = [
    Ruling("4", "The minimum is 4, with equality iff x = 2.", True, "where it is reached"),
    Ruling("2", "The minimum is 4, reached for x = 2.", False, "that is not the answer"),
    Ruling("5", "From 3x = 15 we solve for x = 5.", True, "what is solved for is"),
    Ruling("2", "So when x = 2.", True, "nor is it a condition where it stands alone"),
    Ruling("4", "所以函数的最小值是 $4$，当且仅当 $x=2$ 时取等号。", True, "Chinese, before it"),
    Ruling("2", "所以函数的最小值是 $4$，当且仅当 $x=2$ 时取等号。", False, "Chinese, not it"),
    Ruling("4", "故最小值为 $4$，此时 $x = 2$。", True, "Chinese, a word for then"),
    Ruling("4", "最小値は4です（x=2のとき）。", True, "Japanese, behind it"),
    Ruling("4", "최솟값은 4이다 (x=2일 때).", True, "Korean, behind it"),
    Ruling("4", "Le minimum est 4, atteint pour x = 2.", True, "French"),
    Ruling("4", "Das Minimum ist 4, und zwar für x = 2.", True, "German"),
    Ruling("4", "El mínimo es 4, cuando x = 2.", True, "Spanish"),
    Ruling("4", "Наименьшее значение равно 4 при x = 2.", True, "Russian"),
    Ruling("4", "Giá trị nhỏ nhất là 4 khi x = 2.", True, "Vietnamese"),
]

REMARKS = [
    Ruling("7", "The answer is 7; 8 is too large.", True, "a remark on another value"),
    Ruling("8", "The answer is 7; 8 is too large.", False, "which is not the answer"),
    Ruling("7", "The answer is 7, as 8 would be too many.", True, "with a reason"),
    Ruling("7", "Answer: 7; it satisfies 3 + 4 = 7.", True, "a remark on itself"),
    Ruling("7", "The answer is 7; or it may be 8.", False, "another guess is not a remark"),
    Ruling("7", "The answer is 7, and it could also be 8.", False, "however it is put"),
    Ruling("7", "The answer is 7; it is not 8.", True, "what it is not"),
    Ruling("4", "The function attains its minimum 4 at x = 2.", True, "a verb makes a sentence"),
    Ruling("7, 8", "The answer is 7; 8", True, "a list is none either"),
    Ruling("B", "The answer is not A. It is B.", True, "a correction in the next sentence"),
    Ruling("B", "It's not A, it's B.", True, "letters, without a word for the answer"),
    Ruling("A", "It's not A, it's B.", False, "the letter that it is not"),
    Ruling("A", "The answer is not A. It is B.", False, "what it corrects"),
    Ruling("7", "The answer is not 8, it is 7.", True, "in the same sentence"),
    Ruling("7", "The answer isn't 8; it's 7.", True, "with words cut short"),
    Ruling("3.5", "The answer is not 4.5. Instead, it is 3.5.", True, "with a decimal"),
    Ruling("8", "The answer is not 8. It is too large.", False, "a reason corrects nothing"),
    Ruling("8", "The answer is not 7. It is not 8 either.", False, "nor does another denial"),
    Ruling("8", "The answer is not 7. It is 8 or 9.", False, "two values are a guess"),
    Ruling("(1,2)", "The answer is the interval (1, 2).", True, "a noun says what it is"),
    Ruling("y=2x+1", "La respuesta es la recta y = 2x + 1.", True, "in Spanish"),
    Ruling(
        "(1.5,2.5)", "La respuesta es el intervalo (1,5; 2,5).", True, "with decimals of its own"
    ),
    Ruling("(1,2)", "The answer is the interval [1, 2).", False, "its brackets count"),
]

WRITTEN = [
    Ruling("160", "Total time = 40 + 20 + 100 = **160 minutes**", True, "bold behind the sign"),
    Ruling("100", "Total time = 40 + 20 + 100 = **160 minutes**", False, "not what is added"),
    Ruling("1, 3", "The eigenvalues are λ₁ = 3 and λ₂ = 1.", True, "Greek names, small indices"),
    Ruling("1, 3", "The roots are x1 = 1 and x2 = 3.", True, "an index that touches its name"),
    Ruling("1, 3", "The solutions are $x = 1$ (twice) and $x = 3$.", True, "a remark in a list"),
    Ruling("3:2", "The ratio of boys to girls is 3 to 2.", True, "a ratio in words"),
    Ruling("3:2", "It drops from 3 to 2.", False, "a change is not a ratio"),
    Ruling("2:3", "甲、乙之比为 2∶3", True, "with a colon of its own"),
    Ruling("0, 2", "所以 $x=0$ 或 $x=2$", True, "a short conclusion around formulas"),
    Ruling("45^{\\circ}", "故 $\\angle ABC = 45^\\circ$.", True, "around an angle"),
    Ruling("ACD", "A正确，B错误，C正确，D正确，故选：ACD．", True, "three letters in a row"),
    Ruling("AC", "故选：ACD．", False, "all of them count"),
    Ruling("March 14, 2015", "The date is **March 14, 2015**.", True, "a date is one value"),
    Ruling("14", "The date is March 14.", True, "whose day may be asked for"),
    Ruling("2015", "The date is March 14, 2015.", False, "not its year"),
]

WORDS = [
    Ruling("even", "Since f(-x) = f(x), the function is even.", True, "behind is"),
    Ruling("odd", "The function is not odd.", False, "denied"),
    Ruling("odd", "f is neither even nor odd.", False, "one of two that are denied"),
    Ruling("red", "So the next bead is red or blue.", False, "one of two that are offered"),
    Ruling("odd", "If n = 3, it is odd.", False, "supposed"),
    Ruling("ellipse", "Thus the graph is an **ellipse**.", True, "with an article, in bold"),
    Ruling("Alice", "Bob is taller than Alice.", False, "compared with"),
    Ruling("Tuesday", "Therefore, July 4th falls on a Tuesday.", True, "beside a date"),
    Ruling("diverges", "By the comparison test the series diverges.", True, "a verb"),
    Ruling("converges", "The series does not converge.", False, "a verb denied"),
    Ruling("diverges", "The series does not converge.", True, "which is its contrary"),
    Ruling("no solution", "Therefore, the equation has no solution.", True, "nothing"),
    Ruling("\\emptyset", "So there are no real solutions.", True, "nothing, as a set"),
    Ruling("\\mathbb{R}", "The domain is all real numbers.", True, "everything"),
]


LANGUAGES = [
    Ruling("11", "5 + 6 = 11। উত্তর হল 11।", True, "Bengali, as worked examples end"),
    Ruling("12", "সুতরাং, টমের 12টি আপেল আছে।", True, "Bengali, a conclusion"),
    Ruling("11", "5 + 6 = 11. సమాధానం 11.", True, "Telugu"),
    Ruling("11", "5 + 6 = 11. Jibu ni 11.", True, "Swahili"),
    Ruling("(1.5,2.5)", "La risposta è l'intervallo (1,5; 2,5).", True, "Italian, with commas"),
    Ruling("4", "Il minimo è 4, per x = 2.", True, "Italian, with a condition"),
    Ruling("12", "La risposta non è 12.", False, "Italian, denied"),
]

BOXES = [
    Ruling("5", r"The answer is \boxed{5}, not \boxed{6}.", True, "a box that is not the other"),
    Ruling("6", r"The answer is \boxed{5}, not \boxed{6}.", False, "what it is not"),
    Ruling("2,3", "(1) \\boxed{2}\n\n(2) \\boxed{3}", True, "a box for each part"),
    Ruling("2,3", "(1) \\boxed{3}\n\n(2) \\boxed{2}", False, "in the order of the parts"),
    Ruling("3", "(1) \\boxed{2}\n\n(2) \\boxed{3}", True, "one value: the last box"),
    Ruling("2,3", r"First \boxed{2}. Then \boxed{3}.", False, "boxes without labels are no parts"),
    Ruling("3/4", "The answer is 3/4, i.e. 0.75.", True, "a value said twice"),
    Ruling("3/4", "The answer is 3/4, i.e. 0.8.", False, "that contradicts itself"),
]


@pytest.mark.parametrize(
    "ruling",
    [*CONDITIONS, *REMARKS, *WRITTEN, *WORDS, *LANGUAGES, *BOXES],
    ids=lambda r: f"{r.why}-{r.right}",
)
def test_ruling(ruling: Ruling) -> None:
    assert judged(ruling) == ruling.right
