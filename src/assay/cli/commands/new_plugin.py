"""`assay new-plugin`: a working plugin to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.console import plain, show
from assay.errors import ConfigError


def new_plugin(
    name: Annotated[str, typer.Argument(metavar="NAME", help="my-plugin", show_default=False)],
    one_file: Annotated[
        bool, typer.Option("--one-file", help="One Python file, for --plugin FILE.py.")
    ] = False,
    into: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where; by default here.", show_default=False),
    ] = None,
) -> None:
    """Write a plugin to begin with: a verifier, a probe, tests that hold it to the laws.

    It installs, and passes its tests, ruff and mypy --strict as it is. Nothing is overwritten.
    """
    from assay.testing.scaffold import names_of, write_distribution, write_file

    names = names_of(name)
    base = into or Path()
    try:
        if one_file:
            written = write_file(name, base / f"{names['package']}.py")
        else:
            written = write_distribution(name, base / name)
    except OSError as err:
        raise ConfigError(f"{base} cannot be written: {err.strerror or err}") from err
    for path in written:
        show(plain(str(path)), soft_wrap=True)
    if one_file:
        show(plain(f"\nassay check {written[0]}"), soft_wrap=True)
    else:
        show(plain(f'\ncd {base / name}\npip install -e ".[dev]"\npytest'), soft_wrap=True)
