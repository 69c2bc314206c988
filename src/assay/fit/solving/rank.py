"""Which weights the data determine at all, and which only hardly.

Source:
    Belsley, Kuh and Welsch 1980, "Regression Diagnostics", chapter 3: columns scaled to equal
    length, condition indices from the singular values, and for each of them the share of each
    weight's variance that it accounts for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assay.fit.models import Model
from assay.fit.result import Collinearity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from assay.fit.inputs import Array
else:
    from assay.fit.extra import np

INDEX = 30.0
"""Condition index from which collinearity is reported."""

SHARE = 0.5
"""Share of a weight's variance from which it takes part in a collinearity."""

DETERMINED = 1e-6
"""Part of a weight outside the span of the data from which it is not determined."""


class Rank(NamedTuple):
    """What the design determines."""

    basis: Array
    """Orthonormal columns that span what is determined, the intercept included."""
    undetermined: tuple[str, ...]
    constant: tuple[str, ...]
    """Criteria that never differ; all of them undetermined."""
    collinear: tuple[Collinearity, ...]
    condition: float


def rank(model: Model) -> Rank:
    """What the model's observations determine of its weights."""
    design = model.design()
    names = model.criteria
    lengths = np.sqrt((design**2).sum(axis=0))
    tiny = 1e-12 * np.sqrt(len(design)) * max(1.0, float(np.abs(design).max()))
    varies = lengths > tiny
    constant = tuple(n for n, v in zip(names, varies, strict=True) if not v)
    moving = tuple(n for n, v in zip(names, varies, strict=True) if v)
    scaled = design[:, varies] / lengths[varies]
    if not moving:
        basis = np.zeros((len(names), 0))
        return Rank(_with_intercept(basis, model), names, constant, (), float("inf"))
    # the singular values of the triangular factor are the design's, at a fraction of the memory
    _, sizes, right = np.linalg.svd(np.linalg.qr(scaled, mode="r"), full_matrices=True)
    sizes = np.concatenate([sizes, np.zeros(len(moving) - len(sizes))])
    null = sizes <= sizes[0] * max(design.shape) * np.finfo(np.float64).eps
    # back from scaled columns: what the scaled design determines, w determines after scaling
    kept = np.zeros((len(names), int((~null).sum())))
    kept[varies] = (right[~null] * lengths[varies]).T
    basis, _ = np.linalg.qr(kept)
    outside = np.eye(len(names)) - basis @ basis.T
    loose = np.sqrt((outside**2).sum(axis=0)) > DETERMINED
    collinear = [*_exact(right[null], moving), *_near(sizes, right, null, moving)]
    return Rank(
        _with_intercept(basis, model),
        tuple(n for n, free in zip(names, loose, strict=True) if free),
        constant,
        tuple(collinear),
        float("inf") if null.any() else float(sizes[0] / sizes[-1]),
    )


def _with_intercept(basis: Array, model: Model) -> Array:
    if not model.intercept:
        return basis
    rows, columns = basis.shape
    whole = np.zeros((rows + 1, columns + 1))
    whole[:rows, :columns] = basis
    whole[rows, columns] = 1.0
    return whole


def _exact(null: Array, names: tuple[str, ...]) -> list[Collinearity]:
    """Criteria that take part in some exact dependency; those that share one stand together."""
    sets: list[set[str]] = []
    # the reduced echelon form gives sparse dependencies, so that unrelated ones stay apart
    for row in _echelon(null):
        joined = {n for n, v in zip(names, row, strict=True) if abs(v) > DETERMINED}
        for other in [s for s in sets if s & joined]:
            joined |= other
            sets.remove(other)
        sets.append(joined)
    return [
        Collinearity(tuple(n for n in names if n in found), True, float("inf")) for found in sets
    ]


def _echelon(rows: Array) -> Array:
    rows = rows.copy()
    done = 0
    for column in range(rows.shape[1]):
        if done == len(rows):
            break
        pivot = done + int(np.abs(rows[done:, column]).argmax())
        if abs(rows[pivot, column]) < DETERMINED:
            continue
        rows[[done, pivot]] = rows[[pivot, done]]
        rows[done] /= rows[done, column]
        for other in range(len(rows)):
            if other != done:
                rows[other] -= rows[other, column] * rows[done]
        done += 1
    return rows


def _near(
    sizes: Array, right: Array, null: NDArray[np.bool_], names: tuple[str, ...]
) -> list[Collinearity]:
    parts = (right[~null] / sizes[~null, None]) ** 2
    shares = parts / parts.sum(axis=0)
    found = []
    for index, share in zip(sizes[0] / sizes[~null], shares, strict=True):
        involved = tuple(n for n, s in zip(names, share, strict=True) if s > SHARE)
        if index > INDEX and len(involved) > 1:
            found.append(Collinearity(involved, False, float(index)))
    return found
