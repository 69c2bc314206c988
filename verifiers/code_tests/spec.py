"""What `code.tests` is. Cheap to import: no sandbox is touched."""

from __future__ import annotations

from assay.plugins.spec import VerifierSpec
from assay.verifiers.code_tests.params import CodeTestsParams

SPECS: tuple[VerifierSpec, ...] = (
    VerifierSpec(
        name="code.tests@1",
        summary="Runs a program against tests in a sandbox; the share of cases it passes.",
        target="assay.verifiers.code_tests.verifier:CodeTests",
        cost="worker",
        needs=("tests", "prompt?"),
        params=CodeTestsParams,
        tools=("python",),
    ),
)
