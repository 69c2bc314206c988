"""The ledger: every reward of a run, appended as Parquet shards that a kill cannot spoil.

Stands below the engine, which writes it, and below the audit, which reads it. Importing this
imports no pyarrow; opening a ledger does.
"""

from assay.ledger.settings import Ledger

__all__ = ["Ledger"]
