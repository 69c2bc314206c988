"""What do the criteria have to do with each other, among rollouts of one prompt?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assay.audit.analyses.relations.criterion_pairs import CriterionPairs, taken
from assay.audit.analyses.relations.cycles import CYCLES_KIND, cycles
from assay.audit.context import Context
from assay.audit.recomposing.matching import columns, merged_keys
from assay.audit.stats.intervals import FEWEST
from assay.findings import AnalysisSpec, Cell, Finding, FindingKind, Outcome, ReportTable
from assay.plugins.spec import Severity

if TYPE_CHECKING:
    from assay.audit.frame import Frame

SAME = 0.9
"""A rank correlation within groups above which two criteria are one, paid twice.

At .9 the sum of the two, at equal weights, ranks rollouts as either alone does to a correlation of
sqrt((1 + .9) / 2) = .97: dropping one changes next to nothing, which is what the finding says. A
higher threshold would leave out copies with noise. Two that are passed by half of the rollouts and
differ in 2 of 100 have .96, and logs of some hundred prompts cannot tell that from .95 with the
confidence that a finding takes; from .9 they can. How far from 1 it is, the title tells.
"""

APART = -0.2
"""A rank correlation within groups below which paying both pulls apart."""

FAR_APART = -0.5
"""Below it, and with the key criterion: an error."""

EXCEPTIONS = 0.02
"""Of the rollouts that have the one: a share without the other, below which it is implied."""

TELLS = 0.1
"""Of the rollouts that lack the one: a share that lack the other too, above which the other tells
anything at all."""

LISTED = 0.05
"""Implications with at most this share of exceptions are listed."""

REDUNDANT = FindingKind(
    id="relations.redundant",
    title="two criteria that rank rollouts alike",
    meaning="Within a group they order the rollouts in the same way, so they are one criterion "
    "with the sum of both weights, and twice the verifier's time.",
    formula="rho = sum a_i b_i / sqrt(sum a_i^2 * sum b_i^2), over rollouts of all groups; a_i, "
    "b_i = ranks within the group, ties at their mean, divided by its size and centred",
    source="Spearman 1904, ranks within each group pooled",
    action="Drop one, or give the two together the weight that one was meant to have.",
)

CONTRADICTS = FindingKind(
    id="relations.contradicts",
    title="two criteria that pull apart",
    meaning="Within a group, rollouts that have more of the one have less of the other, and both "
    "are paid: what a step gains on one it loses on the other. Where one is the key criterion, "
    "the other pays wrong answers.",
    formula="rho as in relations.redundant, times -1 for each of the two that is a penalty; only "
    "of criteria that are paid: by the rubric, by the weights, or, where neither is known, by "
    "the sign of the criterion's coefficient in a regression of rewards within groups",
    source="Spearman 1904, ranks within each group pooled",
    action="Read the rollouts: is it a trade that must be made (length against completeness), or "
    "a verifier that misreads right answers? Then gate the lesser on the key, or fix or drop it.",
)

IMPLIED = FindingKind(
    id="relations.implied",
    title="a criterion that another one implies",
    meaning="Whoever passes the first passes the second, so among those the second tells nothing "
    "apart: it pays only rollouts that fail the first. That is partial credit, wanted or not.",
    formula="exceptions = rollouts that pass A and fail B / rollouts that pass A, in groups in "
    "which some pass A and some do not; passing = the highest score seen",
    source="own: implication with exceptions; confidence of an association rule (Agrawal, "
    "Imielinski and Swami 1993)",
    action="If partial credit is not meant, drop the second or gate it on the first. If it is, "
    "keep its weight below what a near miss is worth.",
)

SPEC = AnalysisSpec(
    name="relations",
    title="Relations between criteria",
    question="Which criteria say the same, which contradict, which imply another?",
    needs=("two criteria", "reward", "groups"),
    kinds=(REDUNDANT, CONTRADICTS, IMPLIED, CYCLES_KIND),
)


def run(frame: Frame, context: Context) -> Outcome:
    """Every pair, within groups; intervals over prompts, alarms over all pairs together."""
    pairs = CriterionPairs(frame, taken(frame), context.rubric)
    findings = [
        *_alike_or_apart(frame, context, pairs),
        *_implied(frame, context, pairs),
    ]
    tables = {"pairs": _pairs_table(pairs), "implied": _implied_table(pairs)}
    notes = list(pairs.notes)
    lacks: tuple[str, ...] = ()
    found = cycles(frame, context)
    if found is not None:
        findings += found.findings
        tables |= dict(found.tables)
        notes += found.notes
        lacks = found.lacks
    return Outcome(SPEC.name, tuple(findings), tables, lacks, tuple(notes))


def _signs(frame: Frame, context: Context, pairs: CriterionPairs) -> list[int]:
    """Of what each criterion is paid: 1 for a bonus, -1 for a penalty, 0 where it is neither.

    By the rubric, else by the weights, else by the rewards themselves: a flag whose 1 is bad
    (``truncated``, ``is_error``) is not a bonus for being a column of the log.
    """
    if context.rubric is not None:
        there = columns(context.rubric, frame.criteria, context.rubric)
        stands = {
            other: one
            for one, others in merged_keys(context.rubric, frame.criteria, frame.key)
            for other in others
        }
        known: dict[str, int] = {}
        for plan in context.rubric.plans().values():
            leaves = [leaf for leaf in getattr(plan, "leaves", ()) if leaf.key in there]
            # Of a sum, a weight of 0 pays nothing; other composers have no such weights.
            linear = getattr(plan, "linear", False)
            paid: dict[str, list[float]] = {}
            for leaf in leaves:
                name = stands.get(there[leaf.key], there[leaf.key])
                paid.setdefault(name, []).append(leaf.coefficient if linear else leaf.sign)
            for name, sizes in paid.items():
                both = not linear and min(sizes) < 0 < max(sizes)  # neither bonus nor penalty
                known[name] = 0 if both else int(np.sign(sum(sizes)))
        if known:
            return [known.get(name, 0) for name in pairs.names]
    if frame.weights:
        return [int(np.sign(frame.weights.get(name, 0.0))) for name in pairs.names]
    return pairs.paid_signs(frame.reward)


def _alike_or_apart(frame: Frame, context: Context, pairs: CriterionPairs) -> list[Finding]:
    if pairs.effective < FEWEST or not pairs.each:
        return []
    signs = _signs(frame, context, pairs)
    low, high = pairs.bounds(context.alarm(len(pairs.each)))
    findings = []
    for i, j in pairs.each:
        sign = signs[i] * signs[j]
        either = sign or 1  # two columns that are one are so whatever they are paid
        ends = sorted((either * float(low[i, j]), either * float(high[i, j])))
        if ends[0] > SAME:
            findings.append(_alike(pairs, i, j))
        elif sign and ends[1] < APART:  # of one that is not paid nothing is lost
            findings.append(_apart(frame, pairs, i, j, sign))
    return findings


def _alike(pairs: CriterionPairs, i: int, j: int) -> Finding:
    a, b = pairs.names[i], pairs.names[j]
    noted = pairs.rho(i, j)
    return Finding.of(
        REDUNDANT,
        "warning",
        f"{a} and {b} rank rollouts of a prompt alike: rank correlation {noted.value:.2f}",
        noted,
        pairs.telling(-np.abs(pairs.ranks[:, i] - pairs.ranks[:, j])),
        (a, b),
    )


def _apart(frame: Frame, pairs: CriterionPairs, i: int, j: int, sign: int) -> Finding:
    a, b = pairs.names[i], pairs.names[j]
    if b == frame.key:
        a, b = b, a
    noted = pairs.rho(i, j)
    severity: Severity = "info"
    if a == frame.key:
        severity = "error" if sign * noted.value < FAR_APART else "warning"
    return Finding.of(
        CONTRADICTS,
        severity,
        f"{a} and {b} pull apart among rollouts of a prompt: rank correlation {noted.value:.2f}"
        + (", one of them a penalty" if sign < 0 else ""),
        noted,
        pairs.telling(sign * pairs.ranks[:, i] * pairs.ranks[:, j]),
        (a, b),
    )


def _implied(frame: Frame, context: Context, pairs: CriterionPairs) -> list[Finding]:
    findings = []
    alarm = context.alarm(2 * len(pairs.each))
    for i, j in pairs.ordered:
        if not pairs.exceptions(i, j, alarm).high < EXCEPTIONS:
            continue
        if not pairs.failing(i, j, alarm).low > TELLS:
            continue
        if pairs.exceptions(j, i, alarm).high < EXCEPTIONS:
            continue  # each implies the other: they are one, which is another finding
        a, b = pairs.names[i], pairs.names[j]
        noted, fails = pairs.exceptions(i, j), pairs.failing(i, j)
        findings.append(
            Finding.of(
                IMPLIED,
                "info",
                f"{noted.value:.1%} of the rollouts that pass {a} fail {b}, but "
                f"{fails.value:.0%} of those that fail {a}: {b} pays only among these",
                noted,
                pairs.rows[~pairs.passes[:, i] & pairs.passes[:, j]],
                (a, b),
            )
        )
    return findings


# -- tables ---------------------------------------------------------------------------------------


def _cell(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _pairs_table(pairs: CriterionPairs) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    low, high = pairs.bounds(0.95)
    partial = pairs.partial
    ends = partial.bounds() if partial is not None else None
    for i, j in pairs.each:
        row: list[Cell] = [pairs.names[i], pairs.names[j]]
        row += [_cell(x[i, j]) for x in (pairs.values, low, high)]
        if partial is None or ends is None:
            row += [None, None, None]
        else:
            row += [_cell(x[i, j]) for x in (partial.values, *ends)]
        rows.append(tuple(row))
    columns = ("a", "b", "rank correlation", "from", "to", "partial", "partial from", "partial to")
    note = (
        "Spearman's rank correlation among rollouts of one prompt, over all groups. Partial: with "
        "all other criteria held. Criteria that vary in no group are left out."
    )
    return ReportTable("Rank correlation within groups", columns, tuple(rows), note)


def _implied_table(pairs: CriterionPairs) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    for i, j in pairs.ordered:
        noted = pairs.exceptions(i, j)
        if noted.n == 0 or noted.value > LISTED:
            continue
        fails = pairs.failing(i, j)
        rows.append(
            (
                f"{pairs.names[i]} implies {pairs.names[j]}",
                noted.value,
                noted.low,
                noted.high,
                _cell(fails.value),
                fails.low,
                fails.high,
            )
        )
    columns = (
        "passing",
        "exceptions",
        "from",
        "to",
        "fails otherwise",
        "fails from",
        "fails to",
    )
    note = (
        "Of rollouts that pass the first, those that fail the second; and of those that fail the "
        f"first. In groups in which the first varies; with at most {LISTED:.0%} exceptions."
    )
    return ReportTable("Implications", columns, tuple(rows), note)
