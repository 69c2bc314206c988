"""Preferences to a model: what has no score is left out, and told; it is never 0."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.errors import ConfigError
from assay.model import EMPTY, FrozenDict
from assay.rubrics.fit.models import Labels, Model, Pairs, Rankings, Ratings
from assay.rubrics.fit.rows import Item, Kind, Preference

if TYPE_CHECKING:
    import numpy as np

    from assay.rubrics.fit.models import Array
else:
    from assay.rubrics.fit.extra import np


@dataclass(frozen=True, slots=True)
class Gathered:
    """Preferences as a model, and what became of each row."""

    kind: Kind
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


LISTED = 12
"""Different scores of a criterion up to which they are told."""


def gather(
    kind: Kind,
    preferences: Sequence[Preference],
    criteria: Sequence[str],
    stand_ins: Mapping[str, float] = EMPTY,
) -> Gathered:
    """The model of these preferences.

    Args:
        kind: What they are.
        preferences: With every item scored.
        criteria: To take, in this order.
        stand_ins: Criterion -> the score that its rubric has for a missing one (`missing`).

    Raises:
        ConfigError: nothing is left, or nothing differs enough to be a preference.
    """
    if not preferences:
        raise ConfigError("the inputs hold no rows")
    missing: Counter[str] = Counter()
    uses: dict[str, str] = {}
    kept: list[tuple[Preference, list[list[float]], int | None]] = []
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
    prompts = _prompts([p for p, _, _ in kept])
    model = _model(kind, kept, criteria, prompts)
    return Gathered(
        kind=kind,
        model=model,
        uses=FrozenDict({k: v for k, v in uses.items() if k in criteria}),
        levels=FrozenDict(_levels(kept, criteria)),
        rows=len(preferences),
        left_out=len(preferences) - len(kept),
        missing=FrozenDict(missing),
        cut=cut,
        silent=sum(kind == "pairs" and v[0] == v[1] for _, v, _ in kept),
    )


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
    kind: Kind,
    kept: Sequence[tuple[Preference, list[list[float]], int | None]],
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


def _levels(
    kept: Sequence[tuple[Preference, list[list[float]], int | None]], criteria: Sequence[str]
) -> dict[str, tuple[float, ...]]:
    found: dict[str, tuple[float, ...]] = {}
    rows: Array = np.concatenate([np.array(v, dtype=np.float64) for _, v, _ in kept])
    for name, column in zip(criteria, rows.T, strict=True):
        values = np.unique(column)
        if len(values) <= LISTED:
            found[name] = tuple(float(v) for v in values)
    return found
