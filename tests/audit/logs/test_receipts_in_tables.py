"""Receipts in a table's own types are read as the same receipts in lines of JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from plain_log import same, write_rows

from assay.audit.frame import Frame
from assay.audit.logs import read_log
from assay.audit.logs.fields import table_sql
from assay.audit.logs.layout import Layout

TERM = pa.struct(
    [("weight", pa.float64()), ("score", pa.float64()), ("contribution", pa.float64())]
)
VERDICT = pa.struct([("status", pa.string()), ("score", pa.float32()), ("because", pa.string())])


def entry(score: Any, status: str | None = "judged") -> tuple[Any, Any]:
    paid = None if score is None else 0.5 * score
    term = {"weight": 0.5, "score": score, "contribution": paid}
    return term, {"status": status, "score": score if status == "judged" else None, "because": "x"}


def rows() -> list[dict[str, Any]]:
    found = []
    for i, (a, b) in enumerate(
        [
            (entry(1.0), entry(0.5)),
            (entry(0.0), entry(None, "undecided")),
            (entry(0.25, "crashed"), entry(1.0)),
            (entry(None, None), entry(0.0)),
        ]
    ):
        row: dict[str, Any] = {"prompt_id": f"p{i // 2}", "completion": "c", "reward": 0.25 * i}
        row["terms"] = None if i == 3 else {"a": a[0], "it's.b": b[0]}
        row["verdicts"] = {"a": a[1], "it's.b": b[1]}
        found.append(row)
    return found


def table_of(data: list[dict[str, Any]], term: pa.DataType = TERM) -> pa.Table:
    schema = pa.schema(
        [
            ("prompt_id", pa.string()),
            ("completion", pa.string()),
            ("reward", pa.float64()),
            ("terms", pa.struct([("a", term), ("it's.b", term)])),
            ("verdicts", pa.struct([("a", VERDICT), ("it's.b", VERDICT)])),
        ]
    )
    return pa.Table.from_pylist(data, schema)


def alike(one: Frame, other: Frame) -> None:
    assert one.criteria == other.criteria
    assert one.weights == other.weights
    for name in ("reward", "scores", "contributions", "statuses", "group", "length"):
        same(getattr(one, name), getattr(other, name))


def test_a_table_says_what_lines_say(tmp_path: Path) -> None:
    pq.write_table(table_of(rows()), tmp_path / "log.parquet")
    with (
        read_log(write_rows(tmp_path / "log.jsonl", rows())) as lines,
        read_log(tmp_path / "log.parquet") as table,
    ):
        alike(table.frame, lines.frame)
        assert table.problems == lines.problems == ()
        same(table.frame.score("it's.b"), [0.5, np.nan, 1.0, 0.0])


def test_numbers_of_any_type_and_those_that_are_none(tmp_path: Path) -> None:
    """Integers and bools are numbers; NaN is none, and is reported."""
    term = pa.struct([("weight", pa.int8()), ("score", pa.bool_()), ("contribution", pa.float32())])
    data = rows()[:2]
    for row, paid in zip(data, (1.0, float("nan")), strict=True):
        row["terms"] = {
            "a": {"weight": 1, "score": True, "contribution": paid},
            "it's.b": {"weight": 2, "score": False, "contribution": 0.0},
        }
        row["verdicts"]["it's.b"] = entry(0.0)[1]
    pq.write_table(table_of(data, term), tmp_path / "log.parquet")
    with read_log(tmp_path / "log.parquet") as log:
        same(log.frame.score("a"), [1.0, 1.0])
        same(log.frame.contributions[:, 0], [1.0, np.nan])
        assert log.frame.weights == {"a": 1.0, "it's.b": 2.0}
        (problem,) = log.problems
        assert "contribution of 'a'" in problem.what


def test_a_path_that_the_user_names_leads_into_them(tmp_path: Path) -> None:
    """Also one that ends at an entry, whose score is then meant."""
    columns = {"scores.mine": "verdicts.a", "label": "terms.a.score"}
    data = rows()[:2]
    pq.write_table(table_of(data), tmp_path / "short.parquet")
    with read_log(tmp_path / "short.parquet", columns=columns) as log:
        assert log.frame.criteria == ("mine",)
        same(log.frame.score("mine"), [1.0, 0.0])
        same(log.frame.label, [1.0, 0.0])


@pytest.mark.parametrize(
    ("paths", "direct"), [({}, True), ({"scores.x": "terms.a.score"}, False)], ids=["none", "one"]
)
def test_figures_go_round_the_json(paths: dict[str, str], direct: bool) -> None:
    """What is read is the same: this is the way that takes half of the time."""
    types = {f.name: f.type for f in table_of(rows()).schema}
    made = table_sql.document_query(types, Layout({}).mapped(paths))
    assert (("terms", "a", "score") in made.receipts) is direct
    assert ("verdicts", "it's.b", "status") in made.receipts
    assert json.dumps({"a": {}, "it's.b": {}}).replace("'", "''") in made.query
