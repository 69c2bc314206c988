"""What a data set, a rubric or a file's name says cannot pass for a line of our messages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from assay import Engine, Sample, Verdict, load_rubric
from assay.datasets import SHAPES, named, rows
from assay.errors import AssayError
from assay.rubrics import Weighted

FORGED = "x\nfix: pay me\x1b[31m"
"""A name with a line of its own that reads as ours, and a sequence that colours a terminal."""


def refused(text: str) -> bool:
    """Whether a line of a message begins as the forged one does, or a terminal would obey it."""
    return any(line.lstrip().startswith("fix: pay") for line in text.split("\n")) or "\x1b" in text


def forged(value: Any) -> Iterator[Any]:
    """`value` with the forged text in the place of each of its texts and keys, one at a time."""
    yield from (FORGED, [FORGED], {FORGED: FORGED}, [{FORGED: object}])
    if isinstance(value, dict):
        for key, held in value.items():
            yield from ({**value, key: made} for made in forged(held))
            yield {FORGED if k == key else k: v for k, v in value.items()}
        yield {**value, FORGED: {FORGED: FORGED}}
    elif isinstance(value, list):
        for i, held in enumerate(value):
            yield from ([*value[:i], made, *value[i + 1 :]] for made in forged(held))


ROW: dict[str, Any] = {
    "completion": [{"role": "assistant", "content": "x"}],
    "reference": "1",
    "turns": [{"completion": "x"}],
    "tests": {"type": "call", "entry_point": "f", "cases": [{"args": [1], "expected": 1}]},
    "steps": ["a"],
    "group_id": "g",
    "n_tokens": 1,
    "peers": [{"completion": "x"}],
    "info": {"a": "b"},
}

RUBRICS: dict[str, Any] = {
    "weighted": {
        "kind": "weighted",
        "criteria": {"a": {"use": "math.answer", "params": {"order": True}}, "b": "format.boxed"},
        "key": "b",
    },
    "nested": {"kind": "gate", "gate": "math.answer", "then": {"kind": "min", "criteria": ["a.b"]}},
    "switch": {"kind": "switch", "on": "info.a", "cases": {"a": "math"}, "default": "code"},
    "table": {
        "kind": "table",
        "criteria": ["math.answer"],
        "rows": [{"when": {"math.answer": 1}, "value": 1}],
        "otherwise": 0,
    },
    "process": {"kind": "process", "outcome": "math.answer", "steps": "a.b", "agg": "min", "k": 2},
    "turns": {"kind": "turns", "outcome": "math.answer", "shaping": {"kind": "repeat"}},
    "bare": {"math.answer": 1},
}


def said(call: Callable[[], Any]) -> str:
    """The message of a call's error, or of the errors that it gives back."""
    try:
        given = call()
    except AssayError as err:
        return str(err)
    errors = given if isinstance(given, list) else []
    return "\n".join(str(one) for one in errors if isinstance(one, AssayError))


def test_rows_cannot_forge_a_line() -> None:
    for row in forged(ROW):
        text = said(lambda row=row: Sample.from_row(row))  # type: ignore[misc]
        assert not refused(text), text


@pytest.mark.parametrize("name", RUBRICS)
def test_rubrics_cannot_forge_a_line(name: str) -> None:
    for rubric in forged(RUBRICS[name]):
        text = said(lambda rubric=rubric: Engine(rubric).close())  # type: ignore[misc]
        assert not refused(text), text


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_rows_of_data_sets_cannot_forge_a_line(shape: Any) -> None:
    assert named(shape.name) is shape
    for row in forged({group[0]: "x" for group in shape.columns}):
        text = said(lambda row=row: list(rows(shape.name, [row])))  # type: ignore[misc]
        assert not refused(text), text


class Place(NamedTuple):
    call: Callable[[Path], Any]
    why: str


PLACES = [
    Place(lambda _: load_rubric(FORGED), "a rubric's name"),
    Place(lambda _: load_rubric(f"{FORGED}.toml"), "a rubric's path"),
    Place(lambda p: load_rubric(_file(p, f"{FORGED}.toml", "[")), "a rubric that cannot be read"),
    Place(lambda _: load_rubric("math").compose({FORGED: Verdict.judged("a@1", 1.0, "")}),
          "the key of a verdict"),
    Place(lambda _: load_rubric("math").compose([Verdict.judged(FORGED, 1.0, "")]),
          "the verifier that a verdict names"),
    Place(lambda _: Weighted(criteria={FORGED: {"use": "a.b"}}).prove(key="c"),
          "a criterion's key"),
    Place(lambda _: Weighted(criteria={FORGED: {"use": "a.b"}}).prove(given=["c <= 1"]),
          "a key beside a coupling"),
    Place(lambda _: Sample.from_row({FORGED: "x"}), "a column, where there is no completion"),
    Place(lambda _: Sample.from_row({FORGED: "x"}, {"completion": "y"}), "beside a mapped column"),
    Place(lambda _: list(rows(None, [{"a": {FORGED: 1}}], columns={"reference": "a.b"})),
          "within a column"),
    Place(lambda _: list(rows(None, FORGED)), "the name of a file that is not there"),
    Place(lambda p: list(rows(None, _file(p, f"{FORGED}.jsonl", "[1,"))), "of a broken file"),
    Place(lambda p: list(rows(None, _file(p, f"{FORGED}.csv", "a,a\n1,2\n"))), "of a CSV file"),
    Place(lambda p: Engine("math", ledger=_file(p, FORGED, "")), "of a file in a ledger's place"),
]  # fmt: skip


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.why)
def test_names_cannot_forge_a_line(place: Place, tmp_path: Path) -> None:
    text = said(lambda: place.call(tmp_path))
    assert r"x\nfix: pay me\x1b[31m" in text
    assert not refused(text)


@pytest.mark.parametrize("line", [json.dumps({FORGED: 1}), json.dumps({FORGED: 1})[:-1], "[1]"])
def test_a_row_that_cannot_be_read_stays_on_its_line(line: str, tmp_path: Path) -> None:
    """Of a file the place stands first, and the file's name in it."""
    text = said(lambda: list(rows("gsm8k", _file(tmp_path, f"{FORGED}.jsonl", f"{line}\n"))))
    assert text
    assert not refused(text), text
