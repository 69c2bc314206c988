"""What another rubric would have paid."""

from assay.audit.analyses.counterfactual.analysis import SPEC, run

__all__ = ["SPEC", "run"]
