"""How many groups carry a signal, and how much of it is about the key criterion?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assay.audit.analyses import AnalysisSpec
from assay.audit.context import Context
from assay.audit.finding import Finding, Kind, Outcome, Table
from assay.audit.stats.intervals import Estimate, ratio

if TYPE_CHECKING:
    from assay.audit.frame import Frame

DEAD = 0.5
"""A share of groups without signal above which a run wastes most of its generation."""

OFF_KEY = 0.2
"""A share of squared advantage above which the auxiliaries steer, however small their weights."""

DEAD_GROUPS = Kind(
    id="signal.dead_groups",
    title="groups without a signal",
    meaning="Every rollout of the group has the same reward, so a trainer that compares within "
    "groups learns nothing from it. All wrong: the prompts are too hard, or the verifier cannot "
    "read the answers. All right: they are learnt.",
    formula="groups with max r = min r / groups. Expected where each rollout of a prompt is "
    "right with its own chance p: p^G + (1 - p)^G, for groups of G rollouts.",
    source="DAPO, arXiv:2503.14476 (keep a group iff some but not all are right)",
    action="All wrong: easier prompts first, more rollouts a prompt, or partial credit. All "
    "right: drop the prompts. Filter such groups before the update and sample others.",
)

OFF_KEY_SIGNAL = Kind(
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


def run(frame: Frame, context: Context) -> Outcome:
    """Shares of groups, and of squared advantage; intervals over prompts."""
    groups = frame.groups
    reward = frame.reward[groups.rows]
    prompts = frame.prompt[groups.rows[groups.starts]]
    alive = groups.varies(reward)
    ones = np.ones(len(groups))
    findings: list[Finding] = []
    rows: list[tuple[str | float | int | None, ...]] = [("groups", len(groups), None, None)]

    def told(name: str, found: Estimate) -> None:
        rows.append((name, found.value, found.low, found.high))

    dead = ratio((~alive).astype(float), ones, prompts)
    told("share without signal", dead)
    if frame.key is not None:
        key = frame.key_score[groups.rows]
        low, high = groups.low(key), groups.high(key)
        same = low == high
        told(
            "share without signal, key at its lowest",
            ratio(
                (~alive & same & (low == np.nanmin(frame.key_score))).astype(float), ones, prompts
            ),
        )
        told(
            "share without signal, key at its highest",
            ratio(
                (~alive & same & (low == np.nanmax(frame.key_score))).astype(float), ones, prompts
            ),
        )
    if ratio((~alive).astype(float), ones, prompts, context.alarm()).low > DEAD:
        findings.append(
            Finding.of(
                DEAD_GROUPS,
                "warning",
                f"{dead.value:.0%} of {len(groups):,} groups carry no signal",
                dead,
                groups.rows[groups.starts[~alive]],
            )
        )
    lacks: tuple[str, ...] = ()
    if frame.key is None:
        lacks = ("which criterion is the key: --key NAME, or --rubric",)
    else:
        findings += _off_key(frame, context, rows)
    table = Table("Signal", ("figure", "value", "from", "to"), tuple(rows))
    return Outcome(SPEC.name, tuple(findings), {"signal": table}, lacks)


def _off_key(
    frame: Frame, context: Context, rows: list[tuple[str | float | int | None, ...]]
) -> list[Finding]:
    groups = frame.groups
    centred = groups.centred(frame.reward[groups.rows])
    squares = groups.sum(centred**2)
    # (r - mean) / std: each group with a signal has the same sum of squares, its size
    spent = np.where(squares > 0, groups.sizes, 0).astype(float)
    key = frame.key_score[groups.rows]
    known = np.isfinite(groups.sum(key))
    still = known & ~groups.varies(key)
    prompts = frame.prompt[groups.rows[groups.starts]]
    if not spent[known].any():
        return []
    found = ratio(spent * still, spent * known, prompts)
    rows.append(("share of squared advantage off the key", found.value, found.low, found.high))
    if ratio(spent * still, spent * known, prompts, context.alarm()).low <= OFF_KEY:
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
