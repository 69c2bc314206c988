"""Preferences to a model: what has no score is left out, and reported; it is never 0."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from assay.errors import ConfigError
from assay.fit.models import Labels, Model, Pairs, Ratings
from assay.fit.preference_rows import Item, Preference, PreferenceKind
from assay.fit.rankings import Rankings
from assay.model import EMPTY, FrozenDict

if TYPE_CHECKING:
    import numpy as np

    from assay.fit.inputs import Array
else:
    from assay.fit.extra import np


@dataclass(frozen=True, slots=True)
class Gathered:
    """Preferences as a model, and what became of each row."""

    kind: PreferenceKind
    model: Model
    uses: Mapping[str, str]
    """Criterion -> verifier, where rows tell."""
    levels: Mapping[str, tuple[float, ...]]
    """Criterion -> the scores seen, ascending, where there are few."""
    rows: int
    left_out: int
    """Rows without a part, since a score was missing."""
    missing: Mapping[str, int]
    """Criterion -> rows left out, or rankings cut, for want of its score."""
    cut: int
    """Rankings that lost an item and were kept: by Luce's axiom the rest is ranked the same way
    without it."""
    silent: int
    """Pairs whose two sides have the same scores: they say nothing."""
    tied: str | None = None
    """The criterion in which the pairs that were taken do not differ."""
    decided: tuple[int, int] = (0, 0)
    """Pairs set aside since they differ in it: those it orders as chosen, and all."""


LISTED = 12
"""Different scores of a criterion up to which they are reported."""


def gather(
    kind: PreferenceKind,
    preferences: Sequence[Preference],
    criteria: Sequence[str],
    stand_ins: Mapping[str, float] = EMPTY,
    tied: str | None = None,
) -> Gathered:
    """The model of these preferences.

    Args:
        kind: What they are.
        preferences: With every item scored.
        criteria: To take, in this order.
        stand_ins: Criterion -> the score that its rubric has for a missing one (`missing`).
        tied: One of the criteria: only pairs that do not differ in it are taken, and it is no
            longer one of those that are fitted. What is fitted is then what counts behind it.

    Raises:
        ConfigError: nothing is left, or nothing differs enough to be a preference.
    """
    if not preferences:
        raise ConfigError("the inputs hold no rows")
    if tied is not None and (kind != "pairs" or tied not in criteria or len(criteria) < 2):
        raise ConfigError(f"tied {tied!r}: needs pairs, and that criterion beside another")
    missing: Counter[str] = Counter()
    uses: dict[str, str] = {}
    kept: list[_Kept] = []
    cut = 0
    for preference in preferences:
        vectors: list[list[float]] = []
        lacking: set[str] = set()
        ordered = len(preference.items) if preference.ordered is None else preference.ordered
        still = ordered
        for index, item in enumerate(preference.items):
            uses.update(item.uses)
            vector, without = _vector(item, criteria, stand_ins)
            if without:
                lacking.update(without)
                still -= index < ordered
            else:
                vectors.append(vector)
        missing.update(lacking)
        least = 2 if kind in ("pairs", "rankings") else 1
        if len(vectors) < least or still < 1:
            continue
        cut += len(vectors) < len(preference.items)
        kept.append((preference, vectors, still if still < len(vectors) else None))
    if not kept:
        most = ", ".join(f"{name!r} in {n}" for name, n in missing.most_common(3))
        raise ConfigError(
            f"of {len(preferences)} {kind} none has all its scores; missing: {most}"
            "\nfix: leave the criterion out by naming the others with --criterion"
        )
    decided = (0, 0)
    if tied is not None:
        kept, decided = _ties(kept, list(criteria).index(tied))
        criteria = [name for name in criteria if name != tied]
        if not kept:
            raise ConfigError(f"all {decided[1]} pairs differ in {tied!r}: none is left to fit to")
    prompts = _prompts([p for p, _, _ in kept])
    model = _model(kind, kept, criteria, prompts)
    return Gathered(
        kind=kind,
        model=model,
        uses=FrozenDict({k: v for k, v in uses.items() if k in criteria}),
        levels=FrozenDict(_levels(kept, criteria)),
        rows=len(preferences),
        left_out=len(preferences) - len(kept) - decided[1],
        missing=FrozenDict(missing),
        cut=cut,
        silent=sum(kind == "pairs" and v[0] == v[1] for _, v, _ in kept),
        tied=tied,
        decided=decided,
    )


_Kept: TypeAlias = tuple[Preference, list[list[float]], int | None]


def _ties(kept: Sequence[_Kept], column: int) -> tuple[list[_Kept], tuple[int, int]]:
    """Pairs that do not differ in the column, without it; and what the column says of the rest."""
    ties: list[_Kept] = []
    agree = 0
    for preference, (chosen, rejected), ordered in kept:
        agree += chosen[column] > rejected[column]
        if chosen[column] == rejected[column]:
            sides = [[*v[:column], *v[column + 1 :]] for v in (chosen, rejected)]
            ties.append((preference, sides, ordered))
    return ties, (agree, len(kept) - len(ties))


def _vector(
    item: Item, criteria: Sequence[str], stand_ins: Mapping[str, float]
) -> tuple[list[float], list[str]]:
    scores = item.scores or {}
    vector: list[float] = []
    without: list[str] = []
    for name in criteria:
        score = scores.get(name)
        if score is None:
            score = stand_ins.get(name)
        if score is None:
            without.append(name)
        else:
            vector.append(score)
    return vector, without


def _prompts(preferences: Sequence[Preference]) -> list[Hashable] | None:
    """A prompt for each; a row that does not tell its own is alone with it."""
    if all(p.prompt is None for p in preferences):
        return None
    return [(i,) if p.prompt is None else p.prompt for i, p in enumerate(preferences)]


def _model(
    kind: PreferenceKind,
    kept: Sequence[_Kept],
    criteria: Sequence[str],
    prompts: list[Hashable] | None,
) -> Model:
    if kind == "pairs":
        sides: Array = np.array([vectors for _, vectors, _ in kept], dtype=np.float64)
        return Pairs(sides[:, 0] - sides[:, 1], criteria, prompts)
    if kind == "rankings":
        return Rankings([v for _, v, _ in kept], criteria, prompts, [k for _, _, k in kept])
    scores = [vectors[0] for _, vectors, _ in kept]
    outcomes = [p.outcome for p, _, _ in kept]
    if len(set(outcomes)) < 2:
        what = "rating" if kind == "ratings" else "label"
        raise ConfigError(f"every row has the same {what}, {outcomes[0]:g}: no preference in it")
    if kind == "ratings":
        return Ratings(scores, outcomes, criteria, prompts)
    return Labels(scores, [o == 1.0 for o in outcomes], criteria, prompts)


def _levels(kept: Sequence[_Kept], criteria: Sequence[str]) -> dict[str, tuple[float, ...]]:
    found: dict[str, tuple[float, ...]] = {}
    rows: Array = np.concatenate([np.array(v, dtype=np.float64) for _, v, _ in kept])
    for name, column in zip(criteria, rows.T, strict=True):
        values = np.unique(column)
        if len(values) <= LISTED:
            found[name] = tuple(float(v) for v in values)
    return found
