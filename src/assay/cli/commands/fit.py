"""`assay fit`: the weights that preferences ask for, and what the preferences do not say."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.commands.fit_rows import MAPPABLE, Read, read_kind, read_preferences
from assay.cli.console import plain, say_note, say_warning, show
from assay.cli.exits import FINDINGS
from assay.cli.options import (
    FailOn,
    PluginFiles,
    TimeoutS,
    Workers,
    make_engine,
    map_option,
    read_map,
)
from assay.cli.outputs import check_output
from assay.cli.severity import at_least
from assay.errors import ConfigError, nearest
from assay.printable import in_line, in_lines
from assay.rollouts.sources import STDIN, Source, find_sources

if TYPE_CHECKING:
    from assay.engine.engine import Engine
    from assay.fit import Fit, FittedRubric, Report
    from assay.plugins.host import Host
    from assay.rubrics import Criterion, Rubric

MAP_EXAMPLE = "chosen=preferred"


def fit(
    preferences: Annotated[
        list[str],
        typer.Argument(
            metavar="PREFERENCES...",
            help="JSONL, JSON, CSV or Parquet files (also .gz), globs, or - for standard input: "
            "pairs (chosen, rejected), rankings (ranking), ratings (rating) or labels (label) of "
            "scores, or of completions that --rubric scores.",
            show_default=False,
        ),
    ],
    rubric: Annotated[
        str | None,
        typer.Option(
            "--rubric",
            "-r",
            help="Whose criteria to fit: a preset's name, or a TOML or JSON file. Scores the "
            "completions of rows that hold no scores.",
            show_default=False,
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            help="The key criterion; by default the rubric's, or the first that judges correctness."
        ),
    ] = None,
    criterion: Annotated[
        list[str] | None,
        typer.Option("--criterion", "-c", help="A criterion to fit; repeat. By default all."),
    ] = None,
    tied: Annotated[
        str | None,
        typer.Option(
            metavar="CRITERION",
            help="Take only pairs that do not differ in it; the rubric is a gate of it, with the "
            "others' weights behind.",
            show_default=False,
        ),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(help="pairs, rankings, ratings or labels; by default as the first row is."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="RUBRIC.toml",
            help="Where the rubric goes, with intervals and certificate in comments.",
            show_default=False,
        ),
    ] = None,
    l2: Annotated[
        float,
        typer.Option("--l2", help="Penalty l2 * sum(w^2): half the precision of a normal prior."),
    ] = 0.0,
    confidence: Annotated[float, typer.Option(help="Of the intervals.")] = 0.95,
    width: Annotated[
        float,
        typer.Option(
            help="Width of an interval, in the rubric's unit: says how many pairs it would take."
        ),
    ] = 0.1,
    resamples: Annotated[
        int, typer.Option("--bootstrap", help="Resamples for bootstrap intervals; 0: none.")
    ] = 500,
    folds: Annotated[
        int, typer.Option(help="Folds for the order of held-out comparisons; 0: none.")
    ] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Of resamples and folds.")] = 0,
    mapped: Annotated[list[str] | None, map_option(MAP_EXAMPLE)] = None,
    fail_on: FailOn = "error",
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
    workers: Workers = None,
    timeout: TimeoutS = 5.0,
    plugin: PluginFiles = None,
) -> None:
    """Fit a rubric's weights to preferences, with intervals, and say what they do not pin down.

    Exit code 1 where a finding is an error: no maximum, a weight whose interval holds 0, a
    certificate that is not proved.
    """
    from assay.plugins.host import Host
    from assay.rubrics import load_rubric

    # numpy is not imported yet: on matrices this narrow, its threads only wait for each other
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    columns = read_map(mapped, MAP_EXAMPLE, MAPPABLE)
    wanted_kind = read_kind(kind)
    _check(l2, confidence, width, resamples, folds, fail_on)
    sources = find_sources(preferences)
    if out is not None:
        _check_out(out, sources, rubric)
    host = Host(plugins=tuple(plugin or ()))
    base = None if rubric is None else load_rubric(rubric, host)
    with ExitStack() as stack:

        def engine() -> Engine:
            made = make_engine(
                str(rubric), workers=workers, timeout_s=timeout, plugins=tuple(plugin or ())
            )
            return stack.enter_context(made)

        read = read_preferences(
            sources, kind=wanted_kind, columns=columns, engine=engine if rubric else None
        )
    for sentence in read.noted:  # before the fit: it may end for want of the scores
        say_warning(sentence)
    report = _fitted(
        read,
        base,
        host,
        key=key,
        tied=tied,
        criterion=criterion or [],
        l2=l2,
        confidence=confidence,
        width=width,
        resamples=resamples,
        folds=folds,
        seed=seed,
    )
    if as_json:
        show(plain(json.dumps(report.to_json(), ensure_ascii=True)), soft_wrap=True)
    else:
        show(plain(str(report)), soft_wrap=True)
    if read.scored:
        say_note(f"{read.scored:,} completions scored by --rubric {rubric}")
    if out is not None:
        _write(report, out)
    graves = at_least(fail_on)
    if any(f.severity in graves for f in report.findings):
        raise typer.Exit(FINDINGS)


def _fitted(
    read: Read,
    base: Rubric | None,
    host: Host,
    *,
    key: str | None,
    tied: str | None,
    criterion: Sequence[str],
    l2: float,
    confidence: float,
    width: float,
    resamples: int,
    folds: int,
    seed: int,
) -> Report:
    from assay.fit import Report, bootstrap, find, gather, order_consistency
    from assay.fit import fit as fit_model
    from assay.fit.checks.correctness import correctness_of
    from assay.fit.preference_rows import criteria_of

    leaves = {} if base is None else dict(base.leaves())
    names = criteria_of(read.preferences, criterion or tuple(leaves))
    if tied is not None:
        _check_tied(tied, key, names, read.kind)
        key = ""  # the gate is; among those behind it none counts as such
    elif key is None:
        own = _key_of(base)
        key = own if own in names else None
    if key and key not in names:
        raise ConfigError(
            f"--key {in_line(key)}: is not one of the criteria{nearest(key, names)}"
            f"\ncriteria: {in_lines(names)}"
        )
    stand_ins = {k: float(c.missing) for k, c in leaves.items() if c.missing is not None}
    stand_ins.pop(key or tied or "", None)
    gathered = gather(read.kind, read.preferences, names, stand_ins, tied)
    if key is None:
        key = correctness_of(names, gathered.uses, host) or ""
    fitted = fit_model(gathered.model, l2=l2, confidence=confidence)
    if resamples:
        fitted = bootstrap(gathered.model, fitted, resamples=resamples, seed=seed)
    order = None
    if folds:
        other = key if key and len(names) > 1 else None
        order = order_consistency(
            gathered.model, l2=l2, folds=folds, seed=seed, key=other, confidence=confidence
        )
    made = None
    if fitted.status == "fitted" and any(w.value for w in fitted.weights):
        made = _made(fitted, key, tied, leaves, gathered.uses, host)
    return Report(
        fitted,
        key,
        width,
        gathered=gathered,
        made=made,
        order=order,
        findings=find(fitted, gathered, made, order, key),
    )


def _made(
    fitted: Fit,
    key: str,
    tied: str | None,
    leaves: Mapping[str, Criterion],
    uses: Mapping[str, str],
    host: Host,
) -> FittedRubric:
    from assay.fit import make_rubric

    about = f"Weights fitted to {fitted.n} {fitted.noun}s ({fitted.model})"
    return make_rubric(
        fitted, key=key, criteria=leaves, uses=uses, gate=tied, host=host, about=about
    )


def _check_tied(tied: str, key: str | None, names: Sequence[str], kind: str) -> None:
    if tied not in names:
        raise ConfigError(
            f"--tied {tied}: is not one of the criteria{nearest(tied, names)}"
            f"\ncriteria: {in_lines(names)}"
        )
    if kind != "pairs":
        raise ConfigError(f"--tied {tied}: needs pairs, these are {kind}")
    if key not in (None, tied):
        raise ConfigError(
            f"--tied {tied}: is the key at the gate; --key {in_line(key)} contradicts it"
        )
    if len(names) < 2:
        raise ConfigError(f"--tied {tied}: needs another criterion to fit")


def _key_of(base: Rubric | None) -> str | None:
    """The key criterion of a rubric, through the rubrics nested in it."""
    from assay.rubrics import Rubric

    path: list[str] = []
    part = base
    while part is not None:
        name = part.key_part
        if name is None:
            return None
        path.append(name)
        below = part.parts()[name]
        part = below if isinstance(below, Rubric) else None
    return "/".join(path) or None


def _check(
    l2: float, confidence: float, width: float, resamples: int, folds: int, fail_on: str
) -> None:
    if not 0.0 <= l2 < math.inf:
        raise ConfigError(f"--l2 {l2:g}: must be a number of at least 0")
    if not 0.0 < confidence < 1.0:
        raise ConfigError(f"--confidence {confidence:g}: must lie in (0, 1)")
    if not 0.0 < width < math.inf:
        raise ConfigError(f"--width {width:g}: must be a positive number")
    if resamples and resamples < 100:
        raise ConfigError(f"--bootstrap {resamples}: must be at least 100, or 0 for none")
    if folds < 0 or folds == 1:
        raise ConfigError(f"--folds {folds}: must be at least 2, or 0 for none")
    at_least(fail_on)


def _check_out(out: Path, sources: Sequence[Source], rubric: str | None) -> None:
    from assay.fit.report import check_path

    check_path(out)
    others = [s.path for s in sources if s.path != STDIN]
    if rubric is not None:
        others.append(rubric)
    check_output(out, str(out), others)


def _write(report: Report, out: Path) -> None:
    from assay.fit import save_rubric_file

    if report.made is None:
        say_note(f"{out} is not written: there are no weights to write")
        return
    save_rubric_file(report, out)
    grave = sum(f.severity == "error" for f in report.findings)
    stand = "error stands" if grave == 1 else "errors stand"
    noted = f"; {grave} {stand} in its comments" if grave else ""
    say_note(f"{out} written{noted}")
