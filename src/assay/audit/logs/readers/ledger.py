"""Shards of the ledger; see `assay.ledger.schema`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.audit.logs.layout import Layout
from assay.plugins.log_readers import LogHead

MARKS = ("run", "writer", "seq", "at", "reward", "status", "terms", "verdicts", "signature")


class LedgerShards:
    """Parquet whose terms are a list with an entry for each criterion."""

    def claims(self, head: LogHead) -> int:
        """The columns that no other writer has."""
        ours = set(MARKS) <= set(head.columns) and "verdict_score" in head.types.get("terms", "")
        return 2 * len(MARKS) if ours else 0

    def layout(self, head: LogHead) -> Layout:
        """Fields under their own names; lengths are counted already."""
        return Layout({"n_chars": (("n_chars",),)}, noted=True, own=True)

    def as_row(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """The row that `assay verify` would have written."""
        from assay.ledger.as_rows import as_row

        return as_row(record)


READER = LedgerShards()
