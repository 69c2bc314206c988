"""Logs with a fault of a known size, and the two laws every analysis is held to.

Coverage: over many planted logs, the interval holds the planted size as often as it claims.
False alarms: over many clean logs, a finding is raised no more often than stated. Both are
binomial tests at p < .001, so that a lawful analysis fails one run of a thousand, and with fixed
seeds it fails always or never.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from assay.audit.analyses import load
from assay.audit.context import CONFIDENCE, FALSE_ALARM, Context
from assay.audit.frame import Frame
from assay.findings import Finding, Outcome

PLANTED = 200
CLEAN = 400
DOUBT = 0.001


def make_frame(
    scores: Mapping[str, Any],
    reward: Any | None = None,
    *,
    key: str | None = None,
    weights: Mapping[str, float] | None = None,
    group: Any | None = None,
    prompt: Any | None = None,
    **columns: Any,
) -> Frame:
    """A frame of the columns given; the rest is "not there".

    Args:
        scores: Criterion -> (n,) scores, NaN where missing (its status is then ``undecided``).
        reward: By default the weighted sum, where `weights` are given.
        key: By default the first criterion.
        weights: Also fill `contributions`.
        group: By default the prompt.
        prompt: By default -1.
        columns: Any other field of `Frame`.
    """
    criteria = tuple(scores)
    matrix = np.stack([np.asarray(scores[c], float) for c in criteria], axis=1)
    n = len(matrix)
    contributions = np.full(matrix.shape, np.nan)
    if weights is not None:
        contributions = matrix * np.array([weights[c] for c in criteria])
    if reward is None:
        assert weights is not None
        reward = contributions.sum(axis=1)
    reward = np.asarray(reward, float)
    prompt = np.full(n, -1) if prompt is None else np.asarray(prompt)
    given: dict[str, Any] = {
        "statuses": np.where(np.isfinite(matrix), 0, 1).astype(np.int8),
        "row_status": np.where(np.isfinite(reward), 0, 1).astype(np.int8),
        "step": np.full(n, np.nan),
        "label": np.full(n, np.nan),
        "length": np.full(n, np.nan),
        "file": np.zeros(n, np.int32),
        "line": np.arange(1, n + 1),
        "files": ("planted.jsonl",),
        "weights": dict(weights or {}),
    }
    for name, column in columns.items():
        given[name] = np.asarray(column, float) if name in ("step", "label", "length") else column
    return Frame(
        criteria=criteria,
        key=criteria[0] if key is None else key,
        reward=reward,
        scores=matrix,
        contributions=contributions,
        group=np.asarray(prompt if group is None else group, np.int64),
        prompt=np.asarray(prompt, np.int64),
        **given,
    )


def analyse(name: str, frame: Frame, **context: Any) -> Outcome:
    """One analysis over one frame; its needs must be there."""
    analysis = load(name)
    missing = [need for need in analysis.spec.needs if need not in frame.has]
    assert not missing, f"the planted log lacks {missing}"
    return analysis.run(frame, Context(**context))


def the(outcome: Outcome, kind: str) -> Finding:
    """The one finding of this kind."""
    found = [f for f in outcome.findings if f.id == kind]
    assert len(found) == 1, [f.id for f in outcome.findings]
    return found[0]


def covers(intervals: Sequence[tuple[float, float]], truth: float) -> None:
    """Assert the first law.

    Args:
        intervals: One of each planted log, at `CONFIDENCE`.
        truth: The planted size.
    """
    held = sum(low <= truth <= high for low, high in intervals)
    doubt = stats.binomtest(held, len(intervals), CONFIDENCE, alternative="less").pvalue
    assert doubt >= DOUBT, f"{held} of {len(intervals)} intervals hold {truth}"


def quiet(name: str, clean: Callable[[int], Frame], runs: int = CLEAN, **context: Any) -> None:
    """Assert the second law, for every kind of finding of an analysis.

    Args:
        name: Of the analysis.
        clean: From a seed to a log without the faults.
        runs: Logs.
        context: Of `Context`.
    """
    alarms = Counter[str]()
    for seed in range(runs):
        alarms.update({f.id for f in analyse(name, clean(seed), **context).findings})
    for kind, count in alarms.items():
        doubt = stats.binomtest(count, runs, FALSE_ALARM, alternative="greater").pvalue
        assert doubt >= DOUBT, f"{kind}: {count} false alarms in {runs} clean logs"
