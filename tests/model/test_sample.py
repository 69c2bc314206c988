"""What is a sample and what is none, and what it survives."""

from __future__ import annotations

import copy
import json
import math
import pickle
import sys
import threading
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from arrays import Array, Several
from hypothesis import given
from hypothesis import strategies as st
from json_values import jsons, texts

from assay.errors import SampleError
from assay.model import (
    Message,
    Sample,
    Turn,
)

NAN = float("nan")


class Refused(NamedTuple):
    fields: dict[str, Any]
    noted: str
    why: str


REFUSED = [
    Refused({"completion": 5}, "completion is an int; wanted text or chat", "a number is not text"),
    Refused({"completion": b"x"}, "completion is a bytes; wanted text", "bytes are not text"),
    Refused({"completion": []}, "completion is an empty list", "a chat without a message"),
    Refused({"completion": ["x"]}, "completion[0] is a str; wanted a chat", "texts are not a chat"),
    Refused(
        {"completion": [{"role": 1, "content": "x"}]},
        "completion[0].role is 1, must be text",
        "a role is text",
    ),
    Refused(
        {"completion": [{"content": 5}]},
        "completion[0].content is an int; wanted text or a list of parts",
        "content is text or parts",
    ),
    Refused(
        {"completion": [{"content": [{"type": "text", "text": {"value": "x"}}]}]},
        "completion[0].content[0].text is a dict; wanted text",
        "silently dropping a text would judge an empty completion",
    ),
    Refused({"completion": [{"content": [5]}]}, "content[0] is an int", "a part is a mapping"),
    Refused(
        {"completion": [{"content": "x", "reasoning_content": 1}]},
        "completion[0].reasoning_content is an int",
        "reasoning is text",
    ),
    Refused({"reference": {}}, "reference is a dict; wanted text, a number", "a dict"),
    Refused({"reference": []}, "reference is an empty list; wanted at least one", "no answer"),
    Refused({"reference": [["1"]]}, "reference[0] is a list", "nested answers"),
    Refused({"reference": True}, "reference is True; wanted text or a number, e.g. 'True'", "bool"),
    Refused({"reference": NAN}, "reference is nan; wanted a finite number", "not a number"),
    Refused({"reference": ["1", math.inf]}, "reference[1] is inf", "infinity in a list"),
    Refused({"reference": Fraction(1, 2)}, "reference is a Fraction", "exact types go as text"),
    Refused({"reference": Decimal("0.5")}, "reference is a Decimal", "exact types go as text, too"),
    Refused({"reference": Several()}, "reference is a Several that cannot be read", "an array"),
    Refused({"reference": Array({"a": 1})}, "reference is an Array", "an array of no answers"),
    Refused({"prompt": 5}, "prompt is an int", "a prompt is text or chat"),
    Refused({"steps": "a b"}, "steps is a str; wanted a list", "text is not a list of steps"),
    Refused({"steps": {"a": 1}}, "steps is a dict; wanted a list", "a dict is not a list"),
    Refused({"turns": "a"}, "turns is a str; wanted a list", "text is not a list of turns"),
    Refused({"turns": [{"feedback": "x"}]}, "turns[0] must be text or", "a turn has a completion"),
    Refused(
        {"turns": [{"completion": "x", "feedback": 1}]},
        "turns[0].feedback is an int; wanted text",
        "feedback is text",
    ),
    Refused({"n_tokens": -1}, "n_tokens is -1; wanted a whole number from 0 on", "a length"),
    Refused({"n_tokens": 1.5}, "n_tokens is 1.5; wanted a whole number", "no half tokens"),
    Refused({"n_tokens": NAN}, "n_tokens is nan", "not a number is not a length"),
    Refused({"n_tokens": math.inf}, "n_tokens is inf", "nor is infinity"),
    Refused({"n_tokens": True}, "n_tokens is True", "a truth value is not a length"),
    Refused({"n_tokens": "7"}, "n_tokens is '7'", "text is not a number"),
    Refused({"step": Several()}, "step is <", "an array that refuses to be an index"),
    Refused({"finish_reason": 1}, "finish_reason is an int; wanted text", "a reason is text"),
    Refused({"prompt_id": ["a"]}, "prompt_id is a list; wanted text or a number", "no id"),
    Refused({"info": [1]}, "info is a list; wanted a mapping", "info has names"),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda c: c.why)
def test_a_field_of_the_wrong_type_is_refused_by_name(case: Refused) -> None:
    with pytest.raises(SampleError) as raised:
        Sample(**{"completion": "x", **case.fields})
    assert case.noted in str(raised.value)
    assert len(str(raised.value)) < 300


class Taken(NamedTuple):
    fields: dict[str, Any]
    name: str
    value: Any
    why: str


TAKEN = [
    Taken({"reference": ["1", 2, 0.5]}, "reference", ("1", 2, 0.5), "any of a list"),
    Taken({"reference": Array(["1", "2"])}, "reference", ("1", "2"), "an array of answers"),
    Taken({"reference": Array(3)}, "reference", 3, "a scalar of numpy"),
    Taken({"reference": [Array(3)]}, "reference", (3,), "a scalar in a list"),
    Taken({"reference": 10**5000}, "reference", 10**5000, "a giant integer is an integer"),
    Taken({"n_tokens": 7.0}, "n_tokens", 7, "an integer column with gaps"),
    Taken({"group_id": 3}, "group_id", "3", "numbers as ids"),
    Taken({"group_id": 3.0}, "group_id", "3", "an id from a column with gaps"),
    Taken({"steps": Array(["a"])}, "steps", ("a",), "an array of steps"),
    Taken({"turns": Array(["a"])}, "turns", (Turn("a"),), "an array of turns"),
    Taken({"info": {"a": Array([1, [2]])}}, "info", {"a": (1, (2,))}, "arrays in info"),
    Taken({"tests": "{}"}, "tests", "{}", "tests as JSON text"),
    Taken({"label": [True]}, "label", (True,), "any JSON as label"),
]


@pytest.mark.parametrize("case", TAKEN, ids=lambda c: c.why)
def test_a_field_that_is_taken(case: Taken) -> None:
    value = getattr(Sample(**{"completion": "x", **case.fields}), case.name)
    assert value == case.value
    assert type(value) is type(case.value) or isinstance(value, dict)


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "\x1b[31m", "x" * 5_000_000])
def test_whatever_the_model_wrote_is_a_sample(text: str) -> None:
    sample = Sample(text)
    assert sample.text == text
    assert Sample.from_row(json.loads(json.dumps(sample.to_json()))) == sample
    assert pickle.loads(pickle.dumps(sample)) == sample


SAMPLE_WITHOUT_INFO = [
    "reference",
    "prompt",
    "tests",
    "steps",
    "turns",
    "n_tokens",
    "finish_reason",
    "step",
    "label",
    "prompt_id",
    "group_id",
]

messages = st.builds(Message, texts, texts, st.none() | texts)
chats = texts | st.lists(messages, min_size=1, max_size=3).map(tuple)
answers = texts | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
samples = st.builds(
    Sample,
    chats,
    reference=st.none() | answers | st.lists(answers, min_size=1, max_size=3),
    prompt=st.none() | chats,
    tests=st.none() | jsons,
    steps=st.none() | st.lists(jsons, max_size=3),
    turns=st.none() | st.lists(st.builds(Turn, chats, st.none() | texts), max_size=3),
    n_tokens=st.none() | st.integers(0, 10**6),
    finish_reason=st.none() | texts,
    step=st.none() | st.integers(0, 10**6),
    label=st.none() | jsons,
    prompt_id=st.none() | texts,
    group_id=st.none() | texts,
    info=st.dictionaries(texts, jsons, max_size=3),
)


@given(samples)
def test_a_sample_survives_json_pickle_and_copies(sample: Sample) -> None:
    plain = sample.to_json()
    assert Sample.from_row(plain) == sample
    wire = json.loads(json.dumps(plain))
    back = Sample.from_row(wire)
    assert back.to_json() == Sample.from_row(back.to_json()).to_json()
    for other in (back, pickle.loads(pickle.dumps(sample)), copy.deepcopy(sample)):
        assert other == sample
        assert hash(other) == hash(sample)


@given(samples, st.sets(st.sampled_from([*SAMPLE_WITHOUT_INFO, "info"])))
def test_only_shows_what_was_asked_for_and_no_more(sample: Sample, names: set[str]) -> None:
    seen = sample.only(frozenset(names))
    blank = Sample("x")
    assert seen.completion == sample.completion
    for name in [*SAMPLE_WITHOUT_INFO, "info"]:
        assert getattr(seen, name) == getattr(sample if name in names else blank, name)
    assert seen == Sample.from_row(seen.to_json())
    assert sample.only(frozenset([*SAMPLE_WITHOUT_INFO, "info"])) is sample


def test_types_tell_samples_apart_where_json_does() -> None:
    assert Sample("x", label=True).to_json() != Sample("x", label="True").to_json()
    assert Sample("x").at_step(3) == Sample("x", step=3)


@pytest.mark.parametrize(
    "thing",
    [open, len, print, object(), Sample, lambda: 1, threading.Lock(), {1, 2}, sys],
    ids=["open", "len", "print", "object", "class", "lambda", "lock", "set", "module"],
)
@pytest.mark.parametrize("where", ["tests", "info", "label", "steps"])
def test_what_is_no_data_is_refused_by_its_field(thing: Any, where: str) -> None:
    """`tests=open` is a slip of the editor; it was taken, and failed in every worker."""
    given: Any = {"tests": thing, "info": {"a": thing}, "label": [thing], "steps": [thing]}[where]
    with pytest.raises(SampleError) as raised:
        Sample("x", **{where: given})
    first, fix = str(raised.value).splitlines()
    assert first.startswith(where)
    name = type(thing).__name__
    assert first.endswith((f"is a {name}; use JSON values", f"is an {name}; use JSON values"))
    assert fix == "fix: text, numbers, true, false, null, and lists and dicts of them"
