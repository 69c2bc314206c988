"""A criterion, as a plan sees it, and its line of the receipt."""

from __future__ import annotations

from dataclasses import dataclass, field

from assay.model import Term
from assay.rubrics.written.criterion import Criterion
from assay.rubrics.written.ranges import Levels
from assay.rubrics.written.rubric import Reader

TERMS_KEPT = 64
"""Terms kept per criterion: verifiers with levels take few scores, others many."""


@dataclass(slots=True)
class Leaf:
    """A criterion, as the plan sees it."""

    key: str
    criterion: Criterion
    coefficient: float
    """Its weight in the receipt: the product of the shares above it."""
    stand_in: float
    """The score that replaces a missing one, unless it is the key."""
    is_key: bool
    sign: int
    levels: Levels
    read: Reader | None = None
    per_turn: bool = False
    name: str = ""
    """The verifier with version, where bound."""
    terms: dict[float | None, Term] = field(default_factory=dict)

    def term(self, score: float) -> Term:
        """The line of the receipt; shared between rewards, since it is frozen."""
        term = self.terms.get(score)
        if term is None:
            weight = self.coefficient
            term = Term(self.name, weight, score, weight * score + 0.0)
            if len(self.terms) < TERMS_KEPT:
                self.terms[score] = term
        return term
