"""One analysis that fails does not end the audit."""

from __future__ import annotations

from typing import Any

from planted import make_frame

from assay.audit.analyses import Analysis, load
from assay.audit.as_json import to_json
from assay.audit.report.document import page
from assay.audit.run import audit
from assay.findings import AnalysisSpec, Outcome


def broken(frame: Any, context: Any) -> Outcome:
    raise ZeroDivisionError("no such\nthing")


BROKEN = Analysis(AnalysisSpec("broken", "Broken", "Why?", (), ()), broken)


def test_the_others_run_and_the_fault_is_reported() -> None:
    frame = make_frame({"a": [1, 0]}, weights={"a": 1}, prompt=[0, 0])
    found = audit(frame, analyses=[BROKEN, load("signal")])
    assert list(found.failed) == ["broken"]
    assert found.failed["broken"].startswith("ZeroDivisionError at test_run.py:")
    assert found.failed["broken"].endswith(": no such")
    assert found.outcomes[1].tables
    assert to_json(found)["analyses"][0]["failed"] == found.failed["broken"]
    assert "ended with a fault of Assay, and have no answer: broken" in page(found, None)
