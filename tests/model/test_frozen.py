"""Nothing in a sample, a verdict or a reward can be changed."""

from __future__ import annotations

import enum
from typing import Any

import pytest
from arrays import Array

from assay.errors import SampleError
from assay.model import (
    EMPTY,
    FrozenDict,
    Reward,
    Sample,
    Verdict,
    freeze,
)


class Colour(enum.StrEnum):
    RED = "red"


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
    ("value", "noted"),
    [
        ({1, 2}, "info.a is a set; use JSON values"),
        ({1: 2}, "info.a has the key 1; keys must be text"),
        ([{"b": bytearray()}], "info.a[0].b is a bytearray; use JSON values"),
    ],
)
def test_what_can_change_and_is_no_json_is_refused_with_its_place(value: Any, noted: str) -> None:
    with pytest.raises(SampleError) as raised:
        Sample("x", info={"a": value})
    assert str(raised.value).partition("\n")[0] == noted


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


def test_every_default_is_shared_and_empty() -> None:
    assert Sample("x").info is EMPTY
    assert Verdict.judged("a.b@1", 1.0, "x").details is EMPTY
    assert Reward(None, "invalid").terms is EMPTY
    assert EMPTY == {}
