"""What verdicts are worth: compose, prove, shape."""

from __future__ import annotations

from assay.rubrics.compiled.bound import BoundRubric, LeafRun
from assay.rubrics.metrics import summary, values
from assay.rubrics.prove.corners import table
from assay.rubrics.prove.prover import prove
from assay.rubrics.prove.reach import reach_of
from assay.rubrics.written.criterion import Criterion
from assay.rubrics.written.kinds import (
    Clip,
    Constant,
    Cost,
    Gate,
    Max,
    Min,
    Phase,
    Phases,
    Potential,
    Priority,
    Process,
    Product,
    Repeat,
    RubricWarning,
    Schedule,
    Switch,
    Table,
    TableRow,
    Turns,
    Vote,
    Weighted,
    best_of,
)
from assay.rubrics.written.load import load_rubric
from assay.rubrics.written.reading import Criteria, Slot
from assay.rubrics.written.rubric import Rubric
from assay.rubrics.written.write import rubric_text, save_rubric

# Methods of a written rubric that need what is compiled and proved of it: named here, so that the
# layers below import nothing from those above.
Rubric.binder = BoundRubric
BoundRubric.prover, BoundRubric.tabler = staticmethod(prove), staticmethod(table)
BoundRubric.reacher = staticmethod(reach_of)

__all__ = [
    "BoundRubric",
    "Clip",
    "Constant",
    "Cost",
    "Criteria",
    "Criterion",
    "Gate",
    "LeafRun",
    "Max",
    "Min",
    "Phase",
    "Phases",
    "Potential",
    "Priority",
    "Process",
    "Product",
    "Repeat",
    "Rubric",
    "RubricWarning",
    "Schedule",
    "Slot",
    "Switch",
    "Table",
    "TableRow",
    "Turns",
    "Vote",
    "Weighted",
    "best_of",
    "load_rubric",
    "rubric_text",
    "save_rubric",
    "summary",
    "values",
]
