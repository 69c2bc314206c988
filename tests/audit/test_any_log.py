"""Logs of any shape: no analysis raises, warns, or gives an interval that misses its figure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import make_frame

from assay.audit.analyses import load
from assay.audit.context import Context
from assay.audit.finding import Outcome
from assay.audit.frame import Frame
from assay.audit.run import audit

NAMES = ("signal", "budget", "relations", "length")
ANALYSES = [load(name) for name in NAMES]


def outcomes(frame: Frame) -> tuple[Outcome, ...]:
    return audit(frame, Context(), ANALYSES).outcomes


values = st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(-1e6, 1e6), st.just(float("nan")))


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    n, k = draw(st.integers(1, 24)), draw(st.integers(1, 4))
    column = st.lists(values, min_size=n, max_size=n)
    few = st.lists(st.integers(-1, 3), min_size=n, max_size=n)
    weights = {f"c{j}": draw(st.sampled_from([-1.0, 0.0, 0.3, 2.0])) for j in range(k)}
    frame = make_frame(
        {name: draw(column) for name in weights},
        draw(column) if draw(st.booleans()) else None,
        weights=weights,
        prompt=draw(few),
        length=np.abs(draw(column)),
        label=draw(st.lists(st.sampled_from([0.0, 1.0, np.nan]), min_size=n, max_size=n)),
        step=draw(st.lists(st.sampled_from([0.0, 1.0, np.nan]), min_size=n, max_size=n)),
        truncated=np.array(draw(few), np.int8).clip(-1, 1),
    )
    if draw(st.booleans()):
        frame = replace(frame, contributions=np.full_like(frame.contributions, np.nan))
    if draw(st.booleans()):
        frame = replace(frame, weights={})
    return replace(frame, key=None) if draw(st.booleans()) else frame


@settings(max_examples=300, deadline=None)
@given(frames())
def test_any_log_is_read(frame: Frame) -> None:
    for outcome in outcomes(frame):
        for table in outcome.tables.values():
            for row in table.rows:
                assert all(np.isfinite(c) for c in row if isinstance(c, float)), (table, row)
                _check_intervals(table.columns, row)


def _check_intervals(columns: tuple[str, ...], row: tuple[Any, ...]) -> None:
    for j, name in enumerate(columns):
        if name == "from" and columns[j + 1] == "to":
            value, low, high = row[j - 1 : j + 2]
            if value is not None and low is not None and high is not None:
                slack = 1e-9 * max(1.0, abs(value))
                assert low - slack <= value <= high + slack, (columns, row)


@pytest.mark.parametrize("name", NAMES)
def test_forty_criteria_and_groups_of_many_sizes(name: str) -> None:
    random = np.random.default_rng(0)
    prompt = np.repeat(np.arange(60), random.integers(1, 30, 60))
    n = len(prompt)
    criteria = {f"c{j}": random.integers(0, 1 + j % 4, n) / 3 for j in range(40)}
    frame = make_frame(
        criteria, weights=dict.fromkeys(criteria, 0.1), prompt=prompt, length=random.random(n)
    )
    outcome = load(name).run(frame, Context())
    assert outcome == load(name).run(frame, Context())
