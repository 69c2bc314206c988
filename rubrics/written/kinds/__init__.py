"""The composers: each a frozen model with one formula."""

from __future__ import annotations

from assay.rubrics.written.kinds.gate import Gate
from assay.rubrics.written.kinds.phases import Phase, Phases
from assay.rubrics.written.kinds.priority import Priority
from assay.rubrics.written.kinds.process import Process, RubricWarning
from assay.rubrics.written.kinds.simple import Clip, Min, Product, Vote, best_of
from assay.rubrics.written.kinds.switch import Switch
from assay.rubrics.written.kinds.turns import Potential, Repeat, Turns
from assay.rubrics.written.kinds.weighted import Weighted
from assay.rubrics.written.rubric import KINDS, Rubric

OURS: tuple[type[Rubric], ...] = (
    Weighted,
    Gate,
    Priority,
    Process,
    Vote,
    Product,
    Min,
    Clip,
    Switch,
    Turns,
    Phases,
)
"""The composers whose formulas are known to be monotone; others are searched, not proved."""

for _model in OURS:
    KINDS[_model.noun] = _model

__all__ = [
    "OURS",
    "Clip",
    "Gate",
    "Min",
    "Phase",
    "Phases",
    "Potential",
    "Priority",
    "Process",
    "Product",
    "Repeat",
    "RubricWarning",
    "Switch",
    "Turns",
    "Vote",
    "Weighted",
    "best_of",
]
