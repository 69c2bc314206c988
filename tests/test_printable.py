"""Text of a stranger on a terminal: what is shown as an escape, and what stays."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.printable import one_line, printable


@pytest.mark.parametrize(
    ("text", "shown", "why"),
    [
        ("plain text, ünïcode, 中文, 🎉", "plain text, ünïcode, 中文, 🎉", "text stays"),
        ("a\tb\nc", "a\tb\nc", "tabs and newlines stay"),
        ("a\x1b[31mb", r"a\x1b[31mb", "ANSI colours"),
        ("a\x1b]0;title\x07", r"a\x1b]0;title\x07", "the window's title"),
        ("a\x9b31m", r"a\x9b31m", "the one-byte form of ESC ["),
        ("99%\r100%", r"99%\r100%", "a return overwrites the line"),
        ("a\x08b\x7f", r"a\x08b\x7f", "backspace and delete"),
        ("a\0b", r"a\x00b", "NUL"),
        ("a\u202eb", r"a\u202eb", "right to left"),
        ("a\u2066b\u2069", r"a\u2066b\u2069", "isolates"),
        ("a\u200bb\ufeff", r"a\u200bb\ufeff", "zero width"),
        ("a\u2028b\u2029c", r"a\u2028b\u2029c", "line separators"),
        ("a\U000e0041", r"a\U000e0041", "invisible tags"),
        ("a\ud800b", r"a\ud800b", "half a surrogate pair"),
        ("[bold]", "[bold]", "markup is for whoever prints it to escape"),
    ],
)
def test_printable(text: str, shown: str, why: str) -> None:
    assert printable(text) == shown, why


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abc..."),
        ("abcdefg", 3, "..."),
        ("abcdefg", 1, "."),
        ("abcdefg", 0, ""),
        ("\x1b" * 9, 4, r"\x1b..."),
    ],
)
def test_the_limit_counts_characters_before_they_are_escaped(
    text: str, limit: int, shown: str
) -> None:
    assert printable(text, limit) == shown


ANY = st.text(st.characters(exclude_categories=()))


@given(ANY)
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    shown = printable(text)
    shown.encode("utf-8")  # a lone surrogate would raise
    assert all(c in "\t\n" or unicodedata.category(c) != "Cc" for c in shown)
    assert not any(
        unicodedata.bidirectional(c)
        in ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI")
        for c in shown
    )
    assert printable(shown) == shown


@given(ANY, st.none() | st.integers(0, 20))
def test_one_line_is_one_line(text: str, limit: int | None) -> None:
    shown = one_line(text, limit)
    assert len(shown.splitlines()) <= 1
    assert "\t" not in shown
