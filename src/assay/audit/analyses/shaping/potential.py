"""Rewards of turns: is what is paid on the way neutral, or does it buy something?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from assay.audit.analyses.shaping.step_count import step_count
from assay.audit.analyses.shaping.trajectories import SLACK, Paths, TurnsReport, ratio
from assay.audit.context import CONFIDENCE
from assay.audit.groups import Groups
from assay.audit.recomposing.recompose import phi_of
from assay.audit.stats.intervals import FEWEST, TOO_FEW, cells, jackknifed
from assay.audit.stats.ranks import each_pair, thinned
from assay.findings import ROLLOUTS, Finding, FindingKind
from assay.rubrics import Turns
from assay.rubrics.compiled.compiled_turns import TurnsPlan
from assay.rubrics.written.kinds import Potential

if TYPE_CHECKING:
    from assay.audit.context import Context
    from assay.audit.frame import Codes, Floats, Frame


STALL = 0.01
"""What a further turn may bring, in ranges of the outcome, before it is reported."""


GAMMAS = (1.0, 0.999, 0.995, 0.99, 0.98, 0.97, 0.95, 0.9)
"""Discounts that are tried, to say for which one a shaping would have been neutral."""

RESIDUAL = FindingKind(
    id="shaping.residual",
    title="shaping that depends on the way",
    meaning="Two trajectories of one prompt were paid different sums on the way, besides their "
    "outcome. Then the shaping is not potential-based, and for some tasks the optimum of the "
    "shaped reward is another one: the policy learns the way that is paid, not the outcome.",
    formula="max - min, over the trajectories of a prompt, of S = sum_t g^t r_t - g^(T-1) R; r_t "
    "the reward of turn t = 0..T-1, R the outcome paid at the end, g the discount. Any range but "
    "0 refutes; 0 on n trajectories is consistent with potential-based shaping",
    source="own, from Ng, Harada, Russell 1999 and Grzes 2017: on the history tree a shaping with "
    "zero end is potential-based iff S is the same for every complete trajectory of a prompt",
    action='Pay differences of a potential, which is 0 at every end: shaping = {kind = "potential"'
    ", phi = ..., gamma = the trainer's own}; or pay the outcome alone.",
)

TELESCOPING = FindingKind(
    id="shaping.telescoping",
    title="turns that are not paid the difference of phi",
    meaning="The rubric promises gamma phi(after) - phi(before) at every turn, and phi 0 before "
    "the first and after the last. Turns that were paid something else break the promise on "
    "which the proof rests.",
    formula="turns with |r_t - (g phi_t+1 - phi_t + [t last] R)| > 1e-6 (1 + |r_t|) / turns; phi "
    "from the logged scores of each turn",
    source="Ng, Harada, Russell 1999; Grzes 2017, for phi = 0 at the end",
    action="At the last turn only: set phi to 0 at the end, truncation included. Everywhere: the "
    "trainer's gamma is not the rubric's, or a missing phi was replaced once instead of in both "
    "differences.",
)

REUSE = FindingKind(
    id="shaping.reuse",
    title="each further turn is paid",
    meaning="A longer trajectory collects more besides its outcome: the one-turn reward is paid "
    "again at every turn, or progress is paid without charging for its loss. Where the totals are "
    "higher for it, a policy that stalls earns more than one that solves at once; the title says "
    "in how many pairs of trajectories they are.",
    formula="slope, within prompts, of S (see shaping.residual) on the number of turns, divided "
    "by the range of outcomes R in the log; totals: sum_t g^t r_t of pairs of one prompt",
    source="own; in a toy of four turns the one-turn reward paid every turn costs .937 -> .720",
    action="Pay the outcome once, at the end, or differences of a potential.",
)


def noted(frame: Frame, context: Context) -> TurnsReport:
    """Everything about rewards of turns."""
    found = TurnsReport([], [], [], [])
    paths = Paths.of(frame)
    if paths is None:
        found.lacks.append("turns whose rewards are known: `turns_reward` in the rows")
        return found
    found.rows += [
        ("trajectories", len(paths.rows), None, None),
        ("turns", len(paths.paid), None, None),
        ("turns a trajectory, mean", len(paths.paid) / len(paths.rows), None, None),
    ]
    if not (paths.lengths > 1).any():
        found.notes.append("no trajectory has two turns: nothing was paid on the way")
        return found
    if _apart(frame, context, paths):
        groups = _prompts(frame, paths)
        gamma, how = _gamma(context, paths, groups)
        _residual(paths, groups, gamma, how, found)
        _reuse(context, paths, groups, gamma, found)
    else:
        found.lacks.append(
            "the outcome apart from what turns were paid: `reward` is the sum of the turns, so "
            "no shaping can be read from it; --rubric, or log the outcome as the reward"
        )
    _telescoping(frame, context, paths, found)
    step_count(frame, context, paths, found)
    return found


def _turns(context: Context) -> Turns | None:
    rubric = context.rubric.rubric if context.rubric is not None else None
    return rubric if isinstance(rubric, Turns) else None


def _gamma(context: Context, paths: Paths, groups: Groups) -> tuple[float, str]:
    """The discount, and what it rests on: ``said`` by the rubric, ``found``, or ``taken`` as 1.

    Where nobody says, it is that of `GAMMAS` for which the sums agree, if there is one: a log
    that is in order for some discount is not called faulty for another.
    """
    if context.rubric is not None:
        plans = [p for p in context.rubric.plans().values() if isinstance(p, TurnsPlan) and p.phi]
        if len({p.gamma for p in plans}) == 1:
            return plans[0].gamma, "said"
    for gamma in GAMMAS:
        if _agree(groups, paths, gamma):
            return gamma, "found"
    return 1.0, "taken"


def _agree(groups: Groups, paths: Paths, gamma: float) -> bool:
    """Whether the sums of shaping are the same within every prompt."""
    slack, spread = _ranges(groups, *paths.shaping(gamma))
    return not (spread > slack).any()


def _prompts(frame: Frame, paths: Paths) -> Groups:
    """Trajectories of one prompt; where no prompt is said, of one group."""
    codes = (frame.prompt if "prompts" in frame.has else frame.group)[paths.rows]
    return Groups.of(codes, codes >= 0)


def _apart(frame: Frame, context: Context, paths: Paths) -> bool:
    """Whether `reward` is the outcome alone: in Assay's own logs; else where it is not the sum."""
    if _turns(context) is not None or "contributions" in frame.has:
        return True
    shaped, slack = paths.shaping(1.0)
    return bool((np.abs(shaped) > slack).any())


def _residual(paths: Paths, groups: Groups, gamma: float, how: str, found: TurnsReport) -> None:
    if len(groups) == 0:
        found.lacks.append("two trajectories of one prompt, for the potential residual")
        return
    wide, reach = _ranges(groups, *paths.shaping(gamma))
    broken = reach > wide
    largest = float(np.where(broken, reach, 0.0).max())
    found.rows += [
        ("discount", gamma, None, None),
        ("prompts with two trajectories", len(groups), None, None),
        ("potential residual: largest range", largest, None, None),
        ("potential residual: share of prompts", float(broken.mean()), None, None),
    ]
    if not broken.any():
        many = f"{len(groups.rows):,} trajectories of {len(groups):,} prompts"
        paid = np.abs(_besides(paths)) > SLACK
        if paid.any():
            found.notes.append(
                f"the discounted sum of shaping is the same within each prompt on {many}: "
                f"consistent with potential-based shaping for a discount of {gamma:g}, "
                "which no number of trajectories proves"
                + ("; train with that discount" if how == "found" and gamma != 1.0 else "")
            )
        else:
            found.notes.append(f"nothing is paid on the way, on {many}: only the outcome")
        return
    action = RESIDUAL.action
    for other in GAMMAS:
        if (
            other != gamma
            and not np.greater(*reversed(_ranges(groups, *paths.shaping(other)))).any()
        ):
            action = (
                f"The sums agree for a discount of {other:g}, not for {gamma:g}: train with "
                f"gamma = {other:g}, or compute the shaping with {gamma:g}."
            )
            break
    shaped, _ = paths.shaping(gamma)
    inside = shaped[groups.rows]
    read: list[int] = []
    for g in np.argsort(-np.where(broken, reach, 0.0), kind="stable")[: ROLLOUTS // 2]:
        if broken[g]:
            at = groups.starts[g] + np.arange(groups.sizes[g])
            for place in (at[np.argmax(inside[at])], at[np.argmin(inside[at])]):
                read.append(int(paths.rows[groups.rows[place]]))
    assumed = " (discount taken as 1)" if how == "taken" else ""
    found.findings.append(
        Finding(
            id=RESIDUAL.id,
            severity="error",
            title=f"shaping is not potential-based: in {int(broken.sum()):,} of {len(groups):,} "
            f"prompts its sum depends on the way, by up to {largest:.3g}{assumed}",
            value=largest,
            interval=None,
            n=len(groups),
            source=RESIDUAL.source,
            suggestion=action,
            rollouts=tuple(read),
        )
    )


def _besides(paths: Paths) -> Floats:
    """(q,) what each turn was paid besides the outcome."""
    besides = paths.paid.copy()
    besides[paths.starts + paths.lengths - 1] -= paths.outcome
    return besides


def _ranges(groups: Groups, shaped: Floats, slack: Floats) -> tuple[Floats, Floats]:
    """(g,) what rounding can make, and the range."""
    inside = shaped[groups.rows]
    return 2 * groups.high(slack[groups.rows]), groups.high(inside) - groups.low(inside)


def _reuse(
    context: Context, paths: Paths, groups: Groups, gamma: float, found: TurnsReport
) -> None:
    shaped, slack = paths.shaping(gamma)
    shaped = np.where(np.abs(shaped) > slack, shaped, 0.0)
    spread = float(np.ptp(paths.outcome)) or float(np.abs(paths.outcome).max()) or 1.0
    turns = groups.centred(paths.lengths[groups.rows].astype(float))
    paid = groups.centred(shaped[groups.rows] / spread)
    sums = np.stack([groups.sum(x) for x in (turns * paid, turns**2)], axis=1)
    sums = sums[sums[:, 1] > 0]
    if len(sums) < 2:
        found.lacks.append(
            "trajectories of one prompt with different numbers of turns, in at least two prompts: "
            "without them it cannot be decided whether a further turn is paid"
        )
        return
    measured = jackknifed(ratio, sums, fewest=TOO_FEW)
    slope = measured.at((), CONFIDENCE)
    found.rows.append(("paid for a further turn, in ranges of the outcome", *cells(slope)))
    if len(sums) < FEWEST or measured.at((), context.alarm()).low <= STALL:
        return
    totals = paths.sum(np.asarray(gamma**paths.place, float) * paths.paid)
    better, among = _longer_failures(paths, groups, totals)
    longer, same = _longer_equals(paths, groups, totals)
    order = np.argsort(-shaped, kind="stable")[:ROLLOUTS]
    rows = paths.rows[order]
    if better.size and 2 * better.size > among:
        said = (
            f"stalling is worth more than solving: in {better.size:,} of {among:,} pairs the "
            "longer trajectory has the worse outcome and the higher total"
        )
        severity, rows = "error", paths.rows[better[:ROLLOUTS]]
    elif 2 * longer > same:
        said = (
            f"in {longer:,} of {same:,} pairs of equal outcome the longer trajectory has the "
            "higher total"
        )
        severity = "warning"
    elif same or among:
        found.notes.append(
            f"each further turn is paid {slope.value:.3g} of the outcome's range, but the totals "
            f"are not higher for it: in {longer:,} of {same:,} pairs of equal outcome the longer "
            f"one has more, and in {better.size:,} of {among:,} in which it has the worse outcome"
        )
        return
    else:
        said, severity = "no two trajectories tell whether their totals are higher for it", "info"
    found.findings.append(
        Finding(
            id=REUSE.id,
            severity=severity,  # type: ignore[arg-type]
            title=f"each further turn is paid {slope.value:.3g} of the outcome's range; {said}",
            value=slope.value,
            interval=slope.interval,
            n=slope.n,
            source=REUSE.source,
            suggestion=REUSE.action,
            rollouts=tuple(int(r) for r in rows),
        )
    )


def _longer_failures(paths: Paths, groups: Groups, totals: Floats) -> tuple[Codes, int]:
    """Places of longer, worse trajectories with a higher total than a shorter, better one.

    One entry for each pair; and how many pairs have a longer one of worse outcome.
    """
    found: list[Codes] = []
    count = 0
    for one, other in _pairs_of(groups):
        for long, short in ((one, other), (other, one)):
            asked = (paths.lengths[long] > paths.lengths[short]) & (
                paths.outcome[long] < paths.outcome[short]
            )
            count += int(asked.sum())
            found.append(long[asked & (totals[long] > totals[short] + _slack(totals))])
    return (np.concatenate(found) if found else np.zeros(0, np.int64)), count


def _longer_equals(paths: Paths, groups: Groups, totals: Floats) -> tuple[int, int]:
    """Pairs of equal outcome in which the longer one has the higher total; of how many."""
    higher = count = 0
    for one, other in _pairs_of(groups):
        for long, short in ((one, other), (other, one)):
            asked = (paths.lengths[long] > paths.lengths[short]) & (
                paths.outcome[long] == paths.outcome[short]
            )
            count += int(asked.sum())
            higher += int((asked & (totals[long] > totals[short] + _slack(totals))).sum())
    return higher, count


def _pairs_of(groups: Groups) -> Iterator[tuple[Codes, Codes]]:
    """Pairs of trajectories of one prompt, as places in `Paths`."""
    some = thinned(groups)
    for one, other in each_pair(some):
        yield some.rows[one], some.rows[other]


def _slack(totals: Floats) -> float:
    return SLACK * max(1.0, float(np.abs(totals).max(initial=0.0)))


def _telescoping(frame: Frame, context: Context, paths: Paths, found: TurnsReport) -> None:
    rubric = _turns(context)
    if context.rubric is None or rubric is None or not isinstance(rubric.shaping, Potential):
        return
    phi = phi_of(context.rubric, frame)
    if isinstance(phi, str):
        found.lacks.append(phi)
        return
    gamma = float(rubric.shaping.gamma)
    after = phi[paths.turns].copy()
    last = paths.starts + paths.lengths - 1
    after[last] = 0.0
    before = np.concatenate([[0.0], after[:-1]])
    before[paths.starts] = 0.0
    wanted = gamma * after - before
    wanted[last] += paths.outcome
    off = np.abs(paths.paid - wanted) > SLACK * (1 + np.abs(paths.paid))
    share = float(off.mean())
    at_end = float(off[last].sum() / max(1, off.sum()))
    found.rows += [
        ("turns not paid the difference of phi", share, None, None),
        ("of those, last turns", at_end if off.any() else None, None, None),
    ]
    if not off.any():
        found.notes.append(f"all {len(off):,} turns were paid the difference of phi")
        return
    size = np.abs(paths.paid - wanted)
    worst = np.argsort(-size, kind="stable")[: 4 * ROLLOUTS]
    owner = np.repeat(paths.rows, paths.lengths)
    action = TELESCOPING.action
    if at_end == 1.0:
        action = "Only last turns are off: set phi to 0 at the end, truncation included."
    found.findings.append(
        Finding(
            id=TELESCOPING.id,
            severity="error",
            title=f"{int(off.sum()):,} of {len(off):,} turns were not paid the difference of phi"
            + (", all of them last turns" if at_end == 1.0 else ""),
            value=share,
            interval=None,
            n=len(off),
            source=TELESCOPING.source,
            suggestion=action,
            rollouts=tuple(dict.fromkeys(int(owner[t]) for t in worst if off[t]))[:ROLLOUTS],
        )
    )
