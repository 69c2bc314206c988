"""`assay preflight`: what is wrong with a data set, before a run is paid for."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Annotated

import typer
from rich.table import Table

from assay.cli.console import plain, say_note, show, with_fix
from assay.cli.exits import FINDINGS
from assay.cli.options import (
    FailOn,
    FormatName,
    PluginFiles,
    RubricName,
    TimeoutS,
    Workers,
    in_format,
    make_engine,
    map_option,
    read_map,
)
from assay.cli.severity import at_least
from assay.engine.preflight import SOLUTIONS, PreflightRow, preflight
from assay.errors import RolloutsError, SampleError
from assay.model import SAMPLE_FIELDS
from assay.plugins.spec import SEVERITIES, PreflightFinding
from assay.printable import one_line
from assay.rollouts.mapped import with_columns
from assay.rollouts.rows import Row, read_rows
from assay.rollouts.sources import find_sources

MAP_EXAMPLE = "reference=answer"

SHOWN = 5
"""Findings of one kind that the table shows."""


def check(
    rows: Annotated[
        list[str],
        typer.Argument(
            metavar="ROWS",
            help="JSONL, JSON, CSV or Parquet files (also .gz), globs, or - for standard input. "
            "Completions in them are left out.",
            show_default=False,
        ),
    ],
    rubric: RubricName = "math",
    mapped: Annotated[list[str] | None, map_option(MAP_EXAMPLE)] = None,
    row_format: FormatName = None,
    solution: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="The reference solution; by default reference_solution, canonical_solution or "
            "solution, whichever is there.",
            show_default=False,
        ),
    ] = None,
    fail_on: FailOn = "error",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a finding.")] = False,
    workers: Workers = None,
    timeout: TimeoutS = 5.0,
    plugin: PluginFiles = None,
) -> None:
    """Find rows that cannot teach: unreadable references, unrewarded solutions, ties.

    Each row's reference solution is scored by the rubric as if a model had written it, and so is
    a completion that says nothing.
    """
    graves = at_least(fail_on)
    columns = read_map(mapped, MAP_EXAMPLE, SAMPLE_FIELDS)
    sources = find_sources(rows)
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], list[PreflightFinding]] = {}
    seen: Counter[str] = Counter()
    with (
        closing(read_rows(sources)) as as_they_are,
        make_engine(
            rubric, workers=workers, timeout_s=timeout, plugins=tuple(plugin or ())
        ) as made,
    ):
        named = columns if solution is None else {**columns, "solution": solution}
        named.pop("completion", None)  # preflight brings its own
        read = in_format(with_columns(as_they_are, named), row_format, named)
        prompts = _prompts(read, columns, solution, seen)
        for finding in preflight(made, prompts):
            kind = (finding.severity, finding.id)
            counts[kind] += 1
            if as_json:
                show(plain(json.dumps(finding.to_json(), ensure_ascii=True)), soft_wrap=True)
            elif len(examples.setdefault(kind, [])) < SHOWN:
                examples[kind].append(finding)
    if not seen["rows"]:
        raise RolloutsError(f"{', '.join(rows)}: no rows, so nothing was checked")
    if not as_json:
        _show(counts, examples)
        say_note(f"{seen['rows']:,} rows, {seen['solutions']:,} with a reference solution")
    if any(severity in graves for severity, _ in counts):
        raise typer.Exit(FINDINGS)


def _prompts(
    rows: Iterator[Row], columns: Mapping[str, str], solution: str | None, seen: Counter[str]
) -> Iterator[PreflightRow]:
    for row in rows:
        seen["rows"] += 1
        if row.data is None:
            bad = row.sample()
            yield PreflightRow(row.place, bad)
            continue
        prompt = _prompt(row, columns, solution)
        seen["solutions"] += prompt.solution is not None
        yield prompt


def _prompt(row: Row, columns: Mapping[str, str], solution: str | None) -> PreflightRow:
    from assay.datasets.reading import ShapedRow

    if not isinstance(row, ShapedRow):
        return PreflightRow.from_row(row.data or {}, row.place, columns, solution)
    keep = SOLUTIONS if solution is None else (solution,)
    try:
        data = row.translated(columns, keep)
    except SampleError as err:
        return PreflightRow(row.place, err)
    if solution is None:
        stated = data.get("info", {}).get("solution")
        if not any(data.get(name) for name in SOLUTIONS) and stated is not None:
            data["solution"] = stated
    return PreflightRow.from_row(data, row.place, {}, solution)


def _show(
    counts: Counter[tuple[str, str]], examples: Mapping[tuple[str, str], list[PreflightFinding]]
) -> None:
    if not counts:
        show(plain("no findings"))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("severity", "finding", "rows"):
        table.add_column(heading, no_wrap=True)
    for (severity, name), count in _ranked(counts):
        table.add_row(plain(severity), plain(name), f"{count:,}")
    show(table)
    for kind, _ in _ranked(counts):
        show(plain(f"\n{kind[1]}"))
        fixes: dict[str, None] = {}
        for finding in examples[kind]:
            what, fix = with_fix(finding.because)
            show(plain(f"  {one_line(finding.place)}: {what}"), soft_wrap=True)
            fixes[fix] = None
        for fix in filter(None, fixes):
            show(plain(f"  {fix}"), soft_wrap=True)


def _ranked(counts: Counter[tuple[str, str]]) -> list[tuple[tuple[str, str], int]]:
    """Gravest first, then commonest."""
    grave = [str(s) for s in SEVERITIES]
    return sorted(counts.items(), key=lambda c: (-grave.index(c[0][0]), -c[1], c[0][1]))
