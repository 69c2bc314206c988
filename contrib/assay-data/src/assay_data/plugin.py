"""What the entry point names."""

from collections.abc import Iterable

from assay import Example, VerifierSpec, hookimpl

from assay_data.params import SqlParams, ToolCallParams

SCHEMA = {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}}
CALLS = '[{"name": "weather", "arguments": {"city": "Oslo", "days": 2}}]'
SETUP = "CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, 'y');"


@hookimpl
def assay_verifiers() -> Iterable[VerifierSpec]:
    """Each by name; its module is imported where it judges."""
    yield VerifierSpec(
        name="data.json_schema@1",
        summary="Whether the answer is JSON that info.schema (JSON Schema) allows.",
        target="assay_data.schema:JsonSchema",
        cost="worker",  # a schema's patterns are Python's, and may be slow on what they meet
        needs=("info.schema",),
        levels=(0.0, 1.0),
        tools=("jsonschema",),
        examples=(
            Example.full('```json\n{"city": "Oslo"}\n```', info={"schema": SCHEMA}),
            Example.zero('{"city": 5}', info={"schema": SCHEMA}),
            Example.malformed("{}", info={"schema": {"type": "objekt"}}),
        ),
    )
    yield VerifierSpec(
        name="data.tool_calls@1",
        summary="Share of the reference's tool calls that the answer makes.",
        target="assay_data.tool_calls:ToolCalls",
        cost="worker",
        needs=("reference",),
        params=ToolCallParams,
        examples=(
            Example.full(f"<tool_call>{CALLS[1:-1]}</tool_call>", reference=CALLS),
            Example.full(
                '{"function": {"name": "weather", "arguments": "{\\"days\\": 2.0, \\"city\\": '
                '\\"Oslo\\"}"}}',
                reference=CALLS,
            ),
            Example.zero('{"name": "weather", "arguments": {"city": "Bergen"}}', reference=CALLS),
            Example.scores(0.5, f"<json>{CALLS}</json><json>{CALLS}</json>", reference=CALLS),
            Example.malformed(CALLS, reference="call the weather"),
        ),
    )
    yield VerifierSpec(
        name="data.sql@1",
        summary="Whether a query gives the rows of the reference query; SQLite, read-only.",
        target="assay_data.sql:Sql",
        cost="worker",
        needs=("reference", "info.schema_sql"),
        levels=(0.0, 1.0),
        params=SqlParams,
        examples=(
            Example.full(
                "```sql\nSELECT b, count(*) FROM t GROUP BY 1 ORDER BY 2\n```",
                reference="SELECT b, count(a) FROM t GROUP BY b",
                info={"schema_sql": SETUP},
            ),
            Example.zero(
                "SELECT 'y', 2",
                reference="SELECT b, count(a) FROM t GROUP BY b",
                info={"schema_sql": SETUP},
            ),
            Example.malformed(
                "SELECT 1", reference="SELECT nothing FROM t", info={"schema_sql": SETUP}
            ),
        ),
    )
