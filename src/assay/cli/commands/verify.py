"""`assay verify`: one row in, one row out, same order."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.console import say_error, say_note, say_warning, show
from assay.cli.exits import (
    HUNG_UP,
    INTERRUPTED,
    READER_GONE,
    TERMINATED,
    TOO_MANY_UNSCORED,
    USER_MISTAKE,
)
from assay.cli.interrupts import Terminated, signals_raise
from assay.cli.meter import Meter
from assay.cli.options import (
    FormatName,
    GroupSize,
    PluginFiles,
    RubricName,
    TimeoutS,
    Workers,
    in_format,
    make_engine,
    map_option,
    read_map,
)
from assay.cli.outputs import check_output
from assay.cli.row_groups import in_groups
from assay.cli.score_rows import score_rows
from assay.cli.tally import PLACES, Tally
from assay.errors import AssayError, ConfigError, RolloutsError, SampleError
from assay.model import SAMPLE_FIELDS, Verdict
from assay.printable import in_line, in_lines
from assay.rollouts.columns import REWARD_COLUMNS, is_scored
from assay.rollouts.files import write_text
from assay.rollouts.mapped import with_columns
from assay.rollouts.output import STDOUT, ReaderGone, RewardsFile, encode
from assay.rollouts.rows import Row, read_rows
from assay.rollouts.so_far import ReadSoFar
from assay.rollouts.sources import Source, find_sources

if TYPE_CHECKING:
    from assay.rubrics import BoundRubric

MAP_EXAMPLE = "completion=response"

MAX_UNSCORED = 0.05


def verify(
    rollouts: Annotated[
        list[str],
        typer.Argument(
            metavar="ROLLOUTS",
            help="JSONL, JSON, CSV or Parquet files (also .gz), globs, or - for standard input.",
            show_default=False,
        ),
    ],
    rubric: RubricName = "math",
    out: Annotated[
        str | None,
        typer.Option(
            "--out",
            "-o",
            metavar="REWARDS.jsonl",
            help="Where the rows with rewards go, - for standard output. Without it, only the "
            "summary is shown.",
            show_default=False,
        ),
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Also record every reward as Parquet shards in this folder.",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with an interrupted run; refuses another signature."),
    ] = False,
    mapped: Annotated[list[str] | None, map_option(MAP_EXAMPLE)] = None,
    row_format: FormatName = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop at the first invalid row.")
    ] = False,
    max_unscored: Annotated[
        float, typer.Option(help="Exit with 3 when a larger share than this has no score.")
    ] = MAX_UNSCORED,
    workers: Workers = None,
    timeout: TimeoutS = 5.0,
    budget: Annotated[
        float | None, typer.Option(help="Seconds for all rows together.", show_default=False)
    ] = None,
    group_size: GroupSize = None,
    plugin: PluginFiles = None,
    progress: Annotated[
        bool | None,
        typer.Option(
            "--progress/--no-progress",
            help="By default shown where standard error is a terminal.",
            show_default=False,
        ),
    ] = None,
    summary: Annotated[
        Path | None,
        typer.Option(
            metavar="SUMMARY.md", help="Also write the summary as Markdown.", show_default=False
        ),
    ] = None,
) -> None:
    """Score rollouts.

    A row out is the row in with the columns reward, status, terms, verdicts and signature added;
    columns of these names in the row in are replaced.
    """
    columns = read_map(mapped, MAP_EXAMPLE, SAMPLE_FIELDS)
    _check_options(max_unscored, timeout, budget, resume, out)
    sources = find_sources(rollouts)
    _warn_of_twice(sources)
    with ExitStack() as stack:
        rewards = None
        if out is not None:
            rewards = RewardsFile(out, sources)
            stack.callback(rewards.close)
        if summary is not None:
            others = [*(s.path for s in sources), rubric, *(plugin or ()), out]
            check_output(summary, str(summary), others)
        engine = stack.enter_context(
            make_engine(
                rubric,
                workers=workers,
                timeout_s=timeout,
                group_size=group_size,
                plugins=tuple(plugin or ()),
            )
        )
        record = None
        if ledger is not None:
            from assay.cli.record import RowRecorder

            record = stack.enter_context(RowRecorder(ledger, rubric, engine.rubric.rubric))
        tally = Tally(tops=key_tops(engine.rubric))
        so_far = ReadSoFar(sources)
        read = stack.enter_context(closing(read_rows(sources, so_far)))
        rows = in_format(with_columns(read, columns), row_format, columns)
        rows = in_groups(engine, rows, columns)
        began = time.monotonic()
        if rewards is not None:
            if resume:
                for row, old in rewards.finished(rows, _signer(engine.rubric, columns)):
                    tally.add(row.place, old, resumed=True)
            else:
                rewards.start()
        meter = stack.enter_context(Meter(progress, so_far))
        stack.enter_context(signals_raise())
        code = 0
        failure: RolloutsError | None = None

        def emit(row: Row, scored: dict[str, Any]) -> None:
            if rewards is not None:
                rewards.write(encode(scored))
            if row.data is not None and not is_scored(row.data):
                tally.replaced.update(c for c in REWARD_COLUMNS if c in row.data and c in scored)
            tally.add(row.place, scored)
            meter.advance(tally.n)

        try:
            score_rows(
                engine,
                rows,
                emit,
                columns=columns,
                strict=strict,
                budget_s=budget,
                record=record,
            )
            if record is not None and not (strict and tally.invalid):
                record.complete()
        except ReaderGone:
            raise typer.Exit(READER_GONE) from None
        except RolloutsError as err:
            failure = err
        except Terminated as end:
            code = end.code
        except KeyboardInterrupt:
            code = INTERRUPTED
        tally.seconds = time.monotonic() - began
    meter.stop()
    lost = record.lost if record is not None else 0
    show(tally.table(), on_stderr=out == STDOUT)
    if summary is not None:
        _write_summary(summary, tally.markdown(f"assay verify --rubric {rubric}"))
    raise typer.Exit(_noted(tally, code, failure, strict, max_unscored, out, lost))


def key_tops(rubric: BoundRubric) -> dict[str, float]:
    """Each criterion that is the key of some case of the rubric -> the most it can score."""
    found: dict[str, float] = {}
    for plan in rubric.plans().values():
        for leaf in getattr(plan, "leaves", ()):
            if leaf.is_key and not leaf.per_turn:
                levels = rubric.levels.get(leaf.key)
                found[leaf.key] = float(levels[-1]) if levels else 1.0
    return found


def _signer(
    rubric: BoundRubric, columns: Mapping[str, str]
) -> Callable[[Row, Mapping[str, Any]], str]:
    """The signature that this run gives to a row whose verdicts are known."""

    def signature(row: Row, old: Mapping[str, Any]) -> str:
        if old["status"] == "invalid":
            return rubric.signature
        sample = row.sample(columns)
        if isinstance(sample, SampleError):
            return "none: the row is invalid"
        try:
            verdicts = {k: Verdict.from_json(v) for k, v in old["verdicts"].items()}
            return rubric.compose(verdicts, sample).signature
        except AssayError:  # other criteria, so another rubric
            return rubric.signature

    return signature


def _noted(
    tally: Tally,
    code: int,
    failure: RolloutsError | None,
    strict: bool,
    max_unscored: float,
    out: str | None,
    lost: int,
) -> int:
    """Say what went wrong, and give the exit code."""
    if tally.n == 0 and failure is None and code == 0:
        say_warning("the inputs hold no rows")
    if tally.replaced:
        say_note(f"columns of the rows in that were replaced: {in_lines(sorted(tally.replaced))}")
    if code in (INTERRUPTED, HUNG_UP, TERMINATED):
        hint = "; --resume goes on from there" if out not in (None, STDOUT) else ""
        say_error(f"interrupted after {tally.n:,} rows{hint}")
    if failure is not None:
        say_error(str(failure))
        code = code or USER_MISTAKE
    if tally.invalid:
        count = tally.statuses["invalid"]
        for place in tally.invalid:
            say_error(place)
        if count > PLACES:
            none = ", and none is scored" if count == tally.n else ""
            say_error(f"{count:,} rows are invalid{none}; the first {PLACES} are listed above")
        elif strict:
            say_error("stopped at the first invalid row, as --strict asks")
        else:
            rest = "none is scored" if count == tally.n else "the rest is scored"
            say_error(f"{count:,} row{'s are' if count > 1 else ' is'} invalid; {rest}")
        code = code or USER_MISTAKE
    for sentence in (*tally.crashes.sentences(), *tally.doubts.sentences(max_unscored, "rows")):
        say_warning(sentence)
    if lost:
        say_error(
            f"{lost:,} reward{'s are' if lost > 1 else ' is'} not in the ledger"
            "\nfix: make room, and score these rows again"
        )
        code = code or USER_MISTAKE
    if tally.unscored_share > max_unscored:
        cause = "".join(
            f"; most often {what} ({n:,} rows)" for what, n in tally.unscored_causes.most_common(1)
        )
        say_error(
            f"{tally.statuses['unscored']:,} rows ({tally.unscored_share:.1%}) have no score, "
            f"more than --max-unscored {max_unscored:g}{cause}"
        )
        code = code or TOO_MANY_UNSCORED
    return code


def _check_options(
    max_unscored: float, timeout: float, budget: float | None, resume: bool, out: str | None
) -> None:
    if not 0.0 <= max_unscored <= 1.0:
        raise ConfigError(f"--max-unscored {max_unscored:g}: a share, must lie in [0, 1]")
    for name, seconds in (("--timeout", timeout), ("--budget", budget)):
        if seconds is not None and not 0.0 < seconds < float("inf"):
            raise ConfigError(f"{in_line(name)} {seconds:g}: must be a positive number of seconds")
    if resume and out in (None, STDOUT):
        raise ConfigError("--resume needs --out FILE, the file to go on with")


def _warn_of_twice(sources: Sequence[Source]) -> None:
    """A file that two globs name is scored twice, which is seldom meant."""
    times = Counter(source.path for source in sources)
    twice = [path for path, count in times.items() if count > 1]
    if twice:
        more = f" and {len(twice) - 1} more" if len(twice) > 1 else ""
        say_warning(f"{in_line(twice[0])}{more}: named more than once, so its rows are, too")


def _write_summary(path: Path, text: str) -> None:
    try:
        write_text(path, text)
    except RolloutsError:
        raise
    except OSError as err:
        raise RolloutsError(f"{in_line(path)}: {err.strerror or err}") from err
