"""Sweeps that somebody waits for: `make test` takes some of the rows, CI takes all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def quick(rows: Iterable[Any], one_in: int) -> list[Any]:
    """Rows for `parametrize`: the first and every `one_in`-th are quick, the others slow."""
    return [
        row if i % one_in == 0 else pytest.param(row, marks=pytest.mark.slow)
        for i, row in enumerate(rows)
    ]


def quick_tuples(rows: Iterable[tuple[Any, ...]], one_in: int) -> list[Any]:
    """As `quick`, of rows with a value for each of several arguments."""
    return [
        row if i % one_in == 0 else pytest.param(*row, marks=pytest.mark.slow)
        for i, row in enumerate(rows)
    ]
