"""What does this reward teach? Logs in, findings out.

`Frame` holds a log as columns; each module of `analyses` asks it one question and answers with
an `Outcome`: findings for people, tables for reports. Needs the extra ``[audit]``, which is
imported when one of the names below is first used.

::

    from assay.audit import Context, audit, read_log, write_report

    with read_log("rewards.jsonl") as log:
        found = audit(log.frame, Context(rows=log.rows))
        for finding in found.findings:
            print(finding.severity, finding.id, finding.title)
        write_report(found, log.rows, "report.html")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.audit.as_json import to_json
    from assay.audit.context import Context
    from assay.audit.frame import Frame
    from assay.audit.logs import read_log
    from assay.audit.report import write_report
    from assay.audit.run import Audit, audit
    from assay.findings import Finding

__all__ = [
    "Audit",
    "Context",
    "Finding",
    "Frame",
    "audit",
    "read_log",
    "to_json",
    "write_report",
]

_HOMES = {
    "Audit": "assay.audit.run",
    "Context": "assay.audit.context",
    "Finding": "assay.findings",
    "Frame": "assay.audit.frame",
    "audit": "assay.audit.run",
    "read_log": "assay.audit.logs",
    "to_json": "assay.audit.as_json",
    "write_report": "assay.audit.report",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return __all__
