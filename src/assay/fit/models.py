"""What was observed, and how likely it is under weights: the four models of `assay fit`.

Each model is a convex loss of the weights with its exact gradient and Hessian. A *unit* is what
was observed as one: a pair, a ranking, a rating, a label. Units carry weights, so that a
bootstrap resample is the same model with other weights.

Sources: Bradley and Terry 1952, Biometrika 39; Luce 1959, Individual Choice Behavior; Plackett
1975, Applied Statistics 24; McFadden 1974 (choice probabilities that depend on features).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeAlias

from assay.errors import ConfigError
from assay.fit.inputs import column, matrix, named, numbered, renumbered, truths

if TYPE_CHECKING:
    import numpy as np

    from assay.fit.inputs import Array, Indices
else:
    from assay.fit.extra import np

ModelName: TypeAlias = Literal["bradley-terry", "plackett-luce", "least-squares", "logistic"]

INTERCEPT = "(intercept)"
"""Name of the column of ones; no criterion's key begins with a bracket."""


class Model(ABC):
    """Observations under a model: a convex loss over weights.

    Attributes:
        names: Name of each column, the intercept's last where there is one.
        units: How many were observed.
        prompts: For each unit the number of its prompt, from 0; None where no prompt is known.
    """

    name: ClassVar[ModelName]
    noun: ClassVar[str]
    """What a unit is called."""
    intercept: ClassVar[bool] = False
    names: tuple[str, ...]
    units: int
    prompts: Indices | None

    @abstractmethod
    def loss(self, beta: Array, weights: Array | None = None) -> float:
        """Negative log-likelihood; for least squares, half the sum of squared residuals."""

    @abstractmethod
    def contributions(self, beta: Array) -> Array:
        """Gradient of each unit's loss, one row a unit."""

    @abstractmethod
    def gradient(self, beta: Array, weights: Array | None = None) -> Array:
        """Gradient of the loss."""

    @abstractmethod
    def hessian(self, beta: Array, weights: Array | None = None) -> Array:
        """Second derivatives of the loss; positive semi-definite everywhere."""

    @abstractmethod
    def design(self) -> Array:
        """Rows whose rank decides which criteria's weights are determined; no intercept in it."""

    @abstractmethod
    def contrasts(self) -> Array | None:
        """Rows that weights which separate the observations never make negative; None: cannot."""

    def pull(self, beta: Array) -> Array | None:
        """Positive numbers y, one a contrast, with ``contrasts.T @ y == -gradient``."""
        return None

    def unit_of_contrast(self) -> Indices:
        """The unit that each of the contrasts belongs to."""
        return np.arange(self.units)

    @abstractmethod
    def take(self, units: Indices) -> Self:
        """The same model of some of the units."""

    def dispersion(self, beta: Array) -> float:
        """What the inverse Hessian is multiplied with to be a covariance; 1 for likelihoods."""
        return 1.0

    @abstractmethod
    def null_loss(self) -> float:
        """Loss where no criterion counts."""

    @property
    def criteria(self) -> tuple[str, ...]:
        """The names without the intercept's."""
        return self.names[:-1] if self.intercept else self.names

    @property
    def clustered(self) -> bool:
        """Whether some prompt has more than one unit, so that units are not independent."""
        return self.prompts is not None and int(self.prompts.max()) + 1 < self.units

    def spare(self) -> int | None:
        """Degrees of freedom of the dispersion; None where there is none to estimate."""
        return None


class _Binary(Model):
    """Units whose chance is the logistic function of ``row @ beta``."""

    rows: Array

    def loss(self, beta: Array, weights: Array | None = None) -> float:
        """Sum of log(1 + exp(-row @ beta))."""
        lead = self.rows @ beta
        each = np.log1p(np.exp(-np.abs(lead))) - np.minimum(lead, 0.0)
        return float(each.sum() if weights is None else each @ weights)

    def _wrong(self, beta: Array) -> Array:
        """Chance of what was not observed, for each unit, without overflow."""
        lead = self.rows @ beta
        small = np.exp(-np.abs(lead))
        return np.asarray(np.where(lead >= 0.0, small, 1.0) / (1.0 + small))

    def pull(self, beta: Array) -> Array | None:
        """The chances of what was not observed."""
        return self._wrong(beta)

    def contributions(self, beta: Array) -> Array:
        """One row a unit."""
        return -self._wrong(beta)[:, None] * self.rows

    def gradient(self, beta: Array, weights: Array | None = None) -> Array:
        """Exact."""
        wrong = self._wrong(beta)
        return -(self.rows.T @ (wrong if weights is None else wrong * weights))

    def hessian(self, beta: Array, weights: Array | None = None) -> Array:
        """Exact."""
        wrong = self._wrong(beta)
        curve = wrong * (1.0 - wrong)
        if weights is not None:
            curve = curve * weights
        return self.rows.T @ (self.rows * curve[:, None])

    def design(self) -> Array:
        """The differences."""
        return self.rows

    def contrasts(self) -> Array | None:
        """The differences; of labels, signed scores."""
        return self.rows


class Pairs(_Binary):
    """Bradley-Terry: P(chosen over rejected) = 1 / (1 + exp(-(s_chosen - s_rejected) @ w)).

    Args:
        differences: Scores of the chosen less those of the rejected, one row a pair.
        names: The criteria; by default ``s0``, ``s1``, ...
        prompts: A prompt for each pair: anything that can be a dict's key.

    Raises:
        ConfigError: no rows, a value that is not finite, lengths that do not go together.
    """

    name = "bradley-terry"
    noun = "pair"

    def __init__(
        self,
        differences: Any,
        names: Sequence[str] | None = None,
        prompts: Sequence[object] | None = None,
    ) -> None:
        self.rows = matrix(differences, "differences")
        self.units = len(self.rows)
        self.names = named(names, self.rows.shape[1])
        self.prompts = numbered(prompts, self.units, self.noun)

    def take(self, units: Indices) -> Self:
        """Some of the units."""
        part = type(self).__new__(type(self))
        part.rows, part.names, part.units = self.rows[units], self.names, len(units)
        part.prompts = renumbered(self.prompts, units)
        return part

    def null_loss(self) -> float:
        """Where no criterion counts."""
        return self.units * float(np.log(2.0))


class Labels(_Binary):
    """Logistic regression: P(accepted) = 1 / (1 + exp(-(b + s @ w))).

    Args:
        scores: One row a completion.
        labels: True where it was accepted.
        names: The criteria.
        prompts: A prompt for each completion.

    Raises:
        ConfigError: no rows, a value that is not finite, lengths that do not go together.
    """

    name = "logistic"
    noun = "label"
    intercept = True

    def __init__(
        self,
        scores: Any,
        labels: Any,
        names: Sequence[str] | None = None,
        prompts: Sequence[object] | None = None,
    ) -> None:
        features = matrix(scores, "scores")
        self.units = len(features)
        self.labels = truths(labels, "labels")
        if self.labels.shape != (self.units,):
            raise ConfigError(f"{self.units} rows of scores go with {self.labels.size} labels")
        signs = np.where(self.labels, 1.0, -1.0)
        self.names = (*named(names, features.shape[1]), INTERCEPT)
        self.rows = np.column_stack([features, np.ones(self.units)]) * signs[:, None]
        self.prompts = numbered(prompts, self.units, self.noun)

    def take(self, units: Indices) -> Self:
        """Some of the units."""
        part = type(self).__new__(type(self))
        part.rows, part.names, part.units = self.rows[units], self.names, len(units)
        part.labels = self.labels[units]
        part.prompts = renumbered(self.prompts, units)
        return part

    @property
    def scores(self) -> Array:
        """As given, without the intercept."""
        return self.rows[:, :-1] * self.rows[:, -1:]

    def design(self) -> Array:
        """Scores less their mean."""
        return np.asarray(self.scores - self.scores.mean(axis=0))

    def null_loss(self) -> float:
        """Where no criterion counts."""
        share = float(self.labels.mean())
        if share in (0.0, 1.0):
            return 0.0
        return -self.units * float(share * np.log(share) + (1 - share) * np.log1p(-share))


class Ratings(Model):
    """Least squares: rating = b + s @ w + noise.

    Args:
        scores: One row a completion.
        ratings: Finite numbers, higher is better.
        names: The criteria.
        prompts: A prompt for each completion.

    Raises:
        ConfigError: no rows, a value that is not finite, lengths that do not go together.
    """

    name = "least-squares"
    noun = "rating"
    intercept = True

    def __init__(
        self,
        scores: Any,
        ratings: Any,
        names: Sequence[str] | None = None,
        prompts: Sequence[object] | None = None,
    ) -> None:
        features = matrix(scores, "scores")
        self.units = len(features)
        self.ratings = column(ratings, "ratings")
        if self.ratings.shape != (self.units,):
            raise ConfigError(f"{self.units} rows of scores go with {self.ratings.size} ratings")
        self.names = (*named(names, features.shape[1]), INTERCEPT)
        self.rows = np.column_stack([features, np.ones(self.units)])
        self.prompts = numbered(prompts, self.units, self.noun)

    def take(self, units: Indices) -> Self:
        """Some of the units."""
        part = type(self).__new__(type(self))
        part.rows, part.ratings, part.names = self.rows[units], self.ratings[units], self.names
        part.units = len(units)
        part.prompts = renumbered(self.prompts, units)
        return part

    @property
    def scores(self) -> Array:
        """As given, without the intercept."""
        return self.rows[:, :-1]

    def _excess(self, beta: Array) -> Array:
        return self.rows @ beta - self.ratings

    def loss(self, beta: Array, weights: Array | None = None) -> float:
        """Half the sum of squared residuals."""
        squares = self._excess(beta) ** 2
        return 0.5 * float(squares.sum() if weights is None else squares @ weights)

    def contributions(self, beta: Array) -> Array:
        """One row a unit."""
        return self._excess(beta)[:, None] * self.rows

    def gradient(self, beta: Array, weights: Array | None = None) -> Array:
        """Exact."""
        excess = self._excess(beta)
        return self.rows.T @ (excess if weights is None else excess * weights)

    def hessian(self, beta: Array, weights: Array | None = None) -> Array:
        """Exact."""
        if weights is None:
            return self.rows.T @ self.rows
        return self.rows.T @ (self.rows * weights[:, None])

    def design(self) -> Array:
        """Scores less their mean."""
        return np.asarray(self.scores - self.scores.mean(axis=0))

    def contrasts(self) -> Array | None:
        """A least-squares minimum is always there."""
        return None

    def spare(self) -> int | None:
        """Units less what is determined."""
        return self.units - int(np.linalg.matrix_rank(self.rows))

    def dispersion(self, beta: Array) -> float:
        """Variance of the noise, unbiased; infinite without a row to spare."""
        spare = self.spare()
        return 2.0 * self.loss(beta) / spare if spare else float("inf")

    def null_loss(self) -> float:
        """Where no criterion counts."""
        return 0.5 * float(((self.ratings - self.ratings.mean()) ** 2).sum())
