"""Whether a log has the fields and columns that the user named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assay.arguments import of_kind, table
from assay.audit.logs.fields.row_blocks import Extractor
from assay.audit.logs.gather import RowBlock
from assay.audit.logs.layout import FIELDS, ROW_FIELDS, SCORES, column_places
from assay.audit.logs.sources.log_files import LogFiles
from assay.errors import ConfigError, nearest
from assay.model.paths import NAMED, what_is_missing
from assay.printable import brief, in_line, in_lines

LOOKED_AT = 100
"""Rows in which the nearest name is looked for."""


def check_fields(columns: Mapping[str, str]) -> None:
    """Refuse what is mapped to no field of a row, before a file is opened.

    Raises:
        ConfigError: names the field.
    """
    fields = (*FIELDS, *ROW_FIELDS)
    table(columns, "columns", "a dict: field -> column")
    for name, column in columns.items():
        for given in (name, column):
            of_kind(given, str, "a name in columns")
        if name.startswith(SCORES):
            if name == SCORES:
                raise ConfigError(
                    f"--map {in_line(name)}={in_line(column)}: must name a criterion: scores.NAME"
                )
        elif name not in fields:
            raise ConfigError(
                f"--map {in_line(name)}={in_line(column)}: no field "
                f"{brief(name)}{nearest(name, fields)}"
                f"\nfields: {', '.join(fields)}, scores.NAME"
            )
        if not column:
            raise ConfigError(f"--map {in_line(name)}=: names no column")


def check_columns(columns: Mapping[str, str], known: Mapping[str, None]) -> None:
    """Refuse a column that no row has.

    Raises:
        ConfigError: names the column.
    """
    for name, column in columns.items():
        if not any(path[0] in known for path in column_places(column)):
            absent = what_is_missing(dict.fromkeys(known), column)
            raise ConfigError(f"--map {in_line(name)}={in_line(column)}: {absent}")


def check_paths(
    columns: Mapping[str, str], extractor: Extractor, block: RowBlock, parts: LogFiles
) -> None:
    """Refuse a path that leads nowhere: `check_columns` sees only where it begins.

    Raises:
        ConfigError: names the path.
    """
    for name, column in columns.items():
        if len(column_places(column)) == 1 or name in extractor.paths:
            continue
        first = block.columns["file"] == block.columns["file"][0]
        part = parts.opened[int(block.columns["file"][0])]
        rows = part.rows(block.columns["at"][first][:LOOKED_AT].tolist())
        said = [what_is_missing(row, column) for row in rows if isinstance(row, Mapping)]
        # the row whose columns hold the nearest name, if there is one
        absent = next((one for one in said if "did you mean" in one), said[0])
        raise ConfigError(f"--map {in_line(name)}={in_line(column)}: {absent}")


def check_by(by: Sequence[str], extractor: Extractor, known: Mapping[str, None]) -> None:
    """Refuse a column to tell rows apart by that no row has, or that holds too many values.

    Raises:
        ConfigError: names the column.
    """
    for column in by:
        if not extractor.strata[column].codes:
            raise ConfigError(
                f"--by {in_line(column)}: no row has that column{nearest(column, known)}"
                f"\ncolumns: {in_lines(list(known)[:NAMED])}"
            )
    extractor.check_strata(by)
