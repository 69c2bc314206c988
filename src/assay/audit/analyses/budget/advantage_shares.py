"""What each criterion gave to each rollout's lead over its group."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from assay.audit.analyses.budget.compose import ColumnRubric, NotComposable
from assay.audit.analyses.budget.shapley import MOST, affordable, shapley, varying
from assay.audit.groups import Groups
from assay.audit.recomposing.matching import columns as matched
from assay.audit.recomposing.matching import merged_keys

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assay.audit.context import Context
    from assay.audit.frame import Codes, Floats, Frame

REST = "(rest)"
"""What the criteria's contributions do not explain."""

ROUNDING = 1e-9
"""Of the figures that a difference is made of: one below it is not a difference."""

REPRODUCED = 0.999
"""Share of rewards that a rubric must reproduce to be taken for the one the log was made with."""


UNEXPLAINED = 1000.0
"""How many times as much as the reward the rest may vary within a group. A gate that is shut leaves
some tens of times as much; beyond this the criteria's figures are of another reward (other units,
another run), and shares of thousands would be reported for them."""


@dataclass(frozen=True)
class Split:
    """The lead of every rollout of some groups, shared out among the criteria."""

    names: tuple[str, ...]
    """The criteria, and `REST` where there is one."""
    rows: Codes
    """(m,) rows of the frame, group after group."""
    groups: Groups
    """Of places in `rows`."""
    lead: Floats
    """(m,) reward less the group's mean; exactly 0 where what is left is rounding."""
    parts: Floats
    """(m, len(names)); their sum over names is the lead, but for rounding."""
    weights: Floats | None
    """(k,) of a weighted sum; None where the rubric is none, or not known."""
    how: str
    """One sentence."""
    notes: tuple[str, ...] = ()


def split(frame: Frame, context: Context) -> tuple[Split | None, tuple[str, ...]]:
    """The split, and what was lacking for a better one.

    By the rubric's Shapley values where it is not a sum and can be composed from scores; else by
    the log's contributions; else by scores times weights; else None. One verifier under several
    keys is one criterion.
    """
    found, lacks = _by_key(frame, context)
    return found and _as_one(frame, context, found), lacks


def _as_one(frame: Frame, context: Context, found: Split) -> Split:
    """What one verifier gave under several keys, under one: the key criterion's, else the first."""
    if context.rubric is None:
        return found
    parts = found.parts.copy()
    weights = None if found.weights is None else found.weights.copy()
    notes = []
    for name, others in merged_keys(context.rubric, frame.criteria, frame.key):
        one, *rest = (frame.criteria.index(c) for c in (name, *others))
        for values in (parts, weights):
            if values is not None:
                values[..., one] += values[..., rest].sum(axis=-1)
                values[..., rest] = 0.0
        notes.append(f"{', '.join(others)}: the same verifier as {name}, so counted there.")
    if not notes:
        return found
    return replace(found, parts=parts, weights=weights, notes=(*found.notes, *notes))


def _by_key(frame: Frame, context: Context) -> tuple[Split | None, tuple[str, ...]]:
    columns: ColumnRubric | None = None
    lacks: list[str] = []
    if context.rubric is not None:
        try:
            columns = ColumnRubric(context.rubric)
        except NotComposable as err:
            lacks.append(f"exact Shapley values: {err}")
        if columns is not None:
            there = matched(context.rubric, frame.criteria, context.rubric)
            absent = [key for key in columns.keys if key not in there]
            if absent:
                lacks.append(f"scores of the rubric's criteria {', '.join(absent)}")
                columns = None
            else:
                columns.places = [frame.criteria.index(there[key]) for key in columns.keys]
    if columns is not None and not columns.linear:
        try:
            return _by_shapley(frame, columns), tuple(lacks)
        except NotComposable as err:
            lacks.append(f"exact Shapley values: {err}")
        columns = None
    weights = _weights(frame, columns)
    found = _by_contributions(frame, weights) or _by_weights(frame, columns, weights)
    if found is None or REST not in found.names:
        return found, tuple(lacks)
    kept, left = _explained(found)
    if kept is None:
        lacks.append(
            "contributions that make up the reward: what they leave of it varies more than "
            f"{UNEXPLAINED:,.0f} times as much as the reward itself"
        )
    elif left:
        note = f"Groups left out, since their contributions are of another reward: {left:,}."
        kept = replace(kept, notes=(*kept.notes, note))
    return kept, tuple(lacks)


def _explained(found: Split) -> tuple[Split | None, int]:
    """Without the groups whose rest is beyond `UNEXPLAINED`, and how many these are."""
    groups = found.groups
    lead = groups.sum(found.lead**2)
    rest = groups.sum(found.parts[:, found.names.index(REST)] ** 2)
    other = (lead > 0) & (rest > UNEXPLAINED**2 * lead)
    if not other.any():
        return found, 0
    if other[lead > 0].all():
        return None, int(other.sum())
    kept = ~other[groups.of_row]
    sizes = groups.sizes[~other]
    local = Groups(np.arange(int(sizes.sum())), np.cumsum(sizes) - sizes)
    some = replace(
        found, rows=found.rows[kept], groups=local, lead=found.lead[kept], parts=found.parts[kept]
    )
    return some, int(other.sum())


def _weights(frame: Frame, columns: ColumnRubric | None) -> Floats | None:
    """(k,) of a weighted sum, 0 for a criterion that is not in it."""
    weights: Floats = np.zeros(len(frame.criteria))
    if columns is not None:
        np.add.at(weights, columns.places, columns.weights)
        return weights
    if not frame.weights:
        return None
    return np.array([frame.weights.get(name, 0.0) for name in frame.criteria])


def _within(frame: Frame, kept: NDArray[np.bool_]) -> Groups:
    """Groups of which every scored row is kept."""
    scored = (frame.group >= 0) & np.isfinite(frame.reward)
    groups = Groups.of(frame.group, scored)
    whole = groups.low(kept[groups.rows].astype(float)) > 0
    rows = groups.rows[whole[groups.of_row]]
    mask = np.zeros(frame.n, bool)
    mask[rows] = True
    return Groups.of(frame.group, mask)


def settled(lead: Floats, parts: Floats, size: float = 0.0) -> Floats:
    """The lead, and 0 where its parts cancel but for rounding.

    Shares of a square that is nothing but rounding would be anything at all.

    Args:
        lead: (m,).
        parts: (m, k) whose sum over k it is; rounding is measured by the largest of all.
        size: The largest of other figures that it was computed from.
    """
    least = ROUNDING * max(float(np.abs(parts).max(initial=0.0)), size)
    found: Floats = np.where(np.abs(lead) <= least, 0.0, lead)
    return found


def _local(groups: Groups) -> Groups:
    return Groups(np.arange(len(groups.rows)), groups.starts)


def _of_parts(
    frame: Frame,
    groups: Groups,
    parts: Floats,
    weights: Floats | None,
    how: str,
    *,
    notes: tuple[str, ...] = (),
) -> Split:
    """From (m, k) uncentred parts."""
    local = _local(groups)
    reward = frame.reward[groups.rows]
    lead = local.centred(reward)
    centred = local.centred(parts)
    rest = lead - centred.sum(axis=1)
    names = frame.criteria
    largest = float(np.abs(reward).max(initial=0.0))
    least = ROUNDING * max(largest, float(np.abs(centred).max(initial=0.0)))
    if np.abs(rest).max(initial=0.0) > least:
        names = (*names, REST)
        centred = np.concatenate([centred, rest[:, None]], axis=1)
        weights = None  # so it is not a weighted sum
    lead = settled(lead, centred, largest)
    return Split(names, groups.rows, local, lead, centred, weights, how, notes=notes)


def _by_contributions(frame: Frame, weights: Floats | None) -> Split | None:
    known = np.isfinite(frame.contributions)
    noted = known.any(axis=0)
    if not noted.any():
        return None
    groups = _within(frame, np.all(known[:, noted], axis=1))
    if len(groups) == 0:
        return None
    notes = []
    if not noted.all():
        silent = ", ".join(np.array(frame.criteria)[~noted])
        notes.append(f"The log tells of no contributions of {silent}: taken as none.")
    left = len(frame.groups) - len(groups)
    if left:
        notes.append(f"{left:,} groups are left out: a contribution is missing in some row.")
    parts = np.where(noted, frame.contributions[groups.rows], 0.0)
    how = "By the contributions that the log tells."
    return _of_parts(frame, groups, parts, weights, how, notes=tuple(notes))


def _by_weights(frame: Frame, columns: ColumnRubric | None, weights: Floats | None) -> Split | None:
    if weights is None:
        return None
    scores = _scores(frame, columns)
    groups = _within(frame, np.all(np.isfinite(scores) | (weights == 0), axis=1))
    if len(groups) == 0:
        return None
    parts = np.where(weights != 0, scores[groups.rows], 0.0) * weights
    return _of_parts(frame, groups, parts, weights, "By weights times scores.")


def _scores(frame: Frame, columns: ColumnRubric | None) -> Floats:
    if columns is None:
        return frame.scores
    scores = frame.scores.copy()
    scores[:, columns.places] = columns.filled(scores[:, columns.places])
    return scores


def _by_shapley(frame: Frame, columns: ColumnRubric) -> Split:
    """The exact Shapley values of a rubric that is not a sum.

    Raises:
        NotComposable: the rubric does not reproduce the log's rewards; too many criteria vary.
    """
    groups = frame.groups
    scores = columns.filled(frame.scores[groups.rows][:, columns.places])
    count = len(varying(groups, scores, columns.together))
    if count > MOST:
        raise NotComposable(f"{count} criteria vary, at most {MOST} can be shared out exactly")
    taken = affordable(groups, count)
    sizes = groups.sizes[taken]
    local = Groups(np.arange(int(sizes.sum())), np.cumsum(sizes) - sizes)
    within = np.arange(int(sizes.sum())) - np.repeat(local.starts, sizes)
    picked = np.repeat(groups.starts[taken], sizes) + within
    rows, scores = groups.rows[picked], scores[picked]
    reward = frame.reward[rows]
    paid = columns.pay(scores)
    scale = max(1.0, float(np.abs(reward).max(initial=0.0)))
    same = float(np.mean(np.abs(paid - reward) <= 1e-6 * scale)) if len(rows) else 1.0
    if same < REPRODUCED:
        raise NotComposable(f"the rubric pays what the log says for only {same:.1%} of the rows")
    parts = np.zeros((len(rows), len(frame.criteria)))
    found = shapley(local, scores, columns.pay, columns.together)
    for place, part in zip(columns.places, found.T, strict=True):
        parts[:, place] += part  # two criteria may read one column
    lead = settled(parts.sum(axis=1), parts)
    notes: tuple[str, ...] = ()
    if len(taken) < len(groups):
        notes = (f"Shapley values of {len(taken):,} of {len(groups):,} groups, at equal strides.",)
    how = (
        "By exact Shapley values of the rubric: each rollout against rollouts of its own group, "
        "criterion by criterion in every order."
    )
    return Split(frame.criteria, rows, local, lead, parts, None, how, notes=notes)
