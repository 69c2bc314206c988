"""Any rows with a reward, or with scores, or with columns that the user names."""

from __future__ import annotations

from assay.audit.logs.layout import Layout
from assay.plugins.log_readers import LogHead

MARKS = ("reward", "scores", "terms", "verdicts")


class NamedColumns:
    """What is left when no reader knows a file."""

    def claims(self, head: LogHead) -> int:
        """One mark, so that everyone else goes first."""
        return int(any(name in head.columns for name in MARKS))

    def layout(self, head: LogHead) -> Layout:
        """Every field under its own name; criteria in ``terms`` or in ``scores``."""
        return Layout({}, own="terms" in head.columns)


READER = NamedColumns()
