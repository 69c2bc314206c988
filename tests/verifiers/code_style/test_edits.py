"""Counting edits: a distance, and one that joining lines cannot shorten."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.verifiers.code_style.edits import MOST_DIFFERENT, edits


@pytest.mark.parametrize(
    ("source", "target", "count", "why"),
    [
        ("x = 1\n", "x = 1\n", 0, "equal"),
        ("x=1\n", "x = 1\n", 2, "a space on each side"),
        ("x = 1 \n", "x = 1\n", 1, "a trailing blank"),
        ("x = 'a'\n", 'x = "a"\n', 1, "quotes"),
        ("x = (1,2)\n", "x = (1, 2)\n", 1, "a space after a comma"),
        ("x = [1]\n", "x = [\n    1,\n]\n", 3, "two line ends and a comma"),
        ("a = 1; b = 2\n", "a = 1\nb = 2\n", 2, "a semicolon and a line end"),
        ("return (x)\n", "return x\n", 3, "two brackets, and a space where one was"),
        ("x\n\n\n\ny\n", "x\n\n\ny\n", 1, "one gap, however many lines"),
        ("x = 0XFF\n", "x = 0xFF\n", 1, "a number's letters"),
        ("#a\n", "# a\n", 1, "a comment"),
        ('"""a\n b"""\n', '"""a\n    b"""\n', 1, "a docstring's indentation"),
    ],
    ids=lambda v: v if isinstance(v, str) and "\n" not in v else "",
)
def test_counts(source: str, target: str, count: int, why: str) -> None:
    assert edits(source, target) == count, why


LAYOUTS = st.lists(st.sampled_from(["x", "1", "'a'", "(", ")", ",", " ", "\n", "  "]), max_size=30)
TEXTS = LAYOUTS.map("".join)


@given(TEXTS, TEXTS)
def test_zero_exactly_for_equal_texts_and_symmetric(a: str, b: str) -> None:
    assert (edits(a, b) == 0) is (a == b)
    assert (edits(a, b) > 0) is (edits(b, a) > 0)


@given(st.lists(st.sampled_from(["x = 1", "y=2", "f( x )", "z = 'a'"]), min_size=1, max_size=12))
def test_lines_count_each_for_itself(lines: list[str]) -> None:
    """What is far from the target stays so when more lines, right or wrong, stand beside it."""
    target = {"x = 1": "x = 1", "y=2": "y = 2", "f( x )": "f(x)", "z = 'a'": 'z = "a"'}
    each = [edits(line, target[line]) for line in lines]
    assert edits("\n".join(lines), "\n".join(target[line] for line in lines)) == sum(each)


def test_texts_without_anything_in_common_end_soon() -> None:
    many = MOST_DIFFERENT * 20
    assert edits("a " * many, "b " * many) > MOST_DIFFERENT
