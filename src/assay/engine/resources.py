"""What an engine runs with: a bound rubric, its ready verifiers, the cache, the workers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from assay.engine.cache import VerdictCache
from assay.engine.ready_verifier import ReadyVerifier
from assay.engine.workers.shared_pools import PoolHandle
from assay.model import Reward

if TYPE_CHECKING:
    from assay.rubrics import BoundRubric


class Resources:
    """Made once by an engine, shared by its calls."""

    def __init__(self, bound: BoundRubric, cache: VerdictCache, pool: PoolHandle) -> None:
        self.bound = bound
        self.cache = cache
        self.pool = pool
        self.verifiers = {
            key: ReadyVerifier(offer, bound.params[key], _floats(bound.levels[key]))
            for key, offer in bound.offers.items()
        }

    def invalid(self, error: str) -> Reward:
        """The reward of a row that cannot be judged."""
        terms = self.bound.blank_terms()
        return Reward(None, "invalid", terms, error=error, signature=self.bound.signature)


def _floats(levels: Iterable[Any] | None) -> tuple[float, ...] | None:
    return None if levels is None else tuple(float(level) for level in levels)
