"""`assay formats`: the shapes of published data sets and logs that `--format` reads."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from assay.cli.console import plain, show
from assay.cli.sheet import entries, facts


def formats(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="FORMAT", help="One of them, or a data set's name.", show_default=False
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on each line.")] = False,
) -> None:
    """List the formats of rows that are read, or show one: its columns, and an example."""
    from assay.datasets import SHAPES, named

    shape = None if name is None else named(name)
    if name is not None and shape is None:
        show(plain("assay: rows under our own names: completion, prompt, reference, tests, ..."))
        return
    shapes = SHAPES if shape is None else (shape,)
    if as_json:
        for one in shapes:
            row = {
                "name": one.name,
                "summary": one.summary,
                "columns": [list(group) for group in one.columns],
                "fills": list(one.fills),
                "sets": list(one.sets),
                "example": json.loads(one.example),
            }
            show(plain(json.dumps(row, ensure_ascii=True)), soft_wrap=True)
    elif shape is None:
        entries([(one.name, [one.summary, _sets(one.sets)]) for one in shapes])
        show(plain("\nassay formats FORMAT shows one: its columns, and a row as an example"))
    else:
        show(plain(shape.name))
        facts(
            [
                ("rows", shape.summary),
                ("columns", ", ".join(" or ".join(group) for group in shape.columns)),
                ("fills", ", ".join(shape.fills)),
                ("data sets", ", ".join(shape.sets) or "none by name"),
            ]
        )
        show(plain("\na row"))
        show(plain(shape.example), soft_wrap=True)


def _sets(sets: tuple[str, ...]) -> str:
    return f"e.g. {', '.join(sets)}" if sets else ""
