"""`Frame`: a log of rollouts as columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assay.audit.arrays import Codes as Codes
from assay.audit.arrays import Floats as Floats
from assay.audit.groups import Groups

STATUSES = ("judged", "undecided", "not_applicable", "timed_out", "crashed")
"""Of a criterion's verdict; `Frame.statuses` holds places in this tuple, -1 where not known."""

ROW_STATUSES = ("scored", "unscored", "invalid")
"""Of a reward; as above."""

LARGEST = 1e30
"""A number of a log further from 0 is none: floats hold fourth powers of products of such numbers,
which variances of slopes are made of. Sentinels for "minus infinity" (-3.4e38) lie beyond."""

SMALLEST = 1e-30
"""A number of a log that is nearer to 0 is 0, for the same reason."""


def _bounded(name: str, values: Floats) -> Floats:
    """The values, 0 where they are nearer to it than `SMALLEST`.

    Raises:
        ValueError: one lies beyond `LARGEST`; a log's reader tells such, and gives NaN.
    """
    size = np.abs(values)
    if (size > LARGEST).any():  # NaN is not
        raise ValueError(f"frame: {name} holds a number beyond {LARGEST:g}")
    tiny = size < SMALLEST
    found: Floats = np.where(tiny, 0.0, values) if (tiny & (values != 0)).any() else values
    return found


@dataclass(frozen=True)
class Stratum:
    """A column that rows can be distinguished by, such as a model's name."""

    names: tuple[str, ...]
    codes: Codes
    """(n,) places in `names`; -1 where the row does not say."""


@dataclass(frozen=True)
class TurnRewards:
    """Rewards of trajectories, turn by turn: row i owns ``offsets[i]:offsets[i + 1]``."""

    offsets: Codes
    """(n + 1,), ascending from 0."""
    rewards: Floats
    """(m,) what each turn was paid; NaN where it was not scored."""
    scores: Mapping[str, Floats] = field(default_factory=dict)
    """Criterion judged once a turn -> (m,); NaN where missing."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "rewards", _bounded("rewards of turns", self.rewards))
        scores = {c: _bounded(f"scores of turns, {c}", s) for c, s in self.scores.items()}
        object.__setattr__(self, "scores", scores)


@dataclass(frozen=True)
class Totals:
    """Exact counts over a whole log, also where the frame holds a sample of it."""

    rows: int
    row_status: Mapping[str, int]
    """Status of a reward -> rows; ``""`` where the log does not say."""
    statuses: Mapping[str, Mapping[str, int]]
    """Criterion -> status of its verdict -> rows; ``""`` where the log does not say."""
    steps: Floats
    """(s,) steps of training, ascending; a last NaN for rows that do not say."""
    step_rows: Codes
    """(s,) rows of each step."""
    step_scored: Codes
    """(s,) rows of each step whose reward is known."""
    step_reward: Floats
    """(s,) the mean of these rewards; NaN where there is none."""


@dataclass(frozen=True)
class Frame:
    """A log, or a sample of whole groups of one. Columns are as long as there are rows.

    Numbers are float64 with NaN for "not there". Nothing is ever filled in: a missing score is
    not 0; only what lies within `SMALLEST` of 0 is 0. Memory: about ``8 * (9 + 2.2 * k)`` bytes a
    row for k criteria; no text is held.
    """

    criteria: tuple[str, ...]
    """Keys of the criteria, in the rubric's order where it is known."""
    key: str | None
    """The key criterion; None where neither the log nor the user says."""
    reward: Floats
    """(n,) the reward as paid; NaN where unscored."""
    scores: Floats
    """(n, k) in [0, 1] for Assay's own logs; any finite number for others'."""
    contributions: Floats
    """(n, k) what each criterion added to the reward; NaN where the log does not say."""
    statuses: NDArray[np.int8]
    """(n, k) places in `STATUSES`; -1 where the log does not say."""
    row_status: NDArray[np.int8]
    """(n,) places in `ROW_STATUSES`."""
    group: Codes
    """(n,) rollouts that a trainer compared with each other (one prompt at one step) share a
    number; -1: none."""
    prompt: Codes
    """(n,) the same for one prompt over all steps: the clusters of intervals; -1: none."""
    step: Floats
    """(n,) of training; NaN where not said."""
    label: Floats
    """(n,) 1 right, 0 wrong by somebody who knows; NaN where not said."""
    length: Floats
    """(n,) of the completion in `length_unit`; NaN where not known."""
    file: NDArray[np.int32]
    """(n,) place in `files`."""
    line: Codes
    """(n,) line, or row, in the file, from 1."""
    files: tuple[str, ...] = ()
    length_unit: str = "characters"
    truncated: NDArray[np.int8] | None = None
    """(n,) 1 where the completion was cut off, 0 where not, -1 where not said."""
    signature: Stratum | None = None
    """Of the rewards: more than one means that rows were scored differently."""
    strata: Mapping[str, Stratum] = field(default_factory=dict)
    """Columns named by the user, and `model`, `data_source` where the log has them."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Criterion -> its weight, where the log tells one and the same for every row."""
    constant: float = 0.0
    """What every reward holds besides the criteria's contributions, such as DAPO's -1."""
    turns: TurnRewards | None = None
    total: int = 0
    """Rows of the whole log; more than `n` where this is a sample."""
    rubric: str = ""
    """What the log says of its rubric; shown, never loaded."""
    totals: Totals | None = None
    """Counts over the whole log; None where nobody counted."""

    def __post_init__(self) -> None:
        n, k = len(self.reward), len(self.criteria)
        for name in ("scores", "contributions", "statuses"):
            if getattr(self, name).shape != (n, k):
                raise ValueError(f"frame: {name} has shape {getattr(self, name).shape}")
        for name in ("row_status", "group", "prompt", "step", "label", "length", "file", "line"):
            if getattr(self, name).shape != (n,):
                raise ValueError(f"frame: {name} has shape {getattr(self, name).shape}")
        for name in ("reward", "scores", "contributions", "step", "label", "length"):
            object.__setattr__(self, name, _bounded(name, getattr(self, name)))
        if self.key is not None and self.key not in self.criteria:
            raise ValueError(f"frame: key {self.key!r} is not a criterion")
        if self.total == 0:
            object.__setattr__(self, "total", n)

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.reward)

    def score(self, criterion: str) -> Floats:
        """(n,) the scores of one criterion."""
        column: Floats = self.scores[:, self.criteria.index(criterion)]
        return column

    @property
    def key_score(self) -> Floats:
        """(n,) the scores of the key criterion.

        Raises:
            ValueError: there is none; an analysis that needs it says so in its `needs`.
        """
        if self.key is None:
            raise ValueError("frame: no key criterion")
        return self.score(self.key)

    @cached_property
    def groups(self) -> Groups:
        """Groups of at least two rows whose reward is known."""
        known = (self.group >= 0) & np.isfinite(self.reward)
        return Groups.of(self.group, known)

    @cached_property
    def has(self) -> frozenset[str]:
        """Which facts are there: what an analysis' `needs` are looked up in."""
        found = {
            "criteria": len(self.criteria) > 0,
            "two criteria": len(self.criteria) > 1,
            "key": self.key is not None,
            "reward": bool(np.isfinite(self.reward).any()),
            "groups": len(self.groups) > 0,
            "prompts": bool((self.prompt >= 0).any()),
            "contributions": bool(np.isfinite(self.contributions).any()),
            "statuses": bool((self.statuses >= 0).any()),
            "label": bool(np.isfinite(self.label).any()),
            "length": bool(np.isfinite(self.length).any()),
            "steps": len(np.unique(self.step[np.isfinite(self.step)])) > 1,
            "turns": self.turns is not None,
        }
        return frozenset(name for name, there in found.items() if there)
