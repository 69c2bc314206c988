"""Weights from preferences: maximum likelihood, and what the data do not say.

Needs numpy and scipy (the extra ``audit``), which are imported on first use.

>>> from assay.fit import bradley_terry
>>> differences = [[1, 0.2], [1, -0.4], [0, 0.3], [-1, 0.1], [0, -0.2], [1, 0.1], [0, 0.4]]
>>> fitted = bradley_terry(differences, names=["correct", "style"])
>>> [(w.name, round(w.value, 2), w.spans_zero) for w in fitted.weights]
[('correct', 1.34, True), ('style', 2.8, True)]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assay.fit.checks.consistency import Consistency, order_consistency
from assay.fit.checks.margin import FittedRubric, Margin, make_rubric
from assay.fit.checks.needed import planned_size, sample_size
from assay.fit.checks.scale import Scaled, Share, scaled
from assay.fit.findings import FitFinding, find
from assay.fit.gather import Gathered, gather
from assay.fit.items import ItemFit, item_bradley_terry, item_plackett_luce
from assay.fit.models import Labels, Model, Pairs, Ratings
from assay.fit.preference_rows import Preference, read_preference
from assay.fit.rankings import Rankings
from assay.fit.report import Report, rubric_file_text, save_rubric_file
from assay.fit.result import Bootstrap, Collinearity, Fit, Separation, Weight
from assay.fit.solving.resample import bootstrap
from assay.fit.solving.separation import find_separation
from assay.fit.solving.solve import fit

__all__ = [
    "Bootstrap",
    "Collinearity",
    "Consistency",
    "Fit",
    "FitFinding",
    "FittedRubric",
    "Gathered",
    "ItemFit",
    "Labels",
    "Margin",
    "Model",
    "Pairs",
    "Preference",
    "Rankings",
    "Ratings",
    "Report",
    "Scaled",
    "Separation",
    "Share",
    "Weight",
    "bootstrap",
    "bradley_terry",
    "find",
    "find_separation",
    "fit",
    "gather",
    "item_bradley_terry",
    "item_plackett_luce",
    "least_squares",
    "logistic",
    "make_rubric",
    "order_consistency",
    "plackett_luce",
    "planned_size",
    "read_preference",
    "rubric_file_text",
    "sample_size",
    "save_rubric_file",
    "scaled",
]


def bradley_terry(
    differences: Any,
    *,
    names: Sequence[str] | None = None,
    prompts: Sequence[object] | None = None,
    l2: float = 0.0,
    confidence: float = 0.95,
) -> Fit:
    """Weights from pairs; see `Pairs` for what is given and `fit` for what comes back.

    Args:
        differences: Scores of the chosen less those of the rejected, one row a pair.
        names: The criteria.
        prompts: A prompt for each pair; intervals are clustered by it.
        l2: Penalty ``l2 * sum(w ** 2)``.
        confidence: Of the intervals.
    """
    return fit(Pairs(differences, names, prompts), l2=l2, confidence=confidence)


def plackett_luce(
    rankings: Sequence[Any],
    *,
    names: Sequence[str] | None = None,
    prompts: Sequence[object] | None = None,
    ordered: Sequence[int | None] | None = None,
    l2: float = 0.0,
    confidence: float = 0.95,
) -> Fit:
    """Weights from rankings, also of the top only; see `Rankings` and `fit`.

    Args:
        rankings: For each the scores of its items, best first, one row an item.
        names: The criteria.
        prompts: A prompt for each ranking.
        ordered: How many items of each are in order; the rest is below them.
        l2: Penalty ``l2 * sum(w ** 2)``.
        confidence: Of the intervals.
    """
    return fit(Rankings(rankings, names, prompts, ordered), l2=l2, confidence=confidence)


def least_squares(
    scores: Any,
    ratings: Any,
    *,
    names: Sequence[str] | None = None,
    prompts: Sequence[object] | None = None,
    l2: float = 0.0,
    confidence: float = 0.95,
) -> Fit:
    """Weights from ratings, with an intercept; see `Ratings` and `fit`.

    Args:
        scores: One row a completion.
        ratings: Finite numbers, higher is better.
        names: The criteria.
        prompts: A prompt for each completion.
        l2: Penalty ``l2 * sum(w ** 2)`` on half the sum of squared residuals.
        confidence: Of the intervals.
    """
    return fit(Ratings(scores, ratings, names, prompts), l2=l2, confidence=confidence)


def logistic(
    scores: Any,
    labels: Any,
    *,
    names: Sequence[str] | None = None,
    prompts: Sequence[object] | None = None,
    l2: float = 0.0,
    confidence: float = 0.95,
) -> Fit:
    """Weights from accept/reject labels, with an intercept; see `Labels` and `fit`.

    Args:
        scores: One row a completion.
        labels: True where it was accepted.
        names: The criteria.
        prompts: A prompt for each completion.
        l2: Penalty ``l2 * sum(w ** 2)``.
        confidence: Of the intervals.
    """
    return fit(Labels(scores, labels, names, prompts), l2=l2, confidence=confidence)
