"""Which criteria a fault is of: advice that names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from assay.audit.frame import Codes, Floats, Frame

COUNTS = 0.2
"""Of what is to be explained: a criterion with less is not named."""

NAMED = 3
"""Criteria at most: advice that names more names none."""


def named(frame: Frame, parts: Floats) -> str:
    """The criteria that make most of something up, as text: ``"`length` and `style`"``.

    Empty where no criterion has `COUNTS` of it, or nothing is to be explained.

    Args:
        frame: The log.
        parts: (k,) what each criterion adds to it; what works against it is below 0.
    """
    total = float(np.maximum(parts, 0.0).sum())
    if not total > 0:
        return ""
    order = [j for j in np.argsort(-parts, kind="stable") if parts[j] > COUNTS * total][:NAMED]
    names = [f"`{frame.criteria[j]}`" for j in order]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def between(frame: Frame, more: Codes, less: Codes) -> str:
    """The criteria for which the rows `more` were paid more than the rows `less`, pair by pair."""
    contributions = frame.contributions
    known = np.isfinite(contributions).any(axis=0)
    if not known.any() or len(more) == 0:
        return ""
    apart = np.nan_to_num(contributions[more] - contributions[less])
    return named(frame, np.where(known, apart.sum(axis=0), 0.0))
