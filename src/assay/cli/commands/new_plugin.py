"""`assay new-plugin`: a working plugin to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.console import plain, show
from assay.errors import ConfigError, nearest


def new_plugin(
    name: Annotated[str, typer.Argument(metavar="NAME", help="my-plugin", show_default=False)],
    one_file: Annotated[
        bool, typer.Option("--one-file", help="One Python file, for --plugin FILE.py.")
    ] = False,
    kind: Annotated[
        str, typer.Option(metavar="KIND", help="verifier, composer, log-reader, probe or analyser.")
    ] = "verifier",
    into: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where; by default here.", show_default=False),
    ] = None,
) -> None:
    """Write a plugin to begin with, and tests that hold it to what others rely on.

    A verifier comes with a probe; a composer is a kind of rubric, a log-reader reads files for
    `assay audit`, a probe is an attack on rubrics, an analyser a verifier of programs.
    It installs, and passes its tests, ruff and mypy --strict as it is. Nothing is overwritten.
    """
    from assay.testing.scaffold import KINDS, names_of, write_distribution, write_file

    chosen = next((known for known in KINDS if known == kind), None)
    if chosen is None:
        raise ConfigError(f"--kind {kind!r} is not one of {', '.join(KINDS)}{nearest(kind, KINDS)}")
    if one_file and chosen != "verifier":
        raise ConfigError(
            f"--one-file writes a verifier, not a {chosen}\nfix: leave out --one-file, or --kind"
        )
    names = names_of(name)
    base = into or Path()
    try:
        if one_file:
            written = write_file(name, base / f"{names['package']}.py")
        else:
            written = write_distribution(name, base / name, chosen)
    except OSError as err:
        where = err.filename or (base / name)
        raise ConfigError(
            f"{where}: cannot be written: {err.strerror or err}"
            f"\nfix: remove what was begun, {base / name}, or --into ANOTHER_FOLDER"
        ) from err
    for path in written:
        show(plain(str(path)), soft_wrap=True)
    if one_file:
        show(plain(f"\nassay check {written[0]}"), soft_wrap=True)
    else:
        show(plain(f'\ncd {base / name}\npip install -e ".[dev]"\npytest'), soft_wrap=True)
