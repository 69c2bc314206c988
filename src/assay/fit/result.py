"""What a fit found: frozen, JSON-able, without numpy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias

from assay.model import JSON, thaw

WeightInterval: TypeAlias = tuple[float, float]
"""Lower and upper end, either of them possibly infinite."""

FitStatus: TypeAlias = Literal["fitted", "separated", "undetermined"]
"""``separated``: no weights maximise the likelihood; ``undetermined``: many do, and differ in
some weights, which are None."""

IntervalKind: TypeAlias = Literal["observed information", "sandwich", "posterior"]


@dataclass(frozen=True, slots=True)
class Weight:
    """One criterion's weight, in the model's unit: log-odds, or ratings, per unit of score."""

    name: str
    value: float | None
    """None where the data do not determine it."""
    error: float | None = None
    """Standard error."""
    interval: WeightInterval | None = None
    """Wald, at the fit's confidence."""
    bootstrap: WeightInterval | None = None
    """Percentiles of refits to resampled prompts (or units), expanded where these are few."""

    @property
    def spans_zero(self) -> bool:
        """Whether one of its intervals holds 0, or it is not determined: its sign is not known."""
        if self.value is None or self.interval is None:
            return True
        ends = [self.interval, *([self.bootstrap] if self.bootstrap else [])]
        return any(low <= 0.0 <= high for low, high in ends)

    @property
    def width(self) -> float | None:
        """Of the Wald interval."""
        return None if self.interval is None else self.interval[1] - self.interval[0]


@dataclass(frozen=True, slots=True)
class Separation:
    """Weights that order everything observed as it was ordered: the likelihood has no maximum."""

    complete: bool
    """Every observation strictly; otherwise some are tied (quasi-complete)."""
    direction: Mapping[str, float]
    """Such weights, the largest of them 1 or -1; those that are 0 left out."""
    strict: int
    """Comparisons that these weights order strictly."""
    comparisons: int
    """Comparisons between items that differ at all."""
    alone: tuple[str, ...] = ()
    """Criteria each of which separates by itself; ``-name`` where lower was better."""


@dataclass(frozen=True, slots=True)
class Collinearity:
    """Criteria whose weights the data cannot tell apart, or hardly."""

    criteria: tuple[str, ...]
    exact: bool
    """One is a combination of the others in these data; else nearly so."""
    index: float
    """Condition index: the largest singular value over this one; infinite where exact."""


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How the bootstrap went."""

    resamples: int
    by: str
    """What was resampled: ``prompt``, or the model's unit."""
    separated: int = 0
    """Resamples without a maximiser: their weights count as infinitely far out."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights that were fitted to preferences, and how far they can be trusted."""

    model: str
    """``bradley-terry``, ``plackett-luce``, ``least-squares``, ``logistic``."""
    noun: str
    """What was observed: ``pair``, ``ranking``, ``rating``, ``label``."""
    status: FitStatus
    weights: tuple[Weight, ...]
    """One a criterion, in the order of the columns."""
    n: int
    """Units observed."""
    prompts: int | None
    """Distinct prompts; None where no prompt was given."""
    confidence: float
    intervals: IntervalKind
    """Where the Wald intervals are from; ``sandwich``: clustered by prompt; ``posterior``: with
    an L2 penalty, read as a normal prior, by Laplace's approximation."""
    covariance: tuple[tuple[float, ...], ...] | None
    """Of the weights, in their order; None where not all of them are determined."""
    l2: float
    loss: float | None
    """At the weights: negative log-likelihood, or half the sum of squared residuals."""
    null_loss: float
    """Where no criterion counts."""
    condition: float
    """Condition number of the scaled design; above 30 is a warning (Belsley et al. 1980)."""
    intercept: Weight | None = None
    separation: Separation | None = None
    collinear: tuple[Collinearity, ...] = ()
    constant: tuple[str, ...] = ()
    """Criteria that never differ: nothing is known of their weights."""
    resampled: Bootstrap | None = None
    iterations: int = 0

    def __getitem__(self, name: str) -> Weight:
        """The weight of a criterion.

        Raises:
            KeyError: no such criterion.
        """
        for weight in self.weights:
            if weight.name == name:
                return weight
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The criteria."""
        return tuple(w.name for w in self.weights)

    def to_json(self) -> dict[str, JSON]:
        """As JSON values; infinite ends are null."""
        plain: dict[str, JSON] = thaw(asdict(self), _finite)
        return plain


def _finite(value: JSON) -> JSON:
    return None if isinstance(value, float) and not math.isfinite(value) else value
