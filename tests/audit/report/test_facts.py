"""What stands in a report's head."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from planted import make_frame

from assay.audit.frame import Stratum
from assay.audit.report.document import page
from assay.audit.run import Audit


def test_phases_can_be_told_apart_by_their_signatures() -> None:
    """Of one rubric's phases only the ends differ: cut short, they would be the same text."""
    frame = make_frame({"a": [1, 0]}, weights={"a": 0.75}, prompt=[0, 0])
    names = ("ae60cb9b397dd9c0:phase1", "ae60cb9b397dd9c0:phase2")
    html = page(Audit(replace(frame, signature=Stratum(names, np.array([0, 1]))), ()), None)
    assert ", ".join(names) in html
    assert "a 0.75" in html
