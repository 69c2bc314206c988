"""What several commands take: one option, in the same words, read in one way."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from assay.cli.console import say_note, say_warning
from assay.errors import ConfigError, nearest
from assay.printable import in_line

if TYPE_CHECKING:
    from assay.engine.engine import Engine
    from assay.plugins.host import Host
    from assay.rollouts.rows import Row

RubricName: TypeAlias = Annotated[
    str, typer.Option("--rubric", "-r", help="A preset's name, or a TOML or JSON file.")
]
FailOn: TypeAlias = Annotated[
    str,
    typer.Option(
        "--fail-on",
        help="Exit with 1 on a finding at least this grave: error, warning or info.",
    ),
]
Workers: TypeAlias = Annotated[
    int | None,
    typer.Option(min=1, help="Worker processes; by default as many as CPUs.", show_default=False),
]
TimeoutS: TypeAlias = Annotated[float, typer.Option(help="Seconds for one completion.")]
GroupSize: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=2,
        max=1024,
        help="Rows of a group, for rubrics that compare within groups: one is scored when so many "
        "are there. By default a group is all rows of one group_id and step.",
        show_default=False,
    ),
]
PluginFiles: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(metavar="FILE.py", help="A one-file plugin.", show_default=False),
]


FormatName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="How the rows hold prompt and reference or tests: a name from assay formats, or a "
        "data set's, e.g. gsm8k, verl; by default recognised from the columns.",
        show_default=False,
    ),
]


def in_format(rows: Iterator[Row], name: str | None, columns: Mapping[str, str]) -> Iterator[Row]:
    """The rows, read as `--format` says or as their columns tell, which is said."""
    from assay.datasets.reading import looked_ahead, shaped

    if name is not None:
        return shaped(rows, name, columns)[0]
    ahead, rows = looked_ahead(rows)
    try:  # of the first rows alone: where they fit several formats, nothing of them is lost
        _, shape = shaped(iter(ahead), None, columns)
    except ConfigError as err:
        say_warning(f"{err}\nuntil then they are read as they are")
        return rows
    if shape is None:
        return rows
    found = shaped(rows, shape.name, columns)[0]
    say_note(f"rows are read as {shape.name}: {shape.summary} (as they are: --format assay)")
    return found


def map_option(example: str) -> Any:
    """`--map`, with an example of the command's own fields."""
    return typer.Option(
        "--map",
        metavar="FIELD=COLUMN",
        help=f"Where a field has another name in the rows, e.g. {example}; also a path, "
        "e.g. reference=reward_model.ground_truth or completion=responses[0].",
        show_default=False,
    )


def read_map(
    items: Sequence[str] | None, example: str, fields: Collection[str] | None = None
) -> dict[str, str]:
    """Field -> column, of what `--map` was given.

    Args:
        items: ``FIELD=COLUMN`` each.
        example: For the error.
        fields: Those that there are; None: any.

    Raises:
        ConfigError: no FIELD=COLUMN, an unknown field, a field twice.
    """
    columns: dict[str, str] = {}
    for item in items or ():
        name, sign, column = item.partition("=")
        if not sign or not name or not column:
            raise ConfigError(f"--map {in_line(item)}: must be FIELD=COLUMN, e.g. {example}")
        if fields is not None and name not in fields:
            raise ConfigError(
                f"--map {in_line(item)}: no field {name!r}{nearest(name, fields)}"
                f"\nfields: {', '.join(fields)}"
            )
        if name in columns:
            raise ConfigError(
                f"--map {in_line(item)}: {name!r} is mapped to {columns[name]!r} already"
            )
        columns[name] = column
    return columns


def make_host(plugin: Sequence[str] | None) -> Host:
    """What is installed, and these files; what could not be loaded stands in `errors`."""
    from assay.plugins.host import Host, PluginWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PluginWarning)
        return Host(plugins=tuple(plugin or ()))


def make_engine(rubric: str, **options: Any) -> Engine:
    """The engine; a plugin that could not be loaded is a warning, whatever Python's filters say."""
    from assay import Engine
    from assay.plugins.host import PluginWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PluginWarning)
        engine = Engine(rubric, **options)
    for error in engine.host.errors:
        say_warning(str(error))
    return engine
