"""What `code.tests` is. Cheap to import: no sandbox is touched."""

from __future__ import annotations

from assay.plugins.examples import Example
from assay.plugins.spec import VerifierSpec
from assay.verifiers.code_tests.params import CodeTestsParams

_ADD = {
    "type": "call",
    "entry_point": "add",
    "cases": [{"args": [1, 2], "expected": 3}, {"args": [-1, -2], "expected": -3}],
}

SPECS: tuple[VerifierSpec, ...] = (
    VerifierSpec(
        name="code.tests@1",
        summary="Runs a program against tests in a sandbox; the share of cases it passes.",
        target="assay.verifiers.code_tests.verifier:CodeTests",
        cost="worker",
        needs=("tests", "prompt?"),
        params=CodeTestsParams,
        examples=(
            Example.full("def add(a, b):\n    return a + b", tests=_ADD),
            Example.zero("def add(a, b):\n    return a - b", tests=_ADD),
            Example.scores(0.5, "def add(a, b):\n    return abs(a + b)", tests=_ADD),
            Example.malformed("def add(a, b):\n    return a + b", tests={"type": "call"}),
        ),
        effects=("files", "processes", "network"),  # what a sandbox is made of
        tools=("python",),
    ),
)
