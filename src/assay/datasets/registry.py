"""All shapes by name, and which one a row has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assay.arguments import many, of_kind, table
from assay.datasets.shape import OWN_CONTENT, RawRow, Shape
from assay.datasets.shapes import code, environments, math, trainers
from assay.errors import ConfigError, nearest
from assay.printable import brief, in_line

SHAPES: tuple[Shape, ...] = (
    *math.SHAPES,
    *code.SHAPES,
    *environments.SHAPES,
    *trainers.SHAPES,
)
"""In the order in which lists show them."""

AS_IT_IS = "assay"
"""The name that stands for rows under our own names, which need no translation."""

_BY_NAME: Mapping[str, Shape] = {
    **{name: shape for shape in SHAPES for name in shape.sets},
    **{shape.name: shape for shape in SHAPES},
}

OWN_FIELDS = ("reference", "tests", "steps", "turns")
"""Rows that have one of these are our own: there is nothing to look for."""


def named(name: str) -> Shape | None:
    """The shape of that name, or of the data set of that name; None for ``assay``.

    Raises:
        ConfigError: there is none; lists the names.
    """
    of_kind(name, str, "name", "the name of a format or of a data set")
    plain = name.lower().rpartition("/")[2].replace("_", "-")
    if plain == AS_IT_IS:
        return None
    if plain not in _BY_NAME:
        names = [AS_IT_IS, *(shape.name for shape in SHAPES)]
        raise ConfigError(
            f"no format {brief(name)}{nearest(plain, [*_BY_NAME, AS_IT_IS])}"
            f"\nformats: {', '.join(names)}"
        )
    return _BY_NAME[plain]


def recognised(rows: Iterable[RawRow], where: str = "the rows") -> Shape | None:
    """The shape that all of these rows have; None where none has it, or they are our own.

    Where several shapes claim the rows, the surest counts (`Shape.sure`).

    Args:
        rows: A few of them; all are looked at, so that a row without an answer decides nothing.
        where: For the error.

    Raises:
        ConfigError: several are as sure as each other; names them.
    """
    found = list(many(rows, "rows", "a list of rows"))
    for i, row in enumerate(found):
        table(row, f"rows[{i}]", "a row: a dict of columns")
    if not found:
        return None
    claims = [shape for shape in SHAPES if sum(map(shape.claims, found)) * 2 > len(found)]
    if not claims:
        return None
    surest = max(shape.sure for shape in claims)
    best = [shape for shape in claims if shape.sure == surest]
    if _our_own(found) and surest < (OWN if _are_written_for_us(found) else OWN_CONTENT):
        return None
    if len(best) > 1:
        listed = "\n".join(f"  {shape.name}: {shape.summary}" for shape in best)
        raise ConfigError(
            f"{in_line(where)}: the columns fit several formats\n{listed}"
            f"\nfix: name the one that is meant, e.g. --format {best[0].name}, or --format "
            f"{AS_IT_IS} to read the rows as they are"
        )
    return best[0]


OWN = 3
"""Rows with a field of ours are translated unasked only where a column that no other shape has
says so: they were written for us. `tests` alone is also a column of published sets."""


def are_ours(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether they are under our own names, so that no format is looked for."""
    return _our_own(rows) and _are_written_for_us(rows)


def _are_written_for_us(rows: Sequence[Mapping[str, Any]]) -> bool:
    names = ("completion", *(name for name in OWN_FIELDS if name != "tests"))
    return any(row.get(name) is not None for row in rows for name in names)


def _our_own(rows: Sequence[Mapping[str, Any]]) -> bool:
    return any(row.get(name) is not None for row in rows for name in OWN_FIELDS)
