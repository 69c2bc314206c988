"""What an engine runs: a bound rubric, a lane for each criterion, the cache, the workers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from assay.engine.cache import VerdictCache
from assay.engine.lane import Lane
from assay.engine.pools import PoolHandle
from assay.model import Reward

if TYPE_CHECKING:
    from assay.rubrics import BoundRubric


class Plan:
    """Made once by an engine, shared by its calls."""

    def __init__(self, bound: BoundRubric, cache: VerdictCache, pool: PoolHandle) -> None:
        self.bound = bound
        self.cache = cache
        self.pool = pool
        self.lanes = {
            key: Lane(offer, bound.params[key], _floats(bound.levels[key]))
            for key, offer in bound.offers.items()
        }

    def invalid(self, error: str) -> Reward:
        """The reward of a row that cannot be judged."""
        terms = self.bound.blank_terms()
        return Reward(None, "invalid", terms, error=error, signature=self.bound.signature)


def _floats(levels: Iterable[Any] | None) -> tuple[float, ...] | None:
    return None if levels is None else tuple(float(level) for level in levels)
