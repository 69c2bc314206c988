"""Samples, verdicts and rewards: what builds, what does not, and what survives a trip."""

from __future__ import annotations

import copy
import enum
import json
import math
import pickle
from collections import namedtuple
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import SampleError, VerdictError
from assay.model import (
    DETAILS_BYTES,
    EMPTY,
    TEXT_CHARS,
    FrozenDict,
    Message,
    Part,
    Reward,
    Sample,
    Status,
    Term,
    Turn,
    Verdict,
    freeze,
    split_reasoning,
    unit_score,
)

NAN = float("nan")


class Colour(enum.StrEnum):
    RED = "red"


class Array:
    """Stands for an array of numpy, pandas or torch: `tolist`, and little else."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def tolist(self) -> Any:
        return self.value


class Several:
    """An array of several, asked for its one value."""

    def item(self) -> Any:
        raise ValueError("can only convert an array of size 1")

    def __index__(self) -> int:
        raise TypeError("only integer scalar arrays can be converted to a scalar index")


# -- freezing --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda s: setattr(s, "completion", "y"),
        lambda s: s.info.__setitem__("a", 1),
        lambda s: s.info.update(a=1),
        lambda s: s.info.pop("a"),
        lambda s: s.info.setdefault("b", 1),
        lambda s: s.info.clear(),
        lambda s: s.info["a"].append(1),
        lambda s: s.info["a"][0].__setitem__("b", 1),
        lambda s: s.tests["cases"][0].__delitem__("args"),
        lambda s: s.steps[0].update(x=1),
        lambda s: setattr(s.completion[0], "content", "y"),
        lambda s: setattr(s.turns[0], "feedback", "y"),
    ],
)
def test_nothing_in_a_sample_can_be_changed(change: Any) -> None:
    sample = Sample(
        [{"role": "assistant", "content": "x"}],  # type: ignore[arg-type]
        tests={"cases": [{"args": [1]}]},
        steps=[{"text": "a"}],  # type: ignore[arg-type]
        turns=["x"],  # type: ignore[arg-type]
        info={"a": [{"b": []}]},
    )
    before = hash(sample)
    with pytest.raises((AttributeError, TypeError)):
        change(sample)
    assert hash(sample) == before


def test_a_sample_does_not_see_later_changes_of_what_it_was_made_of() -> None:
    info = {"a": [1]}
    tests = {"cases": [{"args": [1]}]}
    sample = Sample("x", info=info, tests=tests)
    info["a"].append(2)
    tests["cases"].clear()
    assert sample.info == {"a": (1,)}
    assert len(sample.tests["cases"]) == 1


def test_in_place_union_is_refused() -> None:
    mapping = FrozenDict(a=1)
    with pytest.raises(TypeError, match="frozen"):
        mapping |= {"b": 2}
    assert mapping | {"b": 2} == {"a": 1, "b": 2}


def test_a_frozen_dict_handed_in_is_frozen_deeply() -> None:
    inner: list[int] = []
    sample = Sample("x", info=FrozenDict(a=inner))
    inner.append(1)
    assert sample.info == {"a": ()}
    hash(sample)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({1, 2}, "info.a is a set; use JSON values"),
        ({1: 2}, "info.a has the key 1; keys must be text"),
        ([{"b": bytearray()}], "info.a[0].b is a bytearray; use JSON values"),
    ],
)
def test_what_can_change_and_is_no_json_is_refused_with_its_place(value: Any, told: str) -> None:
    with pytest.raises(SampleError) as raised:
        Sample("x", info={"a": value})
    assert str(raised.value) == told


def test_endless_nesting_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(SampleError, match="nested deeper than 200 levels"):
        freeze(endless)
    looped = Array(None)
    looped.value = [looped]
    with pytest.raises(SampleError, match="nested deeper than 200 levels"):
        freeze(looped)


def test_subclasses_of_json_types_become_the_types_themselves() -> None:
    class Odd(float):
        pass

    sample = Sample(Colour.RED, reference=Odd(0.5), info={"c": Colour.RED, Colour.RED: Odd(1)})
    assert type(sample.completion) is str
    assert type(sample.reference) is float
    assert [type(v) for v in sample.info.values()] == [str, float]
    assert all(type(k) is str for k in sample.info)
    assert freeze(True) is True


# -- fields ----------------------------------------------------------------------------------


class Refused(NamedTuple):
    fields: dict[str, Any]
    told: str
    why: str


REFUSED = [
    Refused({"completion": 5}, "completion is a int; wanted text or chat", "a number is no text"),
    Refused({"completion": b"x"}, "completion is a bytes; wanted text", "bytes are no text"),
    Refused({"completion": []}, "completion is an empty list", "a chat without a message"),
    Refused({"completion": ["x"]}, "completion[0] is a str; wanted a chat", "texts are no chat"),
    Refused(
        {"completion": [{"role": 1, "content": "x"}]},
        "completion[0].role is 1, must be text",
        "a role is text",
    ),
    Refused(
        {"completion": [{"content": 5}]},
        "completion[0].content is a int; wanted text or a list of parts",
        "content is text or parts",
    ),
    Refused(
        {"completion": [{"content": [{"type": "text", "text": {"value": "x"}}]}]},
        "completion[0].content[0].text is a dict; wanted text",
        "silently dropping a text would judge an empty completion",
    ),
    Refused({"completion": [{"content": [5]}]}, "content[0] is a int", "a part is a mapping"),
    Refused(
        {"completion": [{"content": "x", "reasoning_content": 1}]},
        "completion[0].reasoning_content is a int",
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
    Refused({"reference": Array({"a": 1})}, "reference is a Array", "an array of no answers"),
    Refused({"prompt": 5}, "prompt is a int", "a prompt is text or chat"),
    Refused({"steps": "a b"}, "steps is a str; wanted a list", "text is no list of steps"),
    Refused({"steps": {"a": 1}}, "steps is a dict; wanted a list", "a dict is no list"),
    Refused({"turns": "a"}, "turns is a str; wanted a list", "text is no list of turns"),
    Refused({"turns": [{"feedback": "x"}]}, "turns[0] must be text or", "a turn has a completion"),
    Refused(
        {"turns": [{"completion": "x", "feedback": 1}]},
        "turns[0].feedback is a int; wanted text",
        "feedback is text",
    ),
    Refused({"n_tokens": -1}, "n_tokens is -1; wanted a whole number from 0 on", "a length"),
    Refused({"n_tokens": 1.5}, "n_tokens is 1.5; wanted a whole number", "no half tokens"),
    Refused({"n_tokens": NAN}, "n_tokens is nan", "not a number is no length"),
    Refused({"n_tokens": math.inf}, "n_tokens is inf", "nor is infinity"),
    Refused({"n_tokens": True}, "n_tokens is True", "a truth value is no length"),
    Refused({"n_tokens": "7"}, "n_tokens is '7'", "text is no number"),
    Refused({"step": Several()}, "step is <", "an array that refuses to be an index"),
    Refused({"finish_reason": 1}, "finish_reason is a int; wanted text", "a reason is text"),
    Refused({"prompt_id": ["a"]}, "prompt_id is a list; wanted text or a number", "no id"),
    Refused({"info": [1]}, "info is a list; wanted a mapping", "info has names"),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda c: c.why)
def test_a_field_of_the_wrong_type_is_refused_by_name(case: Refused) -> None:
    with pytest.raises(SampleError) as raised:
        Sample(**{"completion": "x", **case.fields})
    assert case.told in str(raised.value)
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


# -- chats -----------------------------------------------------------------------------------


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
        ({}, "", "nor need it be named"),
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
            "a part of reasoning is no part of the answer",
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


def test_messages_and_turns_that_cannot_be_do_not_build() -> None:
    with pytest.raises(SampleError, match=r"message\.content is a NoneType; wanted text"):
        Message("assistant", None)  # type: ignore[arg-type]
    with pytest.raises(SampleError, match=r"message\.role is a int"):
        Message(1, "x")  # type: ignore[arg-type]
    with pytest.raises(SampleError, match=r"turn\.completion is a int"):
        Turn(5)  # type: ignore[arg-type]
    assert Turn([{"content": "x"}]).completion == (Message("assistant", "x"),)  # type: ignore[arg-type]


# -- reasoning -------------------------------------------------------------------------------


class Split(NamedTuple):
    text: str
    reasoning: str | None
    answer: str
    why: str


SPLITS = [
    Split("4", None, "4", "no block"),
    Split("a < b", None, "a < b", "a sign is no tag"),
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


# -- rows ------------------------------------------------------------------------------------


def test_unknown_columns_land_in_info() -> None:
    sample = Sample.from_row({"completion": "x", "source": "web", "info": {"unit": "m"}})
    assert sample.info == {"unit": "m", "source": "web"}


def test_a_column_counts_above_an_entry_of_info_in_any_order() -> None:
    a = Sample.from_row({"completion": "x", "unit": "m", "info": {"unit": "km"}})
    b = Sample.from_row({"info": {"unit": "km"}, "unit": "m", "completion": "x"})
    assert a.info == b.info == {"unit": "m"}


@pytest.mark.parametrize(
    ("info", "seen"), [(None, {}), ("text", {"info": "text"}), ([1], {"info": (1,)})]
)
def test_an_info_column_that_is_no_mapping(info: Any, seen: Any) -> None:
    assert Sample.from_row({"completion": "x", "info": info}).info == seen
    assert Sample.from_row({"completion": "x", "info": info, "b": 1}).info == {**seen, "b": 1}


def test_columns_are_mapped() -> None:
    row = {"response": "x", "completion": "old", "gold": "1", "both": "b"}
    columns = {"completion": "response", "reference": "gold", "prompt": "both", "label": "both"}
    sample = Sample.from_row(row, columns)
    assert (sample.completion, sample.reference) == ("x", "1")
    assert sample.prompt == sample.label == "b"
    assert sample.info == {"completion": "old"}


@pytest.mark.parametrize("gap", [None, NAN], ids=["null", "nan"])
def test_a_gap_is_a_field_that_is_not_given(gap: Any) -> None:
    names = ["prompt", "tests", "steps", "turns", "n_tokens", "finish_reason", "step", "label"]
    row = dict.fromkeys([*names, "prompt_id", "group_id"], gap)
    assert Sample.from_row({"completion": "x", **row}) == Sample("x")


def test_a_row_that_is_none() -> None:
    with pytest.raises(SampleError, match="a row must be an object, got list"):
        Sample.from_row([])  # type: ignore[arg-type]
    with pytest.raises(SampleError, match=r"^'completion' is null in the row"):
        Sample.from_row({"completion": None})
    with pytest.raises(SampleError) as raised:
        Sample.from_row({"completions": "x"})
    assert str(raised.value) == (
        "no 'completion' in the row; did you mean 'completions'?\n"
        "fix: name the column that holds the model's text, e.g. --map completion=response"
    )
    with pytest.raises(SampleError, match="no field 'answer' to map a column to"):
        Sample.from_row({"completion": "x"}, {"answer": "x"})
    with pytest.raises(SampleError, match="info has the key 1; keys must be text"):
        Sample.from_row({"completion": "x", 1: 2})  # type: ignore[dict-item]


def test_a_named_tuple_is_a_row() -> None:
    row = namedtuple("row", ["completion", "reference"])("x", "1")
    assert Sample.from_row(row) == Sample("x", reference="1")  # type: ignore[arg-type]


@pytest.mark.optional
def test_rows_of_arrow() -> None:
    pa = pytest.importorskip("pyarrow")
    rows = [
        {"completion": [{"role": "assistant", "content": "x"}], "reference": ["1"], "n_tokens": 3},
        {"completion": [{"role": None, "content": "y"}], "reference": ["2"], "n_tokens": None},
    ]
    array = pa.array(rows)
    samples = [Sample.from_row(row) for row in array]
    assert samples == [Sample.from_row(row) for row in rows]
    assert samples[1] == Sample((Message("assistant", "y"),), reference=("2",))


@pytest.mark.optional
def test_rows_of_numpy_and_pandas() -> None:
    np = pytest.importorskip("numpy")
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {
            "completion": ["x", "y"],
            "reference": [np.array(["1", "2"]), np.array(["3"])],
            "n_tokens": [3, None],
            "group_id": pd.array([1, None], dtype="Int64"),
            "finish_reason": ["stop", None],
            "score": [0.5, 0.25],
        }
    )
    wanted = [
        Sample("x", reference=("1", "2"), n_tokens=3, group_id="1", finish_reason="stop"),
        Sample("y", reference=("3",)),
    ]
    for rows in (frame.to_dict("records"), [row for _, row in frame.iterrows()]):
        samples = [Sample.from_row(row) for row in rows]
        for sample, want, score in zip(samples, wanted, (0.5, 0.25), strict=True):
            assert sample.only(frozenset(SAMPLE_WITHOUT_INFO)) == want
            assert sample.info == {"score": score}
            assert type(sample.info["score"]) is float
            json.dumps(sample.to_json(), allow_nan=False)
    assert Sample("x", reference=np.float64(0.5)).reference == 0.5
    assert Sample("x", reference=np.int32(5)).reference == 5
    assert Sample("x", n_tokens=np.int64(5)).n_tokens == 5
    assert Sample(np.str_("x")) == Sample("x")
    with pytest.raises(SampleError, match="n_tokens is"):
        Sample("x", n_tokens=np.bool_(True))
    with pytest.raises(SampleError, match="n_tokens is"):
        Sample("x", n_tokens=np.array([1, 2]))
    assert unit_score(np.float32(0.5), "x") == 0.5
    assert unit_score(np.bool_(True), "x") == 1.0
    with pytest.raises(VerdictError, match="score is a ndarray, must be a number"):
        unit_score(np.array([0.5, 0.5]), "x")


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


# -- laws of samples -------------------------------------------------------------------------

texts = st.text(max_size=20)
jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
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


# -- verdicts --------------------------------------------------------------------------------

V = "a.b@1"


@pytest.mark.parametrize(
    ("score", "value"),
    [(0, 0.0), (1, 1.0), (True, 1.0), (0.5, 0.5), (Fraction(1, 2), 0.5), (Decimal("0.25"), 0.25)],
)
def test_a_score_is_a_float(score: Any, value: float) -> None:
    verdict = Verdict.judged(V, score, "x")
    assert verdict.score == value
    assert type(verdict.score) is float


@pytest.mark.parametrize(
    "score",
    [
        NAN,
        math.inf,
        -math.inf,
        -0.1,
        1.0000000001,
        2,
        10**5000,
        "1",
        "nan",
        None,
        [],
        Several(),
        1j,
    ],
    ids=lambda s: str(s)[:12] if not isinstance(s, int) else str(s % 10**9),
)
def test_a_score_that_cannot_be_is_no_verdict_and_is_never_clipped(score: Any) -> None:
    with pytest.raises(VerdictError) as raised:
        Verdict.judged(V, score, "x")
    assert V in str(raised.value)
    assert len(str(raised.value)) < 200
    if score is not None:
        with pytest.raises(VerdictError):
            Part("a", score)


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.JUDGED])
def test_only_what_is_judged_has_a_score(status: Status) -> None:
    assert Verdict(V, status, None, "x").score is None
    assert Verdict(V, str(status), None, "x").status is status  # type: ignore[arg-type]
    with pytest.raises(VerdictError, match=f"a.b@1: status {status} does not go with score 0"):
        Verdict(V, status, 0.0, "x")
    with pytest.raises(VerdictError, match="status judged does not go with score None"):
        Verdict(V, Status.JUDGED, None, "x")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"verifier": 5}, "a verdict's verifier is 5; wanted its name"),
        ({"status": "fine"}, "a.b@1: status 'fine' is none of judged, undecided,"),
        ({"status": []}, "a.b@1: status [] is none of"),
        ({"because": None}, "a.b@1: because is a NoneType; wanted text"),
        ({"feedback": 5}, "a.b@1: feedback is a int; wanted text"),
        ({"parts": ["a"]}, "a.b@1: a part is a str; wanted a Part"),
        ({"parts": 5}, "a.b@1: parts is a int; wanted a list"),
        ({"details": [1]}, "details is a list; wanted a mapping"),
        ({"details": {"a": NAN}}, "details: 'a' is nan, which is no JSON"),
        ({"details": {"a": {"b": [math.inf]}}}, "details: 'b' is inf, which is no JSON"),
        ({"details": {"a": {1}}}, "details.a is a set; use JSON values"),
        ({"details": {"a": b"x"}}, "details: 'a' is b'x', which is no JSON"),
        ({"details": {"a": Decimal(1)}}, "details: 'a' is Decimal('1'), which is no JSON"),
        ({"details": {"a": 10**5000}}, "details: 'a' is an integer of 16610 bits"),
        ({"details": {1: 1}}, "details has the key 1; keys must be text"),
        ({"seconds": NAN}, "seconds is nan"),
    ],
)
def test_a_verdict_that_cannot_be(fields: dict[str, Any], told: str) -> None:
    given = {"verifier": V, "status": Status.JUDGED, "score": 1.0, "because": "x", **fields}
    if "seconds" in fields:
        with pytest.raises(VerdictError) as raised:
            Verdict.from_json({**given, "status": "judged"})
    else:
        with pytest.raises(VerdictError) as raised:
            Verdict(**given)
    assert told in str(raised.value)


@pytest.mark.parametrize("span", [(1,), (2, 1), (-1, 1), ("a", "b"), 5, (0.5, 1)])
def test_a_span_that_cannot_be(span: Any) -> None:
    with pytest.raises(VerdictError, match=r"span is .* must be"):
        Part("a", 1.0, span)


def test_evidence_is_capped() -> None:
    long = "x" * 100_000
    verdict = Verdict.judged(V, 1.0, long, feedback=long, parts=[Part(long)])
    assert verdict.feedback is not None
    for text in (verdict.because, verdict.feedback, verdict.parts[0].label):
        assert len(text) == TEXT_CHARS + 3
        assert text.endswith("...")


@given(
    st.dictionaries(
        st.text(max_size=5).flatmap(lambda t: st.sampled_from([t, t * 2000])),
        st.integers(0, 30_000).map("x".__mul__) | st.integers(),
        max_size=40,
    )
)
def test_details_are_capped_and_say_so(details: dict[str, Any]) -> None:
    verdict = Verdict.judged(V, 1.0, "x", details=details)
    assert len(json.dumps(verdict.details)) <= DETAILS_BYTES
    if verdict.details != details:
        assert verdict.details["dropped_bytes"] > DETAILS_BYTES


def test_seconds_are_no_part_of_equality() -> None:
    a = Verdict(V, Status.JUDGED, 1.0, "x", seconds=1.0)
    b = Verdict(V, Status.JUDGED, 1.0, "x", seconds=2.0)
    assert a == b
    assert hash(a) == hash(b)


units = st.floats(0.0, 1.0)
parts = st.builds(
    Part,
    texts,
    st.none() | units,
    st.none() | st.tuples(st.integers(0, 9), st.integers(9, 20)),
    st.dictionaries(texts, jsons, max_size=2).filter(lambda d: "inf" not in json.dumps(d).lower()),
)
finite = st.dictionaries(texts, jsons, max_size=3).filter(lambda d: "Infinity" not in json.dumps(d))
verdicts = st.one_of(
    st.builds(
        Verdict,
        st.just(V),
        st.just(Status.JUDGED),
        units,
        texts,
        st.lists(parts, max_size=3).map(tuple),
        st.none() | texts,
        finite,
        units,
    ),
    st.builds(
        Verdict,
        st.just(V),
        st.sampled_from([s for s in Status if s is not Status.JUDGED]),
        st.none(),
        texts,
        details=finite,
    ),
)


@given(verdicts)
def test_a_verdict_survives_json_pickle_and_copies(verdict: Verdict) -> None:
    wire = json.dumps(verdict.to_json(), allow_nan=False)
    back = Verdict.from_json(json.loads(wire))
    for other in (back, pickle.loads(pickle.dumps(verdict)), copy.deepcopy(verdict)):
        assert other == verdict
        assert hash(other) == hash(verdict)
    assert back.seconds == pytest.approx(verdict.seconds, abs=1e-6)


@given(
    jsons
    | st.fixed_dictionaries(
        {},
        optional={
            "verifier": st.just(V) | jsons,
            "status": st.sampled_from([*map(str, Status)]) | jsons,
            "score": units | jsons,
            "because": jsons,
            "parts": st.lists(jsons | st.just({"label": "a", "span": [1]}), max_size=2) | jsons,
            "feedback": jsons,
            "details": jsons,
            "seconds": jsons,
        },
    )
)
def test_a_strangers_json_is_a_verdict_or_a_verdict_error(value: Any) -> None:
    try:
        verdict = Verdict.from_json(value)
    except VerdictError:
        return
    assert Verdict.from_json(json.loads(json.dumps(verdict.to_json(), allow_nan=False))) == verdict


# -- rewards ---------------------------------------------------------------------------------


def reward(
    value: float | None = 0.95, status: Any = "scored", because: str = "2/4 vs 1/2"
) -> Reward:
    verdict = Verdict.judged("math.answer@1", 1.0, because)
    terms = {"math.answer": Term("math.answer@1", 0.95, 1.0, value)}
    return Reward(value, status, terms, {"math.answer": verdict}, signature="ab12")


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (None, "scored"),
        (1.0, "unscored"),
        (1.0, "invalid"),
        (NAN, "scored"),
        (math.inf, "scored"),
        (1.0, "fine"),
        (None, "fine"),
    ],
)
def test_a_reward_that_cannot_be_does_not_build(value: Any, status: Any) -> None:
    with pytest.raises(ValueError, match="reward"):
        Reward(value, status)


def test_a_reward_is_frozen_and_travels() -> None:
    one = reward()
    for change in (
        lambda: setattr(one, "value", 0.0),
        lambda: one.terms.__setitem__("x", 1),  # type: ignore[index]
        lambda: one.verdicts.clear(),  # type: ignore[attr-defined]
    ):
        with pytest.raises((AttributeError, TypeError)):
            change()
    for other in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one)):
        assert other == one
        assert hash(other) == hash(one)
    assert json.loads(json.dumps(one.to_json()))["reward"] == 0.95


def test_a_completion_cannot_forge_a_line_of_the_receipt() -> None:
    told = reward(because="wrong\nreward         1.0   \x1b[2K").explain()
    assert told.splitlines() == [
        r"math.answer@1  0.95 x 1.0 = 0.95  wrong\nreward         1.0   \x1b[2K",
        "reward         0.95               signature ab12",
    ]
    error = Reward(None, "invalid", error="a\nreward 1").explain()
    assert error.splitlines() == ["reward  none (invalid)", r"                        a\nreward 1"]


def test_every_default_is_shared_and_empty() -> None:
    assert Sample("x").info is EMPTY
    assert Verdict.judged(V, 1.0, "x").details is EMPTY
    assert Reward(None, "invalid").terms is EMPTY
    assert EMPTY == {}
