"""`assay style`: the four style verifiers side by side, on files."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from assay.cli.console import plain, show
from assay.cli.exits import FINDINGS, FINE
from assay.cli.options import Workers
from assay.errors import ConfigError, RolloutsError
from assay.printable import in_line
from assay.rollouts.files import read_bytes
from assay.rollouts.other_kinds import os_words
from assay.rollouts.sources import STDIN

if TYPE_CHECKING:
    from assay.model import Reward, Verdict

NAMES = ("style.black", "style.autopep8", "style.pylint", "style.joint")
"""In the order of the columns."""

_COLOURS = (("@@", "cyan"), ("+", "green"), ("-", "red"))


def style(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE...", help="Python files, or - for standard input.", show_default=False
        ),
    ] = None,
    reconcile: Annotated[
        bool,
        typer.Option(
            "--reconcile",
            help="Print the configuration under which black and autopep8 agree, and judge with it.",
        ),
    ] = False,
    analyser: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PACKAGE.MODULE:NAME",
            help="A further analyser for style.joint, such as assay_ruff.joint:ruff.",
            show_default=False,
        ),
    ] = None,
    fail_under: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Exit with 1 when a score is lower.")
    ] = 0.0,
    timeout: Annotated[float, typer.Option(help="Seconds for one analyser on one file.")] = 20.0,
    workers: Workers = None,
) -> None:
    """Judge how files are written: black, autopep8, pylint, and the formatters together.

    The tools' defaults count; no configuration file is read.
    """
    from assay.verifiers.code_style.reconciliation import reconciliation

    if not files and not reconcile:
        raise ConfigError("no file to judge\nfix: assay style FILE..., or --reconcile alone")
    low = False
    if files:
        rewards = _judged(files, reconcile, analyser or [], timeout, workers)
        show(Group(_table(files, rewards), *_details(files, rewards)), soft_wrap=True)
        scores = [v.score for reward in rewards for v in reward.verdicts.values()]
        low = any(score is None or score < fail_under for score in scores)
    if reconcile:
        show(plain(reconciliation()), soft_wrap=True)
    raise typer.Exit(FINDINGS if low and fail_under else FINE)


def _judged(
    files: Sequence[Path],
    reconcile: bool,
    analysers: Sequence[str],
    timeout: float,
    workers: int | None,
) -> list[Reward]:
    """A reward for each file, for the sake of its verdicts."""
    from assay import Engine, Sample

    texts = [_text(path) for path in files]
    criteria: dict[str, dict[str, Any]] = {
        name: {"use": name, "params": {"program": "file"}} for name in NAMES
    }
    if analysers:
        criteria["style.joint"]["params"]["analysers"] = list(analysers)
    if reconcile:
        from assay.verifiers.code_style.reconciliation import reconciled_params

        for name, params in reconciled_params().items():
            criteria[name]["params"].update(params)
    rubric = {"kind": "weighted", "criteria": criteria, "normalise": True}
    with Engine(rubric, timeout_s=timeout, workers=workers, on_unscored="ignore") as engine:
        return engine.verify_batch([Sample(text) for text in texts])


FILE_BYTES = 8 * 1024 * 1024
"""No program is as long."""


def _text(path: Path) -> str:
    try:
        if str(path) == STDIN:
            return sys.stdin.buffer.read(FILE_BYTES).decode("utf-8-sig")
        return read_bytes(path, FILE_BYTES).decode("utf-8-sig")
    except RolloutsError:
        raise
    except OSError as err:
        raise RolloutsError(f"{in_line(path)}: {os_words(path, err)}") from None
    except UnicodeDecodeError:
        raise RolloutsError(f"{in_line(path)}: is not a Python file: it is not UTF-8") from None


def _table(files: Sequence[Path], rewards: Sequence[Reward]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("file")
    for name in NAMES:
        table.add_column(name.partition(".")[2], justify="right")
    for path, reward in zip(files, rewards, strict=True):
        scores = [_score(reward.verdicts[name]) for name in NAMES]
        table.add_row(plain(str(path), 200), *scores)
    return table


def _score(verdict: Verdict) -> Text:
    if verdict.score is None:
        return Text(str(verdict.status), "yellow")
    conflict = " cycle" if "conflict" in verdict.details else ""
    colour = "green" if verdict.score == 1.0 else "red" if verdict.score == 0.0 else ""
    return Text(f"{verdict.score:.3f}", colour).append(conflict, "yellow")


def _details(files: Sequence[Path], rewards: Sequence[Reward]) -> list[RenderableType]:
    """What each verifier says of each file that is not perfect."""
    lines: list[RenderableType] = []
    for path, reward in zip(files, rewards, strict=True):
        for name in NAMES:
            verdict = reward.verdicts[name]
            if verdict.score == 1.0 and "conflict" not in verdict.details:
                continue
            lines.append(Text())
            head = Text.assemble((name, "bold"), " ", plain(str(path), 200), ": ")
            lines.append(head.append_text(plain(verdict.because, 1_000)))
            conflict = False
            for line in (verdict.feedback or "").splitlines():
                conflict = conflict or "undo each other" in line
                text = plain(line)
                text.stylize(_colour(line, conflict))
                lines.append(Text("  ").append_text(text))
                conflict = conflict and "would change" not in line
    return lines


def _colour(line: str, conflict: bool) -> str:
    if conflict:
        return "yellow"
    return next((colour for start, colour in _COLOURS if line.startswith(start)), "")
