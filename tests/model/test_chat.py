"""Chats and their last message; reasoning is distinguished from the answer."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from arrays import Array
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import SampleError
from assay.model import (
    Message,
    Sample,
    Turn,
    split_reasoning,
)


def test_the_assistants_last_message_counts() -> None:
    sample = Sample(
        [  # type: ignore[arg-type]
            {"role": "user", "content": "q"},
            {"role": "assistant", "content": "first"},
            {"role": "tool", "content": "result"},
            {"role": "assistant", "content": "last"},
            {"role": "user", "content": "thanks"},
        ]
    )
    assert sample.text == "last"


@pytest.mark.parametrize(
    ("message", "text", "why"),
    [
        ({"content": "x"}, "x", "the role may be missing"),
        ({"role": None, "content": "x"}, "x", "or null, in a column of structs"),
        ({"content": None}, "", "a call of a tool has no content"),
        ({"role": "assistant", "tool_calls": [{"id": "1"}]}, "", "nor need it be named"),
        ({"role": "assistant", "name": "m"}, "", "nor where the model said nothing at all"),
        ({"refusal": "no"}, "", "a refusal stands beside the content"),
        ({"content": ["a", {"type": "text", "text": "b"}]}, "ab", "parts are joined"),
        ({"content": [{"type": "image_url", "image_url": {}}]}, "", "an image has no text"),
        ({"content": [{"type": "image", "text": None}]}, "", "nor has a struct with a gap"),
        ({"content": Array([{"text": "a"}])}, "a", "parts in an array"),
        ({"content": "x", "reasoning_content": "r"}, "<think>r</think>x", "a server's reasoning"),
        ({"content": "x", "reasoning": "r"}, "<think>r</think>x", "under its other name"),
        (
            {"content": "x", "reasoning_content": None, "reasoning": "r"},
            "<think>r</think>x",
            "a null does not hide it",
        ),
        (
            {"content": [{"type": "thinking", "thinking": "4"}, {"type": "text", "text": "5"}]},
            "<think>4</think>5",
            "a part of reasoning is not part of the answer",
        ),
        (
            {"content": [{"type": "reasoning", "text": "4"}, {"type": "text", "text": "5"}]},
            "<think>4</think>5",
            "also where its text stands under text",
        ),
    ],
)
def test_a_message(message: dict[str, Any], text: str, why: str) -> None:
    assert Sample([message]).text == text, why  # type: ignore[arg-type]
    assert Sample(message).text == text, why  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("message", "held", "why"),
    [
        ({"a": 1}, "a", "an object of somebody's own"),
        ({"text": "x"}, "text", "a completion of the older API"),
        ({"from": "gpt", "value": "x"}, "from, value", "a conversation of another format"),
        ({"role": "assistant", "text": "x"}, "role, text", "a role does not make it one"),
        ({}, "no keys", "nothing at all"),
    ],
)
def test_text_under_another_name_is_not_silence(
    message: dict[str, Any], held: str, why: str
) -> None:
    """Read as a message that says nothing, it would cost the model a 0 for the data's fault."""
    for completion in (message, [message]):
        with pytest.raises(SampleError) as caught:
            Sample(completion)  # type: ignore[arg-type]
        assert f"has no 'content', which a chat message needs; it has {held}\n" in str(caught.value)


def test_messages_and_turns_that_cannot_be_do_not_build() -> None:
    with pytest.raises(SampleError, match=r"message\.content is None; wanted text"):
        Message("assistant", None)  # type: ignore[arg-type]
    with pytest.raises(SampleError, match=r"message\.role is an int"):
        Message(1, "x")  # type: ignore[arg-type]
    with pytest.raises(SampleError, match=r"turn\.completion is an int"):
        Turn(5)  # type: ignore[arg-type]
    assert Turn([{"content": "x"}]).completion == (Message("assistant", "x"),)  # type: ignore[arg-type]


class Split(NamedTuple):
    text: str
    reasoning: str | None
    answer: str
    why: str


SPLITS = [
    Split("4", None, "4", "no block"),
    Split("a < b", None, "a < b", "a sign is not a tag"),
    Split("<think>a</think>b", "a", "b", "a block"),
    Split("a</think>b", "a", "b", "its opening tag stood in the prompt"),
    Split("<think>a", "a", "", "cut off while thinking"),
    Split("x <think>a", "a", "x ", "cut off, with a word before"),
    Split("x <think>a</think> y", "a", "x  y", "text on both sides is the answer"),
    Split("<think>a</think>b<think>c</think>d", "a</think>b<think>c", "d", "the last one closes"),
    Split("<think>a</think>b</think>c", "a</think>b", "c", "an answer cannot hide in between"),
    Split("<think></think>b<think>c", "c", "b", "a second block that is never closed"),
    Split("a</think>b<think>c", "ac", "b", "the same after a lone closing tag"),
    Split("<think></think>", "", "", "an empty block"),
    Split("</think><think>4", "4", "", "closing first opens nothing up"),
    Split("<THINK>a</Think>b", "a", "b", "tags in capitals"),
    Split("<thinking>a</thinking>b", "a", "b", "another name"),
    Split("<reasoning>a</reasoning>b", "a", "b", "a third name"),
    Split("<think >a", None, "<think >a", "no tag of ours"),
]


@pytest.mark.parametrize("case", SPLITS, ids=lambda c: c.why)
def test_reasoning_is_told_from_the_answer(case: Split) -> None:
    assert split_reasoning(case.text) == (case.reasoning, case.answer)
    sample = Sample(case.text)
    assert (sample.reasoning, sample.answer) == (case.reasoning, case.answer)


TAGS = st.lists(st.sampled_from(["<think>", "</think>", "a", "4", " "]), max_size=12).map("".join)


@given(TAGS)
def test_an_answer_holds_no_tag_and_nothing_is_invented(text: str) -> None:
    reasoning, answer = split_reasoning(text)
    assert "</think>" not in answer
    assert "<think>" not in answer
    letters = [c for c in text if c in "a4 "]
    plain = (reasoning or "").replace("<think>", "").replace("</think>", "")
    assert sorted(c for c in plain + answer if c in "a4 ") == sorted(letters)


def test_a_million_tags_take_no_time_that_grows_with_their_square() -> None:
    text = "<think>" * 200_000 + "</think>" * 200_000
    reasoning, answer = split_reasoning(text)
    assert answer == ""
    assert reasoning is not None
    assert len(reasoning) == len(text) - len("<think></think>")


@pytest.mark.parametrize("role", ["user", "system", "tool"])
def test_a_prompt_given_as_the_completion_is_refused(role: str) -> None:
    """It would be judged as if the model had written it, and a prompt may hold the answer."""
    with pytest.raises(SampleError, match=f"no message of the assistant's, only of: {role}"):
        Sample([{"role": role, "content": r"is it \boxed{42}?"}])


@pytest.mark.parametrize("role", ["assistant", "model", "gpt", "ai", "bot"])
def test_a_model_goes_by_many_names(role: str) -> None:
    chat = [{"role": "user", "content": "6*7?"}, {"role": role, "content": "42"}]
    assert Sample(chat).text == "42"
