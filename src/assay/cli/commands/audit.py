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
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.audit_page import NAMED, show_audit
from assay.cli.console import plain, say_note, say_warning, show
from assay.cli.exits import FINDINGS
from assay.cli.options import FailOn, PluginFiles, make_engine, map_option, read_map
from assay.cli.outputs import check_output
from assay.cli.severity import at_least
from assay.errors import ConfigError, nearest
from assay.model import SAMPLE_FIELDS
from assay.printable import in_line, in_lines

if TYPE_CHECKING:
    from assay.audit.context import Context
    from assay.audit.frame import Frame
    from assay.audit.logs import Log
    from assay.findings import Outcome
    from assay.plugins.host import Host
    from assay.rubrics import BoundRubric

MAP_EXAMPLE = "label=is_right"


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
    timeout: Annotated[float, typer.Option(help="Seconds for one completion of --probes.")] = 5.0,
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
        _check_passes(log.frame, context)
        if bound is not None:
            _check_rubric(rubric, bound, log.frame.criteria)
        found = run_audit(log.frame, context)
        if probes:
            assert rubric is not None
            outcome = _probed(rubric, log, columns, seed, timeout, plugin or ())
            found = replace(found, outcomes=(*found.outcomes, outcome))
        if as_json:
            from assay.audit.as_json import to_json

            show(plain(json.dumps(to_json(found), ensure_ascii=True)), soft_wrap=True)
        else:
            show_audit(found, log, explain)
        if report is not None:
            from assay.audit.report import write_report
            from assay.cli.findings_page import specs

            try:
                command = shlex.join(["assay", *sys.argv[1:]])
                fault = write_report(found, log.rows, report, specs=tuple(specs()), command=command)
            except OSError as err:
                raise ConfigError(f"--report {in_line(report)}: {err.strerror or err}") from err
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
        name, sign, score = one.rpartition("=")
        if not sign or not name:
            raise ConfigError(
                f"--passes {in_line(one)}: must be CRITERION=SCORE"
                f"\ncriteria: {in_lines(criteria[:NAMED])}"
            )
        if name not in criteria:
            raise ConfigError(
                f"--passes {in_line(one)}: no criterion of the log is called {name!r}"
                f"{nearest(name, criteria)}"
                f"\ncriteria: {in_lines(criteria[:NAMED])}"
            )
        try:
            found[name] = float(score)
        except ValueError:
            found[name] = math.nan
        if not math.isfinite(found[name]):
            raise ConfigError(
                f"--passes {in_line(one)}: {score!r} is not a number\nfix: --passes "
                f"{in_line(name)}=0.5"
            )
    return found


def _check_passes(frame: Frame, context: Context) -> None:
    """Refuse a score that no row can reach, or that none can miss.

    Raises:
        ConfigError: says which scores there are.
    """
    from assay.audit.analyses.reliability.passing import passing

    for name, score in context.passes.items():
        why = passing(name, frame, context).impossible
        if why:
            raise ConfigError(
                f"--passes {in_line(name)}={score:g}: {why}"
                f"\nfix: --passes {in_line(name)}=SCORE with a score above the lowest, "
                "at most the highest"
            )


def _probed(
    rubric: str,
    log: Log,
    columns: dict[str, str],
    seed: int,
    timeout_s: float,
    plugins: Sequence[str],
) -> Outcome:
    """The board of probes on prompts of the log."""
    from assay.probes.outcome import ROWS, as_outcome, samples_of
    from assay.probes.run import probe

    rows = log.rows(range(min(ROWS, log.frame.n)))
    fields = {name: column for name, column in columns.items() if name in SAMPLE_FIELDS}
    with make_engine(rubric, plugins=tuple(plugins), timeout_s=timeout_s, cache_size=0) as engine:
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
        raise ConfigError(
            f"--report {in_line(path)}: is written as HTML; name it so, e.g. report.html"
        )
    check_output(path, f"--report {path}", replaced=True)


def _check_rubric(name: str | None, rubric: BoundRubric, criteria: Sequence[str]) -> None:
    """Warn of a rubric that cannot have given these rewards."""
    own = list(rubric.rubric.leaves())
    if criteria and not set(own) & set(criteria):
        say_warning(
            f"--rubric {name}: the log has none of its criteria ({in_lines(own[:NAMED])}), "
            f"so it was scored with another\ncriteria: {in_lines(criteria[:NAMED])}"
        )
