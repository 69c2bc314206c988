"""Which criterion the advantage is spent on."""

from assay.audit.analyses.budget.analysis import SPEC, run

__all__ = ["SPEC", "run"]
