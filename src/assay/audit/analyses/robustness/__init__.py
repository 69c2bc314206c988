"""What a small change of the weights would change."""

from assay.audit.analyses.robustness.analysis import SPEC, run

__all__ = ["SPEC", "run"]
