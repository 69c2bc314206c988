"""How many preferences an interval of a wanted width takes.

Fisher information adds up over independent observations, so a standard error falls with the
square root of their number: n' = n * (width / wanted) ** 2.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from assay.arguments import is_number, many
from assay.errors import ConfigError
from assay.fit.arguments import check_confidence, check_fit, check_model
from assay.fit.inputs import column
from assay.fit.models import Model
from assay.fit.result import Fit
from assay.printable import brief

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from scipy import stats
else:
    from assay.fit.extra import np, stats


def sample_size(fitted: Fit, width: float) -> Mapping[str, int | None]:
    """Units that each criterion's Wald interval needs to be no wider than `width`.

    Args:
        fitted: A fit to units like those to come; of their prompts too, where it is clustered.
        width: In the model's unit: log-odds, or ratings, per unit of score.

    Returns:
        Criterion -> number of units; None where the fit does not say. It is an estimate from
        this fit's weights, and no better known than they are.

    Raises:
        ConfigError: a width that is not positive.
    """
    check_fit(fitted)
    _check(width)
    return {
        w.name: None if w.width is None else needed(fitted.n, w.width, width)
        for w in fitted.weights
    }


def needed(n: int, width: float, wanted: float) -> int | None:
    """Units for a width of `wanted`, when `n` of them gave `width`; None: no number does."""
    if not math.isfinite(width):
        return None
    # a hair below, so that a width just reached does not ask for one unit more
    return max(1, math.ceil(n * (width / wanted) ** 2 * (1.0 - 1e-12)))


def planned_size(
    model: Model,
    weights: Sequence[float],
    width: float,
    *,
    confidence: float = 0.95,
) -> Mapping[str, int]:
    """The same before there are preferences: from supposed weights and the items to compare.

    Args:
        model: Observations of the kind to come, such as `Pairs` of completions not compared yet;
            which of a pair was chosen does not matter here.
        weights: What to suppose, one a criterion (then the intercept).
        width: As for `sample_size`.
        confidence: Of the interval.

    Raises:
        ConfigError: weights that do not go with the criteria, or criteria that do not vary
            independently in these items.
    """
    check_model(model)
    _check(width)
    check_confidence(confidence)
    beta = column(list(many(weights, "weights", "a list with a number a column")), "weights")
    if beta.shape != (len(model.names),):
        raise ConfigError(f"{beta.size} weights go with {len(model.names)} columns")
    information = model.hessian(beta) / model.units
    if np.linalg.matrix_rank(information) < len(beta):
        raise ConfigError("these items do not determine all weights, however many there are")
    z = float(stats.norm.ppf(0.5 + confidence / 2.0))
    errors = np.sqrt(np.diag(np.linalg.inv(information)) * model.dispersion(beta))
    return {
        name: max(1, math.ceil((2.0 * z * float(e) / width) ** 2))
        for name, e in zip(model.criteria, errors, strict=False)
    }


def _check(width: float) -> None:
    if not is_number(width) or not 0.0 < width < math.inf:
        raise ConfigError(f"width is {brief(width)}, must be a positive number")
