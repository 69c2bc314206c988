"""Rows that `assay verify` wrote; see `assay.rollouts.columns`."""

from __future__ import annotations

from assay.audit.logs.layout import Layout
from assay.plugins.log_readers import LogHead

MARKS = ("reward", "status", "terms", "verdicts", "signature")


class AssayRows:
    """JSONL or Parquet with a reward's columns."""

    def claims(self, head: LogHead) -> int:
        """All of the columns that `assay verify` always adds."""
        return 2 * len(MARKS) if set(MARKS) <= set(head.columns) else 0

    def layout(self, head: LogHead) -> Layout:
        """Every field under its own name."""
        return Layout({}, own=True)


READER = AssayRows()
