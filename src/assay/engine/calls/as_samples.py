"""What a call is given, as samples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from assay.arguments import many
from assay.engine.calls.drivers import Given, SampleOrError
from assay.errors import SampleError
from assay.model import Sample
from assay.printable import a_type

_READY = (Sample, SampleError)  # a union of types would be made anew for every row


def as_samples(
    rows: Iterable[Given],
    step: int | None,
    see: Callable[[int, SampleOrError, Any], None] | None = None,
) -> Iterator[SampleOrError]:
    """The rows as samples, each with its step of training; `see` gets each before it is judged."""
    many(
        rows,
        "samples",
        "a list of samples or rows",
        "verify(...) for a single one; a dict of columns has to become a list of rows",
        SampleError,
    )
    for i, row in enumerate(rows):
        sample: SampleOrError
        if isinstance(row, _READY):
            sample = row
        elif isinstance(row, Mapping):
            try:
                sample = Sample.from_row(row)
            except SampleError as err:
                sample = err
        else:
            table = hasattr(rows, "to_dict") or hasattr(row, "to_dict")  # of pandas, or its like
            fix = (
                'frame.to_dict("records") gives its rows'
                if table
                else "Sample(completion, reference=...), or verify(...) for a single text"
            )
            raise SampleError(
                f"samples[{i}] is {a_type(row)}; wanted a Sample or a row of a data set\nfix: {fix}"
            )
        if step is not None and isinstance(sample, Sample) and sample.step is None:
            sample = sample.at_step(step)
        if see is not None:
            see(i, sample, row)
        yield sample
