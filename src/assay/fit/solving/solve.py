"""Maximum likelihood by Newton's method, and the fit that comes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from assay.errors import ConfigError
from assay.fit.arguments import check_confidence, check_l2, check_model
from assay.fit.models import INTERCEPT, Model
from assay.fit.result import Fit, Weight
from assay.fit.solving.covariance import covariance
from assay.fit.solving.rank import rank
from assay.fit.solving.separation import NEAR, find_separation

if TYPE_CHECKING:
    import numpy as np

    from assay.fit.inputs import Array
else:
    from assay.fit.extra import np

STEPS = 100
"""Newton steps at most; a dozen are usual."""

TOLERANCE = 1e-10
"""The Newton decrement, relative to the loss, from which whole steps are taken to the end."""


NEAR_ENOUGH = 1e-4
"""For resamples, the decrement from which one more step is the last: the square of the distance
to the minimum in standard errors, which that step squares again."""

SUSPECT = 6
"""Newton steps from which on a resample is asked whether it is separated; three are usual."""


class SolvedWeights(NamedTuple):
    """Weights in the columns of the design that was solved."""

    beta: Array
    iterations: int
    converged: bool


def fit(model: Model, *, l2: float = 0.0, confidence: float = 0.95) -> Fit:
    """The weights that maximise the likelihood, with their intervals.

    The objective is ``loss(w) + l2 * sum(w ** 2)``, the intercept unpenalised; so `l2` is half
    the precision of a normal prior, as choix's `alpha`. Without it the result is invariant: a
    criterion scaled by c gets its weight scaled by 1/c.

    Args:
        model: Pairs, rankings, ratings or labels.
        l2: At least 0.
        confidence: Of the intervals, in (0, 1).

    Returns:
        A `Fit`, also where there is no maximum (`separated`) or not a single one
        (`undetermined`): it says so, and by what.

    Raises:
        ConfigError: an argument out of range.
    """
    check_model(model)
    check_l2(l2)
    check_confidence(confidence)
    ranked = rank(model)
    basis = np.eye(len(model.names)) if l2 > 0.0 else ranked.basis
    found = solve(model, penalty=penalties(model, l2), basis=basis)
    contrasts = model.contrasts()
    apart = None
    if contrasts is not None and not (l2 == 0.0 and _overlap(model, found, contrasts)):
        apart = find_separation(contrasts, model.names)
    empty = Fit(
        model=model.name,
        noun=model.noun,
        status="separated",
        weights=tuple(Weight(name, None) for name in model.criteria),
        n=model.units,
        prompts=None if model.prompts is None else int(model.prompts.max()) + 1,
        confidence=confidence,
        intervals="observed information",
        covariance=None,
        l2=l2,
        loss=None,
        null_loss=model.null_loss(),
        condition=ranked.condition,
        separation=apart,
        collinear=ranked.collinear,
        constant=ranked.constant,
    )
    if apart is not None and l2 == 0.0:
        return empty
    if not found.converged:  # a convex loss with a maximum: only broken arithmetic ends here
        raise ConfigError(
            f"no weights found in {found.iterations} Newton steps"
            "\nfix: scores of very different size? they should all lie in [0, 1]"
        )
    return _with_weights(empty, model, found, basis, () if l2 > 0.0 else ranked.undetermined)


def _overlap(model: Model, found: SolvedWeights, contrasts: Array) -> bool:
    """Whether the maximum itself proves that nothing separates, so that no programme need run.

    Stiemke: weights w with every ``row @ w >= 0`` and some above 0 exist unless positive y
    solve ``rows.T @ y = 0``. At a maximum the gradient is such an equation. Taking its rest g for
    0 is safe where |g| is below the least that a separation as narrow as is looked for would make
    of y: then 0 < y . (rows w) = g . w <= |g| cannot be.
    """
    pull = model.pull(found.beta)
    if pull is None or not found.converged:
        return False
    size = float(np.abs(contrasts).max())
    rest = float(np.abs(model.gradient(found.beta)).sum())
    return rest < float(pull.min()) * NEAR * size


def _with_weights(
    empty: Fit, model: Model, found: SolvedWeights, basis: Array, undetermined: tuple[str, ...]
) -> Fit:
    spread = covariance(model, found.beta, basis, penalties(model, empty.l2))
    reach = spread.quantile(empty.confidence)
    weights: list[Weight] = []
    for i, name in enumerate(model.names):
        value, error = float(found.beta[i]), float(np.sqrt(spread.matrix[i, i]))
        if name in undetermined:
            weights.append(Weight(name, None))
        else:
            ends = (value - reach * error, value + reach * error)
            weights.append(Weight(name, value, error, ends))
    count = len(model.criteria)
    matrix = None
    if not undetermined:
        matrix = tuple(tuple(float(v) for v in row) for row in spread.matrix[:count, :count])
    return replace(
        empty,
        status="undetermined" if undetermined else "fitted",
        weights=tuple(weights[:count]),
        intervals=spread.kind,
        covariance=matrix,
        loss=model.loss(found.beta),
        intercept=weights[-1] if model.intercept else None,
        iterations=found.iterations,
    )


def penalties(model: Model, l2: float) -> Array:
    """The penalty of each column's square."""
    return np.array([0.0 if name == INTERCEPT else l2 for name in model.names])


def solve(
    model: Model,
    *,
    penalty: Array,
    basis: Array,
    weights: Array | None = None,
    start: Array | None = None,
    polish: bool = True,
) -> SolvedWeights:
    """Minimise ``loss + penalty @ w**2`` over ``w = basis @ g``: damped Newton.

    Args:
        model: What is minimised.
        penalty: Of each column's square.
        basis: Orthonormal columns; within their span the minimum must be a single one.
        weights: Of the units.
        start: Weights to begin with.
        polish: Go on to the last digit; else stop where the error is a ten-thousandth of a
            standard error, which is enough for a resample.

    Returns:
        `converged` is False where there is no minimum, as under separation.
    """
    beta = np.zeros(len(model.names)) if start is None else start
    loss = model.loss(beta, weights) + penalty @ beta**2
    smallest = float("inf")
    for iteration in range(1, STEPS + 1):
        gradient = basis.T @ (model.gradient(beta, weights) + 2.0 * penalty * beta)
        hessian = basis.T @ (model.hessian(beta, weights) + np.diag(2.0 * penalty)) @ basis
        try:
            step = np.linalg.solve(hessian, gradient)
        except np.linalg.LinAlgError:
            return SolvedWeights(beta, iteration, False)
        decrement = float(gradient @ step)
        if not decrement >= 0.0:  # NaN too
            return SolvedWeights(beta, iteration, False)
        move = basis @ step
        near = TOLERANCE * (1.0 + abs(float(loss)))
        if decrement <= (near if polish else max(near, NEAR_ENOUGH)):
            # so near that the loss is flat to the last digit: whole steps, while they still help
            if decrement >= smallest / 4.0 or decrement == 0.0:
                return SolvedWeights(beta, iteration, True)
            smallest = decrement
            beta = beta - move
            if not polish:
                return SolvedWeights(beta, iteration, True)
            continue
        size = 1.0
        while True:
            candidate = beta - size * move
            after = model.loss(candidate, weights) + penalty @ candidate**2
            if after <= loss - 1e-4 * size * decrement:
                break
            size /= 2.0
            if size < 1e-12:
                return SolvedWeights(beta, iteration, False)
        beta, loss = candidate, after
    return SolvedWeights(beta, STEPS, False)


class Maximum(NamedTuple):
    """Weights of part of the data, or of a resample."""

    beta: Array
    direction: Array | None
    """Where the part is separated: weights that order it; then `beta` is not a maximum."""


def maximum(
    model: Model, *, l2: float, basis: Array, start: Array | None, weights: Array | None = None
) -> Maximum:
    """The weights of a part of what was fitted; asks for separation only where it shows.

    Separated data show in the number of steps: each moves the weights on by about as much as
    the last, where a maximum is reached in a few.
    """
    penalty = penalties(model, l2)
    found = solve(model, penalty=penalty, basis=basis, weights=weights, start=start, polish=False)
    if found.converged and found.iterations <= SUSPECT:
        return Maximum(found.beta, None)
    contrasts = None if l2 > 0.0 else model.contrasts()
    if contrasts is not None:
        if weights is not None:
            contrasts = contrasts[weights[model.unit_of_contrast()] > 0.0]
        apart = find_separation(contrasts, model.names)
        if apart is not None:
            direction = np.array([apart.direction.get(name, 0.0) for name in model.names])
            return Maximum(found.beta, direction)
    if not found.converged:  # fewer rows than the whole, so perhaps of lower rank
        shrunk = solve(model, penalty=penalty + 1e-8, basis=basis, weights=weights)
        return Maximum(shrunk.beta, None)
    return Maximum(found.beta, None)
