"""Do the weights order what they were not fitted to?

Source:
    Sun, Shen and Ton 2024, "Rethinking Bradley-Terry Models in Preference-Based Reward
    Modeling", arXiv:2411.04991: what a reward is used for survives every monotone transform of
    it, so what counts is the share of comparisons that it orders as the annotator did.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from assay.arguments import of_kind
from assay.errors import ConfigError, nearest
from assay.fit.arguments import check_confidence, check_count, check_l2, check_model
from assay.fit.models import Labels, Model, Ratings
from assay.fit.rankings import Rankings
from assay.fit.solving.rank import rank
from assay.fit.solving.resample import canonical, generator
from assay.fit.solving.resample import folds as folds_of
from assay.fit.solving.solve import maximum
from assay.model import JSON

if TYPE_CHECKING:
    import numpy as np
    from scipy import stats

    from assay.fit.inputs import Array, Indices
else:
    from assay.fit.extra import np, stats

TIED = 1e-12
"""Rewards closer than this, relative to the weights, are a tie."""


@dataclass(frozen=True, slots=True)
class Consistency:
    """Share of held-out comparisons that the weights order as the annotator did."""

    share: float
    """In [0, 1]; a tie counts one half. 0.5 is chance."""
    interval: tuple[float, float]
    """Wilson, with the number of comparisons reduced by what prompts have in common, and by what
    folds have (Nadeau and Bengio 2003, Machine Learning 52: trained on each other's rows, they
    err together). Rather too wide than too narrow."""
    ties: float
    """Share of comparisons that the weights leave tied."""
    comparisons: int
    by: str
    """What was compared: ``pair``, ``ranking`` (each counts once), ``within prompt``,
    ``random pair``."""
    folds: int
    separated_folds: int = 0
    """Folds whose training part was separated; a separating direction was used in its place."""
    key: str | None = None
    key_share: float | None = None
    """The same of the key criterion alone: what the other weights have to beat."""
    equal_share: float | None = None
    """The same of all criteria with weight 1 each."""

    def to_json(self) -> dict[str, JSON]:
        """As JSON values."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}


def order_consistency(
    model: Model,
    *,
    l2: float = 0.0,
    folds: int = 5,
    seed: int = 0,
    key: str | None = None,
    confidence: float = 0.95,
) -> Consistency | None:
    """Cross-validated share of comparisons ordered as observed; folds hold whole prompts.

    Pairs are compared as they are; of a ranking all pairs whose order is known, each ranking
    counting once; ratings and labels within their prompt where prompts have several, each prompt
    counting once, else in random disjoint pairs.

    Args:
        model: What to fit and to hold out.
        l2: As for `fit`.
        folds: At least 2; no more than there are prompts (or units).
        seed: The same seed gives the same folds, whatever the order of the units.
        key: A criterion to compare with, alone.
        confidence: Of the interval.

    Returns:
        None where nothing is left to compare: fewer than four units, or none that differ.

    Raises:
        ConfigError: an argument out of range.
    """
    check_model(model)
    check_l2(l2)
    check_confidence(confidence)
    check_count(folds, "folds", 2)
    check_count(seed, "seed", 0)
    if key is not None:
        of_kind(key, str, "key")
    if key is not None and key not in model.criteria:
        raise ConfigError(f"no criterion {key!r}{nearest(key, model.criteria)}")
    groups = int(model.prompts.max()) + 1 if model.prompts is not None else model.units
    if model.clustered:
        folds = min(folds, groups)
    folds = min(folds, model.units // 2)
    if folds < 2:
        return None
    rng = generator(model, seed)
    fold_of = folds_of(model, folds, rng)
    fixed = [np.ones(len(model.criteria))]
    if key is not None:
        fixed.append(np.array([float(name == key) for name in model.criteria]))
    collected: list[_Scores] = []
    separated = 0
    for fold in range(folds):
        train = model.take(np.flatnonzero(fold_of != fold))
        test = model.take(np.flatnonzero(fold_of == fold))
        basis = np.eye(len(model.names)) if l2 > 0.0 else rank(train).basis
        found = maximum(train, l2=l2, basis=basis, start=None)
        separated += found.direction is not None
        beta = found.beta if found.direction is None else found.direction
        scored = _scored(test, [beta[: len(model.criteria)], *fixed], rng)
        if scored is not None:
            collected.append(scored)
    if not collected:
        return None
    agree = np.concatenate([s.agree for s in collected], axis=1)
    tied = np.concatenate([s.tied for s in collected])
    groups_of = np.concatenate(
        [s.group + i * (model.units + groups) for i, s in enumerate(collected)]
    )
    share = float(agree[0].mean())
    return Consistency(
        share=share,
        interval=_wilson(agree[0], groups_of, confidence, 1.0 + folds / (folds - 1)),
        ties=float(tied.mean()),
        comparisons=sum(s.comparisons for s in collected),
        by=collected[0].by,
        folds=folds,
        separated_folds=separated,
        key=key,
        key_share=None if key is None else float(agree[2].mean()),
        equal_share=float(agree[1].mean()),
    )


@dataclass(frozen=True, slots=True)
class _Scores:
    """Agreement of several weights (rows) with what counts once (columns)."""

    agree: Array
    tied: Array
    """Of the first weights."""
    group: Indices
    comparisons: int
    by: str


def _scored(test: Model, weights: list[Array], rng: np.random.Generator) -> _Scores | None:
    rows, unit, group, by = _comparisons(test, rng)
    if len(rows) == 0:
        return None
    _, first, unit = np.unique(unit, return_index=True, return_inverse=True)
    size = np.bincount(unit)
    agree, ties = [], []
    for beta in weights:
        moved = rows @ beta
        level = TIED * max(float(np.abs(beta).max()), 1e-300)
        value = np.where(np.abs(moved) <= level, 0.5, (moved > 0.0).astype(np.float64))
        agree.append(np.bincount(unit, weights=value) / size)
        ties.append(np.bincount(unit, weights=(value == 0.5).astype(np.float64)) / size)
    return _Scores(np.array(agree), ties[0], group[first], len(rows), by)


def _comparisons(test: Model, rng: np.random.Generator) -> tuple[Array, Indices, Indices, str]:
    """Rows better less worse; what each counts towards; its cluster; what it is."""
    each = np.arange(test.units)
    prompts = each if test.prompts is None else test.prompts
    if isinstance(test, Ratings | Labels):
        outcome = test.ratings if isinstance(test, Ratings) else test.labels.astype(np.float64)
        if test.clustered:
            better, worse = _within(outcome, prompts)
            by = "within prompt"
            unit = prompts[better]
        else:
            better, worse = _disjoint(outcome, canonical(test)[0], rng)
            by = "random pair"
            unit = better
        return test.scores[better] - test.scores[worse], unit, unit, by
    rows = test.contrasts()
    if rows is None:  # no such model; the type allows it
        return np.zeros((0, len(test.criteria))), each[:0], each[:0], test.noun
    unit = test.unit_of_contrast()
    by = "ranking" if isinstance(test, Rankings) else "pair"
    return rows, unit, prompts[unit], by


def _within(outcome: Array, prompts: Indices) -> tuple[Indices, Indices]:
    """All pairs within a prompt whose outcomes differ: better, worse."""
    order = np.argsort(prompts, kind="stable")
    bounds = np.flatnonzero(np.diff(prompts[order])) + 1
    better: list[Indices] = []
    worse: list[Indices] = []
    for members in np.split(order, bounds):
        values = outcome[members]
        first, second = np.nonzero(values[:, None] > values[None, :])
        better.append(members[first])
        worse.append(members[second])
    return np.concatenate(better), np.concatenate(worse)


def _disjoint(outcome: Array, units: Indices, rng: np.random.Generator) -> tuple[Indices, Indices]:
    """Pairs of units, none in two of them, whose outcomes differ.

    The lower half against the upper half, each in random order: as many differ as can.
    """
    shuffled = rng.permutation(units)
    ordered = shuffled[np.argsort(outcome[shuffled], kind="stable")]
    half = len(ordered) // 2
    worse, better = ordered[:half], ordered[len(ordered) - half :]
    differ = outcome[better] > outcome[worse]
    return better[differ], worse[differ]


def _wilson(
    agree: Array, group: Indices, confidence: float, inflation: float
) -> tuple[float, float]:
    """Wilson 1927, with the effective number of comparisons under clustering.

    Args:
        agree: Of each unit, in [0, 1].
        group: The cluster of each.
        confidence: Of the interval.
        inflation: What the variance is multiplied with, since folds err together.
    """
    _, group = np.unique(group, return_inverse=True)
    count = int(group.max()) + 1
    share = float(agree.mean())
    totals = np.bincount(group, weights=agree - share)
    variance = 0.0
    if count > 1:
        variance = count / (count - 1) * float((totals**2).sum()) / len(agree) ** 2
    effective = float(count)
    if variance > 0.0 and 0.0 < share < 1.0:
        effective = min(share * (1.0 - share) / variance, float(len(agree)))
    effective /= inflation
    z = float(stats.norm.ppf(0.5 + confidence / 2.0))
    middle = (share + z * z / (2 * effective)) / (1 + z * z / effective)
    reach = (
        z
        * float(np.sqrt(share * (1 - share) / effective + z * z / (4 * effective**2)))
        / (1 + z * z / effective)
    )
    return max(0.0, middle - reach), min(1.0, middle + reach)
