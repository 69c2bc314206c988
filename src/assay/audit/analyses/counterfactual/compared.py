"""Two rewards of the same rollouts: whose order changes, and who is right."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from assay.audit.context import CONFIDENCE
from assay.audit.groups import Groups
from assay.audit.stats.intervals import (
    PSEUDO,
    TOO_FEW,
    Estimate,
    Estimates,
    cells,
    cluster_sums,
    inside,
    jackknifed,
    quotient,
)
from assay.audit.stats.ranks import pairs, regret
from assay.findings import ROLLOUTS, Cell

if TYPE_CHECKING:
    from assay.audit.context import Context
    from assay.audit.frame import Floats, Frame

FIGURES = (
    "share of orders reversed",
    "share of orders lost to ties",
    "share of groups whose best-paid changes",
    "reversed against the outcome, before",
    "reversed against the outcome, after",
    "right minus reversed, before",
    "right minus reversed, after",
    "right minus reversed, difference",
    "tau-b with the outcome, before",
    "tau-b with the outcome, after",
    "tau-b with the outcome, difference",
    "top-1 regret, before",
    "top-1 regret, after",
)
"""In the order of `_figures`."""

REVERSED, TIED, TOP = range(3)
RIGHT_BEFORE, RIGHT_AFTER, RIGHT, TAU_BEFORE, TAU_AFTER, TAU = range(5, 11)
_REGRET = 11
_ENDS = {RIGHT: (-2.0, 2.0), TAU: (-2.0, 2.0)} | dict.fromkeys(
    (RIGHT_BEFORE, RIGHT_AFTER, TAU_BEFORE, TAU_AFTER), (-1.0, 1.0)
)
"""What a figure can be, where it is not a share."""


@dataclass(frozen=True)
class Compared:
    """What becomes of the orders within groups when one reward is replaced by another."""

    groups: Groups
    """Of rows that both rewards know."""
    sums: Floats
    """(c, 14) of prompts."""
    reach: float
    """Highest outcome less the lowest: what a regret can be."""
    read: tuple[int, ...]
    """Rows of the widest reversals: the one that gains first, then the one that loses."""

    @property
    def orders(self) -> float:
        """Pairs that differed in reward before."""
        return float(self.sums[:, 0].sum())

    def figure(self, which: int, confidence: float = CONFIDENCE) -> Estimate:
        """One of `FIGURES`, with its interval over prompts."""
        ends = _ENDS.get(which, (0.0, self.reach if which >= _REGRET else 1.0))
        low, high = self._measured.bounds(confidence)
        value = float(self._measured.values[which])
        found = Estimate(value, float(low[which]), float(high[which]), len(self.sums))
        return inside(found, *ends)

    @cached_property
    def _measured(self) -> Estimates:
        """With imagined prompts at either end of what every figure can be."""
        plus = _ends(self.sums, self.reach)
        return jackknifed(_figures, self.sums, plus=plus, fewest=TOO_FEW)

    def rows(self) -> list[tuple[Cell, ...]]:
        """As a table's rows; what cannot be known (no outcome) is left out."""
        noted: list[tuple[Cell, ...]] = [
            ("groups compared", len(self.groups), None, None),
            ("orders before", int(self.orders), None, None),
        ]
        for which, name in enumerate(FIGURES):
            found = self.figure(which)
            if np.isfinite(found.value):
                noted.append((name, *cells(found)))
        return noted


def compare(
    frame: Frame, context: Context, before: Floats, after: Floats, outcome: Floats | None
) -> Compared | None:
    """Two rewards, (n,) each; None where no group has two rows that both know."""
    known = (frame.group >= 0) & np.isfinite(before) & np.isfinite(after)
    groups = Groups.of(frame.group, known)
    if len(groups) == 0:
        return None
    x, y = before[groups.rows], after[groups.rows]
    between = pairs(groups, x, y)
    top_x = x == groups.spread(groups.high(x))
    top_y = y == groups.spread(groups.high(y))
    kept = groups.sum((top_x & top_y).astype(float)) > 0
    none = np.zeros(len(groups))
    judged = [none] * 9
    reach = 0.0
    if outcome is not None:
        z = outcome[groups.rows]
        whole = np.isfinite(groups.sum(z))
        z = np.where(groups.spread(whole.astype(float)) > 0, z, 0.0)  # a group of ties: no pairs
        reach = float(np.ptp(z))
        first, second = pairs(groups, x, z), pairs(groups, y, z)
        judged = [first.discordant, second.discordant, first.decided_y]
        judged += [first.concordant, second.concordant]
        # pairs of groups whose outcomes are not all known count for nothing
        judged += [np.where(whole, pair.decided_x, 0.0) for pair in (first, second)]
        judged += [np.where(whole, regret(groups, v, z), 0.0) for v in (x, y)]
    columns = [
        between.decided_x,
        between.discordant,
        between.decided_x - between.concordant - between.discordant,
        (~kept).astype(float),
        np.ones(len(groups)),
        *judged,
    ]
    prompts = frame.prompt[groups.rows[groups.starts]]
    sums = cluster_sums(prompts, np.stack(columns, axis=1))
    return Compared(groups, sums, reach, _widest(groups, x, y))


def _ends(sums: Floats, reach: float) -> Floats:
    """(2, 14) imagined prompts: one at which the other reward is all wrong, one all right.

    The first has every order reversed, and the outcome's with it, from a log that had it right;
    the second the other way round. So figures before and after, and their difference, are spread.
    """
    size = PSEUDO * sums.sum(axis=0) / max(1, len(sums))
    orders, count, judged = size[0], size[4], size[7]
    x, y = size[10:12]
    wrong = [orders, orders, 0.0, count, count, 0.0, judged, judged, judged, 0.0, x, y]
    right = [orders, 0.0, orders, 0.0, count, judged, 0.0, judged, 0.0, judged, x, y]
    return np.array([[*wrong, 0.0, reach * count], [*right, reach * count, 0.0]])


def _figures(sums: Floats) -> Floats:
    """(..., 13) from sums (..., 14): see `FIGURES`.

    A reward that pays all alike orders nothing: right minus reversed is 0, and so is its tau-b.
    """
    orders, reversed_, tied, top, count, first, second, judged, *rest = np.moveaxis(sums, -1, 0)
    right, right_too, decided, decided_too, lost, lost_too = rest
    with np.errstate(invalid="ignore", divide="ignore"):
        known = np.where(judged > 0, count, np.nan)
        found = [reversed_ / orders, tied / orders, top / count]
        found += [first / judged, second / judged]
        net, net_too = right - first, right_too - second
        found += [net / judged, net_too / judged, (net_too - net) / judged]
        tau, tau_too = (
            np.where(judged > 0, quotient(n, np.sqrt(d * judged), empty=0.0), np.nan)
            for n, d in ((net, decided), (net_too, decided_too))
        )
        found += [tau, tau_too, tau_too - tau]
        found += [lost / known, lost_too / known]
    return np.stack(found, axis=-1)


def _widest(groups: Groups, x: Floats, y: Floats) -> tuple[int, ...]:
    """Pairs of the groups whose best-paid rows are furthest from being the best under the other."""
    scale_x, scale_y = float(np.ptp(x)) or 1.0, float(np.ptp(y)) or 1.0
    top_x, top_y = groups.spread(groups.high(x)), groups.spread(groups.high(y))
    loses = groups.high(np.where(x == top_x, (top_y - y) / scale_y, -np.inf))
    gains = groups.high(np.where(y == top_y, (top_x - x) / scale_x, -np.inf))
    read: list[int] = []
    width = np.minimum(loses, gains)
    for g in np.argsort(-width, kind="stable")[: ROLLOUTS // 2]:
        if not width[g] > 0:
            break
        at = groups.starts[g] + np.arange(groups.sizes[g])
        gaining = at[np.argmax(np.where(y[at] == y[at].max(), top_x[at] - x[at], -np.inf))]
        losing = at[np.argmax(np.where(x[at] == x[at].max(), top_y[at] - y[at], -np.inf))]
        read += [int(groups.rows[gaining]), int(groups.rows[losing])]
    return tuple(read)
