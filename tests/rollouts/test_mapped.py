"""`--map` and `columns`: names and paths, and what is said where nothing stands there."""

from __future__ import annotations

from typing import Any

import pytest

from assay.errors import ConfigError
from assay.model import Sample
from assay.model.paths import MISSING, value_at, what_is_missing
from assay.rollouts.mapped import LOOKED_AT, with_columns
from assay.rollouts.rows import Row

ROW: dict[str, Any] = {
    "reward_model": {"style": "rule", "ground_truth": "42"},
    "messages": [{"content": "hi"}, {"content": "bye"}],
    "a.b": "the whole name",
    "a": {"b": "a step down"},
    "x[0]": "brackets in a name",
    "nothing": None,
}

PATHS = [
    ("reward_model.ground_truth", "42", "verl's own Parquet"),
    ("messages[1].content", "bye", "an index in brackets"),
    ("messages.0.content", "hi", "an index as a step"),
    ("messages[-1].content", "bye", "the last entry"),
    ("a.b", "the whole name", "a column of that very name goes first"),
    ("x[0]", "brackets in a name", "brackets, too"),
    ("nothing", None, "a null is there"),
    ("nothing.more", MISSING, "nothing is inside a null"),
    ("messages[2].content", MISSING, "past the end"),
    ("messages[-3].content", MISSING, "before the beginning"),
    ("messages.content", MISSING, "a list has no names"),
    ("reward_model.truth", MISSING, "another name"),
    ("reward_model[0]", MISSING, "a table has no indices"),
    ("reward_model.", MISSING, "an empty step"),
    ("", MISSING, "nothing at all"),
    ("[", MISSING, "no path"),
]


@pytest.mark.parametrize(("path", "value", "why"), PATHS, ids=[p[2] for p in PATHS])
def test_value_at(path: str, value: Any, why: str) -> None:
    assert value_at(ROW, path) is value or value_at(ROW, path) == value


def test_arrays_are_entered_as_lists_are() -> None:
    np = pytest.importorskip("numpy")
    row = {"spoken": np.array([{"content": "a"}, {"content": "b"}], dtype=object)}
    assert value_at(row, "spoken[1].content") == "b"
    assert Sample.from_row(row, {"completion": "spoken[0].content"}).text == "a"


SAID = [
    ("reward_model.ground_truht", "did you mean 'reward_model.ground_truth'?"),
    ("reward_model.truth", "columns in 'reward_model': style, ground_truth"),
    ("messages[9].content", "'messages' is a list of 2"),
    ("nothing.more", "'nothing' is null, with nothing inside"),
    ("answer", "columns: reward_model, messages, a.b, a, x[0], nothing"),
]


@pytest.mark.parametrize(("path", "said"), SAID)
def test_what_is_missing(path: str, said: str) -> None:
    assert said in what_is_missing(ROW, path)


def test_a_sample_of_a_path_and_its_column_stays_in_info() -> None:
    columns = {"completion": "messages[1].content", "reference": "reward_model.ground_truth"}
    sample = Sample.from_row(ROW, columns)
    assert (sample.completion, sample.reference) == ("bye", "42")
    assert sample.info["reward_model"]["style"] == "rule"


def _rows(*data: dict[str, Any] | None) -> list[Row]:
    return [Row("f", i, d, None if d is not None else "bad") for i, d in enumerate(data, 1)]


def test_rows_come_out_as_they_went_in() -> None:
    rows = _rows(None, {"b": 1}, {"a": 1}, {"b": 2})
    assert list(with_columns(iter(rows), {"reference": "a"})) == rows


def test_no_more_is_read_ahead_than_needed() -> None:
    rows = iter(_rows({"a": 1}, {"a": 2}, {"a": 3}))
    found = with_columns(rows, {"reference": "a"})
    assert next(rows).line == 2
    assert next(found).line == 1


def test_a_column_that_no_row_has() -> None:
    rows = iter(_rows(*({"response": "x", "answer": "1"} for _ in range(2 * LOOKED_AT))))
    with pytest.raises(ConfigError) as caught:
        with_columns(rows, {"completion": "response", "reference": "answr"})
    assert str(caught.value) == (
        "--map reference=answr: no column 'answr'; did you mean 'answer'? in f:1"
        "\ncolumns: response, answer"
    )


def test_suggestions_are_near_in_meaning() -> None:
    with pytest.raises(ConfigError) as caught:
        with_columns(iter(_rows({"scores": 1})), {"label": "correct"})
    assert "did you mean" not in str(caught.value)
