"""Trajectories: the turns of each rollout with what they were paid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assay.findings import Cell, Finding

if TYPE_CHECKING:
    from assay.audit.frame import Codes, Floats, Frame

SLACK = 1e-6
"""By how much floats may miss, for each unit that is paid: rewards may have been float32."""


@dataclass
class TurnsReport:
    """What was found out from the rewards of turns."""

    findings: list[Finding]
    rows: list[tuple[Cell, ...]]
    notes: list[str]
    lacks: list[str]


@dataclass(frozen=True)
class Paths:
    """Trajectories whose turns are all paid, as columns."""

    rows: Codes
    """(p,) of the frame."""
    starts: Codes
    """(p,) where each begins in the turns that follow."""
    lengths: Codes
    """(p,) turns, at least 1."""
    turns: Codes
    """(q,) place of each turn in ``frame.turns``."""
    place: Codes
    """(q,) number of the turn in its trajectory, from 0."""
    paid: Floats
    """(q,) its reward."""
    outcome: Floats
    """(p,) what is paid for the whole."""

    @classmethod
    def of(cls, frame: Frame) -> Paths | None:
        """None where there is no such trajectory."""
        turns = frame.turns
        if turns is None:
            return None
        lengths = np.diff(turns.offsets)
        missing = np.concatenate([[0], np.cumsum(~np.isfinite(turns.rewards))])
        whole = (missing[turns.offsets[1:]] == missing[turns.offsets[:-1]]) & (lengths > 0)
        rows = np.flatnonzero(whole & np.isfinite(frame.reward))
        if len(rows) == 0:
            return None
        lengths = lengths[rows]
        starts = np.cumsum(lengths) - lengths
        place = np.arange(int(lengths.sum())) - np.repeat(starts, lengths)
        at = np.repeat(turns.offsets[rows], lengths) + place
        paid = turns.rewards[at]
        return cls(rows, starts, lengths, at, place, paid, frame.reward[rows])

    def sum(self, values: Floats) -> Floats:
        """(p,) sums of each trajectory, of (q,) values."""
        total: Floats = np.add.reduceat(values, self.starts)
        return total

    def shaping(self, gamma: float) -> tuple[Floats, Floats]:
        """(p,) discounted sums of what is paid besides the outcome; and their rounding error."""
        discount = np.asarray(gamma**self.place, float)
        end = gamma ** (self.lengths - 1) * self.outcome
        shaped = self.sum(discount * self.paid) - end
        size = self.sum(discount * np.abs(self.paid)) + np.abs(end)
        return shaped, SLACK * np.maximum(size, SLACK)


def ratio(sums: Floats) -> Floats:
    """(...) of (..., 2) sums: the first in units of the second; NaN where that is 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums[..., 0] / sums[..., 1])
