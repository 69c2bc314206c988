"""Sums over all pairs of criteria, within groups, by blocks of prompts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from assay.audit.groups import Groups
from assay.audit.recomposing.matching import merged_keys
from assay.audit.stats.blocks import Blocks
from assay.audit.stats.intervals import (
    PSEUDO,
    TOO_FEW,
    Estimate,
    Estimates,
    effective,
    jackknifed,
    quotient,
    share_of_sums,
)
from assay.audit.stats.midranks import group_ranks
from assay.findings import ROLLOUTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assay.audit.frame import Codes, Floats, Frame
    from assay.rubrics import BoundRubric

CELLS = 8_000_000
"""Rows times criteria that are looked at; of more, whole groups at equal strides."""

CRITERIA = 60
"""That are compared with one another; of more, those that vary in most rollouts, and the key."""

SINGULAR = 1e-6
"""Least eigenvalue of a correlation matrix that is inverted."""


def taken(frame: Frame) -> Codes:
    """Places of the groups that are looked at."""
    groups = frame.groups
    cells = len(groups.rows) * len(frame.criteria)
    if cells <= CELLS:
        return np.arange(len(groups))
    count = max(1, int(len(groups) * CELLS / cells))
    places: Codes = np.linspace(0, len(groups) - 1, count).astype(np.int64)
    return places


class CriterionPairs:
    """Every pair of criteria that vary within groups.

    A group in which some score of a criterion is missing counts for no pair of that criterion.
    Cost: a few products of (m, k) matrices, whatever k.
    """

    def __init__(self, frame: Frame, places: Codes, rubric: BoundRubric | None = None) -> None:
        """Look at some groups of a log.

        Args:
            frame: The log.
            places: Of the groups.
            rubric: Says which criteria are one verifier under several keys; one of them, the key
                if it is among them, stands for all.
        """
        whole = frame.groups
        sizes = whole.sizes[places]
        starts = np.cumsum(sizes) - sizes
        m = int(sizes.sum())
        offset = np.arange(m) - np.repeat(starts, sizes)
        self.rows = whole.rows[np.repeat(whole.starts[places], sizes) + offset]
        """(m,) rows of the frame."""
        self.groups = Groups(np.arange(m), starts)
        self.notes: tuple[str, ...] = ()
        if len(places) < len(whole):
            self.notes = (
                f"Relations of {len(places):,} of {len(whole):,} groups, at equal strides.",
            )
        scores = frame.scores[self.rows]
        merged = [] if rubric is None else merged_keys(rubric, frame.criteria, frame.key)
        self.notes += tuple(
            f"{', '.join(others)}: the same verifier as {one}, so not compared with it."
            for one, others in merged
        )
        left_out = {name for _, others in merged for name in others}
        varying = []
        ranks = []
        for j in range(scores.shape[1]):
            if frame.criteria[j] in left_out:
                continue
            column = group_ranks(self.groups, scores[:, j])
            if column.any():
                varying.append(j)
                ranks.append(column)
        if len(varying) > CRITERIA:
            telling = [-int(np.count_nonzero(column)) for column in ranks]
            ours = [frame.criteria[j] != frame.key for j in varying]
            kept = sorted(np.lexsort((telling, ours))[:CRITERIA].tolist())
            self.notes += (
                f"Relations of the {CRITERIA} of {len(varying):,} criteria that vary most.",
            )
            varying, ranks = [varying[i] for i in kept], [ranks[i] for i in kept]
        self.names = tuple(frame.criteria[j] for j in varying)
        k = len(varying)
        self.each = [(i, j) for i in range(k) for j in range(i + 1, k)]
        self.ordered = [(i, j) for i in range(k) for j in range(k) if i != j]
        self.ranks: Floats = np.stack(ranks, axis=1) if ranks else np.zeros((m, 0))
        """(m, k) as `group_ranks`."""
        self._scores = scores[:, varying]
        self.blocks = Blocks(frame.prompt[self.rows])
        self.clusters = self.blocks.clusters

    @cached_property
    def _known(self) -> NDArray[np.bool_]:
        """(m, k) whether all scores of a group are there."""
        missing = self.groups.sum((~np.isfinite(self._scores)).astype(float)) > 0
        known: NDArray[np.bool_] = ~missing[self.groups.of_row]
        return known

    # -- rank correlation -------------------------------------------------------------------------

    @cached_property
    def _moments(self) -> Floats:
        """(b, 3, k, k) sums of a b, of a^2 where b is known, of b^2 where a is."""
        cross = self.blocks.products(self.ranks, self.ranks)
        squares = self.blocks.products(self.ranks**2, self._known.astype(float))
        return np.stack([cross, squares, squares.swapaxes(1, 2)], axis=1)

    @cached_property
    def values(self) -> Floats:
        """(k, k) rank correlations; NaN where two criteria are nowhere known together."""
        return _correlations(self._moments.sum(axis=0))

    @cached_property
    def _measured(self) -> Estimates:
        """With two imagined prompts, from unrelated or reversed to wholly alike.

        About a correlation near 0 they are reversed and alike; about one near 1, unrelated and
        alike, since nothing in a log of such criteria speaks for prompts that reverse them.
        """
        moments = self._moments
        each = PSEUDO * moments.sum(axis=0) / max(1, self.clusters)
        most = np.sqrt(np.maximum(each[1] * each[2], 0.0))
        rho = np.nan_to_num(self.values)
        far = np.minimum(0.0, 2.0 * np.abs(rho) - 1.0)
        near = np.where(rho < 0, -1.0, 1.0)
        plus = np.stack([np.stack([near * to * most, each[1], each[2]]) for to in (1.0, far)])
        return jackknifed(_correlations, moments, self.blocks.sizes, plus, TOO_FEW)

    @property
    def effective(self) -> float:
        """Prompts, as many as weigh alike; of more than there are blocks, blocks."""
        return effective(self.blocks.sizes)

    def bounds(self, confidence: float) -> tuple[Floats, Floats]:
        """(k, k) and (k, k) ends of the intervals, in [-1, 1]."""
        low, high = self._measured.bounds(confidence)
        low, high = np.clip(low, -1.0, 1.0), np.clip(high, -1.0, 1.0)
        return np.minimum(low, self.values), np.maximum(high, self.values)

    def rho(self, i: int, j: int) -> Estimate:
        """One rank correlation with its interval."""
        low, high = self.bounds(0.95)
        return Estimate(
            float(self.values[i, j]), float(low[i, j]), float(high[i, j]), self.clusters
        )

    @cached_property
    def partial(self) -> Estimates | None:
        """(k, k) correlations of two with all others held; None where they are not defined.

        Source:
            From the inverse P of the matrix of correlations: -P_ij / sqrt(P_ii P_jj) (Whittaker
            1990, "Graphical Models in Applied Multivariate Statistics").
        """
        k = len(self.names)
        if k < 3 or not np.isfinite(self.values).all():
            return None
        if float(np.linalg.eigvalsh(self.values)[0]) < SINGULAR:
            self.notes += ("Partial correlations are not defined: criteria are dependent.",)
            return None
        try:
            found = jackknifed(_partial, self._moments, self.blocks.sizes, fewest=TOO_FEW)
            # a rare event in a handful of prompts spreads too little here as well; the plain
            # correlation, which may imagine prompts, is never known much better
            plain = self._measured
            if plain.free is None or found.free is None:  # too few for an interval
                return found
            return found._replace(
                errors=np.fmax(found.errors, plain.errors), free=np.fmin(found.free, plain.free)
            )
        except np.linalg.LinAlgError:  # without one block they are
            values = _partial(self._moments.sum(axis=0))
            return Estimates(values, np.full((k, k), np.inf), self.clusters, self.effective)

    def paid_signs(self, reward: Floats) -> list[int]:
        """Of each criterion: 1 where the reward rises with it, -1 where it falls, 0 if unknown.

        The sign of its coefficient in the regression of reward on all criteria within groups,
        where the 95% interval over prompts leaves no doubt.

        Args:
            reward: (n,) of the frame.
        """
        k = len(self.names)
        paid = self.groups.centred(reward[self.rows])[:, None]
        whole: NDArray[np.bool_] = np.all(self._known, axis=1)
        scores = np.where(self._known, self._scores, 0.0)
        scale = np.abs(scores).max(axis=0, initial=0.0)
        made = self.groups.centred(scores / np.where(scale > 0, scale, 1.0)) * whole[:, None]
        products = np.concatenate(
            [self.blocks.products(made, made), self.blocks.products(made, paid)], axis=2
        )
        total = products.sum(axis=0)
        if k == 0 or np.linalg.matrix_rank(total[:, :k]) < k:
            return [0] * k

        def slopes(sums: Floats) -> Floats:
            found: Floats = np.einsum(
                "...ij,...j->...i", np.linalg.pinv(sums[..., :k]), sums[..., k]
            )
            return found

        low, high = jackknifed(slopes, products, self.blocks.sizes).bounds()
        return [int(a > 0) - int(b < 0) for a, b in zip(low, high, strict=True)]

    # -- implication ------------------------------------------------------------------------------

    @cached_property
    def passes(self) -> NDArray[np.bool_]:
        """(m, k) whether the score is the highest seen."""
        known = np.where(np.isfinite(self._scores), self._scores, -np.inf)
        found: NDArray[np.bool_] = self._scores == known.max(axis=0, initial=-np.inf)
        return found

    @cached_property
    def _counts(self) -> Floats:
        """(b, 4, k, k) rollouts that pass a and fail b; pass a; fail a and b; fail a."""
        known = self._known
        passes = self.passes & known
        fails = ~self.passes & known
        share = self.groups.mean(passes.astype(float))
        varies = ((share > 0) & (share < 1))[self.groups.of_row]
        passing, failing = (passes & varies).astype(float), (fails & varies).astype(float)
        other, there = fails.astype(float), known.astype(float)
        products = self.blocks.products
        return np.stack(
            [
                products(passing, other),
                products(passing, there),
                products(failing, other),
                products(failing, there),
            ],
            axis=1,
        )

    def _share(self, first: int, i: int, j: int, confidence: float) -> Estimate:
        sums = self._counts[:, first : first + 2, i, j]
        each = self.clusters / max(1, self.blocks.count)
        return share_of_sums(sums, confidence, clusters=each)

    def exceptions(self, i: int, j: int, confidence: float = 0.95) -> Estimate:
        """Of the rollouts that pass i, those that fail j."""
        return self._share(0, i, j, confidence)

    def failing(self, i: int, j: int, confidence: float = 0.95) -> Estimate:
        """Of the rollouts that fail i, those that fail j."""
        return self._share(2, i, j, confidence)

    # -- rollouts ---------------------------------------------------------------------------------

    def telling(self, order: Floats) -> tuple[int, ...]:
        """The rows lowest in `order`, one a group, of those below 0."""
        lowest = self.groups.low(order)
        chosen = np.argsort(lowest, kind="stable")[:ROLLOUTS]
        ends = self.groups.starts + self.groups.sizes
        return tuple(
            int(self.rows[s + int(np.argmin(order[s:e]))])
            for s, e, low in zip(
                self.groups.starts[chosen], ends[chosen], lowest[chosen], strict=True
            )
            if low < 0
        )


def _correlations(sums: Floats) -> Floats:
    """(..., k, k) from (..., 3, k, k) moments."""
    cross, a, b = sums[..., 0, :, :], sums[..., 1, :, :], sums[..., 2, :, :]
    return quotient(cross, np.sqrt(np.maximum(a, 0) * np.maximum(b, 0)))


def _partial(sums: Floats) -> Floats:
    with np.errstate(all="ignore"):  # without some block they may not be defined
        inverse: Floats = np.asarray(np.linalg.inv(_correlations(sums)), np.float64)
        scale = np.sqrt(np.abs(np.diagonal(inverse, axis1=-2, axis2=-1)))
        return quotient(-inverse, scale[..., :, None] * scale[..., None, :])
