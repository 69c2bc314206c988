"""Rows beside the others of their group, before they are scored in pieces."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.errors import RolloutsError, SampleError
from assay.model import Sample
from assay.rollouts.rows import Row

if TYPE_CHECKING:
    from assay.engine.engine import Engine

HELD_BYTES = 1024 * 1024 * 1024
"""Of rows that wait for their groups: with several such runs a machine still lives."""


def in_groups(engine: Engine, rows: Iterator[Row], columns: Mapping[str, str]) -> Iterator[Row]:
    """The rows in their order; those that the rubric compares, each with its sample beside others.

    Args:
        engine: Says whether its rubric compares within groups, and how large these are.
        rows: Read as far as it takes to have a group whole.
        columns: Field of `Sample` -> column.

    Raises:
        RolloutsError: more than `HELD_BYTES` wait for their groups.
        ConfigError: too many rows wait for their groups.
    """
    return _beside(engine, rows, columns) if engine.sees_groups else rows


def _beside(engine: Engine, rows: Iterator[Row], columns: Mapping[str, str]) -> Iterator[Row]:
    held: deque[Row] = deque()
    size = 0

    def samples() -> Iterator[Sample | SampleError]:
        nonlocal size
        for row in rows:
            held.append(row)
            size += row.size_bytes
            if size > HELD_BYTES:
                raise RolloutsError(
                    f"{row.place}: more than {HELD_BYTES >> 20:,} MB of rows wait for the rest of "
                    "their groups\nfix: --group-size, and files in which groups stand together"
                )
            yield row.sample(columns)

    for sample in engine.gathered(samples()):
        row = held.popleft()
        size -= row.size_bytes
        yield replace(row, made=sample)
