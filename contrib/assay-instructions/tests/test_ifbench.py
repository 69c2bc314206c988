"""Each kind of IFBench's that is here, followed and not."""

from typing import Any

import pytest
from assay import ReferenceUnreadable, Sample

from assay_instructions.checks import CHECKS
from assay_instructions.follows import Follows

TEN = "level radar civic rotor kayak madam refer stats tenet solos"

ROWS: list[tuple[str, dict[str, Any], str, str]] = [
    ("count:word_count_range", {"min_words": 2, "max_words": 3}, "two words", "one"),
    ("count:unique_word_count", {"N": 3}, "so it is", "so so SO it"),
    ("ratio:stop_words", {"percentage": 50}, "the red fox", "it is the fox"),
    ("ratio:sentence_type", {}, "It is. It was. Is it?", "It is. Is it?"),
    ("count:conjunctions", {"small_n": 2}, "this and that, but no", "and and and"),
    ("count:numbers", {"N": 2}, "from 3 to 1,000.5.", "3 and 4 and v5 and 6"),
    ("count:pronouns", {"N": 2}, "She told him.", "The man told nobody."),
    ("count:punctuation", {}, "a, b; c: d. e! f? g?!", "a, b; c: d. e! f?"),
    ("words:alphabet", {}, "yes zebras always buy", "yes zebras buy"),
    ("words:consonants", {}, "strong winds blast", "strong area"),
    ("words:palindrome", {}, TEN, TEN.replace("solos", "level")),
    ("words:prime_lengths", {}, "we see seven", "we look"),
    ("words:repeats", {"small_n": 2}, "so it is so", "so So so"),
    ("words:no_consecutive", {}, "big cats bark", "big bad cats"),
    ("words:last_first", {}, "I see you. You see me.", "I see you. He sees me."),
    ("words:paragraph_last_first", {}, "Rain is rain.\n\nSun, more sun.", "Rain is sun."),
    ("sentence:keyword", {"word": "fog", "N": 2}, "Sun. Then fog.", "Fog. Then sun."),
    ("sentence:increment", {"small_n": 1}, "Two words. Now three words.", "Two words. Two words."),
    ("ratio:sentence_words", {}, "Red cat. Big dog. Old men.", "Red cat. Big cat. Old men."),
    ("format:parentheses", {}, "a (b [c {d (e [f])}])", "((((a))))"),
    ("format:options", {"options": "yes/no/maybe"}, "Maybe.", "maybe not"),
    ("format:newline", {}, "one\nword\neach", "one word\neach"),
    ("format:emoji", {}, "It is so. \U0001f600 Is it? \U0001f680", "It is. So \U0001f600 it was."),
    ("format:line_indent", {}, "a\n b\n  c", "a\n b\n b"),
    ("format:list", {"sep": "!?!?"}, "!?!? one\n!?!? two", "- one\n!?!? two\n!?!? three"),
    ("format:title_case", {}, "The Rise of the Sun", "The rise of the Sun"),
    ("format:no_whitespace", {}, "alltogether", "all together"),
]


@pytest.mark.parametrize(("name", "given", "good", "bad"), ROWS, ids=[row[0] for row in ROWS])
def test_followed_and_not(name: str, given: dict[str, Any], good: str, bad: str) -> None:
    assert CHECKS[name](good, given)
    assert not CHECKS[name](bad, given)
    assert not CHECKS[name]("", given)


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("count:word_count_range", {"min_words": 5, "max_words": 3}, "lies above"),
        ("sentence:keyword", {"word": "fog", "N": 0}, "from 1"),
        ("format:options", {"options": 3}, "must be text or a list"),
        ("format:options", {"options": "yes"}, "fewer than two"),
        ("count:numbers", {}, "must be a whole number"),
    ],
)
def test_what_nobody_can_follow_makes_the_row_invalid(
    name: str, given: dict[str, Any], said: str
) -> None:
    sample = Sample("some words", info={"instruction_id_list": [name], "kwargs": [given]})
    with pytest.raises(ReferenceUnreadable, match=said):
        Follows().verify(sample)


def test_there_are_25_and_27() -> None:
    assert len(ROWS) == len({name for name, *_ in ROWS}) == 27
    assert len(CHECKS) == 25 + 27
