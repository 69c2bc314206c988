"""A criterion, as a plan sees it, and its line of the receipt."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from assay.model import Term
from assay.rubrics.written.criterion import Criterion
from assay.rubrics.written.ranges import UNIT, Levels, Range
from assay.rubrics.written.rubric import ScoreReader

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
    read: ScoreReader | None = None
    per_turn: bool = False
    variable: str = ""
    """Key of the first criterion with the same verifier and params; empty: its own."""
    lowest: Fraction = Fraction(0)
    """`stand_in`, exactly."""
    reach: Range = UNIT
    """Lowest and highest score, where it has no levels."""
    stated: bool = False
    """The rubric itself says what stands in for a missing score."""
    cells: tuple[Fraction, ...] | None = None
    """Scores of which one stands for each that the formula tells apart; None: it tells all."""
    unbounded: bool = False
    """A count that has no highest value: what it costs has no lower bound."""
    by_step: bool = False
    """A weight that moves with the step of training: the same for all who are compared."""
    name: str = ""
    """The verifier with version, where bound."""
    terms: dict[float | None, Term] = field(default_factory=dict)

    @property
    def ends(self) -> Range:
        """Lowest and highest score that its verifier gives."""
        return (self.levels[0], self.levels[-1]) if self.levels else self.reach

    def term(self, score: float) -> Term:
        """The line of the receipt; shared between rewards, since it is frozen."""
        term = self.terms.get(score)
        if term is None:
            weight = self.coefficient
            term = Term(self.name, weight, score, weight * score + 0.0)
            if len(self.terms) < TERMS_KEPT:
                self.terms[score] = term
        return term
