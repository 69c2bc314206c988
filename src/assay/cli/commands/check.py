"""`assay check`: does a verifier do what it declares, and what others may rely on?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.console import plain, say_note, show
from assay.cli.exits import FINDINGS
from assay.cli.options import make_host
from assay.cli.outputs import check_output
from assay.errors import ConfigError, RolloutsError
from assay.printable import in_line, one_line
from assay.rollouts.files import write_text

if TYPE_CHECKING:
    from assay.testing.check import Checked, LawResult

TEXT = 240
"""Characters of a completion that the page shows."""


def check(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="PLUGIN",
            help="A verifier (math.answer), a distribution (my-plugin), or a file with verifiers.",
            show_default=False,
        ),
    ],
    timeout: Annotated[float, typer.Option(help="Bound of one sample, in seconds.")] = 5.0,
    hostile: Annotated[int, typer.Option(min=0, help="Hostile completions to try.")] = 300,
    seed: Annotated[int, typer.Option(help="Of the hostile completions.")] = 0,
    golden: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.json",
            help="Verdicts of an earlier check: where one differs, the signature must too. "
            "Written where it is not there.",
            show_default=False,
        ),
    ] = None,
    update_golden: Annotated[
        bool, typer.Option("--update-golden", help="Write the golden file anew.")
    ] = False,
    as_json: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Also write it as JSON.", show_default=False),
    ] = None,
    badge: Annotated[
        Path | None,
        typer.Option(metavar="FILE.svg", help="Also write a badge.", show_default=False),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Also list the laws that hold or were not checked.")
    ] = False,
) -> None:
    """Hold verifiers to the laws that others rely on: deterministic, bounded, honest, as declared.

    Runs each on its author's examples and on hundreds of hostile completions, in processes of
    their own, and exits with 1 where a law is broken.
    """
    from assay.testing.bench.bench import Settings
    from assay.testing.check import check as hold
    from assay.testing.check import chosen, write_golden
    from assay.testing.laws.honest import read_golden

    if not timeout > 0:
        raise ConfigError(f"--timeout {timeout:g}: must be above 0 seconds")
    if update_golden and golden is None:
        raise ConfigError("--update-golden needs --golden FILE.json")
    for path in (golden, as_json, badge):
        if path is not None:
            check_output(path, str(path), [n for n in names if n.endswith(".py")])
    if golden is not None:
        read_golden(golden)  # one that is none is known before minutes of checking
    host = make_host([name for name in names if name.endswith(".py")])
    settings = Settings(
        timeout_s=timeout,
        hostile=hostile,
        seed=seed,
        golden=None if golden is None else str(golden),
        write_golden=update_golden,
    )
    results: list[Checked] = []
    for offer in chosen(host, names):
        for result in hold(offer, settings):
            results.append(result)
            _show(result, every)
    broken = sum(len(result.broken) for result in results)
    if golden is not None and (update_golden or not golden.exists()):
        write_golden(golden, results)
        say_note(f"golden file: {golden}")
    if as_json is not None:
        text = json.dumps([result.to_json() for result in results], indent=1)
        _write(as_json, text + "\n")
    if badge is not None:
        from assay.testing.badge import badge as drawn

        _write(badge, drawn(results))
    count = len({result.name for result in results})
    what = f"{count} verifier" + ("" if count == 1 else "s")
    if len(results) > count:  # one is held to them for each params that its examples name
        what += f" in {len(results)} forms"
    show(plain(f"\n{what}, {broken} broken law{'s' if broken > 1 else ''}" if broken else
               f"\n{what}: every law that was checked holds"))  # fmt: skip
    if broken:
        raise typer.Exit(FINDINGS)


def _write(path: Path, text: str) -> None:
    try:
        write_text(path, text)
    except RolloutsError:
        raise
    except OSError as err:
        raise ConfigError(f"{in_line(path)} cannot be written: {err.strerror or err}") from err


def _show(result: Checked, every: bool) -> None:
    held = sum(f.ruling == "holds" for f in result.findings)
    skipped = [f for f in result.findings if f.ruling == "not checked"]
    show(plain(one_line(f"{result.title} ({result.distribution})")), soft_wrap=True)
    counts = f"  {held} laws hold, {len(result.broken)} broken, {len(skipped)} not checked"
    show(plain(f"{counts}; {result.samples:,} samples"))
    for finding in result.findings:
        if finding.ruling == "broken":
            _show_breach(finding, result.where)
        elif every:
            noted = f": {finding.what}" if finding.what else ""
            show(plain(one_line(f"  {finding.ruling}  {finding.law.name}{noted}")), soft_wrap=True)


def _show_breach(finding: LawResult, where: str) -> None:
    lines: list[tuple[str, str]] = [("", finding.what)]
    case = finding.breach.case if finding.breach is not None else None
    if case is not None:
        text = case.sample.text
        cut = f"... ({len(text):,} characters)" if len(text) > TEXT else ""
        lines.append(("sample", f"{case.label}: {text[:TEXT]!r}{cut}"))
        if case.sample.reference is not None:
            lines.append(("reference", repr(case.sample.reference)[:TEXT]))
    last = _last_frame(finding.breach.trace if finding.breach else "")
    lines += [("why", finding.law.why), ("fix", finding.law.fix), ("in", last or where)]
    show(plain(f"  BROKEN  {finding.law.name}"))
    for name, text in lines:
        if text:
            label = f"{name}: " if name else ""
            show(plain(one_line(f"    {label}{text}")), soft_wrap=True)


def _last_frame(trace: str) -> str:
    """File and line of the innermost frame that the trace names."""
    frames: Sequence[str] = [line for line in trace.splitlines() if line.startswith("  File ")]
    return frames[-1].strip() if frames else ""
