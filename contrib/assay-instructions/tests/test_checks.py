"""Each kind of instruction, followed and not."""

from typing import Any

import pytest
from assay import ReferenceUnreadable, Sample

from assay_instructions.checks import CHECKS, BadInstruction
from assay_instructions.follows import Follows

ROWS: list[tuple[str, dict[str, Any], str, str]] = [
    ("keywords:existence", {"keywords": ["red", "blue sky"]}, "A red, Blue Sky.", "A redder sky."),
    ("keywords:frequency", {"keyword": "fog", "frequency": 2, "relation": "at least"},
     "fog and Fog", "fog and foggy"),
    ("keywords:frequency", {"keyword": "fog", "frequency": 2, "relation": "less than"},
     "fog", "fog fog"),
    ("keywords:forbidden_words", {"forbidden_words": ["bad"]}, "a badge", "so Bad!"),
    ("keywords:letter_frequency", {"letter": "q", "let_frequency": 2, "let_relation": "at least"},
     "Q and q", "one q"),
    ("language:response_language", {"language": "de"}, "Das ist nicht der Weg und ich",
     "This is not the way and it is"),
    ("language:response_language", {"language": "hi"}, "यह एक वाक्य है", "yah ek vaakya hai"),
    ("language:response_language", {"language": "zh"}, "这是一句话", "これは文です"),
    ("length_constraints:number_sentences", {"num_sentences": 3, "relation": "less than"},
     "One. Two at 3.5!", "One. Two. Three?"),
    ("length_constraints:number_words", {"num_words": 3, "relation": "at least"},
     "three whole words", "two words"),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "a\n***\nb", "a\n\nb"),
    ("length_constraints:nth_paragraph_first_word",
     {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "so"}, "a b\n\nSo it is", "so\n\na"),
    ("detectable_content:number_placeholders", {"num_placeholders": 2}, "[name] at [place]",
     "[name]"),
    ("detectable_content:postscript", {"postscript_marker": "P.P.S"}, "Hello\nP.P.S. more",
     "Hello\nP.S. more"),
    ("detectable_format:number_bullet_lists", {"num_bullets": 2}, "* a\n- b", "* a\n* b\n* c"),
    ("detectable_format:constrained_response", {}, "My answer is maybe.", "Maybe."),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 2}, "*a* and **b**",
     "*a* and b"),
    ("detectable_format:multiple_sections", {"section_spliter": "Part", "num_sections": 2},
     "Part 1\na\nPart 2\nb", "Part 1"),
    ("detectable_format:json_format", {}, '```json\n{"a": 1}\n```', '{"a": 1'),
    ("detectable_format:title", {}, "<<A title>>\ntext", "<< >> text"),
    ("combination:two_responses", {}, "one\n******\ntwo", "one\n******\none"),
    ("combination:repeat_prompt", {"prompt_to_repeat": "Say it."}, "Say it. Well: it.", "Say it."),
    ("startend:end_checker", {"end_phrase": "The end."}, "So: the end.", "The end. No."),
    ("startend:quotation", {}, '"all of it"', '"some" of it'),
    ("change_case:capital_word_frequency", {"capital_frequency": 2, "capital_relation": "at least"},
     "TWO BIG words", "ONE Big word"),
    ("change_case:english_capital", {}, "ALL OF IT.", "Not all."),
    ("change_case:english_lowercase", {}, "all of it.", "Not all."),
    ("punctuation:no_comma", {}, "no mark", "one, mark"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given", "good", "bad"), ROWS, ids=[row[0] for row in ROWS])
def test_followed_and_not(name: str, given: dict[str, Any], good: str, bad: str) -> None:
    assert CHECKS[name](good, given)
    assert not CHECKS[name](bad, given)


def test_all_25_kinds_are_there() -> None:
    assert {name for name, *_ in ROWS} <= set(CHECKS)
    assert len({name for name, *_ in ROWS}) == 25


def sample(text: str, names: list[str], given: list[dict[str, Any]] | None = None) -> Sample:
    info: dict[str, Any] = {"instruction_id_list": names}
    return Sample(text, info=info if given is None else {**info, "kwargs": given})


def test_an_empty_response_follows_nothing() -> None:
    names = ["punctuation:no_comma", "keywords:forbidden_words"]
    verdict = Follows().verify(sample("", names, [{}, {"forbidden_words": ["x"]}]))
    assert verdict.score == 0.0
    assert [part.score for part in verdict.parts] == [0.0, 0.0]


@pytest.mark.parametrize(
    "row",
    [
        sample("x", []),
        sample("x", ["no:such"]),
        sample("x", ["keywords:existence"]),
        sample("x", ["punctuation:no_comma"], []),
        sample("x", ["language:response_language"], [{"language": "tlh"}]),
    ],
)
def test_a_row_that_nobody_can_follow_is_invalid(row: Sample) -> None:
    with pytest.raises(ReferenceUnreadable):
        Follows().verify(row)


def test_a_bad_argument_is_named() -> None:
    with pytest.raises(BadInstruction, match="num_words is 'many'"):
        CHECKS["length_constraints:number_words"]("x", {"num_words": "many"})
