"""Rulings of the format verifiers."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.model import Sample
from assay.verifiers.format.boxed import FormatBoxed
from assay.verifiers.format.params import BoxedParams, TagsParams
from assay.verifiers.format.tags import FormatTags


class Boxed(NamedTuple):
    text: str
    score: float
    why: str
    params: dict[str, Any] = {}  # noqa: RUF012


BOXED = [
    Boxed(r"so \boxed{4}", 1, "a box"),
    Boxed(r"so \boxed{\frac{1}{2}}", 1, "braces nest"),
    Boxed(r"so \boxed{\{1,2\}}", 1, "escaped braces are not braces"),
    Boxed(r"so \boxed {4}", 1, "TeX lets a space stand before the brace"),
    Boxed(r"\boxed{1} or \boxed{2}", 1, "several boxes are fine unless one was asked for"),
    Boxed(r"\boxed{1} or \boxed{2}", 0, "one was asked for", {"once": True}),
    Boxed("4", 0, "no box"),
    Boxed("", 0, "empty completion"),
    Boxed(r"\boxed{}", 0, "an empty box answers nothing"),
    Boxed(r"\boxed{  }", 0, "white space answers nothing"),
    Boxed(r"\boxed{4} then \boxed{\frac{1}{2}", 0, "the last box was cut off"),
    Boxed(r"\boxed 4", 0, "no braces, nothing to delimit the answer"),
    Boxed(r"<think>\boxed{4}</think> four", 0, "a box in the reasoning is not an answer"),
    Boxed(r"<think>hm</think> \boxed{4}", 1, "the answer follows the reasoning"),
    Boxed("\\boxed{4\x00}", 1, "a NUL is content, judged elsewhere"),
]


@pytest.mark.parametrize("case", BOXED, ids=lambda c: c.why)
def test_boxed(case: Boxed) -> None:
    verdict = FormatBoxed(BoxedParams(**case.params)).verify(Sample(case.text))
    assert verdict.score == case.score
    assert verdict.because


class Tags(NamedTuple):
    text: str
    points: int
    """Out of five, for think and answer."""
    why: str
    prompt: str | None = None


TAGS = [
    Tags("<think>a</think><answer>b</answer>", 5, "as asked for"),
    Tags(" <think>\na\n</think>\n<answer>\nb\n</answer>\n", 5, "white space is free"),
    Tags("<Think>a</Think><ANSWER>b</ANSWER>", 5, "letter case is free"),
    Tags("b", 0, "no tag"),
    Tags("", 0, "nothing"),
    Tags("<think>a", 1, "never closed"),
    Tags("<think>a</think> b", 2, "no answer block"),
    Tags("<think>a</think><answer>b", 3, "cut off in the answer"),
    Tags("x <think>a</think><answer>b</answer>", 4, "text before"),
    Tags("<think>a</think>x<answer>b</answer>", 4, "text between"),
    Tags("<think>a</think><answer>b</answer>x", 4, "text after"),
    Tags("<think></think><answer>b</answer>", 4, "empty reasoning"),
    Tags("<think>a</think><answer> </answer>", 4, "empty answer"),
    Tags("<answer>b</answer><think>a</think>", 0, "the wrong order is out of place"),
    Tags("<think></think><answer></answer>" * 3, 0, "repeating the tags earns nothing"),
    Tags("<think>a</think><answer>b</answer><answer>c</answer>", 2, "two answers"),
    Tags("<answer></think><think></answer>", 0, "a heap of tags earns nothing"),
    Tags("a</think><answer>b</answer>", 5, "the prompt opened the block", "go <think>\n"),
    Tags("<think>a</think><answer>b</answer>", 5, "opened twice over is opened", "go <think>\n"),
    Tags("a</think><answer>b</answer>", 0, "the prompt did not open the block", "go"),
]


@pytest.mark.parametrize("case", TAGS, ids=lambda c: c.why)
def test_tags(case: Tags) -> None:
    sample = Sample(case.text, prompt=case.prompt)
    assert FormatTags().verify(sample).score == case.points / 5
    strict = FormatTags(TagsParams(graded=False)).verify(sample)
    assert strict.score == float(case.points == 5)


def test_tags_with_the_answer_outside() -> None:
    judge = FormatTags(TagsParams(tags=("think",), outside="after"))
    assert judge.verify(Sample("<think>a</think> 4")).score == 1.0
    assert judge.verify(Sample("<think>a</think> ")).score == pytest.approx(2 / 3)


def test_tags_opened_by_param() -> None:
    judge = FormatTags(TagsParams(opened=True))
    assert judge.verify(Sample("a</think><answer>b</answer>")).score == 1.0


@pytest.mark.parametrize("tags", [(), ("a", "A"), ("a b",), ("",)])
def test_tags_refused(tags: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="tags"):
        TagsParams(tags=tags)


pieces = st.lists(
    st.sampled_from(["<think>", "</think>", "<answer>", "</answer>", "x", " ", "\\boxed{", "}"]),
    max_size=12,
).map("".join)


@given(pieces)
def test_scores_are_declared_levels(text: str) -> None:
    sample = Sample(text)
    assert FormatTags().verify(sample).score in TagsParams().levels()
    assert FormatBoxed().verify(sample).score in (0.0, 1.0)


@given(pieces)
def test_the_whole_structure_is_the_only_full_score(text: str) -> None:
    import re

    whole = re.fullmatch(
        r"\s*<think>((?:(?!<).)*\S(?:(?!<).)*)</think>\s*<answer>((?:(?!<).)*\S(?:(?!<).)*)</answer>\s*",
        text,
    )
    assert (FormatTags().verify(Sample(text)).score == 1.0) == (whole is not None)
