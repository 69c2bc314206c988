"""How texts are read, in plain form; and what cannot be read, with the place."""

import pytest

from assay.verifiers.math_answer.limits import Unreadable
from assay.verifiers.math_answer.reading.parse import parse
from assay.verifiers.math_answer.to_text import plain

READINGS = [
    (r"-x^2", "-x^2"),
    (r"2x^2y", "2*x^2*y"),
    (r"\sin^2 x\cos y", "sin(x)^2*cos(y)"),
    (r"\sin 2x + 1", "sin(2*x) + 1"),
    (r"\sin(x)y", "sin(x)*y"),
    (r"\log_{10} x", "log_10(x)"),
    (r"\frac12\pi", "1/2*pi"),
    (r"2\frac12", "2 1/2"),
    (r"a/bc", "a/b*c"),
    (r"2^3^2", "2^(3^2)"),
    (r"5!", "5!"),
    (r"|x|+|y|", "|x| + |y|"),
    (r"\{x | |x|<2\}", "{x | |x| < 2}"),
    (r"f(x)=x", "f(x) = x"),
    (r"f^{-1}(x)", "f^-1(x)"),
    (r"x'", "x'"),
    (r"x_{12}", "x_12"),
    (r"12 \mathrm{~min}", "12 min"),
    (r"10\text{ cm}^2", "10 cm^2"),
    (r"204_5", "204_5"),
    (r"1,000", "1000"),
    (r"1.50", "1.50"),
    (r"3\pm\sqrt2", "3 ± sqrt(2)"),
    (r"-2<x\le 5", "-2 < x ≤ 5"),
    (r"(1,2]\cup\{3\}", "(1, 2] ∪ {3}"),
    (r"\sum_{k=1}^{n}k^2", "sum(k^2, k = 1, n)"),
    (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", "[[1, 2], [3, 4]]"),
    (r"30^\circ 15'", "30° 15'"),
    (r"100^\circ C", "100 celsius"),
    (r"sqrt(2)/2", "sqrt(2)/2"),
    (r"2**3", "2^3"),
    (r"x = 2 or x = 3", "x = 2 or x = 3"),
]


@pytest.mark.parametrize(("text", "form"), READINGS, ids=[t for t, _ in READINGS])
def test_reading(text, form):
    assert plain(parse(text)) == form


ERRORS = [
    ("", "empty"),
    (r"\frac{1}{", "it ends too early at character 10"),
    ("7 8", "two numerals side by side at character 3"),
    ("(1,2", "a bracket is never closed at character 5"),
    ("2+*3", "unexpected '*' at character 3"),
    ("129_5", "129 has a digit that base 5 lacks at character 1"),
    ("[" * 200 + "7" + "]" * 200, "nested deeper than 90 levels at character 91"),
    ("5" + "!" * 40, "too many marks after one value at character 15"),
    ("9" * 100_001, "longer than 100,000 characters"),
    ("1e999999999", "an exponent too large to compute at character 1"),
]


@pytest.mark.parametrize(("text", "message"), ERRORS, ids=[m for _, m in ERRORS])
def test_error(text, message):
    with pytest.raises(Unreadable) as caught:
        parse(text)
    assert str(caught.value) == message


def test_doubled_brackets_are_read_at_any_depth():
    assert plain(parse("(" * 20_000 + "7" + ")" * 20_000)) == "7"
