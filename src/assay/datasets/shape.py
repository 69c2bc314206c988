"""`Shape`: one way in which published rows hold a prompt, and a reference or tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from assay.datasets.cells import has
from assay.errors import SampleError
from assay.model import EMPTY, SAMPLE_FIELDS
from assay.model.paths import MISSING, value_at
from assay.printable import in_lines

RawRow: TypeAlias = Mapping[str, Any]
"""A row as its data set has it, of JSON values."""

OWN_COLUMN: Literal[3] = 3
OWN_CONTENT: Literal[2] = 2
USUAL_NAMES: Literal[1] = 1
"""How sure the marks of a shape are: a column that no other shape has; usual columns with a content
of their own, such as ``#### 4``; nothing but names that many sets use."""

IDS = ("task_id", "problem_id", "question_id", "unique_id", "example_id")
"""Columns that name the problem, in their order: completions of one are compared by audits."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape of rows: how it is known, and what it fills of a `Sample`."""

    name: str
    """As ``--format`` takes it."""
    summary: str
    """One sentence: where the prompt and the truth stand."""
    columns: tuple[tuple[str, ...], ...]
    """What a row must have: of each group one. Paths into columns are allowed."""
    fields: Callable[[RawRow], dict[str, Any]]
    """The fields of `Sample` that a row fills; ``info`` adds entries to it. Raises `SampleError`
    for a row that does not hold what the shape says."""
    used: tuple[str, ...]
    """Columns that `fields` has read, so that they are not copied into ``info`` too."""
    sure: Literal[1, 2, 3] = OWN_COLUMN
    fits: Callable[[RawRow], bool] = bool
    """Asked where the columns are there: whether what they hold is this shape's."""
    fills: tuple[str, ...] = ("prompt", "reference")
    sets: tuple[str, ...] = ()
    """Data sets that have it, by the names that are used for them; ``--format`` takes those too."""
    blank: tuple[str, ...] = ()
    """Columns that may hold an empty text: a model that wrote nothing."""
    example: str = ""
    """A row, shortened, as JSON."""

    def claims(self, row: RawRow) -> bool:
        """Whether the row has this shape's columns and contents."""
        return not self._missing(row) and self.fits(row)

    def _missing(self, row: RawRow) -> list[tuple[str, ...]]:
        """The groups of columns of which none is there."""
        return [
            group
            for group in self.columns
            if not any(
                has(row, name) or (name in self.blank and row.get(name) == "") for name in group
            )
        ]

    def translate(
        self, row: RawRow, columns: Mapping[str, str] = EMPTY, keep: Iterable[str] = ()
    ) -> dict[str, Any]:
        """The row under the names of `Sample`'s fields; other columns keep theirs.

        Args:
            row: As the data set has it.
            columns: Field -> column that the user named: goes before what the shape says.
            keep: Columns that stay although the shape has read them.

        Raises:
            SampleError: the row does not hold what the shape says: which column, what it holds,
                what was wanted.
        """
        missing = self._missing(row)
        if missing:
            wanted = " or ".join(repr(name) for name in missing[0])
            there = in_lines(row) or "none"
            raise self._refused(
                SampleError(f"no column {wanted}, or it is empty; columns: {there}")
            )
        try:
            found = self.fields(row)
        except SampleError as err:
            raise self._refused(err) from err
        stays = {name.partition(".")[0] for name in keep}
        mapped = set(columns.values())
        out = {
            name: value
            for name, value in row.items()
            if (name not in self.used or name in stays) and name not in mapped
        }
        entries = found.pop("info", {})
        inner = out.pop("info", None)
        if isinstance(inner, Mapping):
            entries = {**inner, **entries}
        out.update(found)
        if entries:
            out["info"] = entries
        if "prompt_id" not in out:
            known = next((row[name] for name in IDS if isinstance(row.get(name), str | int)), None)
            if known is not None:
                out["prompt_id"] = str(known)
        for field, column in columns.items():
            value = value_at(row, column)
            if value is not MISSING and field in SAMPLE_FIELDS:
                out[field] = value
        return out

    def _refused(self, err: SampleError) -> SampleError:
        first, _, rest = str(err).partition("\n")
        fix = rest or (
            "fix: correct the row, or name another format with --format, in Python as the name; "
            "`assay formats` lists them"
        )
        return SampleError(f"{first} (format {self.name})\n{fix}")
