"""A JSON file that holds one list, and CSV: rows with their places, and faults by name."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import NamedTuple

import pytest

from assay.errors import RolloutsError
from assay.rollouts.rows import Row, read_rows
from assay.rollouts.sources import find_sources


def read(path: Path) -> list[Row]:
    return list(read_rows(find_sources([str(path)])))


class Fault(NamedTuple):
    name: str
    text: str
    error: str
    why: str


FAULTS = [
    Fault("a.json", '[{"a": 1}, {"a": }]', ":2: not JSON: Expecting value", "the row is named"),
    Fault("a.json", '[{"a": 1} {"a": 2}]', ":1: not JSON: a comma", "rows are separated"),
    Fault("a.json", '[{"a": 1}, ', "does not end\nfix: the file is cut off", "cut off"),
    Fault("a.csv", "a,a\n1,2\n", "two columns are named 'a'", "which is meant cannot be known"),
    Fault(
        "a.csv", 'a\n"1\n', ":3: cannot be read further: unexpected end", "a quote is not closed"
    ),
]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_one_list_in_json_gives_its_rows(tmp_path: Path, packed: bool) -> None:
    text = b'\xef\xbb\xbf \n[{"a": 1},\n 3, [{"from": "human", "value": "?"}]]\n'
    path = tmp_path / ("a.json.gz" if packed else "a.json")
    path.write_bytes(gzip.compress(text) if packed else text)
    first, second, third = read(path)
    assert (first.line, first.data) == (1, {"a": 1})
    assert second.error == (
        "a row must be an object, got a number"
        '\nfix: each row is one JSON object, as {"completion": "...", "reference": "..."}'
    )
    assert third.data == {"conversations": [{"from": "human", "value": "?"}]}


def test_lines_under_the_name_json_are_read_as_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"a": 1}\n{"a": 2}\n')
    assert [row.data for row in read(path)] == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize(("name", "sign"), [("a.csv", ","), ("a.tsv", "\t")])
def test_cells_are_text_and_empty_ones_are_gaps(tmp_path: Path, name: str, sign: str) -> None:
    path = tmp_path / name
    path.write_text(f'problem{sign}answer\n"1\n+ 1"{sign}2\n\nx{sign}\nx\n')
    rows = read(path)
    assert [row.data for row in rows] == [
        {"problem": "1\n+ 1", "answer": "2"},
        {"problem": "x", "answer": None},
        None,
    ]
    assert [row.line for row in rows] == [3, 5, 6]
    assert rows[2].error == "1 cells; the header has 2 columns"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.why)
def test_a_fault_names_the_file_and_the_row(tmp_path: Path, fault: Fault) -> None:
    (tmp_path / fault.name).write_text(fault.text)
    with pytest.raises(RolloutsError) as caught:
        read(tmp_path / fault.name)
    assert fault.error in str(caught.value)


class Other(NamedTuple):
    name: str
    data: bytes
    says: str
    fix: str
    why: str


PRETTY = json.dumps([{"a": 1}], indent=1).encode()

OTHERS = [
    Other("a.jsonl", PRETTY, "is one list in JSON over several lines", ".json", "a list, pretty"),
    Other(
        "a", PRETTY, "is one list in JSON over several lines", "jq -c '.[]'", "without an ending"
    ),
    Other("a.json", PRETTY[3:-2], "has rows over several lines", "jq -c .", "one object, pretty"),
    Other("a.jsonl", '{"a": 1}\n'.encode("utf-16"), "is text in UTF-16", "iconv", "UTF-16"),
    Other("a.csv", "a\n1\n".encode("utf-16"), "is text in UTF-16", "iconv", "UTF-16 in a table"),
    Other("a.jsonl", gzip.compress(PRETTY), "is one list in JSON", ".json", "a list, packed"),
    Other(
        "a.parquet", b"<html>", "does not begin as a Parquet file does", "again", "an error page"
    ),
    Other("a.parquet", b"", "does not begin as a Parquet file does", "again", "an empty download"),
]


@pytest.mark.parametrize("case", OTHERS, ids=lambda c: c.why)
def test_a_file_that_is_something_else_is_one_error_not_a_bad_row_a_line(
    case: Other, tmp_path: Path
) -> None:
    path = tmp_path / case.name
    path.write_bytes(case.data)
    with pytest.raises(RolloutsError) as caught:
        list(read_rows(find_sources([str(path)])))
    said, _, fix = str(caught.value).partition("\nfix: ")
    assert said.startswith(f"{path}: ")
    assert case.says in said
    assert case.fix in fix


def test_a_row_that_begins_with_a_list_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('[1]\n{"a": 1}\n')
    assert [row.data for row in read_rows(find_sources([str(path)]))] == [None, {"a": 1}]
