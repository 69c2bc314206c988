"""Rewards composed row by row, from the verdicts that whole rows hold.

For rubrics that read more than scores: parts of verdicts, fields of the sample without a column.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from assay.audit.recomposing.matching import Identity, identities, same_verifier
from assay.errors import AssayError
from assay.model import Sample, Verdict
from assay.rubrics.written.rubric import VIRTUAL

if TYPE_CHECKING:
    from assay.audit.context import Context
    from assay.audit.frame import Codes, Floats, Frame
    from assay.rubrics import BoundRubric

READ = 5_000
"""Whole rows that are read at most, where columns do not suffice."""


class WholeRows:
    """A rubric over whole rows of one log.

    Args:
        bound: The rubric.
        frame: The log.
        context: `rubric` tells what the verdicts measure; `rows` brings the rows.
        measured: Criterion's key -> what the rubric measures by it.
        lack: Called with what the log lacks for this rubric.
    """

    def __init__(
        self,
        bound: BoundRubric,
        frame: Frame,
        context: Context,
        measured: Mapping[str, Identity],
        lack: Callable[[str], None],
    ) -> None:
        self._bound, self._frame = bound, frame
        self._rows, self._own = context.rows, context.rubric
        self._measured = measured
        self._lack = lack

    def readable(self, key: str) -> bool:
        """Whether whole rows hold the verdict, though no column holds the score."""
        if self._rows is None:
            return False
        return self._measured[key].verifier in VIRTUAL or self._source(key) is not None

    def _source(self, key: str) -> str | None:
        """The log's criterion whose verdicts stand for this one's, however they are read."""
        wanted = self._measured[key]
        own = self._own
        if own is None:
            named = [c for c in self._frame.criteria if same_verifier(c, wanted.verifier)]
            return key if key in self._frame.criteria else (named[0] if named else None)
        for other, what in identities(own).items():
            if same_verifier(what.verifier, wanted.verifier) and what.params == wanted.params:
                return other
        return None

    def compose(self, rows: Codes, into: Floats) -> None:
        """Put the rewards of these rows, as many as may be read, into (n,) rewards."""
        if self._rows is None:
            self._lack("whole rows, for a rubric that reads more than scores")
            return
        chosen = self._whole_groups(rows)
        if len(chosen) < len(rows):
            self._lack(
                f"whole rows for all: this rubric reads more than scores, so {len(chosen):,} of "
                f"{len(rows):,} rows were composed"
            )
        places = {key: self._source(key) for key in self._measured}
        for row, whole in zip(chosen, self._rows([int(r) for r in chosen]), strict=True):
            into[row] = self._composed(whole, places)

    def _whole_groups(self, rows: Codes) -> Codes:
        """Some rows, no more than may be read: whole groups, evenly over the log."""
        if len(rows) <= READ:
            return rows
        group = self._frame.group[rows]
        lone = group < 0
        group = np.where(lone, group.max(initial=0) + 1 + np.cumsum(lone), group)
        _, where, counts = np.unique(group, return_inverse=True, return_counts=True)
        every = math.ceil(len(rows) / READ)
        while True:
            taken = np.arange(len(counts)) % every == 0
            if counts[taken].sum() <= READ or every > len(counts):
                picked: Codes = rows[taken[where]]
                return picked[:READ]
            every += 1

    def _composed(self, row: Mapping[str, Any], places: Mapping[str, str | None]) -> float:
        stored = row.get("verdicts")
        if not isinstance(stored, Mapping):
            self._lack("verdicts in some rows")
            return math.nan
        verdicts: dict[str, Verdict] = {}
        for key, source in places.items():
            for name, value in stored.items():
                head, mark, turn = str(name).partition("#")
                if head == source and isinstance(value, Mapping):
                    verdicts[f"{key}{mark}{turn}"] = Verdict.from_json(value)
        try:
            sample = replace(Sample.from_row(row), label=None)
            wanted = {job.key for job in self._bound.jobs(sample)}
            kept = {name: verdict for name, verdict in verdicts.items() if name in wanted}
            value = self._bound.compose(kept, sample).value
        except AssayError as err:
            self._lack(str(err).partition("\n")[0])
            return math.nan
        return math.nan if value is None else value
