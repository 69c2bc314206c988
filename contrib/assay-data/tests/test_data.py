"""What is true of these verifiers alone."""

import pytest
from assay import Sample

from assay_data.answers import same
from assay_data.params import SqlParams, ToolCallParams
from assay_data.plugin import CALLS, SETUP
from assay_data.sql import Sql
from assay_data.tool_calls import ToolCalls


def sql(query: str, reference: str = "SELECT a FROM t", **params: object) -> float | None:
    sample = Sample(query, reference=reference, info={"schema_sql": SETUP})
    return Sql(SqlParams.model_validate(params)).verify(sample).score


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM t",
        "DROP TABLE t",
        "ATTACH DATABASE '/tmp/x.db' AS x",
        "PRAGMA writable_schema = 1",
        "SELECT load_extension('x')",
        "INSERT INTO t VALUES (4, 'z')",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
        "SELECT randomblob(900000000)",
        "SELECT a FROM t; SELECT a FROM t",
        "VACUUM INTO '/tmp/assay-data.db'",
    ],
)
def test_a_query_can_only_read_and_only_so_much(attack: str) -> None:
    assert sql(attack) == 0.0
    assert sql("SELECT a FROM t") == 1.0


def test_rows_have_no_order_unless_it_is_asked_for() -> None:
    assert sql("SELECT a FROM t ORDER BY a DESC") == 1.0
    assert sql("SELECT a FROM t ORDER BY a DESC", "SELECT a FROM t ORDER BY a", ordered=True) == 0.0
    assert sql("SELECT DISTINCT b FROM t", "SELECT b FROM t") == 0.0, "how often counts"


def calls(text: str, reference: str, **params: object) -> float | None:
    return (
        ToolCalls(ToolCallParams.model_validate(params))
        .verify(Sample(text, reference=reference))
        .score
    )


def test_order_counts_of_calls_unless_not() -> None:
    two = '[{"name": "a", "arguments": {}}, {"name": "b", "arguments": {}}]'
    turned = '[{"name": "b", "arguments": {}}, {"name": "a", "arguments": {}}]'
    assert calls(turned, two) == 0.5
    assert calls(turned, two, ordered=False) == 1.0
    assert calls(turned, two, all=True) == 0.0
    assert calls(CALLS.replace("2", "2.1"), CALLS) == 0.0
    assert calls(CALLS.replace("2", "2.1"), CALLS, tolerance=0.1) == 1.0


def test_values_of_json() -> None:
    assert same({"a": [1, 2.0]}, {"a": [1.0, 2]})
    assert not same(True, 1)
    assert not same("1", 1)
    assert not same([1, 2], [2, 1])
