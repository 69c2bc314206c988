"""What a rubric teaches, as far as it can be proved."""

from __future__ import annotations

from assay.rubrics.prove.corners import table
from assay.rubrics.prove.prover import prove
from assay.rubrics.results.certificate import CaseCertificate, Certificate, Witness
from assay.rubrics.results.corner_table import CornerTable

__all__ = ["CaseCertificate", "Certificate", "CornerTable", "Witness", "prove", "table"]
