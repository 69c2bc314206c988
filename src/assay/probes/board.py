"""What probes earned, beside what correct and wrong answers earn."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from assay.model import Reward
from assay.plugins.probe import ProbeSpec

SAME = 1e-9
"""Rewards nearer than this are the same."""

BoardUnit: TypeAlias = Literal["share", "place", "range"]
"""How a reward becomes a figure that says 1 for a correct answer's median.

``share``
    reward / median of the correct: where that median is above 0;
``place``
    (reward - wrong) / (median of the correct - wrong): where it is 0 or less, and something known
    to be wrong earns less: the median of wrong answers, or else the lowest reward there can be;
``range``
    1 + (reward - median of the correct) / (highest - lowest reward there can be): where nothing
    known to be wrong earns less than the correct answers do.
"""


@dataclass(frozen=True, slots=True)
class RewardSpread:
    """The rewards of one kind of answer."""

    n: int
    """With a reward; those without are counted in `unscored`."""
    median: float | None
    low: float | None
    high: float | None
    unscored: int = 0

    @classmethod
    def of(cls, values: Sequence[float | None]) -> RewardSpread:
        """Of rewards, None for each that has none."""
        known = [v for v in values if v is not None]
        lost = len(values) - len(known)
        if not known:
            return cls(0, None, None, None, lost)
        return cls(len(known), statistics.median(known), min(known), max(known), lost)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "n": self.n,
            "median": self.median,
            "low": self.low,
            "high": self.high,
            "unscored": self.unscored,
        }


@dataclass(frozen=True, slots=True)
class Scale:
    """From rewards to figures that say 1 for the median of correct answers; see `BoardUnit`."""

    unit: BoardUnit
    correct: float
    """Median reward of correct answers."""
    base: float
    """Where 0 is: 0 itself, what wrong answers earn, or a whole range below the correct."""
    low: float
    """The lowest reward there can be, as the rubric declares it; else the lowest that was seen."""
    high: float

    @classmethod
    def of(cls, correct: float, wrong: float | None, low: float, high: float) -> Scale:
        """The first unit that is defined.

        Args:
            correct: Median reward of correct answers.
            wrong: Of wrong answers, where there are some.
            low: Lowest reward there can be.
            high: Highest.
        """
        if correct > SAME:
            return cls("share", correct, 0.0, low, high)
        base = low if wrong is None else wrong
        if base < correct - SAME:
            return cls("place", correct, base, low, high)
        span = high - low
        return cls("range", correct, correct - (span if span > SAME else 1.0), low, high)

    def of_reward(self, reward: float) -> float:
        """The figure of a reward."""
        return (reward - self.base) / (self.correct - self.base)

    def of_gain(self, gain: float) -> float:
        """The figure of a difference of rewards."""
        return gain / (self.correct - self.base)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "unit": self.unit,
            "correct": self.correct,
            "base": self.base,
            "low": self.low,
            "high": self.high,
        }


def bounded_mean(
    values: Sequence[float], low: float, high: float, confidence: float = 0.95
) -> tuple[float, float] | None:
    """Interval of the mean of independent values that lie in [low, high], for any n.

    All means m with n KL(x, m) <= log(2 / alpha), x the mean that was seen, both scaled to
    [0, 1]. Where nothing was earned it is the Clopper-Pearson interval: (0, 1 - (alpha / 2)^(1/n)).

    Returns:
        None where there is no value, or one outside the range.

    Source:
        Hoeffding 1963, "Probability inequalities for sums of bounded random variables", (2.1).

    >>> [round(x, 3) for x in bounded_mean([0.0] * 50, 0.0, 1.0)]
    [0.0, 0.071]
    """
    slack = SAME * max(1.0, abs(low), abs(high))
    if not values or not all(low - slack <= v <= high + slack for v in values):
        return None
    if high - low <= SAME:
        return low, high
    n = len(values)
    x = min(1.0, max(0.0, (math.fsum(values) / n - low) / (high - low)))
    limit = math.log(2.0 / (1.0 - confidence)) / n
    ends = (_end(x, 0.0, limit), _end(x, 1.0, limit))
    return low + ends[0] * (high - low), low + ends[1] * (high - low)


def _end(x: float, edge: float, limit: float) -> float:
    """The mean between `x` and `edge` at which the divergence is `limit`; `edge` where none is."""
    if x == edge:
        return x
    inside, outside = x, edge
    for _ in range(60):
        middle = (inside + outside) / 2.0
        if _divergence(x, middle) <= limit:
            inside = middle
        else:
            outside = middle
    return inside


def _divergence(x: float, m: float) -> float:
    """KL divergence of two coins."""
    if not 0.0 < m < 1.0:
        return 0.0 if x == m else math.inf
    left = x * math.log(x / m) if x > 0.0 else 0.0
    right = (1.0 - x) * math.log((1.0 - x) / (1.0 - m)) if x < 1.0 else 0.0
    return left + right


@dataclass(frozen=True, slots=True)
class Response:
    """One completion of a probe, and what it earned."""

    place: str
    """The prompt: its id, or where it stands."""
    form: str
    text: str
    reward: Reward
    figure: float | None
    """On the board's scale; None where it has no reward."""

    def to_json(self) -> dict[str, Any]:
        """As JSON values, with the receipt."""
        return {
            "place": self.place,
            "form": self.form,
            "text": self.text,
            "value": self.reward.value,
            "figure": self.figure,
            "terms": {key: term.to_json() for key, term in self.reward.terms.items()},
            "because": {key: v.because for key, v in self.reward.verdicts.items()},
            "error": self.reward.error,
        }


@dataclass(frozen=True, slots=True)
class Score:
    """What one criterion gave a probe's form, beside what it gives correct answers."""

    mean: float
    correct: float | None
    """Median score of correct answers."""

    @property
    def share(self) -> float | None:
        """``mean / correct``; None where correct answers score 0, or none was scored."""
        return self.mean / self.correct if self.correct else None

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {"mean": self.mean, "correct": self.correct, "share": self.share}


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One probe on the board. Its figures are those of its best paid form (worst, if honest)."""

    spec: ProbeSpec
    plugin: str
    form: str
    forms: int
    """How many there were to choose from: the interval allows for the choice."""
    ways: int
    """Forms of which some completion was paid a tenth of the median or more."""
    n: int
    """Prompts on which the form has a reward."""
    mean: float | None
    """Mean reward over prompts: what a policy earns that always does this."""
    figure: float | None
    """The mean on the board's scale; of a neutral probe with a baseline, the gain over that; of an
    honest one, the key criterion's mean score over its median for correct answers."""
    interval: tuple[float, float] | None
    """Of `figure`, 95%; the median of correct answers is taken as given."""
    worst: float | None
    """The highest figure of a single completion, over all forms; of an honest probe, the lowest."""
    reached: int
    """Prompts on which some completion, of any form, was paid a tenth of the median or more."""
    beaten: int
    """Prompts on which some completion was paid the whole median or more."""
    prompts: int
    """Prompts on which the probe had something to try and got a reward."""
    unscored: int
    """Completions, of any form, without a reward."""
    scores: Mapping[str, Score] = field(default_factory=dict)
    """Criterion -> what it gave this form."""
    key: Score | None = None
    """The same for the key criterion, on its own best paid form."""
    gain: bool = False
    """Whether `figure` is a gain over a baseline."""
    responses: tuple[Response, ...] = ()
    """To read: the best paid ones (of an honest probe the worst paid), at most five."""
    error: str = ""
    """What the probe itself raised."""

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "probe": self.spec.name,
            "family": self.spec.family,
            "claim": self.spec.claim,
            "attacks": self.spec.attacks,
            "summary": self.spec.summary,
            "plugin": self.plugin,
            "form": self.form,
            "forms": self.forms,
            "ways": self.ways,
            "n": self.n,
            "mean": self.mean,
            "figure": self.figure,
            "gain": self.gain,
            "interval": list(self.interval) if self.interval else None,
            "worst": self.worst,
            "reached": self.reached,
            "beaten": self.beaten,
            "prompts": self.prompts,
            "unscored": self.unscored,
            "scores": {key: score.to_json() for key, score in self.scores.items()},
            "key": self.key.to_json() if self.key else None,
            "responses": [r.to_json() for r in self.responses],
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class Board:
    """What a rubric pays for completions whose worth is known."""

    scale: Scale
    correct: RewardSpread
    """Rewards of correct answers."""
    wrong: RewardSpread
    """Of answers known to be wrong: by label, or by the key criterion."""
    criteria: tuple[str, ...]
    """Keys, in the rubric's order."""
    key: str | None
    """The key criterion; None where the rubric looks at turns."""
    lines: tuple[ProbeResult, ...]
    """Wrong probes first, the best paid first; then neutral and honest ones."""
    prompts: int
    seed: int
    known_by: str
    """How it is known which are correct: ``label``, ``key``, ``solution``, ``reference``."""
    refused: int = 0
    """Answers correct by label that the key criterion does not pay in full."""
    unsteady: tuple[Response, ...] = ()
    """Correct answers whose reward was another one the second time."""
    notes: tuple[str, ...] = ()

    def wrong_lines(self) -> list[ProbeResult]:
        """The lines of probes that claim to be wrong."""
        return [line for line in self.lines if line.spec.claim == "wrong"]

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "scale": self.scale.to_json(),
            "correct": self.correct.to_json(),
            "wrong": self.wrong.to_json(),
            "criteria": list(self.criteria),
            "key": self.key,
            "prompts": self.prompts,
            "seed": self.seed,
            "known_by": self.known_by,
            "refused": self.refused,
            "unsteady": [r.to_json() for r in self.unsteady],
            "notes": list(self.notes),
            "lines": [line.to_json() for line in self.lines],
        }
