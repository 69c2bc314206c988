"""`assay audit`: what a reward has taught, or will, from a log of rollouts."""

from __future__ import annotations

import json
import math
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table as Grid
from rich.text import Text

from assay.cli.console import plain, plain_line, say_note, say_warning, show
from assay.cli.exits import FINDINGS
from assay.cli.options import FailOn, PluginFiles, make_engine, map_option, read_map
from assay.cli.severity import at_least
from assay.errors import ConfigError, nearest
from assay.model import SAMPLE_FIELDS
from assay.printable import one_line

if TYPE_CHECKING:
    from assay.audit.logs import Log
    from assay.audit.run import Audit
    from assay.findings import Finding, Kind, Outcome
    from assay.plugins.host import Host
    from assay.rubrics import BoundRubric

MAP_EXAMPLE = "label=is_right"

NAMED = 10
"""Criteria that are named in the heading."""

STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}


def audit(
    logs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="LOG...",
            help="What `assay verify` wrote, a ledger's folder, or what a trainer dumps: JSONL "
            "(also .gz), Parquet, folders, globs.",
            show_default=False,
        ),
    ] = None,
    rubric: Annotated[
        str | None,
        typer.Option(
            "--rubric",
            "-r",
            help="The rubric of the log: a preset's name or a file.",
            show_default=False,
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(help="The key criterion, if the log brings no rubric.", show_default=False),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="RUBRIC",
            help="Another rubric: what would change, with no verifier run.",
            show_default=False,
        ),
    ] = None,
    mapped: Annotated[
        list[str] | None, map_option(f"{MAP_EXAMPLE}, scores.style=style_reward")
    ] = None,
    passes: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CRITERION=SCORE",
            help="The score from which a criterion without levels passes, for its error rates.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help="Rows that differ in this column are different, too.",
            show_default=False,
        ),
    ] = None,
    reader: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="How to read, if not by content.", show_default=False),
    ] = None,
    rows: Annotated[
        int,
        typer.Option(min=1, help="Of a longer log, whole groups up to so many rows are analysed."),
    ] = 1_000_000,
    report: Annotated[
        Path | None,
        typer.Option(metavar="REPORT.html", help="Also write a page.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Below each finding: what it means, what to do.")
    ] = False,
    fail_on: FailOn = "error",
    demo: Annotated[
        bool, typer.Option("--demo", help="A bundled log with three planted faults.")
    ] = False,
    probes: Annotated[
        bool,
        typer.Option(
            "--probes",
            help="Also attack --rubric on prompts of the log; this runs its verifiers.",
        ),
    ] = False,
    seed: Annotated[int, typer.Option(help="Of bootstrap draws, and of probes.")] = 0,
    plugin: PluginFiles = None,
) -> None:
    """Find what a reward teaches besides what was meant.

    Runs no verifier, but for --probes: it reads scores that are in the log. What the log lacks
    for an analysis is named, and the others run.
    """
    graves = at_least(fail_on)
    if demo == bool(logs):
        raise ConfigError("give the logs to audit, or --demo")
    if probes and rubric is None:
        raise ConfigError("--probes needs --rubric, the rubric to attack")
    if report is not None:
        _check_writable(report)
    columns = read_map(mapped, MAP_EXAMPLE)
    need_extra()
    # narrow matrices: more threads cost four times the CPU and gain nothing
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from assay.audit.context import Context
    from assay.audit.logs import read_log
    from assay.audit.run import audit as run_audit
    from assay.plugins.host import Host

    host = Host(plugins=tuple(plugin or ()))
    bound = _bound(rubric, host)
    if demo:
        from assay.audit.demo import demo_log

        paths: Sequence[str] = [str(demo_log())]
    else:
        paths = logs or []
    with read_log(
        paths,
        columns=columns,
        key=key,
        rubric=bound,
        by=tuple(by or ()),
        max_rows=rows,
        reader=reader,
        host=host,
    ) as log:
        context = Context(
            rubric=bound,
            against=_bound(against, host),
            host=host,
            rows=log.rows,
            passes=_passes(passes or (), log.frame.criteria),
            seed=seed,
        )
        if bound is not None:
            _check_rubric(rubric, bound, log.frame.criteria)
        found = run_audit(log.frame, context)
        if probes:
            assert rubric is not None
            outcome = _probed(rubric, log, columns, seed, plugin or ())
            found = replace(found, outcomes=(*found.outcomes, outcome))
        if as_json:
            from assay.audit.as_json import to_json

            show(plain(json.dumps(to_json(found), ensure_ascii=True)), soft_wrap=True)
        else:
            _show(found, log, explain)
        if report is not None:
            from assay.audit.report import write_report
            from assay.cli.findings_page import specs

            try:
                command = shlex.join(["assay", *sys.argv[1:]])
                fault = write_report(found, log.rows, report, specs=tuple(specs()), command=command)
            except OSError as err:
                raise ConfigError(f"--report {report}: {err.strerror or err}") from err
            if not as_json:
                say_note(f"report: {report}")
            if fault:
                say_warning(f"--report {report}: has tables in place of charts: {fault}")
    # a question without an answer is no "fine"
    if any(f.severity in graves for f in found.findings) or (graves and found.failed):
        raise typer.Exit(FINDINGS)


def _passes(said: Sequence[str], criteria: Sequence[str]) -> dict[str, float]:
    """``--passes CRITERION=SCORE``; a criterion's name may hold ``=``."""
    found: dict[str, float] = {}
    for one in said:
        name, _, score = one.rpartition("=")
        if name not in criteria:
            raise ConfigError(
                f"--passes {one}: no criterion of the log is called {name!r}"
                f"{nearest(name, criteria)}"
                f"\ncriteria: {', '.join(map(one_line, criteria[:NAMED]))}"
            )
        try:
            found[name] = float(score)
        except ValueError:
            raise ConfigError(
                f"--passes {one}: {score!r} is not a number\nfix: --passes {name}=0.5"
            ) from None
    return found


def _probed(
    rubric: str, log: Log, columns: dict[str, str], seed: int, plugins: Sequence[str]
) -> Outcome:
    """The board of probes on prompts of the log."""
    from assay.probes.outcome import ROWS, as_outcome, samples_of
    from assay.probes.run import probe

    rows = log.rows(range(min(ROWS, log.frame.n)))
    fields = {name: column for name, column in columns.items() if name in SAMPLE_FIELDS}
    with make_engine(rubric, plugins=tuple(plugins), cache_size=0) as engine:
        return as_outcome(probe(engine, samples_of(rows, fields), seed=seed))


def need_extra() -> None:
    """Nothing, where the audit's libraries are installed.

    Raises:
        ConfigError: one is missing.
    """
    import importlib.util

    missing = [n for n in ("numpy", "scipy", "duckdb") if importlib.util.find_spec(n) is None]
    if missing:
        raise ConfigError(
            f"the audit needs {', '.join(missing)}"
            "\nfix: install Assay with its extra `audit`, or pip install "
            "altair duckdb numpy pyarrow scipy vl-convert-python"
        )


def _bound(rubric: str | None, host: Host) -> BoundRubric | None:
    if rubric is None:
        return None
    from assay.rubrics import load_rubric

    return load_rubric(rubric, host).bind(host)


def _check_writable(path: Path) -> None:
    if path.suffix.lower() not in (".html", ".htm"):
        raise ConfigError(f"--report {path}: is written as HTML; name it so, e.g. report.html")
    if not path.parent.is_dir():
        raise ConfigError(f"--report {path}: no folder {path.parent}")
    if path.is_dir():
        raise ConfigError(f"--report {path}: is a folder")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise ConfigError(f"--report {path}: no permission to write in {path.parent}")


def _check_rubric(name: str | None, rubric: BoundRubric, criteria: Sequence[str]) -> None:
    """Warn of a rubric that cannot have given these rewards."""
    own = list(rubric.rubric.leaves())
    if criteria and not set(own) & set(criteria):
        say_warning(
            f"--rubric {name}: the log has none of its criteria ({', '.join(own[:NAMED])}), "
            f"so it was scored with another\ncriteria: {', '.join(criteria[:NAMED])}"
        )


# -- the terminal -------------------------------------------------------------------------------


def _show(found: Audit, log: Log, explain: bool) -> None:
    from assay.cli.findings_page import kinds as all_kinds

    kinds = {kind.id: kind for kind in all_kinds()}
    show(plain(_heading(found, log)), soft_wrap=True)
    for problem in log.problems:
        say_warning(str(problem))
    _check_reward(found, log)
    show("", soft_wrap=True)
    if not found.findings:
        show(plain(_nothing(found)), soft_wrap=True)
    for finding in found.findings:
        show(_line(finding), soft_wrap=True)
        if explain:
            _explain(finding, kinds.get(finding.id), found, log)
    _show_against(found)
    for name, fault in found.failed.items():
        say_warning(f"analysis {name} ended with a fault of Assay, and has no answer: {fault}")
    notes = [(o.analysis, note) for o in found.outcomes for note in o.notes]
    lacks: dict[str, list[str]] = {}
    for outcome in found.outcomes:
        for lack in outcome.lacks:
            lacks.setdefault(lack, []).append(outcome.analysis)
    if lacks or notes:
        show("", soft_wrap=True)
    for name, note in notes:
        show(Text.assemble(("note     ", "cyan"), plain_line(f"{name}: {note}")), soft_wrap=True)
    for lack, names in lacks.items():
        told = f"{', '.join(names)}: {lack}"
        show(Text.assemble(("lacking  ", "dim"), plain_line(told)), soft_wrap=True)


def _show_against(found: Audit) -> None:
    """What `--against` asked for, whether it is worth a finding or not."""
    for outcome in found.outcomes:
        table = outcome.tables.get("against")
        if table is None:
            continue
        shown = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for heading in (table.title, "", "95% interval"):
            shown.add_column(heading, no_wrap=True)
        for name, value, low, high in table.rows:
            known = isinstance(low, int | float) and isinstance(high, int | float)
            told = f"{low:.3g} to {high:.3g}" if known else ""
            count = isinstance(value, int)
            size = "not known" if value is None else f"{value:,}" if count else f"{value:.3g}"
            shown.add_row(plain_line(str(name)), size, told)
        show("", soft_wrap=True)
        show(shown)


def _check_reward(found: Audit, log: Log) -> None:
    """Warn where scores are there, and no row says what they were worth together."""
    import numpy as np

    frame = found.frame
    scored = [c for c in frame.criteria if bool(np.isfinite(frame.score(c)).any())]
    if scored and not bool(np.isfinite(frame.reward).any()):
        inside = log.reader in ("inspect", "columns")
        named = f"COLUMN, e.g. reward=scores.{one_line(scored[0])}" if inside else "COLUMN"
        say_warning(
            f"no row says what the reward was, of {_count(len(scored), 'criterion', 'criteria')} "
            f"with scores ({', '.join(map(one_line, scored[:NAMED]))})\nfix: --map reward={named}"
        )


def _nothing(found: Audit) -> str:
    """No findings; and which analyses had nothing to go by, so that silence is not taken for ease.

    A comparison is not missed where nobody asked for one.
    """
    told = "no findings; a log can be consistent with a sound reward, never prove it"
    idle = [
        outcome.analysis
        for outcome in found.outcomes
        if outcome.lacks and not outcome.tables and outcome.analysis != "counterfactual"
    ]
    return f"{told}\nnot looked at: {', '.join(idle)}" if idle else told


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _heading(found: Audit, log: Log) -> str:
    from assay.audit.signatures import explained

    frame = found.frame
    count = _count(frame.n, "row", "rows")
    if frame.total > frame.n:
        count = f"{frame.n:,} of {frame.total:,} rows (whole groups)"
    criteria = _count(len(frame.criteria), "criterion", "criteria")
    if frame.criteria and not frame.key:  # what --key may name
        named = ", ".join(map(one_line, frame.criteria[:NAMED]))
        criteria += f" ({named}{', ...' if len(frame.criteria) > NAMED else ''})"
    parts = [count, _count(len(frame.groups), "group", "groups"), criteria]
    parts.append(f"key {one_line(frame.key)}" if frame.key else "no key criterion")
    if frame.signature is not None and len(frame.signature.names) > 1:
        parts.append(f"{len(frame.signature.names)} signatures")
    heading = f"{', '.join(parts)}; read as {log.reader}"
    why, _ = explained(frame)
    if why:
        heading += f"\n{why}"
    for guess in log.guesses:
        heading += f"\n{one_line(guess)}"
    if log.key_guessed:
        heading += f"\nkey {one_line(frame.key or '')}: it equals the reward in every row"
    if log.solved:
        weights = " + ".join(
            f"{w:.6g} {one_line(c)}" for c, w in list(frame.weights.items())[:NAMED]
        )
        more = " + ..." if len(frame.weights) > NAMED else ""
        if frame.constant:
            more += f" + {frame.constant:.6g}"
        heading += f"\nevery reward is {weights}{more}".replace("+ -", "- ")
    return heading


def _line(finding: Finding) -> Text:
    text = Text.assemble(
        (f"{finding.severity:<8} ", STYLES[finding.severity]), (f"{finding.id}  ", "bold")
    )
    text.append(plain_line(finding.title))
    text.append(f"  {size(finding)}", "dim")
    return text


def size(finding: Finding) -> str:
    """The measured size as text: ``0.62 [0.58, 0.66] n=125``.

    Exact sizes have no interval; what has no size has no text.
    """
    if math.isnan(finding.value):
        return ""
    if finding.interval is None:
        return f"{finding.value:.3g} exact, n={finding.n:,}"
    low, high = finding.interval
    return f"{finding.value:.3g} [{low:.3g}, {high:.3g}] n={finding.n:,}"


def _explain(finding: Finding, kind: Kind | None, found: Audit, log: Log) -> None:
    frame = found.frame
    lines: list[tuple[str, Any]] = []
    if kind is not None:
        lines = [("means", kind.meaning), ("formula", kind.formula)]
    lines += [("source", finding.source), ("do", finding.suggestion)]
    if finding.rollouts:
        places = [f"{frame.files[frame.file[r]]}:{frame.line[r]}" for r in finding.rollouts]
        lines.append(("read", ", ".join(places)))
    for name, text in lines:
        show(Text.assemble((f"  {name:<8}", "dim"), plain_line(str(text))), soft_wrap=True)
