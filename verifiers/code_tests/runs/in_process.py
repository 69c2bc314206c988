"""A suite that must share one interpreter with the program (``trust="in_process"``)."""

from __future__ import annotations

from assay.errors import ReferenceUnreadable
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.runs.outcomes import CaseResult
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxSlot
from assay.verifiers.code_tests.suites.suite import Suite


def run_in_process(
    slot: SandboxSlot, code: str, suite: Suite, params: CodeTestsParams
) -> list[tuple[str, CaseResult]]:
    """A label and an outcome a test, in order; at least one.

    Args:
        slot: To run in.
        code: The program.
        suite: Its `written` holds the suite's text.
        params: Of the verifier.

    Raises:
        ReferenceUnreadable: the suite itself cannot run.
    """
    raise ReferenceUnreadable(
        'tests.code: trust="in_process" is not available in this version\n'
        "fix: leave such rows out: " + "; ".join(suite.needs.reasons)
    )
