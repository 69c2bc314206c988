"""How many groups carry a signal, and how much of it is about the key criterion?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from assay.audit.context import Context
from assay.audit.stats.intervals import (
    PSEUDO,
    TOO_FEW,
    Estimate,
    cluster_numbers,
    cluster_sums,
    jackknifed,
    quotient,
    share,
)
from assay.findings import AnalysisSpec, Cell, Finding, FindingKind, Outcome, ReportTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assay.audit.frame import Codes, Floats, Frame

DEAD = 0.5
"""A share of groups without signal above which a run wastes most of its generation."""

OFF_KEY = 0.2
"""A share of squared advantage above which the auxiliaries steer, however small their weights."""

ROUNDING = 1e-9
"""Of the largest reward: a difference below it is a rounding, and no signal."""

DEAD_GROUPS = FindingKind(
    id="signal.dead_groups",
    title="groups without a signal",
    meaning="Every rollout of the group has the same reward, so a trainer that compares within "
    "groups learns nothing from it. All wrong: the prompts are too hard, or the verifier cannot "
    "read the answers. All right: they are learnt.",
    formula="groups with max r = min r / groups. Expected where each rollout of a prompt is right "
    "with the prompt's own chance p: p^G + (1 - p)^G for groups of G; estimated without bias by "
    "C(x, G) / C(N, G) + C(N - x, G) / C(N, G) for x right of the prompt's N rollouts.",
    source="DAPO, arXiv:2503.14476 (keep a group iff some but not all are right); the estimate as "
    "in pass@k, Chen et al. 2021, arXiv:2107.03374",
    action="All wrong: easier prompts first, more rollouts a prompt, or partial credit. All "
    "right: drop the prompts. Filter such groups before the update and sample others.",
)

OFF_KEY_SIGNAL = FindingKind(
    id="signal.off_key",
    title="advantage spent where the key criterion does not vary",
    meaning="In these groups the key criterion is the same for all, and the reward differs by "
    "the auxiliaries alone. Dividing by the group's standard deviation scales their small "
    "differences up to full size: the policy is taught style with the force of correctness.",
    formula="sum of A^2 over groups in which the key does not vary / sum of A^2, "
    "with A = (r - mean) / std within the group",
    source="own; advantage of GRPO, arXiv:2402.03300",
    action="Leave out the division by std (Dr.GRPO, arXiv:2503.20783), drop groups in which the "
    "key does not vary, or gate the auxiliaries on the key.",
)

SPEC = AnalysisSpec(
    name="signal",
    title="Signal",
    question="How many groups carry a signal, and how much of it is about correctness?",
    needs=("reward", "groups"),
    kinds=(DEAD_GROUPS, OFF_KEY_SIGNAL),
)


Figures = list[tuple[Cell, ...]]


def run(frame: Frame, context: Context) -> Outcome:
    """Shares of groups, and of squared advantage; intervals over prompts."""
    groups = frame.groups
    reward = frame.reward[groups.rows]
    prompts = frame.prompt[groups.rows[groups.starts]]
    noise = ROUNDING * float(np.abs(reward).max(initial=0.0))
    alive = groups.high(reward) - groups.low(reward) > noise
    rows: Figures = [("groups", len(groups), None, None)]
    findings = _dead(frame, context, alive, prompts, rows)
    _effective(groups.sum(groups.centred(reward) ** 2) * alive, prompts, rows)
    tables = {}
    notes: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    if frame.key is None:
        lacks = ("which criterion is the key: --key NAME, or --rubric",)
    else:
        findings += _off_key(frame, context, alive, prompts, rows)
        sizes, notes = _expected(frame, prompts, rows)
        if sizes is not None:
            tables["group_sizes"] = sizes
    tables["signal"] = ReportTable("Signal", ("figure", "value", "from", "to"), tuple(rows))
    return Outcome(SPEC.name, tuple(findings), tables, lacks, notes)


def _noted(rows: Figures, name: str, found: Estimate) -> None:
    ends = (float(x) if np.isfinite(x) else None for x in found[:3])
    rows.append((name, *ends))


def _dead(
    frame: Frame,
    context: Context,
    alive: NDArray[np.bool_],
    prompts: Codes,
    rows: Figures,
) -> list[Finding]:
    groups = frame.groups
    ones = np.ones(len(groups))
    dead = share((~alive).astype(float), ones, prompts)
    _noted(rows, "share without signal", dead)
    title = f"{dead.value:.0%} of {len(groups):,} groups carry no signal"
    order = groups.starts[~alive]
    if frame.key is not None:
        low, high = _ends(frame.key_score)
        key = frame.key_score[groups.rows]
        bottom, top = groups.low(key), groups.high(key)
        wrong = ~alive & (top == low) & (low < high)
        right = ~alive & (bottom == high)
        parts = {"all wrong": wrong, "all right": right, "neither": ~alive & ~wrong & ~right}
        noted = []
        for name, part in parts.items():
            found = share(part.astype(float), ones, prompts)
            _noted(rows, f"share without signal, {name}", found)
            noted.append(f"{found.value:.0%} {name}")
        title += f": {', '.join(noted)}"
        order = groups.starts[wrong if wrong.sum() >= right.sum() else right]
    if share((~alive).astype(float), ones, prompts, context.alarm()).low <= DEAD:
        return []
    return [Finding.of(DEAD_GROUPS, "warning", title, dead, groups.rows[order])]


def _ends(scores: Floats) -> tuple[float, float]:
    """Lowest and highest known score; (inf, -inf) where none is known."""
    known = scores[np.isfinite(scores)]
    return float(known.min(initial=np.inf)), float(known.max(initial=-np.inf))


def _effective(squares: Floats, prompts: Codes, rows: Figures) -> None:
    """Kish's effective number of groups: equal ones that would weigh as much.

    Source:
        Kish 1965, "Survey Sampling": (sum w)^2 / sum w^2, w being the squared advantage.
    """
    ones = np.ones(len(squares))
    # GRPO: (r - mean) / std, std with n - 1, has the same sum of squares in groups of one size,
    # so the groups that count are those with a signal: a share
    found = share((squares > 0).astype(float), ones, prompts)
    if found.value > 0:
        rows.append(("effective groups, GRPO", found.value * len(squares), None, None))
        _noted(rows, "effective share of groups, GRPO", found)
    if squares.any():
        scaled = squares / squares.max()
        sums = cluster_sums(prompts, np.stack([scaled, scaled**2, ones], axis=1))
        # groups that lead by as much as any, and groups that do not lead at all
        each = PSEUDO * sums[:, 2].sum() / max(1, len(sums))
        plus = np.array([[each, each, each], [0.0, 0.0, each]])
        noted = jackknifed(
            lambda s: quotient(s[..., 0] ** 2, s[..., 1] * s[..., 2]), sums, None, plus, TOO_FEW
        ).at()
        rows.append(("effective groups, Dr.GRPO", noted.value * len(squares), None, None))
        within = noted._replace(low=max(0.0, noted.low), high=min(1.0, noted.high))
        _noted(rows, "effective share of groups, Dr.GRPO", within)


def _off_key(
    frame: Frame,
    context: Context,
    alive: NDArray[np.bool_],
    prompts: Codes,
    rows: Figures,
) -> list[Finding]:
    groups = frame.groups
    # (r - mean) / std, std with n - 1 as in TRL and verl: the squares of a group sum to n - 1
    spent = np.where(alive, groups.sizes - 1, 0).astype(float)
    key = frame.key_score[groups.rows]
    known = np.isfinite(groups.sum(key))
    still = known & ~groups.varies(key)
    if not spent[known].any():
        return []
    found = share(spent * still, spent * known, prompts)
    _noted(rows, "share of squared advantage off the key", found)
    if share(spent * still, spent * known, prompts, context.alarm()).low <= OFF_KEY:
        return []
    return [
        Finding.of(
            OFF_KEY_SIGNAL,
            "error" if found.value > 0.5 else "warning",
            f"{found.value:.0%} of the squared advantage is spent where {frame.key} does not vary",
            found,
            groups.rows[groups.starts[still & (spent > 0)]],
        )
    ]


# -- what was to be expected ----------------------------------------------------------------------


def mixed(right: Floats, rollouts: Floats, size: Floats | float) -> Floats:
    """The chance that a group is neither all right nor all wrong, without bias.

    ``1 - p^G - (1 - p)^G`` for a group of G = `size` rollouts that are right with chance p,
    estimated from `right` of `rollouts` independent ones: the share of subsets of that size which
    are mixed. Plugging in p = right / rollouts instead is biased, upwards for most p.

    Args:
        right: x, of each prompt.
        rollouts: N, at least `size`; else NaN.
        size: G.

    Source:
        The U-statistic of pass@k: Chen et al. 2021, arXiv:2107.03374.

    >>> mixed(np.array([1.0]), np.array([4.0]), 2).round(3).tolist()
    [0.5]
    """
    every = _subsets(rollouts, size)
    alike = _subsets(right, size) + _subsets(rollouts - right, size)
    found: Floats = np.where(rollouts >= size, 1.0 - quotient(alike, every), np.nan)
    return found


def _subsets(n: Floats, size: Floats | float) -> Floats:
    """N choose size; 0 where n < size."""
    n, size = np.broadcast_arrays(np.asarray(n, float), np.asarray(size, float))
    there = n >= size
    m = np.where(there, n, size)
    logs = special.gammaln(m + 1) - special.gammaln(size + 1) - special.gammaln(m - size + 1)
    return np.where(there, np.exp(np.minimum(logs, 700.0)), 0.0)


def _expected(
    frame: Frame, prompts: Codes, rows: Figures
) -> tuple[ReportTable | None, tuple[str, ...]]:
    """Groups whose key varies, as found and as expected; and for other sizes of a group."""
    groups = frame.groups
    _, high = _ends(frame.key_score)
    key = frame.key_score[groups.rows]
    known = np.isfinite(groups.sum(key))
    if not known.any():
        return None, ()
    number = cluster_numbers(prompts)  # of the prompt of each group
    there = known[groups.of_row]
    of_row = number[groups.of_row][there]
    count = int(number.max()) + 1
    rollouts = np.asarray(np.bincount(of_row, minlength=count), float)
    right = np.asarray(np.bincount(of_row, weights=key[there] == high, minlength=count), float)
    passes = (key == high).astype(float)
    varies = (known & groups.varies(passes)).astype(float)
    ones = known.astype(float)
    found = share(varies, ones, prompts)
    _noted(rows, "share of groups in which some are right, not all", found)
    sizes = groups.sizes[known].astype(float)
    chance = np.zeros(len(groups))
    chance[known] = mixed(right[number[known]], rollouts[number[known]], sizes)
    found = share(np.clip(chance, 0.0, ones), ones, prompts)
    _noted(rows, "the same, expected from each prompt's chance", found)
    repeated = bool((rollouts[number[known]] > sizes).any())
    notes: tuple[str, ...] = ()
    if not repeated:
        notes = (
            "each prompt has one group, so what is expected is what was found; a prompt's chance "
            "for larger groups takes more rollouts of it.",
        )
    return _sizes(right, rollouts), notes


def _sizes(right: Floats, rollouts: Floats) -> ReportTable | None:
    """Share of groups with a signal, were they of another size: powers of 2."""
    there = rollouts > 0
    middle = float(np.median(rollouts[there]))
    sizes = 2 ** np.arange(1, int(np.log2(max(2.0, middle))) + 1)
    usable = there & (rollouts >= sizes[-1])
    if middle < 2 or not usable.any():
        return None
    rows: Figures = []
    ones, alone = np.ones(int(usable.sum())), np.full(int(usable.sum()), -1)
    for size in sizes.tolist():
        chance = np.clip(mixed(right[usable], rollouts[usable], size), 0.0, 1.0)
        found = share(chance, ones, alone)
        rows.append((f"groups of {size}", *found[:3], found.n))
    note = (
        "Share of groups in which some rollouts are right and some are not, each prompt once, "
        "with its chance taken as one over the log."
    )
    columns = ("size", "expected share with a signal", "from", "to", "prompts")
    return ReportTable("Signal by size of group", columns, tuple(rows), note)
