"""`assay probe`: what a rubric pays for completions that are wrong by construction."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from assay.cli.console import plain, plain_line, say_note, say_warning, show, stdout
from assay.cli.exits import FINDINGS
from assay.cli.options import (
    FailOn,
    FormatName,
    PluginFiles,
    TimeoutS,
    Workers,
    in_format,
    make_engine,
    map_option,
    read_map,
)
from assay.cli.severity import at_least
from assay.errors import ConfigError, RolloutsError, SampleError
from assay.model import SAMPLE_FIELDS
from assay.rollouts.mapped import with_columns
from assay.rollouts.rows import read_rows
from assay.rollouts.sources import find_sources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from assay.engine.engine import Engine
    from assay.findings import Finding
    from assay.model import Sample
    from assay.plugins.host import Host
    from assay.probes.board import Board, ProbeResult, Score

MAP_EXAMPLE = "reference=answer"

READ = 2
"""Responses of a finding that are shown."""

READABLE = 8
"""Findings whose responses are shown; the others, further down, are one line each."""

FORM = 26
"""Characters of a form's name."""

FORM_LEAST = 10
"""What a narrow terminal leaves of it."""

SHARE = 6
"""Width of a criterion's figure, and what a narrow terminal leaves of its name."""

GAP = 2
"""Between columns."""

TEXT = 240
"""Characters of a response that are shown: the end, where the answer stands, counts more."""

ROWS = 100_000
"""Rows that are read at most: the prompts are drawn from these."""

PAID = "probe.paid"

UNITS = {
    "share": "reward / median of the correct",
    "place": "0: what wrong answers earn, 1: the median of the correct",
    "range": "1 + (reward - median of the correct) / range of the rubric",
}


def probe(
    rubric: Annotated[
        str | None,
        typer.Argument(
            help="A preset's name, or a TOML or JSON file.", metavar="RUBRIC", show_default=False
        ),
    ] = None,
    rows: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROLLOUTS",
            help="Your own samples: JSONL, JSON, CSV or Parquet files (also .gz), globs. "
            "By default some that come with Assay.",
            show_default=False,
        ),
    ] = None,
    n: Annotated[int, typer.Option("--n", "-n", min=1, help="Prompts that are attacked.")] = 20,
    seed: Annotated[int, typer.Option(help="Of the draw of prompts, and of what probes draw.")] = 0,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="PROBE", help="A probe or a family; repeat.", show_default=False),
    ] = None,
    mapped: Annotated[list[str] | None, map_option(MAP_EXAMPLE)] = None,
    row_format: FormatName = None,
    fail_on: FailOn = "error",
    as_json: Annotated[bool, typer.Option("--json", help="The board as one JSON object.")] = False,
    workers: Workers = None,
    timeout: TimeoutS = 5.0,
    plugin: PluginFiles = None,
    list_probes: Annotated[
        bool, typer.Option("--list", help="Only list the probes, and what each claims.")
    ] = False,
) -> None:
    """Attack a rubric: what does it pay for completions that are known to be wrong?

    A board without findings says that these probes failed on these prompts, and nothing more.
    """
    from assay.plugins.host import Host
    from assay.probes.findings import findings
    from assay.probes.run import probe as run

    graves = at_least(fail_on)
    if list_probes:
        _list(Host(plugins=tuple(plugin or ())), as_json)
        return
    if rubric is None:
        raise ConfigError("give the rubric to attack: assay probe RUBRIC; --list shows the probes")
    # no cache: that a completion is paid the same twice is one of the things to find out
    with make_engine(
        rubric, workers=workers, timeout_s=timeout, plugins=tuple(plugin or ()), cache_size=0
    ) as engine:
        samples, noted = _samples(engine, rows or [], mapped or [], row_format)
        board = run(engine, samples, n=n, seed=seed, probes=only or (), restyle=not rows)
    found = findings(board)
    if as_json:
        out = {
            "rubric": rubric,
            "samples": noted,
            "findings": [_finding_json(f) for f in found],
            **board.to_json(),
        }
        show(plain(json.dumps(out, ensure_ascii=True)), soft_wrap=True)
    else:
        _show(rubric, noted, board, found)
    if any(f.severity in graves for f in found):
        raise typer.Exit(FINDINGS)


def _samples(
    engine: Engine, rows: list[str], mapped: list[str], row_format: str | None
) -> tuple[list[Sample], str]:
    """The samples, and what they are, in words."""
    from assay.datasets.reading import task
    from assay.probes.bundled import SETS, bundled, fitting

    columns = read_map(mapped, MAP_EXAMPLE, SAMPLE_FIELDS)
    if not rows:
        if mapped:
            raise ConfigError("--map needs --rows")
        if row_format is not None:
            raise ConfigError("--format needs --rows")
        name = fitting(engine.rubric)
        return bundled(name), f"bundled: {SETS[name]}"
    samples: list[Sample] = []
    bad: list[str] = []
    with closing(read_rows(find_sources(rows))) as read:
        for row in in_format(with_columns(read, columns), row_format, columns):
            sample = task(row, columns)
            if isinstance(sample, SampleError):
                bad.append(f"{row.place}: {str(sample).partition(chr(10))[0]}")
                continue
            samples.append(sample)
            if len(samples) >= ROWS:
                say_note(f"only the first {ROWS:,} rows are read")
                break
    if bad:
        say_warning(f"{len(bad):,} rows are malformed and left out; the first: {bad[0]}")
    if not samples:
        raise RolloutsError(f"{', '.join(rows)}: no rows to attack the rubric with")
    return samples, f"{len(samples):,} rows"


# -- showing ------------------------------------------------------------------------------------


def _show(rubric: str, noted: str, board: Board, found: Sequence[Finding]) -> None:
    show(
        plain(f"{rubric} on {board.prompts} prompt{'' if board.prompts == 1 else 's'} ({noted})"),
        soft_wrap=True,
    )
    _show_answers(board)
    for claim, title in (
        ("wrong", "wrong by construction: what they are paid"),
        ("neutral", "neutral: what a trick adds, or what there is to know"),
        ("honest", "honest: how much of the key criterion's score another style keeps"),
    ):
        lines = [line for line in board.lines if line.spec.claim == claim]
        if lines:
            show(plain(f"\n{title}"))
            _show_lines(board, lines, claim)
    show(plain(f"\nof correct: {UNITS[board.scale.unit]}; interval 95%, over prompts"))
    if len(board.criteria) > 1:
        show(plain("criteria: mean score / median score of the correct"))
    for note in board.notes:
        show(plain_line(f"note: {note}"), soft_wrap=True)
    _show_findings(board, found)


def _show_answers(board: Board) -> None:
    table = _bare("", "answers", "median reward", "lowest", "highest", "unscored")
    for name, spread in (("correct", board.correct), ("wrong", board.wrong)):
        figures = (spread.median, spread.low, spread.high)
        table.add_row(name, str(spread.n), *map(_figure, figures), str(spread.unscored))
    show(table)
    by = {
        "label": "known by their labels",
        "key": f"known by the key criterion, {board.key}",
        "solution": "the rows' reference solutions",
        "reference": "made from the references",
    }
    show(plain(f"correct answers: {by[board.known_by]}"))


def _show_lines(board: Board, lines: Sequence[ProbeResult], claim: str) -> None:
    """The lines as a table: figures stay whole; names give way first, then whole criteria."""
    names = board.criteria if claim == "wrong" and len(board.criteria) > 1 else ()
    value = "kept" if claim == "honest" else "of correct"
    extreme = "lowest" if claim == "honest" else "highest"
    headings = ("probe", "form", "n", value, "interval", extreme)
    rows = _rows(lines, claim, names)
    widths = [
        max([len(heading), *(row[i].cell_len for row in rows)])
        for i, heading in enumerate(headings)
    ]
    columns = stdout().width
    form = min(widths[1], FORM_LEAST)
    room = columns - sum(widths) + widths[1] - form - GAP * len(widths)
    shown = names[: max(0, room // (SHARE + GAP))]
    each = room // len(shown) - GAP if shown else 0
    of_names = [min(max(len(name), SHARE), each) for name in shown]
    room -= sum(of_names) + GAP * len(shown)
    widths[1] = min(widths[1], form + max(0, room))
    table = _bare(*headings, *shown)
    for column, width in zip(table.columns, [*widths, *of_names], strict=True):
        column.width = width
    for row in rows:
        table.add_row(*row[: len(table.columns)])
    show(table)
    if len(shown) < len(names):
        left_out = ", ".join(names[len(shown) :])
        note = f"no room in {columns} columns for the criteria {left_out}; --json has them"
        show(plain(note), soft_wrap=True)


def _rows(lines: Sequence[ProbeResult], claim: str, names: Sequence[str]) -> list[list[Text]]:
    idle = [line for line in lines if claim == "wrong" and _is_idle(line)]
    rows = []
    for line in lines:
        if line in idle:
            continue
        sign = "+" if line.gain else ""
        ends = "-"
        if line.interval is not None:
            ends = f"{line.interval[0]:.2f} to {line.interval[1]:.2f}"
        figures = (
            str(line.n),
            "-" if line.figure is None else f"{line.figure:{sign}.3f}",
            ends,
            "-" if line.worst is None else f"{line.worst:{sign}.3f}",
            *(_share(line.scores.get(key)) for key in names),
        )
        form = plain(line.error or line.form, FORM)
        rows.append([plain_line(line.spec.name), form, *map(plain, figures)])
    if idle:
        most = max((line.interval[1] for line in idle if line.interval), default=None)
        at_most = "" if most is None else f"0.00 to {most:.2f}"
        others = (f"{len(idle)} others", "", "", "0.000", at_most, "0.000")
        rows.append([plain_line(cell) for cell in others])
    return rows


def _share(score: Score | None) -> str:
    """A criterion's mean score over its median for correct answers; bare where that is 0."""
    if score is None:
        return "-"
    return f"({score.mean:.2f})" if score.share is None else f"{score.share:.2f}"


def _is_idle(line: ProbeResult) -> bool:
    """Whether a wrong probe was paid nothing, so that a line of its own would tell nothing."""
    noted = line.error or line.unscored or line.worst is None or line.figure is None
    return not noted and max(line.worst or 0.0, line.figure or 0.0) <= 0.0


def _show_findings(board: Board, found: Sequence[Finding]) -> None:
    if not found:
        show(plain("\nno findings: these probes failed on these prompts; others may not"))
        return
    from assay.probes.probe_results import THRESHOLD

    show(plain("\nfindings"))
    lines = {line.spec.name: line for line in board.lines}
    for i, finding in enumerate(found):
        style = {"error": "bold red", "warning": "yellow", "info": "cyan"}[finding.severity]
        text = plain_line(f"{finding.severity}: {finding.id}: {finding.title}")
        text.stylize(style, 0, len(finding.severity))
        show(text, soft_wrap=True)
        if i >= READABLE:
            continue
        show(plain_line(f"  {finding.suggestion}"), soft_wrap=True)
        line = lines.get(finding.subject[0]) if finding.subject else None
        for response in line.responses[:READ] if line is not None else ():
            if response.figure is None or (finding.id == PAID and response.figure < THRESHOLD):
                continue
            worth = "-" if response.reward.value is None else f"{response.reward.value:.4g}"
            text = plain_line(f"  {response.place}, {response.form}, paid {worth}: ")
            text.append(_excerpt(response.text))
            show(text, soft_wrap=True)


def _excerpt(text: str) -> Any:
    text = " ".join(text.split())
    if len(text) > TEXT:
        text = f"{text[: TEXT // 3]} ... {text[-2 * TEXT // 3 :]}"
    return plain(repr(text))


def _list(host: Host, as_json: bool) -> None:
    offers = host.probes
    if as_json:
        for offer in offers.values():
            spec = offer.spec
            out = {
                "probe": spec.name,
                "claim": spec.claim,
                "subject": spec.subject,
                "attacks": spec.attacks,
                "summary": spec.summary,
                "plugin": offer.plugin,
            }
            show(plain(json.dumps(out, ensure_ascii=True)), soft_wrap=True)
        return
    table = _bare("probe", "claim", "for", "attacks", "what it is")
    for offer in offers.values():
        spec = offer.spec
        table.add_row(
            *map(plain, (spec.name, spec.claim, spec.subject, spec.attacks)), spec.summary
        )
    show(table)


def _bare(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    return table


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": finding.severity,
        "title": finding.title,
        "value": finding.value,
        "interval": list(finding.interval) if finding.interval else None,
        "n": finding.n,
        "source": finding.source,
        "suggestion": finding.suggestion,
        "subject": list(finding.subject),
    }
