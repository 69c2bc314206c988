"""`assay prove`: what a rubric teaches, as far as it can be proved, as a page or as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.console import plain, show
from assay.cli.exits import FINDINGS, FINE
from assay.cli.options import PluginFiles
from assay.errors import ConfigError

if TYPE_CHECKING:
    from assay.rubrics.prove import Certificate

NOT_PROVED = "not_proved"


def prove(
    rubrics: Annotated[
        list[str],
        typer.Argument(help="Names of presets, or rubric files.", metavar="RUBRIC..."),
    ],
    key: Annotated[
        str | None, typer.Option(help="The key criterion, if not the rubric's own.")
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option(help="A coupling that holds for every completion: 'a + b <= 1.2'."),
    ] = None,
    beta: Annotated[
        float | None, typer.Option(help="Weight of the KL penalty; with --p0, the KL floor.")
    ] = None,
    p0: Annotated[
        list[float] | None,
        typer.Option(help="A prompt's chance of a correct completion before training; repeat."),
    ] = None,
    fp: Annotated[
        str | None, typer.Option(help="False positives of the key: a rate, or errors/cases.")
    ] = None,
    fn: Annotated[
        str | None, typer.Option(help="False negatives of the key: a rate, or errors/cases.")
    ] = None,
    table: Annotated[bool, typer.Option("--table", help="Every corner with its reward.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, one object a rubric.")] = False,
    allow: Annotated[
        list[str] | None, typer.Option(help="A verdict to let pass: not_proved.")
    ] = None,
    plugin: PluginFiles = None,
) -> None:
    """Prove that every correct completion is paid more than every wrong one, or show a pair.

    Exit code 1 where a rubric is refuted, tied or not proved.
    """
    from assay.plugins.host import Host
    from assay.rubrics import load_rubric

    allowed = set(allow or ())
    if allowed - {NOT_PROVED}:
        wrong = ", ".join(sorted(allowed - {NOT_PROVED}))
        raise ConfigError(f"--allow {wrong}: only {NOT_PROVED} can be allowed")
    if beta is not None and not p0:
        raise ConfigError("--beta needs --p0, once for each prompt")
    noise = _noise(fp, fn)
    host = Host(plugins=tuple(plugin or ()))
    failed = False
    for i, name in enumerate(rubrics):
        rubric = load_rubric(name, host)
        certificate = rubric.prove(
            key, tuple(given or ()), beta=beta, p0=tuple(p0 or ()), noise=noise, host=host
        )
        tables = rubric.table(host) if table else ()
        if as_json:
            _print_json(name, certificate, [t.to_json() for t in tables])
        else:
            if i:
                show("", soft_wrap=True)
            show(plain(f"{name}\n{certificate}"), soft_wrap=True)
            for found in tables:
                show(plain(f"\n{found}"), soft_wrap=True)
        failed |= certificate.verdict != "proved" and certificate.verdict not in allowed
    raise typer.Exit(FINDINGS if failed else FINE)


def _noise(fp: str | None, fn: str | None) -> dict[str, Any] | None:
    given = {"fp": fp, "fn": fn}
    found: dict[str, Any] = {}
    for name, text in given.items():
        if text is None:
            continue
        errors, slash, cases = text.partition("/")
        if slash and errors.strip().isdigit() and cases.strip().isdigit():
            found[name] = (int(errors), int(cases))
        else:
            found[name] = text
    return found or None


def _print_json(name: str, certificate: Certificate, tables: list[Any]) -> None:
    out = {"rubric": name, **certificate.to_json()}
    if tables:
        out["tables"] = tables
    show(plain(json.dumps(out, ensure_ascii=True)), soft_wrap=True)
