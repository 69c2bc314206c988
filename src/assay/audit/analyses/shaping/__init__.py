"""Whether what is paid beside the key changes what is best."""

from assay.audit.analyses.shaping.analysis import SPEC, run

__all__ = ["SPEC", "run"]
