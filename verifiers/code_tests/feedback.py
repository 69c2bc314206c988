"""What the model may learn, for another try. No expected value of a hidden case, ever."""

from __future__ import annotations

import json
from collections.abc import Sequence

from assay.printable import printable
from assay.verifiers.code_tests.comparing.compare import show
from assay.verifiers.code_tests.runs.outcomes import CaseOutcome, CaseResult
from assay.verifiers.code_tests.suites.suite import Case


def feedback(cases: Sequence[Case], results: Sequence[CaseResult]) -> str | None:
    """The first failure, public ones first; None where all passed."""
    failed = [(c, r) for c, r in zip(cases, results, strict=True) if not r.passed]
    if not failed:
        return None
    passed = len(results) - len(failed)
    case, result = next(((c, r) for c, r in failed if c.public), failed[0])
    head = f"{passed} of {len(results)} tests pass. "
    what = f"{case.label}: {str(result.outcome).replace('_', ' ')}."
    if result.outcome is CaseOutcome.COMPILE_ERROR:
        return f"The program does not compile: {result.because}"
    if not case.public:
        # an exception's text may quote what the program was given, and nothing more
        own = result.outcome in (
            CaseOutcome.RUNTIME_ERROR,
            CaseOutcome.MEMORY_LIMIT,
            CaseOutcome.TIMEOUT,
        )
        return head + f"A hidden test fails: {what}" + (f" {result.because}" if own else "")
    lines = [head + what, f"input: {_input(case)}"]
    if case.expected:
        wanted = case.expected[0]
        lines.append(f"expected: {printable(wanted, 400) if _is_text(case) else show(wanted, 400)}")
    if result.got:
        lines.append(f"got: {printable(result.got, 400)}")
    if result.because and result.outcome is not CaseOutcome.WRONG_ANSWER:
        lines.append(result.because)
    return "\n".join(lines)


def _is_text(case: Case) -> bool:
    return not case.entry_point and isinstance(case.expected[0], str)


def _input(case: Case) -> str:
    if not case.entry_point:
        return printable(case.stdin, 400)
    args = [json.dumps(a) for a in case.args]
    args += [f"{k}={json.dumps(v)}" for k, v in (case.kwargs or {}).items()]
    return printable(f"{case.entry_point}({', '.join(args)})", 400)
