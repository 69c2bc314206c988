"""Groups of rollouts, and arithmetic within them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from assay.audit.arrays import Codes, Floats


@dataclass(frozen=True)
class Groups:
    """Rows in groups; the arrays that methods take and give are in the order of `rows`."""

    rows: Codes
    """(m,) rows of the frame, group after group."""
    starts: Codes
    """(g,) where each group begins in `rows`."""

    @classmethod
    def of(cls, codes: Codes, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Self:
        """Groups of at least two rows among those `kept`; stable in the order of rows."""
        rows = np.flatnonzero(kept & (codes >= 0))
        rows = rows[np.argsort(codes[rows], kind="stable")]
        ordered = codes[rows]
        first = np.flatnonzero(np.diff(ordered, prepend=-1) != 0)
        sizes = np.diff(first, append=len(ordered))
        big = sizes > 1
        rows = rows[np.repeat(big, sizes)]
        starts = np.concatenate([[0], np.cumsum(sizes[big])[:-1]]).astype(np.int64)
        return cls(rows, starts[: int(big.sum())])

    def __len__(self) -> int:
        return len(self.starts)

    @cached_property
    def sizes(self) -> Codes:
        """(g,) rows of each group, at least 2."""
        sizes: Codes = np.diff(self.starts, append=len(self.rows))
        return sizes

    @cached_property
    def of_row(self) -> Codes:
        """(m,) the group of each row, from 0."""
        numbers: Codes = np.repeat(np.arange(len(self.starts)), self.sizes)
        return numbers

    def sum(self, values: Floats) -> Floats:
        """(g, ...) the sum of each group, for (m, ...) values."""
        if len(self.starts) == 0:
            return np.zeros((0, *values.shape[1:]))
        total: Floats = np.add.reduceat(values, self.starts, axis=0)
        return total

    def mean(self, values: Floats) -> Floats:
        """(g, ...) the mean of each group; NaN where a value is."""
        sizes = self.sizes.reshape(-1, *[1] * (values.ndim - 1))
        mean: Floats = self.sum(values) / sizes
        return mean

    def spread(self, per_group: Floats) -> Floats:
        """(m, ...) the value of its group for each row."""
        return np.repeat(per_group, self.sizes, axis=0)

    def centred(self, values: Floats) -> Floats:
        """(m, ...) values less the mean of their group; exactly 0 where all are equal."""
        first = self.spread(values[self.starts]) if len(self.starts) else values
        shifted = values - first  # equal values give exact zeros, whatever their mean rounds to
        centred: Floats = shifted - self.spread(self.mean(shifted))
        return centred

    def low(self, values: Floats) -> Floats:
        """(g,) the smallest of each group."""
        found: Floats = np.minimum.reduceat(values, self.starts) if len(self) else values[:0]
        return found

    def high(self, values: Floats) -> Floats:
        """(g,) the largest of each group."""
        found: Floats = np.maximum.reduceat(values, self.starts) if len(self) else values[:0]
        return found

    def varies(self, values: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """(g,) whether a group holds two different values; NaN makes it False."""
        differ: np.ndarray[tuple[int], np.dtype[np.bool_]] = self.high(values) > self.low(values)
        return differ
