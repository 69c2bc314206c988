"""What verdicts are worth: compose, prove, shape."""

from __future__ import annotations

from assay.rubrics.base import Rubric
from assay.rubrics.bound import BoundRubric, Job
from assay.rubrics.criterion import Criterion
from assay.rubrics.kinds import (
    Clip,
    Gate,
    Min,
    Phase,
    Phases,
    Potential,
    Priority,
    Process,
    Product,
    Repeat,
    RubricWarning,
    Switch,
    Turns,
    Vote,
    Weighted,
    best_of,
)
from assay.rubrics.load import load_rubric
from assay.rubrics.metrics import summary, values
from assay.rubrics.parts import Criteria, Slot
from assay.rubrics.write import rubric_text, save_rubric

__all__ = [
    "BoundRubric",
    "Clip",
    "Criteria",
    "Criterion",
    "Gate",
    "Job",
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
    "Slot",
    "Switch",
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
