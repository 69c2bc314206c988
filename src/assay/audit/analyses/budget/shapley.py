"""Whose doing is it that a rollout leads its group, where the rubric is not a sum?

Every rollout is compared with its own group, as the advantage compares it. A coalition S of
criteria is worth what the rubric pays on average when the criteria of S are this rollout's and
all others are those of a rollout drawn from the group:

    r_i(S) = mean over k in the group of f(s_i on S, s_k elsewhere)

Nobody is held at a score that no rollout has (a gate at 1 is closed for a mean of 0.5). The
Shapley values phi_ij of this game add up to ``r_i(all) - r_i(none)``, which is the reward less
the group's mean: the advantage of Dr.GRPO, shared out exactly. For a weighted sum,
``phi_ij = w_j (s_ij - mean_j)``.

Source:
    Shapley 1953, "A value for n-person games"; Lundberg and Lee 2017, arXiv:1705.07874, for
    rewards of single predictions; Janzing, Minorics and Bloebaum 2020, arXiv:1910.13413, for the
    marginal (interventional) expectation. The group as the background is our choice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from assay.audit.frame import Codes, Floats
    from assay.audit.groups import Groups

MOST = 12
"""Criteria that vary within a group, at most: there are 2^k coalitions."""

EVALUATIONS = 12_000_000
"""Of the rubric, at most: coalitions times pairs of rollouts of a group. About two seconds."""


def affordable(groups: Groups, players: int) -> Codes:
    """Places of the groups that can be looked at: all, or as many at equal strides."""
    limit = EVALUATIONS / 2.0**players
    pairs = (groups.sizes.astype(float) ** 2).sum()
    if pairs <= limit or len(groups) == 0:
        return np.arange(len(groups))
    count = max(1, int(len(groups) * limit / pairs))
    places: Codes = np.linspace(0, len(groups) - 1, count).astype(np.int64)
    return places


def varying(
    groups: Groups, scores: Floats, together: Sequence[Sequence[int]] | None = None
) -> list[list[int]]:
    """The players: columns, or columns that change as one, that vary within some group."""
    sets = together if together is not None else [[j] for j in range(scores.shape[1])]
    return [list(js) for js in sets if any(groups.varies(scores[:, j]).any() for j in js)]


def shapley(
    groups: Groups,
    scores: Floats,
    pay: Callable[[Floats], Floats],
    together: Sequence[Sequence[int]] | None = None,
) -> Floats:
    """(m, k) the Shapley values of every rollout against its group; see the module.

    A criterion that varies within no group gets exact zeros and costs nothing.

    Args:
        groups: Of rows 0 to m - 1, in order.
        scores: (m, k), none missing.
        pay: From (p, k) scores to (p,) rewards.
        together: Columns that change as one, since one verifier brings them; what they earn is
            counted under the first. By default each by itself.
    """
    values = np.zeros(scores.shape)
    players = varying(groups, scores, together)
    if len(players) > MOST:
        raise ValueError(f"{len(players)} criteria vary, at most {MOST} are shared out exactly")
    k = len(players)
    if k == 0:
        return values
    mine, others = _pairs(groups)
    size = groups.sizes[groups.of_row][mine]
    a, b = scores[mine], scores[others]
    mixed = b.copy()
    n = len(scores)
    for mask in range(2 ** (k - 1)):  # the last criterion is never in; its coalitions are mirrors
        for bit, js in enumerate(players):
            mixed[:, js] = a[:, js] if mask >> bit & 1 else b[:, js]
        paid = pay(mixed) / size
        # f(s_i on S, s_k elsewhere), summed over k for S; over i it is k's game of the rest.
        for coalition, owner in ((mask, mine), (2**k - 1 - mask, others)):
            worth = np.bincount(owner, weights=paid, minlength=n)
            count = coalition.bit_count()
            for bit, (j, *_) in enumerate(players):
                if coalition >> bit & 1:
                    values[:, j] += worth * _chance(count - 1, k)
                else:
                    values[:, j] -= worth * _chance(count, k)
    return values


def _pairs(groups: Groups) -> tuple[Codes, Codes]:
    """(p,) and (p,) every ordered pair of rows of a group, a row with itself included."""
    of_row = groups.sizes[groups.of_row]
    mine: Codes = np.repeat(np.arange(len(groups.rows)), of_row).astype(np.int64)
    first = np.repeat(groups.starts[groups.of_row], of_row)
    others: Codes = first + np.arange(len(mine)) - np.repeat(np.cumsum(of_row) - of_row, of_row)
    return mine, others


def _chance(before: int, players: int) -> float:
    """That exactly one given set of `before` players stands before a player in a random order."""
    return 1.0 / (players * math.comb(players - 1, before))
