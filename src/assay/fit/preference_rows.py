"""Rows of preferences: what they may look like, and what is wrong with one that does not.

A row is one of

- a pair ``{"chosen": X, "rejected": X}``;
- a ranking ``{"ranking": [X, ...], "rest": [X, ...]}``, best first; `rest`, which may be left
  out, holds what is known to be below, in no order;
- a rating ``{..., "rating": 4.5}`` or a label ``{..., "label": true}`` of the completion that the
  row itself is about.

X is a map of scores ``{"math.answer": 1.0, "style": null}``, a row with ``scores`` or with the
``verdicts`` that `assay verify` writes, or text (or chat messages, or a row with a
``completion``), which a rubric has to score first. ``prompt_id``, or else ``prompt``, tells which
rows belong together.
"""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

from assay.errors import ConfigError, SampleError, nearest
from assay.model import EMPTY
from assay.model.paths import MISSING, value_at
from assay.printable import in_line, in_lines

PreferenceKind: TypeAlias = Literal["pairs", "rankings", "ratings", "labels"]
KINDS: tuple[PreferenceKind, ...] = get_args(PreferenceKind)

FIELDS = ("chosen", "rejected", "ranking", "rest", "rating", "label", "scores", "prompt")
"""What a preference row is read by; `label` and `prompt` are fields of a sample too."""

_MARKS: Mapping[PreferenceKind, tuple[str, ...]] = {
    "pairs": ("chosen", "rejected"),
    "rankings": ("ranking",),
    "ratings": ("rating",),
    "labels": ("label",),
}

LARGEST_RATING = 1e100
"""Beyond it sums of squares over many rows come near the largest double."""

SCORES_WANTED = "wanted scores {name: number in [0, 1]}, text, or chat messages"


@dataclass(slots=True)
class Item:
    """One completion of a preference: with its scores, or still to be scored."""

    scores: Mapping[str, float | None] | None = None
    """Criterion -> score; None: it has none. None as a whole: to be scored."""
    row: Mapping[str, Any] | None = None
    """The sample's row, where it is to be scored."""
    uses: Mapping[str, str] = EMPTY
    """Criterion -> name of its verifier, where the row tells."""


@dataclass(slots=True)
class Preference:
    """One row: what was preferred to what."""

    place: str
    items: list[Item]
    """Best first; one for ratings and labels."""
    ordered: int | None = None
    """How many of them are in order; None: all."""
    outcome: float | None = None
    """The rating; the label as 0 or 1."""
    prompt: Hashable = field(default=None)
    """None: not reported."""


def _at(row: Mapping[str, Any], column: str) -> Any:
    """What stands in a column, or at a path; None where nothing does."""
    value = value_at(row, column)
    return None if value is MISSING else value


def kind_of(row: Mapping[str, Any], columns: Mapping[str, str], place: str) -> PreferenceKind:
    """What the row is, from the fields it has.

    Raises:
        SampleError: none of the kinds, or more than one.
    """
    found: list[PreferenceKind] = [
        kind
        for kind, marks in _MARKS.items()
        if all(_at(row, columns.get(m, m)) is not None for m in marks)
    ]
    if "pairs" in found or "rankings" in found:  # a pair may carry a rating of its own
        found = [k for k in found if k in ("pairs", "rankings")]
    if len(found) == 1:
        return found[0]
    if found:
        marks = " and ".join(f"`{m}`" for k in found for m in _MARKS[k])
        raise SampleError(
            f"{in_line(place)}: has {marks}, so it could be {' or '.join(found)}"
            f"\nfix: say which with --kind, e.g. --kind {found[0]}"
        )
    raise SampleError(
        f"{in_line(place)}: is not a preference: has {_listed(row)}"
        "\nwanted: `chosen` and `rejected`; or `ranking`; or `rating`; or `label`"
        "\nfix: name the columns, e.g. --map chosen=preferred --map rejected=other"
    )


def read_preference(
    row: Mapping[str, Any], kind: PreferenceKind, place: str, columns: Mapping[str, str] = EMPTY
) -> Preference:
    """The row as a preference.

    Args:
        row: One row of a file, as a dict.
        kind: What it is.
        place: ``file:line``, for errors.
        columns: Field of `FIELDS` or of `Sample` -> the column that holds it.

    Raises:
        SampleError: what cannot be; names place, field, what was got and what was wanted.
    """
    reader = _FieldReader(row, place, columns)
    prompt = reader.prompt()
    if kind == "pairs":
        items = [reader.item(reader.needed(name), name) for name in ("chosen", "rejected")]
        return Preference(place, items, prompt=prompt)
    if kind == "rankings":
        return reader.ranking(prompt)
    item = reader.own()
    if kind == "ratings":
        return Preference(place, [item], outcome=reader.rating(), prompt=prompt)
    return Preference(place, [item], outcome=reader.label(), prompt=prompt)


class _FieldReader:
    def __init__(self, row: Mapping[str, Any], place: str, columns: Mapping[str, str]) -> None:
        self._row = row
        self._place = place
        self._columns = columns
        own = {columns.get(f, f) for f in FIELDS if f not in ("prompt", "label")}
        self._base = {k: v for k, v in row.items() if k not in own}

    def _get(self, name: str) -> Any:
        return _at(self._row, self._columns.get(name, name))

    def _bad(self, name: str, noted: str) -> SampleError:
        return SampleError(f"{in_line(self._place)}: `{in_line(name)}` {noted}")

    def needed(self, name: str) -> Any:
        value = self._get(name)
        if value is None:
            column = self._columns.get(name, name)
            if value_at(self._row, column) is not MISSING:
                raise SampleError(f"{in_line(self._place)}: `{in_line(column)}` is null")
            raise SampleError(
                f"{in_line(self._place)}: `{in_line(column)}` is "
                f"missing{nearest(column, map(str, self._row))}"
            )
        return value

    def ranking(self, prompt: Hashable) -> Preference:
        best = self.needed("ranking")
        rest = self._get("rest")
        for name, value in (("ranking", best), ("rest", rest if rest is not None else [])):
            if not isinstance(value, list):
                raise self._bad(name, f"is {_brief(value)}, wanted a list, best first")
        items = [self.item(v, f"ranking[{i}]") for i, v in enumerate(best)]
        below = [self.item(v, f"rest[{i}]") for i, v in enumerate(rest or [])]
        if not items or len(items) + len(below) < 2:
            count = len(items) + len(below)
            raise self._bad("ranking", f"holds {count} of two completions that it must have")
        return Preference(
            self._place, [*items, *below], len(items) if below else None, prompt=prompt
        )

    def rating(self) -> float:
        value = self.needed("rating")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._bad("rating", f"is {_brief(value)}, wanted a number")
        try:
            rating = float(value)
        except OverflowError:
            rating = math.inf
        if not math.isfinite(rating):
            raise self._bad("rating", f"is {_brief(value)}, wanted a finite number")
        if abs(rating) > LARGEST_RATING:
            raise self._bad(
                "rating", f"is {_brief(value)}, wanted a number within +-{LARGEST_RATING:g}"
            )
        return rating

    def label(self) -> float:
        value = self.needed("label")
        if not isinstance(value, bool | int | float) or value not in (0, 1):
            raise self._bad("label", f"is {_brief(value)}, wanted true or false")
        return float(value)

    def own(self) -> Item:
        """The completion that the row is about."""
        scores = self._get("scores")
        if scores is not None:
            return Item(self._scores(scores, "scores"))
        if "verdicts" in self._row:
            return self._verdicts(self._row["verdicts"], "verdicts")
        if value_at(self._row, self._columns.get("completion", "completion")) is not MISSING:
            return Item(row=self._row)
        raise SampleError(
            f"{in_line(self._place)}: has neither `scores`, nor `verdicts`, nor `completion`: has "
            f"{_listed(self._row)}"
        )

    def item(self, value: Any, where: str) -> Item:
        """One completion of a pair or of a ranking."""
        completion = self._columns.get("completion", "completion")
        if isinstance(value, str | list):
            return Item(row={**self._base, completion: value})
        if isinstance(value, Mapping):
            if isinstance(value.get("scores"), Mapping):
                return Item(self._scores(value["scores"], f"{where}.scores"))
            if isinstance(value.get("verdicts"), Mapping):
                return self._verdicts(value["verdicts"], f"{where}.verdicts")
            if completion in value and not _is_score(value[completion]):
                return Item(row={**self._base, **value})
            return Item(self._scores(value, where))
        raise self._bad(where, f"is {_brief(value)}, {SCORES_WANTED}")

    def _scores(self, value: Any, where: str) -> dict[str, float | None]:
        if not isinstance(value, Mapping) or not value:
            raise self._bad(where, f"is {_brief(value)}, {SCORES_WANTED}")
        return {str(k): self._score(v, f"{where}.{k}") for k, v in value.items()}

    def _verdicts(self, value: Any, where: str) -> Item:
        if not isinstance(value, Mapping) or not value:
            raise self._bad(where, f"is {_brief(value)}, wanted what `assay verify` writes")
        scores: dict[str, float | None] = {}
        uses: dict[str, str] = {}
        for key, verdict in value.items():
            if not isinstance(verdict, Mapping):
                raise self._bad(f"{where}.{key}", f"is {_brief(verdict)}, wanted a verdict")
            scores[str(key)] = self._score(verdict.get("score"), f"{where}.{key}.score")
            if isinstance(verdict.get("verifier"), str):
                uses[str(key)] = verdict["verifier"]
        return Item(scores, uses=uses)

    def _score(self, value: Any, where: str) -> float | None:
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return None
        if not isinstance(value, bool | int | float):
            raise self._bad(where, f"is {_brief(value)}, wanted a number, or null for no score")
        if not 0.0 <= value <= 1.0:
            raise self._bad(where, f"is {value}, must lie in [0, 1]")
        return float(value)

    def prompt(self) -> Hashable:
        """What tells rows of one prompt from those of another; None where nothing does."""
        for name in ("prompt_id", "prompt"):
            value = self._get(name)
            if value is not None and not (isinstance(value, float) and math.isnan(value)):
                return _hashable(value)
        # TRL's implicit prompts: the messages before the last, the same in both
        chosen, rejected = self._get("chosen"), self._get("rejected")
        if isinstance(chosen, list) and isinstance(rejected, list) and len(chosen) > 1:
            shared = chosen[:-1]
            if shared == rejected[:-1]:
                return _hashable(shared)
        return None


def _hashable(value: Any) -> Hashable:
    if isinstance(value, str | int | float):
        return value
    return json.dumps(value, sort_keys=True, default=str)


def _is_score(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float)


def _brief(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def _listed(row: Mapping[str, Any]) -> str:
    names = [f"`{in_line(name)}`" for name in list(row)[:8]]
    if len(row) > 8:
        names.append("...")
    return ", ".join(names) or "no field"


def criteria_of(preferences: Iterable[Preference], wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """The criteria to fit, in order of first appearance; or those asked for, if they are there.

    Raises:
        ConfigError: a criterion asked for that no row has; suggests the nearest.
    """
    known: dict[str, None] = {}
    for preference in preferences:
        for item in preference.items:
            known.update(dict.fromkeys(item.scores or ()))
    for name in wanted:
        if name not in known:
            raise ConfigError(
                f"no row has a score of {name!r}{nearest(name, known)}"
                f"\nscores in the rows: {in_lines(known) or 'none'}"
            )
    return tuple(dict.fromkeys(wanted)) or tuple(known)
