"""From which score a criterion passes, and whether any row can."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from assay.audit.context import Context
from assay.audit.recomposing.matching import columns

if TYPE_CHECKING:
    from assay.audit.frame import Floats, Frame


class Passing(NamedTuple):
    """What it is for a criterion to pass."""

    at: float | None
    """The score from which it does; None where nobody says and no levels do."""
    impossible: str = ""
    """Why no row can pass, or none can fail, whatever a log holds: the score is out of reach."""
    empty: str = ""
    """Why no row of this log passes, or none fails. Its rates would be 0% and 100% by the choice of
    the score, and say nothing of the verifier."""


def passing(name: str, frame: Frame, context: Context) -> Passing:
    """By `Context.passes` where the user names a score, else the top level.

    Levels are those that the verifier declares, else one or two values in the log (a yes and a no).
    """
    score = frame.score(name)
    seen = score[np.isfinite(score)]
    levels, in_rubric = _levels(name, seen, context)
    if name not in context.passes:
        return Passing(max(levels) if levels else None)
    at = float(context.passes[name])
    if levels:
        which, low, high = "level", min(levels), max(levels)
    elif in_rubric:
        which, low, high = "score", 0.0, 1.0
    else:
        which, low, high = "", -np.inf, np.inf
    if at > high:
        return Passing(at, f"no row can pass at {at:g}: the highest {which} of {name} is {high:g}")
    if at <= low:
        return Passing(at, f"every row passes at {at:g}: the lowest {which} of {name} is {low:g}")
    if seen.size and at > seen.max():
        return Passing(
            at, "", f"no row passes at {at:g}: the highest score of {name} here is {seen.max():g}"
        )
    if seen.size and at <= seen.min():
        return Passing(
            at, "", f"every row passes at {at:g}: the lowest score of {name} here is {seen.min():g}"
        )
    return Passing(at)


def _levels(name: str, seen: Floats, context: Context) -> tuple[Sequence[float], bool]:
    """The values that a criterion can take, none where it is any; and whether the rubric has it."""
    levels: Sequence[float] = ()
    known = False
    if context.rubric is not None:
        there = list(columns(context.rubric, (name,), context.rubric))
        known = bool(there)
        levels = next((context.rubric.levels.get(k) or () for k in there), ())
    values = np.unique(seen)
    if not levels and len(values) <= 2 and set(values.tolist()) <= {0.0, 1.0}:
        levels = (0.0, 1.0)
    if not levels and len(values) == 2:
        levels = values.tolist()
    # a declared level is a fraction, and to compare a column with one takes a call for each row
    return [float(level) for level in levels], known
