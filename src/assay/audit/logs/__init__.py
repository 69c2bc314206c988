"""Logs in: JSONL, gzip, Parquet and what trainers write become one `Frame`.

Importing this package imports neither numpy nor DuckDB: the host lists its readers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.audit.logs.log import Log, read_log
    from assay.audit.logs.problems import LogProblem

__all__ = ["Log", "LogProblem", "read_log"]


def __getattr__(name: str) -> Any:
    if name in ("Log", "read_log"):
        from assay.audit.logs import log

        return getattr(log, name)
    if name == "LogProblem":
        from assay.audit.logs.problems import LogProblem

        return LogProblem
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
