"""Which criterion gets how much of the gradient?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from assay.audit.analyses.budget.advantage_shares import REST, ROUNDING, Split, settled, split
from assay.audit.context import Context
from assay.audit.stats.intervals import (
    FEWEST,
    PSEUDO,
    TOO_FEW,
    Estimates,
    cluster_sums,
    effective,
    jackknifed,
    quotient,
    share,
)
from assay.findings import ROLLOUTS, AnalysisSpec, Cell, Finding, FindingKind, Outcome, ReportTable

if TYPE_CHECKING:
    from assay.audit.frame import Codes, Floats, Frame
    from assay.audit.groups import Groups

HALF = 0.5
"""Of the squared advantage: a key criterion below it is outbid by the others together."""

QUARTER = 0.25
"""Of the squared advantage: below it a key criterion that dominates by weight is an error."""

VARIES = 0.01
"""A share of groups in which a criterion varies, below which it teaches as good as nothing."""

AGAINST = -0.05
"""A share of a criterion in the squared advantage, below which the policy is paid to lose it."""

OUTBID = FindingKind(
    id="budget.outbid",
    title="the key criterion gets less than half of the advantage",
    meaning="What the policy learns goes by squared advantage, not by weight. Dividing by the "
    "group's standard deviation makes a group that differs in style alone as loud as one that "
    "differs in correctness, so a small format bonus can outbid a large weight on the answer.",
    formula="share of criterion j = sum A_i a_ij / sum A_i^2, over rollouts i of all groups; A = "
    "(r - mean) / (std + 1e-4) within the group, std with n - 1 as in TRL, a_ij = the part of A_i "
    "that criterion j contributed: "
    "(c_ij - mean c_j) / std for contributions c. Shares sum to 1; one below 0 works against the "
    "others.",
    source="covariance share (Euler allocation of a variance); advantage of GRPO, "
    "arXiv:2402.03300, as TRL 1.16 computes it (grpo_trainer.py)",
    action="Leave out the division by std (Dr.GRPO, arXiv:2503.20783), drop the groups in which "
    "the key does not vary, gate the auxiliaries on the key, or lower their weights.",
)

IDLE = FindingKind(
    id="budget.idle",
    title="a criterion that hardly ever varies within a group",
    meaning="All rollouts of a prompt score the same on it, so it moves no advantage: what it "
    "pays is a constant. It costs its verifier's time, and where it is one day met or missed by "
    "some, it starts to pay without notice.",
    formula="groups in which the highest and the lowest score of the criterion differ / groups "
    "in which all its scores are known",
    source="own: a group-relative advantage is blind to what a group has in common",
    action="Met by all: drop it from the reward and keep it as a metric. Missed by all: it is "
    "too hard or its verifier cannot read the answers; look at a few.",
)

LOSES = FindingKind(
    id="budget.against",
    title="the reward teaches to lose a criterion",
    meaning="Rollouts that lead their group have less of this criterion than those that trail: "
    "the others outweigh it, and following the reward gives it up.",
    formula="share of criterion j = sum A_i a_ij / sum A_i^2, as in budget.outbid; negative",
    source="covariance share (Euler allocation of a variance); advantage of GRPO, arXiv:2402.03300",
    action="Decide which of the two is meant: gate this criterion on the one it fights "
    "(relations names it), or drop it.",
)

SPEC = AnalysisSpec(
    name="budget",
    title="Gradient budget",
    question="Which criterion gets how much of the gradient?",
    needs=("criteria", "reward", "groups"),
    kinds=(OUTBID, IDLE, LOSES),
)

GRPO, GRPO_VERL = "GRPO (TRL)", "GRPO (verl)"
"""The findings go by TRL's. The two differ only where a group's standard deviation is so small
that the constant added to it counts."""
DR_GRPO, RLOO, GDPO = "Dr.GRPO", "RLOO", "GDPO"
VARIANCE = "reward variance"

TRL_EPSILON, VERL_EPSILON = 1e-4, 1e-6
"""What the trainers add to a group's standard deviation: TRL 1.16, ``grpo_trainer.py``, also for
each reward of GDPO (``multi_objective_aggregation="normalize_then_sum"``); verl 0.9,
``core_algos.py``. Both take the sample's, with n - 1."""

SplitScale: TypeAlias = Callable[[Split], "Floats"]
"""From a split to (g,) what each group's squares are multiplied by."""


def _by_std(lead: Floats, groups: Groups, epsilon: float) -> Floats:
    """(g,) 1 / (std + epsilon)^2, and 0 where nothing differs.

    Each group with a signal counts nearly alike, by its size less 1. The standard deviation is
    the sample's, with n - 1, as in TRL and verl.
    """
    squares = groups.sum(lead**2)
    scale = np.abs(lead).max(initial=0.0)
    alive = squares > groups.sizes * (ROUNDING * scale) ** 2
    std = np.sqrt(squares / (groups.sizes - 1))
    found: Floats = np.where(alive, (std + epsilon) ** -2.0, 0.0)
    return found


def _grpo_trl(found: Split) -> Floats:
    return _by_std(found.lead, found.groups, TRL_EPSILON)


def _grpo_verl(found: Split) -> Floats:
    return _by_std(found.lead, found.groups, VERL_EPSILON)


def _rloo(found: Split) -> Floats:
    """The mean of the others as baseline: r_i less it is G / (G - 1) times the lead."""
    sizes = found.groups.sizes
    return (sizes / (sizes - 1.0)) ** 2


def _plain(found: Split) -> Floats:
    return np.ones(len(found.groups))


SCALES: dict[str, SplitScale] = {
    VARIANCE: _plain,
    GRPO: _grpo_trl,
    GRPO_VERL: _grpo_verl,
    DR_GRPO: _plain,
    RLOO: _rloo,
}
"""Of the reward's variance within groups, and of the squared advantage of each trainer."""


def run(frame: Frame, context: Context) -> Outcome:
    """Shares with intervals over prompts, for each way to make an advantage."""
    idle, varies = _idle(frame, context)
    found, lacks = split(frame, context)
    if found is None:
        remedy = "contributions of criteria: score the log with `assay verify`, or --rubric"
        return Outcome(SPEC.name, tuple(idle), {"varies": varies}, (*lacks, remedy))
    prompts = frame.prompt[found.rows[found.groups.starts]]
    measured = {name: _shares(found, scale(found), prompts) for name, scale in SCALES.items()}
    if found.weights is None:
        lacks = (*lacks, "GDPO: one weight for each criterion, of a reward that is their sum")
    else:
        measured[GDPO] = _gdpo(frame, found, prompts)
    findings = [*_outbid(frame, found, measured, context), *idle]
    findings += _against(frame, found, measured, context)
    tables = {
        "shares": _table(found, measured),
        "varies": varies,
    }
    if frame.key is None:
        lacks = (*lacks, "which criterion is the key: --key NAME, or --rubric")
    return Outcome(SPEC.name, tuple(findings), tables, lacks, found.notes)


def _shares(found: Split, scale: Floats, prompts: Codes) -> Estimates:
    """Of each name in the squares of one kind of advantage."""
    products = found.groups.sum(found.parts * found.lead[:, None]) * scale[:, None]
    return _of_products(products, prompts)


def _of_products(products: Floats, prompts: Codes) -> Estimates:
    sums = cluster_sums(prompts, products)
    squares = np.maximum(sums.sum(axis=-1), 0.0)
    values = quotient(sums.sum(axis=0), squares.sum())
    size = PSEUDO * float(squares.sum()) / max(1, len(squares))
    errors, free, centres = (np.full(values.shape, np.inf) for _ in range(3))
    for j, value in enumerate(values):
        pair = np.stack([sums[:, j], sums.sum(axis=1)], axis=1)
        low, high = 0.0, 1.0
        if value < 0.0:  # it works against the others: a prompt can have less than nothing
            seen = quotient(pair[:, 0], pair[:, 1])[pair[:, 1] > pair[:, 1].mean() / 2]
            low, high = min(2.0 * value, seen.min(initial=0.0)), seen.max(initial=0.0)
        elif value > 1.0:
            high = 2.0 * value
        plus = np.array([[low * size, size], [high * size, size]])
        one = jackknifed(lambda s: quotient(s[..., 0], s[..., 1]), pair, squares, plus, TOO_FEW)
        # what only a handful of prompts show is too rare for an interval
        if 0 < np.count_nonzero(pair[:, 0]) < TOO_FEW:
            continue
        errors[j] = one.errors
        if one.free is not None and one.centres is not None:
            free[j], centres[j] = one.free, one.centres
    centres = np.where(np.isfinite(centres), centres, values)
    free = np.where(np.isfinite(free), free, 1.0)
    return Estimates(values, errors, len(sums), effective(squares), centres, free)


def _gdpo(frame: Frame, found: Split, prompts: Codes) -> Estimates:
    """Each criterion's z-score within the group, times its weight; whitened over each step.

    As TRL's ``normalize_then_sum``; verl's whitens over tokens, so that longer rollouts count more.

    The spread of a step's batch is taken as known: it scales all criteria alike.
    """
    assert found.weights is not None
    scores = frame.scores[found.rows]
    usable = np.isfinite(found.groups.sum(np.where(found.weights != 0, scores, 0.0)).sum(axis=1))
    centred = found.groups.centred(np.where(np.isfinite(scores), scores, 0.0))
    one = np.stack(
        [np.sqrt(_by_std(column, found.groups, TRL_EPSILON)) for column in centred.T], axis=1
    )
    parts = centred * found.groups.spread(one * usable[:, None]) * found.weights
    lead = settled(parts.sum(axis=1), parts)
    step = frame.step[found.rows]
    _, batch = np.unique(np.where(np.isfinite(step), step, -np.inf), return_inverse=True)
    batch = batch.reshape(-1)
    counts = np.bincount(batch).astype(np.float64)
    variance = quotient(np.bincount(batch, weights=lead**2).astype(np.float64), counts)
    whitened = quotient(lead, np.where(variance[batch] > 0, variance[batch], 1.0))
    return _of_products(found.groups.sum(parts * whitened[:, None]), prompts)


def _table(found: Split, measured: dict[str, Estimates]) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    for advantage, shares in measured.items():
        low, high = shares.bounds()
        for j in range(shares.values.shape[-1]):
            values = (shares.values[j], low[j], high[j])
            noted = (float(v) if np.isfinite(v) else None for v in values)
            rows.append((advantage, found.names[j], *noted))
    note = f"{found.how} " + (
        "Of the reward's variance within groups, and of the squared advantage under each "
        "trainer; each sums to 1. Below 0: works against the others. Dr.GRPO subtracts the mean "
        "only, so its shares are those of the variance. GRPO divides by the group's "
        "sample standard deviation (n - 1): TRL adds 1e-4 to it, verl 1e-6."
    )
    return ReportTable(
        "Gradient budget", ("advantage", "criterion", "share", "from", "to"), tuple(rows), note
    )


# -- findings -------------------------------------------------------------------------------------


def _outbid(
    frame: Frame, found: Split, measured: dict[str, Estimates], context: Context
) -> list[Finding]:
    grpo = measured[GRPO]
    if frame.key is None or grpo.effective < FEWEST:
        return []
    j = found.names.index(frame.key)
    if not grpo.at(j, context.alarm()).high < HALF:
        return []
    noted = grpo.at(j)
    first = int(np.nanargmax(np.delete(grpo.values, j))) if len(found.names) > 1 else 0
    rival = str(np.delete(np.array(found.names), j)[first]) if len(found.names) > 1 else ""
    dominates = _dominates(frame, found)
    severity = "info"
    if dominates:
        severity = "error" if noted.value < QUARTER else "warning"
    elif noted.value < QUARTER:  # whatever was meant by the weights, the key is hardly taught
        severity = "warning"
    others = ", ".join(
        f"{shares.values[j]:.0%} under {name}"
        for name, shares in measured.items()
        if name not in (VARIANCE, GRPO, GRPO_VERL) and np.isfinite(shares.values[j])
    )
    though = "though its weight dominates" if dominates else "and its weight does not dominate"
    return [
        Finding(
            id=OUTBID.id,
            severity=severity,  # type: ignore[arg-type]
            title=f"{frame.key} gets {noted.value:.0%} of the squared advantage, {though}; "
            f"{rival} gets {np.delete(grpo.values, j)[first]:.0%}",
            value=noted.value,
            interval=noted.interval,
            n=noted.n,
            source=OUTBID.source,
            suggestion=f"{rival} is at fault: gate it on {frame.key}, or lower its weight. "
            "Or leave out the division by std (Dr.GRPO, arXiv:2503.20783), or drop the groups in "
            f"which {frame.key} does not vary. {frame.key} gets {others}."
            if rival and rival != REST
            else f"{OUTBID.action} {frame.key} gets {others}.",
            rollouts=_loudest(found, j),
            subject=(frame.key,),
        )
    ]


def _loudest(found: Split, j: int) -> tuple[int, ...]:
    """The rollout that leads most by other criteria, of each group where the key is silent."""
    other = np.abs(found.lead - found.parts[:, j])
    silent = ~found.groups.varies(found.parts[:, j])
    height = np.where(silent, found.groups.high(other), 0.0)
    chosen = np.argsort(-height, kind="stable")[:ROLLOUTS]
    chosen = chosen[height[chosen] > 0]
    ends = found.groups.starts + found.groups.sizes
    return tuple(
        int(found.rows[s + int(np.argmax(other[s:e]))])
        for s, e in zip(found.groups.starts[chosen], ends[chosen], strict=True)
    )


def _dominates(frame: Frame, found: Split) -> bool:
    """By weight where there are weights; else whether the key at its top always earned more."""
    assert frame.key is not None
    j = frame.criteria.index(frame.key)
    if found.weights is not None:
        sizes = np.abs(found.weights)
        return bool(sizes[j] > sizes.sum() - sizes[j])
    key, reward = frame.key_score[found.rows], frame.reward[found.rows]
    top = key == key[np.isfinite(key)].max(initial=-np.inf)
    if not top.any() or top.all():
        return False
    return bool(reward[top].min() > reward[~top].max())


def _against(
    frame: Frame, found: Split, measured: dict[str, Estimates], context: Context
) -> list[Finding]:
    grpo = measured[GRPO]
    if grpo.effective < FEWEST:
        return []
    _, high = grpo.bounds(context.alarm(len(found.names)))
    findings = []
    for j, name in enumerate(found.names):
        if name == REST or not high[j] < AGAINST:
            continue
        noted = grpo.at(j)
        worst = np.argsort(found.lead * found.parts[:, j], kind="stable")[:ROLLOUTS]
        findings.append(
            Finding.of(
                LOSES,
                "warning",
                f"{name} has {noted.value:.0%} of the squared advantage: "
                "leading rollouts have less of it",
                noted,
                found.rows[worst],
                (name,),
            )
        )
    return findings


def _idle(frame: Frame, context: Context) -> tuple[list[Finding], ReportTable]:
    """Criteria that hardly vary, and how often each does."""
    groups = frame.groups
    prompts = frame.prompt[groups.rows[groups.starts]]
    rows: list[tuple[Cell, ...]] = []
    findings = []
    for name in frame.criteria:
        scores = frame.score(name)[groups.rows]
        known = np.isfinite(groups.sum(scores))
        varies = known & groups.varies(scores)
        noted = share(varies.astype(float), known.astype(float), prompts)
        weight = frame.weights.get(name)
        rows.append((name, weight, noted.value if noted.n else None, noted.low, noted.high))
        alarm = context.alarm(len(frame.criteria))
        if weight == 0 or noted.n == 0:
            continue
        if share(varies.astype(float), known.astype(float), prompts, alarm).high < VARIES:
            level = float(np.nanmean(scores))
            still = groups.starts[known & ~varies]
            findings.append(
                Finding.of(
                    IDLE,
                    "warning" if name == frame.key else "info",
                    f"{name} varies in {noted.value:.1%} of the groups; "
                    f"its mean score is {level:.2f}",
                    noted,
                    groups.rows[still],
                    (name,),
                )
            )
    columns = ("criterion", "weight", "share of groups", "from", "to")
    note = "Groups in which the criterion's scores differ, of those in which all are known."
    return findings, ReportTable("How often each criterion varies", columns, tuple(rows), note)
