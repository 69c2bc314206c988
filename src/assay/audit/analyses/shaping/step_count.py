"""What per-step normalisation makes of trajectories of different lengths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assay.audit.analyses.shaping.trajectories import SLACK, Paths, TurnsReport
from assay.audit.context import CONFIDENCE
from assay.audit.groups import Groups
from assay.audit.stats.intervals import FEWEST, bounded, cells, cluster_sums
from assay.audit.stats.ranks import pairs
from assay.findings import ROLLOUTS, Finding, FindingKind

if TYPE_CHECKING:
    from assay.audit.context import Context
    from assay.audit.frame import Floats, Frame

STEPS = 0.02
"""A share of pairs turned round by per-step normalisation above which it is reported."""


STEP_COUNT = FindingKind(
    id="shaping.step_count",
    title="per-step normalisation turns returns round",
    meaning="GRPO with process rewards subtracts the mean over all steps of all outputs from each "
    "step, and sums what is left: a trajectory of more steps is charged that mean more often. "
    "Two trajectories of equal return get different advantages, and a solved long one can get "
    "less than a failed short one. This also breaks the telescoping of potential shaping.",
    formula="pairs in a group with (A_i - A_j)(G_i - G_j) < 0 / pairs with G_i != G_j; "
    "G = sum_t r_t, A = sum_t (r_t - mean) / std, mean and std over all steps of the group",
    source="GRPO with process supervision: arXiv:2402.03300, section 4.1.3; the pairs: own",
    action="Normalise returns, not steps: compute sum_t r_t of each trajectory first and compare "
    "those within the group.",
)


def per_step(returns: Floats, squares: Floats, lengths: Floats, groups: Groups) -> Floats:
    """(m,) the advantage at the first step of each trajectory under per-step normalisation.

    ``sum_t (r_t - mean) / std`` with mean and standard deviation over all steps of its group; 0
    where all steps of the group are equal.

    Args:
        returns: (m,) ``sum_t r_t``, in the order of ``groups.rows``; so are all.
        squares: (m,) ``sum_t r_t^2``.
        lengths: (m,) steps.
        groups: Of trajectories.
    """
    steps = groups.sum(lengths)
    mean = groups.sum(returns) / steps
    variance = groups.sum(squares) / steps - mean**2
    std = np.sqrt(np.maximum(variance, 0.0))
    excess = returns - lengths * groups.spread(mean)
    std = groups.spread(np.where(std <= SLACK * np.abs(mean), np.inf, std))
    return np.asarray(excess / std)


def step_count(frame: Frame, context: Context, paths: Paths, found: TurnsReport) -> None:
    """How many pairs of a group it turns round, in `found`."""
    group = frame.group[paths.rows]
    groups = Groups.of(group, group >= 0)
    if len(groups) == 0:
        return
    lengths = paths.lengths[groups.rows].astype(float)
    returns = _tidy(paths.sum(paths.paid)[groups.rows])
    advantage = _tidy(per_step(returns, paths.sum(paths.paid**2)[groups.rows], lengths, groups))
    counts = pairs(groups, advantage, returns)
    prompts = frame.prompt[paths.rows[groups.rows[groups.starts]]]
    sums = cluster_sums(prompts, np.stack([counts.discordant, counts.decided_y], axis=1))
    totals = sums.sum(axis=0)
    if totals[1] == 0:
        return
    share = bounded(sums, 0.0, 1.0, CONFIDENCE)
    found.rows.append(("pairs that per-step normalisation turns round", *cells(share)))
    alarm = bounded(sums, 0.0, 1.0, context.alarm())
    if alarm.n < FEWEST or alarm.low <= STEPS:
        return
    best = returns == groups.spread(groups.high(returns))
    order = np.argsort(np.where(best, advantage, np.inf), kind="stable")[:ROLLOUTS]
    worst = float(advantage[order[0]])
    found.findings.append(
        Finding(
            id=STEP_COUNT.id,
            severity="warning",
            title=f"per-step normalisation would turn {share.value:.1%} of pairs round; the best "
            f"return of one group, in {int(lengths[order[0]])} turns, would get {worst:+.2f}",
            value=share.value,
            interval=share.interval,
            n=share.n,
            source=STEP_COUNT.source,
            suggestion=STEP_COUNT.action,
            rollouts=tuple(int(r) for r in paths.rows[groups.rows[order]]),
        )
    )


def _tidy(values: Floats) -> Floats:
    """Rounded to what floats hold of a sum of turns, so that equal sums are equal."""
    return np.asarray(np.round(values, 9)) + 0.0
