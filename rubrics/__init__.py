"""What verdicts are worth: compose, prove, shape."""

from __future__ import annotations

from assay.rubrics.base import Rubric
from assay.rubrics.bound import BoundRubric, Job
from assay.rubrics.criterion import Criterion
from assay.rubrics.kinds import Gate, Switch, Weighted
from assay.rubrics.load import load_rubric
from assay.rubrics.metrics import summary, values

__all__ = [
    "BoundRubric",
    "Criterion",
    "Gate",
    "Job",
    "Rubric",
    "Switch",
    "Weighted",
    "load_rubric",
    "summary",
    "values",
]
