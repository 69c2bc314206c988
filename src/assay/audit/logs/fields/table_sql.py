"""The queries that make rows of a table's columns, whose types say what stands in them.

A row becomes JSON, as the lines of other logs are; but the figures of receipts, which are most of
it, go beside it as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

from assay.audit.logs.fields.sql import CHARS, FIGURES, PROMPT, WORDS, literal
from assay.audit.logs.layout import Layout, Path


class Documents(NamedTuple):
    """How a table's columns become rows."""

    query: str
    """From columns ``c0``, ``c1``, ... to rows as JSON, and what stands beside them."""
    beside: list[str]
    """Of `CHARS` and `PROMPT`, what it gives."""
    direct: list[str]
    """The columns that are not part of a row."""
    receipts: dict[Path, str]
    """SQL of what stands in `FIGURES` and `WORDS` instead of in the row."""


def document_query(columns: Mapping[str, pa.DataType], layout: Layout) -> Documents:
    """From columns ``c0``, ``c1``, ... of a table to rows as JSON, and what stands beside them.

    Args:
        columns: Column of the table -> its type, in the order of ``c0``, ``c1``, ...
        layout: Where the fields stand.
    """
    direct: dict[str, str] = {}
    for field_name, beside in (("completion", CHARS), ("prompt", PROMPT)):
        places = layout.places(field_name)
        if len(places) == 1 and len(places[0]) == 1 and _is_text(columns.get(places[0][0])):
            direct[places[0][0]] = beside
    pairs: list[str] = []
    more: list[str] = []
    lists: dict[str, list[str]] = {FIGURES: [], WORDS: []}
    receipts: dict[Path, str] = {}
    for j, (column, kind) in enumerate(columns.items()):
        if column in direct:
            sql = f"length(c{j})" if direct[column] == CHARS else f"nullif(c{j}, '')"
            more.append(f"{sql} AS {direct[column]}")
        elif _stands_beside(column, kind, layout):
            for path, held, sql in _figures(f"c{j}", column, kind):
                lists[held].append(sql)
                receipts[path] = f"{held}[{len(lists[held])}]"
            names = json.dumps({kind.field(i).name: {} for i in range(kind.num_fields)})
            there = f"CASE WHEN c{j} IS NOT NULL THEN {literal(names)}::JSON END"
            pairs += [literal(column), there]
        elif column != "-":
            pairs += [literal(column), _as_json(f"c{j}", column, kind, layout)]
    doc = f"json_object({', '.join(pairs)})" if pairs else "'{}'"
    more += [f"[{', '.join(held)}] AS {name}" for name, held in lists.items() if held]
    wanted = ", ".join(["i", f"{doc}::VARCHAR AS doc", *more])
    query = f"SELECT {wanted} FROM batch"  # noqa: S608
    return Documents(query, list(direct.values()), list(direct), receipts)


RECEIPT = {
    "terms": ("weight", "score", "contribution", "status", "verdict_score"),
    "verdicts": ("status", "score"),
}
"""What is read of each criterion's entry, where a table holds these columns as structs."""


def leaves(column: str, types: Mapping[str, pa.DataType]) -> list[str]:
    """The paths of a table's column that are read: all of it, or what `RECEIPT` says of it."""
    kind = types[column]
    if column not in RECEIPT or not pa.types.is_struct(kind) or _receipt("", column, kind) is None:
        return [column]
    entries = [kind.field(i) for i in range(kind.num_fields)]
    return [
        f"{column}.{entry.name}.{name}"
        for entry in entries
        for name in RECEIPT[column]
        if entry.type.get_field_index(name) >= 0
    ]


def keys_of_table(
    columns: Mapping[str, pa.DataType], beside: Sequence[str], layout: Layout
) -> list[list[str] | None] | None:
    """What `keys_query` would find in every row, where the table's types tell it; else None."""
    if len(layout.scores) > 1 or {"terms", layout.scores[0]} <= set(columns):
        return None
    found: list[list[str] | None] = [[name for name in columns if name not in beside]]
    for container in ("terms", "verdicts", layout.scores[0]):
        kind = columns.get(container)
        if kind is not None and not pa.types.is_struct(kind):
            return None
        fields = None if kind is None else [kind.field(i).name for i in range(kind.num_fields)]
        found.append(fields)
    return found


def _stands_beside(title: str, kind: pa.DataType, layout: Layout) -> bool:
    """Whether a column holds receipts whose every leaf that is read is a figure or a word.

    Not where a path of the user's own leads into it: that may end at more than a leaf.
    """
    if title not in RECEIPT or not pa.types.is_struct(kind) or _receipt("", title, kind) is None:
        return False
    named = [*layout.fields.values(), *layout.chosen.values(), *layout.paths.values()]
    if any(path[:1] == (title,) for places in named for path in places):
        return False
    kinds = [
        entry.type.field(name).type
        for entry in (kind.field(i) for i in range(kind.num_fields))
        for name in RECEIPT[title]
        if entry.type.get_field_index(name) >= 0
    ]
    return all(_is_figure(k) or _is_text(k) for k in kinds)


def _figures(column: str, title: str, kind: pa.DataType) -> Iterator[tuple[Path, str, str]]:
    """Path of each leaf that is read, the list that it goes into, and SQL of it there."""
    for entry in (kind.field(i) for i in range(kind.num_fields)):
        for name in RECEIPT[title]:
            if entry.type.get_field_index(name) < 0:
                continue
            leaf = f"struct_extract(struct_extract({column}, {literal(entry.name)}), '{name}')"
            path = (title, entry.name, name)
            if _is_text(entry.type.field(name).type):
                yield path, WORDS, f"to_json({leaf})::VARCHAR"
            else:
                yield path, FIGURES, f"{leaf}::DOUBLE"


def _is_figure(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind)
    )


def _receipt(column: str, title: str, kind: pa.DataType) -> str | None:
    """SQL of the JSON of such a struct; None where its names cannot be distinguished in SQL."""
    entries = [kind.field(i) for i in range(kind.num_fields)]
    names = [entry.name.lower() for entry in entries]
    if len(set(names)) < len(names) or not all(pa.types.is_struct(e.type) for e in entries):
        return None
    pairs = []
    for entry in entries:
        there = [name for name in RECEIPT[title] if entry.type.get_field_index(name) >= 0]
        if not there:
            return None
        inner = f"struct_extract({column}, {literal(entry.name)})"
        values = [f"'{name}', struct_extract({inner}, '{name}')" for name in there]
        pairs.append(f"{literal(entry.name)}, json_object({', '.join(values)})")
    return f"CASE WHEN {column} IS NOT NULL THEN json_object({', '.join(pairs)}) END"


def _is_text(kind: pa.DataType | None) -> bool:
    return kind is not None and (pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _as_json(column: str, title: str, kind: pa.DataType, layout: Layout) -> str:
    containers = {"terms", "verdicts", "info", "turns_reward", layout.scores[0]}
    containers |= {"label"} if layout.noted else set()
    if title in containers and _is_text(kind):  # JSON in a column of text
        return f"CASE WHEN json_valid({column}) THEN {column}::JSON ELSE to_json({column}) END"
    if title == "terms" and pa.types.is_list(kind) and pa.types.is_struct(kind.value_type):
        inner = kind.value_type
        wanted = ("weight", "score", "contribution", "status", "verdict_score")
        there = [f for f in wanted if inner.get_field_index(f) >= 0]
        if inner.get_field_index("key") >= 0:
            entry = ", ".join(f"'{f}': t.{f}" for f in there)
            return (
                f"map_from_entries(list_transform({column}, "
                f"lambda t: {{'k': t.key, 'v': {{{entry}}}}}))"
            )
    if title in RECEIPT and pa.types.is_struct(kind):
        noted = _receipt(column, title, kind)
        if noted is not None:
            return noted
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return "NULL"
    if pa.types.is_decimal(kind):
        return f"{column}::DOUBLE"
    return column
