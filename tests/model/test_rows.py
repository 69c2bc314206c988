"""Rows of others become samples."""

from __future__ import annotations

import json
from collections import namedtuple
from typing import Any

import pytest

from assay.errors import SampleError, VerdictError
from assay.model import (
    Message,
    Sample,
    unit_score,
)

from .test_sample import SAMPLE_WITHOUT_INFO

NAN = float("nan")


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
        "no 'completion' in the row; it has completions\n"
        "fix: name the column that holds the model's text: --map completion=completions, "
        "in Python Sample.from_row(row, {'completion': 'completions'})"
    )
    with pytest.raises(SampleError, match=r"it has prompt_id, response, answer\n.*=response"):
        Sample.from_row({"prompt_id": 1, "response": "x", "answer": "y"})
    with pytest.raises(SampleError, match=r"it has id, said\n.*=COLUMN"):
        Sample.from_row({"id": 1, "said": "x"})
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
