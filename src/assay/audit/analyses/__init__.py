"""One question a module. Each has ``SPEC`` and ``run(frame, context) -> Outcome``.

To add one, write a module here and add its name to `ANALYSES`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from assay.findings import AnalysisSpec, Outcome

if TYPE_CHECKING:
    from assay.audit.context import Context
    from assay.audit.frame import Frame

ANALYSES = (
    "signal",
    "budget",
    "relations",
    "shaping",
    "reliability",
    "trends",
    "length",
    "errors",
    "repeats",
    "robustness",
    "counterfactual",
)
"""In the order of a report."""


class Analysis(NamedTuple):
    """A loaded module."""

    spec: AnalysisSpec
    run: Callable[[Frame, Context], Outcome]


def load(name: str) -> Analysis:
    """The analysis of that name."""
    module = importlib.import_module(f"assay.audit.analyses.{name}")
    if hasattr(module, "__path__"):  # a folder, with what belongs to the question beside it
        module = importlib.import_module(f"assay.audit.analyses.{name}.analysis")
    return Analysis(module.SPEC, module.run)


def all_analyses() -> Iterator[Analysis]:
    """Every one, in the order of a report."""
    for name in ANALYSES:
        yield load(name)
