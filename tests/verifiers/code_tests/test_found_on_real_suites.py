"""What real suites ask for, as plain Python judges it: all of it under one trust."""

from __future__ import annotations

from typing import Any

import pytest

from assay.errors import ReferenceUnreadable
from assay.model import Sample
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool
from assay.verifiers.code_tests.verifier import CodeTests

from .conftest import rows

LOST = {
    "DeepCoder leetcode shape": "a shape that is not read",
    "import sklearn": "it needs `packages`",
}
"""By what a row is about: why it is not judged as plain Python judges it."""


@pytest.mark.slow
@pytest.mark.parametrize("row", rows("found_on_real_suites"), ids=lambda r: r["about"])
def test_beside_their_program_suites_mean_what_they_mean_in_python(
    best: SandboxPool, row: dict[str, Any]
) -> None:
    if row["about"] in LOST:
        pytest.skip(LOST[row["about"]])
    verifier = CodeTests(CodeTestsParams(trust="in_process", code="whole"), best)
    try:
        verdict = verifier.verify(Sample(completion=row["completion"], tests=row["tests"]))
    except ReferenceUnreadable as err:
        pytest.fail(str(err))
    assert verdict.score == row["expected"], verdict.because
