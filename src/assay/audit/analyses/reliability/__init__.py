"""Whether a verifier is right, for all kinds of completions alike."""

from assay.audit.analyses.reliability.analysis import run
from assay.audit.analyses.reliability.kinds import (
    FALSE_NEGATIVES,
    FALSE_POSITIVES,
    INVERTED,
    MARGIN_LOST,
    SPEC,
    UNEVEN_ERRORS,
)

__all__ = [
    "FALSE_NEGATIVES",
    "FALSE_POSITIVES",
    "INVERTED",
    "MARGIN_LOST",
    "SPEC",
    "UNEVEN_ERRORS",
    "run",
]
