"""Expected values of a reference solution depend on all of the row, so no row sees another's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.model import Sample
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.verifier import CodeTests

REFERENCE = "def f(x): return x * SCALE"


def row(scale: int, x: int) -> Sample:
    tests: dict[str, Any] = {
        "type": "call",
        "entry_point": "f",
        "prompt": f"SCALE = {scale}",
        "reference": REFERENCE,
        "cases": [{"args": [x]}],
    }
    return Sample(completion="def f(x): return x * 2", tests=tests)


@pytest.mark.usefixtures("best")
@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([2, 10]), st.sampled_from([1, 3])), min_size=1, max_size=4)
)
def test_rows_in_any_order_and_number_give_what_single_calls_give(
    rows: list[tuple[int, int]],
) -> None:
    pool = POOL[0]
    for scale, x in [*rows, *reversed(rows)]:
        verdict = CodeTests(CodeTestsParams(code="whole"), pool).verify(row(scale, x))
        assert verdict.score == float(scale == 2)


POOL: list[SandboxPool] = []


@pytest.fixture(autouse=True)
def _pool(best: SandboxPool) -> None:
    POOL[:] = [best]
