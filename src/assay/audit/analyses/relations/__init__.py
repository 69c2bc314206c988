"""How criteria and labels go together."""

from assay.audit.analyses.relations.analysis import SPEC, run

__all__ = ["SPEC", "run"]
