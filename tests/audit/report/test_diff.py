"""The comparison of two texts word by word: nothing is lost, and no more is marked than must be."""

from __future__ import annotations

import re
from importlib import resources
from random import Random

import pytest
from browser import Page

pytestmark = [pytest.mark.optional, pytest.mark.slow]

SOURCE = (resources.files("assay.audit.report") / "diff.js").read_text("utf-8")
WORDS = ["so", "the", "answer", "is", "3.5", "7", ".", " ", " ", "\n", "<<3+4=7>>", "é", "😀"]


def pairs(n: int = 150) -> list[tuple[str, str]]:
    random = Random(11)
    found = [("", ""), ("a", ""), ("", "a"), ("a b", "a  b"), ("x" * 50, "x" * 49)]
    for _ in range(n):
        left = [random.choice(WORDS) for _ in range(random.randrange(30))]
        right = [w for w in left if random.random() < 0.7]
        for _ in range(random.randrange(5)):
            right.insert(random.randrange(len(right) + 1), random.choice(WORDS))
        found.append(("".join(left), "".join(right)))
    return found


def words_of(text: str) -> list[str]:
    return re.findall(r"\s+|\d+(?:[.,]\d+)*|\w+|[^\s\w]", text)


def shared(a: list[str], b: list[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(b) + 1)
    for x in a:
        before = row[:]
        for j, y in enumerate(b):
            row[j + 1] = before[j] + 1 if x == y else max(before[j + 1], row[j])
    return row[-1]


def test_pieces_make_up_both_texts(page: Page) -> None:
    cases = pairs()
    made = page.run(f"{SOURCE}; return arguments[0].map(([a, b]) => wordDiff(a, b))", cases)
    for (left, right), pieces in zip(cases, made, strict=True):
        assert "".join(p["text"] for p in pieces if p["kind"] != "new") == left
        assert "".join(p["text"] for p in pieces if p["kind"] != "old") == right


def test_as_many_words_as_can_be_are_shared(page: Page) -> None:
    cases = [(words_of(a), words_of(b)) for a, b in pairs()]
    made = page.run(
        f"{SOURCE}; return arguments[0].map(([a, b]) => middle(a, b)"
        ".filter(([kind]) => kind === 'same').length)",
        cases,
    )
    for (a, b), same in zip(cases, made, strict=True):
        assert same == (shared(a, b) if a and b else 0)


def test_texts_that_share_nothing_are_marked_as_a_whole(page: Page) -> None:
    left, right = " ".join(["a"] * 3000), " ".join(["b"] * 3000)
    pieces = page.run(f"{SOURCE}; return wordDiff(arguments[0], arguments[1])", left, right)
    assert "".join(p["text"] for p in pieces if p["kind"] != "new") == left
    assert "".join(p["text"] for p in pieces if p["kind"] != "old") == right


def test_numbers_are_words_and_phrases_are_marked_whole(page: Page) -> None:
    pieces = page.run(
        f"{SOURCE}; return wordDiff('he pays 0.30 now and then', 'he owes 1.30 now and then')"
    )
    assert [(p["kind"], p["text"]) for p in pieces] == [
        ("same", "he "),
        ("old", "pays 0.30"),
        ("new", "owes 1.30"),
        ("same", " now and then"),
    ]
