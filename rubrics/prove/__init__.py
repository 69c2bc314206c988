"""What a rubric teaches, as far as it can be proved."""

from __future__ import annotations

from assay.rubrics.prove.certificate import Certificate, Outcome, Witness
from assay.rubrics.prove.prover import prove
from assay.rubrics.prove.table import Table, table

__all__ = ["Certificate", "Outcome", "Table", "Witness", "prove", "table"]
