"""Whether some weights order everything as observed: then the likelihood has no maximum.

Source:
    Albert and Anderson 1984, Biometrika 71: the maximum likelihood estimate of a logistic model
    is finite if and only if the observations overlap. Found by linear programming as in Konis
    2007, "Linear programming algorithms for detecting separated data in binary logistic
    regression models" (thesis, Oxford).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assay.fit.result import Separation

if TYPE_CHECKING:
    import numpy as np
    from scipy import optimize, sparse

    from assay.fit.inputs import Array
else:
    from assay.fit.extra import np, optimize, sparse

NEAR = 1e-7
"""Scores closer than this, relative to the largest difference, count as equal: the tolerance of
the solver."""


def find_separation(contrasts: Array, names: Sequence[str]) -> Separation | None:
    """The separating weights, or None where the observations overlap.

    Args:
        contrasts: One row a comparison, better less worse; what is compared is ``row @ weights``.
        names: Of the columns.

    A first program of as many variables as there are criteria tells whether there is separation;
    only then a second one, with a variable for each comparison, tells how many it orders.
    """
    rows = np.unique(contrasts, axis=0)
    rows = rows[np.abs(rows).max(axis=1) > 0.0]
    if len(rows) == 0:
        return None
    rows = rows / np.abs(rows).max()
    direction = _separating(rows)
    if direction is None:
        return None
    widest = _widest(rows)
    if widest is not None:
        direction = widest
    moved = contrasts @ direction
    differ = np.abs(contrasts).max(axis=1) > 0.0
    strict = int((moved > NEAR * np.abs(contrasts).max()).sum())
    return Separation(
        complete=strict == int(differ.sum()),
        direction={
            name: float(round(w, 6))
            for name, w in zip(names, direction, strict=True)
            if abs(w) > NEAR
        },
        strict=strict,
        comparisons=int(differ.sum()),
        alone=_alone(rows, names),
    )


def _separating(rows: Array) -> Array | None:
    """Weights in [-1, 1] that make no row negative and some positive, if there are any."""
    found = optimize.linprog(
        -rows.sum(axis=0),
        A_ub=-rows,
        b_ub=np.zeros(len(rows)),
        bounds=(-1.0, 1.0),
        method="highs",
    )
    if found.x is None:
        return None
    moved = rows @ found.x
    if moved.min() < -10 * NEAR or moved.max() <= 100 * NEAR:
        return None
    return np.asarray(found.x)


def _widest(rows: Array) -> Array | None:
    """Weights that make as many rows positive as any can: maximise sum u, 0 <= u <= min(1, row)."""
    count, columns = rows.shape
    sides = sparse.hstack([sparse.csr_matrix(-rows), sparse.identity(count)], format="csr")
    found = optimize.linprog(
        np.concatenate([np.zeros(columns), -np.ones(count)]),
        A_ub=sides,
        b_ub=np.zeros(count),
        bounds=[(None, None)] * columns + [(0.0, 1.0)] * count,
        method="highs",
    )
    if found.x is None:
        return None
    direction = np.asarray(found.x[:columns])
    size = np.abs(direction).max()
    if size == 0.0 or (rows @ (direction / size)).min() < -10 * NEAR:
        return None
    return np.asarray(direction / size)


def _alone(rows: Array, names: Sequence[str]) -> tuple[str, ...]:
    """Criteria each of which never speaks against what was observed, and sometimes for it."""
    found = []
    for name, column in zip(names, rows.T, strict=True):
        if column.min() >= 0.0 < column.max():
            found.append(name)
        elif column.max() <= 0.0 > column.min():
            found.append(f"-{name}")
    return tuple(found)
