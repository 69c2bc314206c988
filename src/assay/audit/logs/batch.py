"""Rows on their way from files to the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from assay.audit.logs.gather import ColumnArray
from assay.audit.logs.layout import Layout


@dataclass
class Batch:
    """Rows of one or more files that have one layout."""

    layout: Layout
    data: pa.Table
    """A column ``doc`` of JSON, or any columns of a table."""
    file: ColumnArray
    line: ColumnArray
    at: ColumnArray
    types: Mapping[str, pa.DataType] | None = None
    """Column -> type; None where the rows are JSON."""
    table: bool = False
    """Whether the rows were those of a table."""

    def is_like(self, other: Batch) -> bool:
        """Whether rows of both can be one batch."""
        return self.layout is other.layout and self.data.schema.equals(other.data.schema)

    @staticmethod
    def joined(batches: Sequence[Batch]) -> Batch:
        """Batches that are alike, one after the other."""
        if len(batches) == 1:
            return batches[0]
        return replace(
            batches[0],
            data=pa.concat_tables([b.data for b in batches]),
            file=np.concatenate([b.file for b in batches]),
            line=np.concatenate([b.line for b in batches]),
            at=np.concatenate([b.at for b in batches]),
        )
