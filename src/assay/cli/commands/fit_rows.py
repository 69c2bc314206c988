"""Preferences out of files; completions without scores go through an engine first."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.cli.crashes import Crashes
from assay.engine.calls.unscored import Doubts
from assay.errors import ConfigError, RolloutsError, SampleError, nearest
from assay.fit.preference_rows import (
    FIELDS,
    KINDS,
    Item,
    Preference,
    PreferenceKind,
    kind_of,
    read_preference,
)
from assay.model import SAMPLE_FIELDS, Sample, Status
from assay.rollouts.mapped import with_columns
from assay.rollouts.rows import Row, read_rows
from assay.rollouts.sources import Source

if TYPE_CHECKING:
    from assay.engine.engine import Engine

MAX_CRASHED = 0.05
"""Share of a criterion's verdicts that may crash without a word on its scores."""

MAPPABLE = tuple(dict.fromkeys([*FIELDS, *SAMPLE_FIELDS]))


@dataclass(frozen=True, slots=True)
class Read:
    """What the files hold."""

    kind: PreferenceKind
    preferences: list[Preference]
    scored: int
    """Completions that the engine scored."""
    noted: tuple[str, ...] = ()
    """What crashed among them, and what was cut off by the clock, each as a sentence."""


def read_preferences(
    sources: Sequence[Source],
    *,
    kind: PreferenceKind | None,
    columns: Mapping[str, str],
    engine: Callable[[], Engine] | None,
) -> Read:
    """Every row of every file, its completions scored.

    Args:
        sources: JSONL, JSON lists, CSV or Parquet.
        kind: By default what the first row is.
        columns: Field -> column.
        engine: Makes what scores completions that come without scores; called once, if at all.

    Raises:
        SampleError: a row that is not a preference of the kind, or cannot be scored.
        RolloutsError: a file that cannot be read further, or no rows at all.
    """
    with closing(read_rows(sources)) as rows:
        return _read(_PreferenceReader(rows, kind, columns, engine is not None), sources, engine)


def _read(
    reader: _PreferenceReader, sources: Sequence[Source], engine: Callable[[], Engine] | None
) -> Read:
    samples = reader.samples()
    first = next(samples, None)  # reads on to the first completion without scores
    crashes, doubts = Crashes(), Doubts()
    if first is not None and engine is not None:
        for index, reward in engine().iter_batch(itertools.chain([first], samples)):
            place, item = reader.waiting[index]
            if reward.status == "invalid":
                raise SampleError(f"{place}: cannot be scored: {reward.error}")
            doubts.n += 1
            for name, verdict in reward.verdicts.items():
                if verdict.status == Status.CRASHED:
                    crashes.add(name, verdict.to_json(), place)
                limit = verdict.details.get("limit")
                doubts.add(
                    name,
                    verdict.status,
                    verdict.score,
                    limit,
                    verdict.because,
                    reward.value is not None,
                )
            item.scores = {key: verdict.score for key, verdict in reward.verdicts.items()}
            item.row = None
    if reader.kind is None:
        raise RolloutsError(f"{', '.join(s.name for s in sources)}: no rows to fit weights to")
    noted = (*crashes.sentences(), *doubts.sentences(MAX_CRASHED, "completions"))
    return Read(reader.kind, reader.preferences, len(reader.waiting), noted)


class _PreferenceReader:
    def __init__(
        self,
        rows: Iterator[Row],
        kind: PreferenceKind | None,
        columns: Mapping[str, str],
        scores: bool,
    ) -> None:
        self.kind = kind
        self.preferences: list[Preference] = []
        self.waiting: list[tuple[str, Item]] = []
        self._rows = rows
        self._columns = columns
        self._sample_columns = {f: c for f, c in columns.items() if f in SAMPLE_FIELDS}
        self._scores = scores

    def samples(self) -> Iterator[Sample]:
        """Reads on; gives what has to be scored, as it is met."""
        # a field of a sample may stand in the chosen and the rejected, not in the row
        own = {field: column for field, column in self._columns.items() if field in FIELDS}
        for row in with_columns(self._rows, own):
            if row.data is None:
                raise SampleError(f"{row.place}: {row.error}")
            if self.kind is None:
                self.kind = kind_of(row.data, self._columns, row.place)
            preference = read_preference(row.data, self.kind, row.place, self._columns)
            self.preferences.append(preference)
            for item in preference.items:
                if item.row is None:
                    continue
                if not self._scores:
                    raise SampleError(
                        f"{row.place}: holds completions without scores"
                        "\nfix: --rubric R scores them by the criteria of R"
                    )
                self.waiting.append((row.place, item))
                try:
                    yield Sample.from_row(item.row, self._sample_columns)
                except SampleError as err:
                    raise SampleError(f"{row.place}: {err}") from None


def read_kind(text: str | None) -> PreferenceKind | None:
    """`--kind`.

    Raises:
        ConfigError: none of the kinds.
    """
    if text is None:
        return None
    for kind in KINDS:
        if text == kind:
            return kind
    raise ConfigError(f"--kind {text}: must be one of {', '.join(KINDS)}{nearest(text, KINDS)}")
