"""Where the fields of a log's rows stand: what a reader says instead of reading rows itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from assay.model import EMPTY
from assay.model.paths import steps

Path: TypeAlias = tuple[str, ...]
"""Keys from the row downwards: ``("info", "model")``."""

FIELDS = (
    "reward",
    "status",
    "step",
    "prompt_id",
    "group_id",
    "prompt",
    "completion",
    "n_tokens",
    "label",
    "finish_reason",
    "truncated",
    "signature",
    "rubric",
    "turns_reward",
    "model",
    "data_source",
)
"""What an audit reads of a row, besides the criteria."""

ROW_FIELDS = ("reference", "tests", "turns", "steps", "info")
"""What else ``--map`` can name: given by `Log.rows` under these names, not read into the frame."""

SCORES = "scores."
"""``--map scores.NAME=COLUMN`` names a criterion's column."""


@dataclass(frozen=True)
class Layout:
    """Where a reader's fields stand in a row."""

    fields: Mapping[str, tuple[Path, ...]]
    """Field -> places; the first that is there and not null counts. A field that is not named
    here stands under its own name, unless it stands nowhere: ``()``."""
    criteria: Literal["terms", "scores", "columns"] = "terms"
    """``terms``: ``terms`` and ``verdicts``, as `assay verify` writes them; in rows that have
    neither, ``scores``. ``scores``: an object
    of criterion -> number, or -> object with ``score`` or ``value``. ``columns``: every column
    that holds nothing but numbers and that is not in `known`."""
    scores: Path = ("scores",)
    """Where that object stands."""
    known: frozenset[str] = frozenset()
    """Columns that are not criteria."""
    chosen: Mapping[str, tuple[Path, ...]] = field(default_factory=lambda: EMPTY)
    """Criterion -> its places, as the user named them; then no others are looked for."""
    noted: bool = False
    """Each of the terms tells its verdict's ``status`` and ``verdict_score``, as in the ledger."""
    own: bool = False
    """Written by Assay: the first criterion is the key where nobody says otherwise."""
    total: bool = False
    """The log holds no reward: it is the sum of the criteria."""
    added: tuple[str, ...] = ()
    """Criteria that the reward's column leaves out, though they were paid: they are added to it."""
    paths: Mapping[str, tuple[Path, ...]] = field(default_factory=lambda: EMPTY)
    """Field -> places, of what the user named by a path into a column: rows are asked for each."""
    strict_label: bool = False
    """The user named the label's column, so what is not a label there is an error."""

    def places(self, name: str) -> tuple[Path, ...]:
        """Where a field stands, in order of precedence."""
        found = self.fields.get(name)
        return ((name,),) if found is None else found

    def mapped(self, columns: Mapping[str, str]) -> Layout:
        """With the columns that the user named; they go before the reader's own."""
        if not columns:
            return self
        fields, chosen = dict(self.fields), dict(self.chosen)
        # a column that the user says is a label, a step ... is not a criterion for being a number
        named = {path[0] for c in columns.values() for path in column_places(c)}
        for name, column in columns.items():
            places = column_places(column)
            if name.startswith(SCORES):
                chosen[name[len(SCORES) :]] = places
            else:
                fields[name] = places
        return replace(
            self,
            fields=fields,
            known=self.known | named,
            chosen=chosen,
            paths={n: p for n, c in columns.items() if len(p := column_places(c)) > 1},
            total=self.total and "reward" not in columns,
            added=() if "reward" in columns else self.added,
            strict_label=self.strict_label or "label" in columns,
        )


def column_places(column: str) -> tuple[Path, ...]:
    """A column of that very name; or, where it reads as a path, what stands there.

    The path is that of ``assay verify --map``: `assay.model.paths`.
    """
    path = steps(column)
    return ((column,),) if path == (column,) else ((column,), path)


_FROM_THE_END = re.compile(r"-\d+")


def pointer(path: Path) -> str:
    """The path as a JSON pointer (RFC 6901), or as a JSON path of DuckDB.

    The latter where an index counts from a list's end: a pointer cannot say that.

    >>> pointer(("terms", "a/b~c", "score")), pointer(("responses", "-1"))
    ('/terms/a~1b~0c/score', '$."responses"[#-1]')
    """
    below = path[1:]
    if any(map(_FROM_THE_END.fullmatch, below)) and not any('"' in key for key in path):
        return f'$."{path[0]}"' + "".join(map(_json_path_step, below))
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in path)


def _json_path_step(key: str) -> str:
    if _FROM_THE_END.fullmatch(key):
        return f"[#{key}]"
    return f"[{key}]" if key.isdigit() else f'."{key}"'
