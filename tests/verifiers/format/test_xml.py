"""Blocks, tags, integers: each row is a ruling with its reason."""

from __future__ import annotations

from typing import Any

import pytest

from assay.model import Sample
from assay.plugins.host import Host

HOST = Host()
WHOLE = "<think>\na\n</think>\n<answer>\n4\n</answer>"
SOFT = {"strict": False}
THINK = {"tags": ["think"], "strict": False, "tail": "any", "once": True}

CASES: list[tuple[str, dict[str, Any], str, float, str]] = [
    ("format.xml", {}, WHOLE, 1, "every tag on a line of its own"),
    ("format.xml", {}, WHOLE + "\n \n", 1, "white space may follow"),
    ("format.xml", {}, WHOLE + "\nmore", 0, "nothing else may follow"),
    ("format.xml", {"tail": "line"}, WHOLE + "\nmore", 1, "lines may follow where they may"),
    ("format.xml", {"tail": "line"}, WHOLE + "more", 0, "what follows begins a line"),
    ("format.xml", {}, " " + WHOLE, 0, "the text begins with the first tag"),
    ("format.xml", {}, "<think>a</think><answer>4</answer>", 0, "strict asks for the lines"),
    ("format.xml", SOFT, "<think>a</think> \n<answer>4</answer>", 1, "soft does not"),
    ("format.xml", SOFT, "<think>a</think>x<answer>4</answer>", 0, "text between the blocks"),
    ("format.xml", SOFT, "<think>a</think>b</think><answer>4</answer>", 1, "a later closing fits"),
    ("format.xml", THINK, "<think>a</think>4", 1, "TRL: the answer follows"),
    ("format.xml", THINK, "<think>a<think></think>4", 0, "TRL: the opening tag repeats"),
    ("format.xml", THINK, "<think>a", 0, "never closed"),
    ("format.xml", {}, "", 0, "an empty text"),
    ("format.tag_count", {}, WHOLE, 1, "all four once"),
    ("format.tag_count", {}, WHOLE + WHOLE, 0, "twice is not once"),
    ("format.tag_count", {}, "<think>\na", 0.25, "one of four"),
    ("format.integer", {}, "<answer> 42 </answer>", 1, "digits in the tag"),
    ("format.integer", {}, "<answer>-42</answer>", 1, "a sign is part of a whole number"),
    ("format.integer", {}, "<answer>4.0</answer>", 0, "a decimal is not in digits alone"),
    ("format.integer", {}, "so \\boxed{42}", 1, "the box, where there is no tag"),
    ("format.integer", {}, "42", 0, "neither tag nor box"),
    ("length.repetition", {}, "a b c d e", 1, "nothing repeats"),
    ("length.repetition", {"ngram": 1}, "a A a a", 0.25, "letter case does not matter"),
    ("length.repetition", {}, "a b", 1, "too short to repeat"),
    ("length.cosine", {"max_length": 10}, "x" * 10, 0, "at the limit"),
    ("length.cosine", {"max_length": 10}, "x" * 20, 0, "beyond it"),
    ("length.cosine", {"max_length": 10, "beyond": "rises"}, "x" * 20, 1, "open-r1 rises again"),
    ("length.cosine", {"max_length": 10}, "", 1, "nothing at all"),
]


@pytest.mark.parametrize(
    ("name", "params", "text", "score", "why"), CASES, ids=[c[-1] for c in CASES]
)
def test_rulings(name: str, params: dict[str, Any], text: str, score: float, why: str) -> None:
    offer = HOST.resolve(name)
    verdict = offer.make(offer.check(params)).verify(Sample(text))
    assert verdict.score == pytest.approx(score, abs=1e-12)
    assert verdict.because


def test_what_trails_is_counted_as_in_the_demo() -> None:
    offer = HOST.resolve("format.tag_count")
    verify = offer.make(offer.check({})).verify
    assert verify(Sample(WHOLE + "\nabc")).details["trailing"] == 3 + 3
    assert verify(Sample("nothing")).details["trailing"] == 0


HEAPS = ["<think>\n" + "\n</think>\n<answer>" * 50_000, "<think>" + "</think> " * 90_000]


@pytest.mark.parametrize("text", HEAPS, ids=["strict", "soft"])
@pytest.mark.parametrize("params", [{}, SOFT, THINK, {"tail": "line"}], ids=str)
def test_heaps_of_tags_cost_time_in_proportion(text: str, params: dict[str, Any]) -> None:
    """A pattern that backtracks would never come back from these."""
    offer = HOST.resolve("format.xml")
    assert offer.make(offer.check(params)).verify(Sample(text)).score in (0, 1)
