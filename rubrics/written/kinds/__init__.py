"""The composers: each a frozen model with one formula."""

from __future__ import annotations

from assay.rubrics.written.kinds.cost import Cost
from assay.rubrics.written.kinds.gate import Gate
from assay.rubrics.written.kinds.phases import Phase, Phases
from assay.rubrics.written.kinds.priority import Priority
from assay.rubrics.written.kinds.process import Process, RubricWarning
from assay.rubrics.written.kinds.schedule import Schedule
from assay.rubrics.written.kinds.simple import Clip, Constant, Max, Min, Product, Vote, best_of
from assay.rubrics.written.kinds.switch import Switch
from assay.rubrics.written.kinds.table import Table, TableRow
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
    Max,
    Constant,
    Table,
    Schedule,
    Cost,
)
"""The composers whose formulas are known; those of others are searched, not proved."""

for _model in OURS:
    KINDS[_model.noun] = _model

__all__ = [
    "OURS",
    "Clip",
    "Constant",
    "Cost",
    "Gate",
    "Max",
    "Min",
    "Phase",
    "Phases",
    "Potential",
    "Priority",
    "Process",
    "Product",
    "Repeat",
    "RubricWarning",
    "Schedule",
    "Switch",
    "Table",
    "TableRow",
    "Turns",
    "Vote",
    "Weighted",
    "best_of",
]
