"""Plackett-Luce: the likelihood of rankings, whole or of the top only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from assay.arguments import many
from assay.errors import ConfigError
from assay.fit.inputs import matrix, named, numbered, renumbered
from assay.fit.models import Model

if TYPE_CHECKING:
    import numpy as np

    from assay.fit.inputs import Array, Indices
else:
    from assay.fit.extra import np


class Rankings(Model):
    """Plackett-Luce: the best is chosen, then the best of the rest, and so on.

    P(i chosen out of R) = exp(s_i @ w) / sum over j in R of exp(s_j @ w). A ranking of two is a
    Bradley-Terry pair.

    Args:
        rankings: For each ranking the scores of its items, best first, one row an item.
        names: The criteria.
        prompts: A prompt for each ranking.
        ordered: How many items of each ranking are in order, for rankings of which only the top
            is known: the others are below them, in no order. By default all.

    Raises:
        ConfigError: no rankings, one of fewer than two items, values that are not finite,
            lengths that do not go together.
    """

    name = "plackett-luce"
    noun = "ranking"

    def __init__(
        self,
        rankings: Sequence[Any],
        names: Sequence[str] | None = None,
        prompts: Sequence[object] | None = None,
        ordered: Sequence[int | None] | None = None,
    ) -> None:
        given = many(rankings, "rankings", "a list of rankings, each with a row of scores an item")
        self.items = [matrix(r, f"rankings[{i}]") for i, r in enumerate(given)]
        if not self.items:
            raise ConfigError("there is no ranking to fit weights to")
        wide = {r.shape[1] for r in self.items}
        if len(wide) > 1:
            raise ConfigError(f"rankings have {min(wide)} to {max(wide)} criteria, must have one")
        self.units = len(self.items)
        self.names = named(names, wide.pop())
        self.prompts = numbered(prompts, self.units, self.noun)
        known: list[int | None] = [None] * self.units
        if ordered is not None:
            known = list(many(ordered, "ordered", "a list with a length for each ranking"))
        if len(known) != self.units:
            raise ConfigError(f"{self.units} rankings go with {len(known)} lengths")
        self.ordered = [
            _stages(len(r), k, i) for i, (r, k) in enumerate(zip(self.items, known, strict=True))
        ]
        self._lay_out()

    def _lay_out(self) -> None:
        """Stages end to end: what is left at a stage, less what was chosen there."""
        parts: list[Array] = []
        units: list[int] = []
        for unit, (items, stages) in enumerate(zip(self.items, self.ordered, strict=True)):
            for stage in range(stages):
                parts.append(items[stage + 1 :] - items[stage])
                units.append(unit)
        self.rows = np.concatenate(parts)
        lengths = np.array([len(p) for p in parts])
        self._starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        self._stage_of = np.repeat(np.arange(len(parts)), lengths)
        self._unit_of = np.array(units)

    def take(self, units: Indices) -> Self:
        """Some of the units."""
        part = type(self).__new__(type(self))
        part.items = [self.items[i] for i in units]
        part.ordered = [self.ordered[i] for i in units]
        part.names, part.units = self.names, len(units)
        part.prompts = renumbered(self.prompts, units)
        part._lay_out()
        return part

    def _chances(self, beta: Array) -> tuple[Array, Array]:
        """Loss of each stage, and the chance of each item that was not chosen there."""
        lead = self.rows @ beta
        top = np.maximum(np.maximum.reduceat(lead, self._starts), 0.0)
        power = np.exp(lead - top[self._stage_of])
        total = np.add.reduceat(power, self._starts) + np.exp(-top)
        return top + np.log(total), power / total[self._stage_of]

    def loss(self, beta: Array, weights: Array | None = None) -> float:
        """Of each stage, log of the sum over what was left, less the chosen."""
        each, _ = self._chances(beta)
        return float(each.sum() if weights is None else each @ weights[self._unit_of])

    def _stage_gradients(self, beta: Array) -> tuple[Array, Array]:
        _, chances = self._chances(beta)
        return chances, np.add.reduceat(chances[:, None] * self.rows, self._starts, axis=0)

    def contributions(self, beta: Array) -> Array:
        """One row a unit."""
        _, stages = self._stage_gradients(beta)
        out = np.zeros((self.units, self.rows.shape[1]))
        np.add.at(out, self._unit_of, stages)
        return out

    def gradient(self, beta: Array, weights: Array | None = None) -> Array:
        """Exact."""
        _, stages = self._stage_gradients(beta)
        total = stages.sum(axis=0) if weights is None else weights[self._unit_of] @ stages
        return np.asarray(total)

    def hessian(self, beta: Array, weights: Array | None = None) -> Array:
        """Exact."""
        chances, stages = self._stage_gradients(beta)
        if weights is None:
            return self.rows.T @ (self.rows * chances[:, None]) - stages.T @ stages
        of_stage = weights[self._unit_of]
        chances = chances * of_stage[self._stage_of]
        spread = self.rows.T @ (self.rows * chances[:, None])
        return np.asarray(spread - stages.T @ (stages * of_stage[:, None]))

    def design(self) -> Array:
        """What was left at each stage, less what was chosen."""
        return self.rows

    def contrasts(self) -> Array | None:
        """What was chosen, less what was left."""
        return -self.rows

    def pull(self, beta: Array) -> Array | None:
        """The chances of what was not chosen."""
        return self._chances(beta)[1]

    def unit_of_contrast(self) -> Indices:
        """The ranking of each."""
        return np.asarray(self._unit_of[self._stage_of])

    def null_loss(self) -> float:
        """Where no criterion counts."""
        each, _ = self._chances(np.zeros(self.rows.shape[1]))
        return float(each.sum())


def _stages(items: int, ordered: int | None, index: int) -> int:
    if items < 2:
        raise ConfigError(f"rankings[{index}] has {items} item, must have at least two")
    if ordered is None:
        return items - 1
    if not 1 <= ordered <= items:
        raise ConfigError(f"ordered[{index}] is {ordered}, must lie in 1 to {items}")
    return min(ordered, items - 1)
