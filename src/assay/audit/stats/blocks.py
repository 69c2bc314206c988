"""Matrices of sums over many clusters, in few blocks: for figures of all pairs of columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assay.audit.stats.intervals import cluster_numbers

if TYPE_CHECKING:
    from assay.audit.frame import Codes, Floats

BLOCKS = 200
"""Blocks of clusters whose spread gives the errors: their Student's t is within 1% of the
normal's reach, and forty criteria need a table of 200 times 40 times 40 sums."""

MULTIPLICATIONS = 50_000
"""Of one product of matrices, at most."""


class Blocks:
    """Clusters dealt out in turn to at most `BLOCKS` blocks; up to that many are one each.

    Source:
        Kott 2001, "The delete-a-group jackknife", Journal of Official Statistics 17.
    """

    def __init__(self, codes: Codes) -> None:
        numbers = cluster_numbers(codes)
        self.clusters = int(numbers.max(initial=-1)) + 1
        self.count = min(self.clusters, BLOCKS)
        of_row = numbers % max(1, self.count)
        self._order = np.argsort(of_row, kind="stable")
        ends = np.searchsorted(of_row[self._order], np.arange(self.count + 1))
        self.sizes: Floats = np.diff(ends).astype(float)
        """(b,) rows of each block."""
        self._spans = list(zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True))

    def products(self, left: Floats, right: Floats) -> Floats:
        """(b, j, k) sums of ``left[i, :, None] * right[i, None, :]`` over the rows of a block."""
        j, k = left.shape[1], right.shape[1]
        found = np.zeros((self.count, j, k))
        # Small products one after the other: a library that splits larger ones among threads
        # waits longer for these than it multiplies, where the machine has other work.
        step = max(16, MULTIPLICATIONS // max(1, j * k))
        for b, (start, end) in enumerate(self._spans):
            rows = self._order[start:end]
            x = left[rows]
            y = x if left is right else right[rows]
            many, even = len(rows) // step, len(rows) // step * step
            pieces = np.matmul(
                x[:even].reshape(many, step, j).swapaxes(1, 2), y[:even].reshape(many, step, k)
            )
            found[b] = pieces.sum(axis=0) + x[even:].T @ y[even:]
        return found
