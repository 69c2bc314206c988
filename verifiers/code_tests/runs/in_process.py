"""A suite beside its program, in one process of one sandbox: where no proxy carries the suite.

What the process says of its tests carries a key that it is given only after the program is loaded.
That keeps a program from saying it by accident or by the usual tricks, and no more: the two share
one memory (`sandbox.child.together`).
"""

from __future__ import annotations

import ast
import re
import secrets
import time
from typing import Any

from assay import syntax
from assay.errors import ReferenceUnreadable
from assay.printable import one_line
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.runs.execute import START_S, Budget
from assay.verifiers.code_tests.runs.outcomes import CaseOutcome, CaseResult, of_end, of_failure
from assay.verifiers.code_tests.runs.programs import RunnableProgram
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxSlot
from assay.verifiers.code_tests.sandbox.parent.program_run import Run
from assay.verifiers.code_tests.sandbox.wire import decoded
from assay.verifiers.code_tests.sandbox.wire.kinds import beside, kind_for
from assay.verifiers.code_tests.suites.rewriting.prepare import method
from assay.verifiers.code_tests.suites.suite import MAX_CASES, Suite, WrittenSuite

_WHOLE = "the suite"


def run_in_process(
    slot: SandboxSlot, program: RunnableProgram, suite: Suite, params: CodeTestsParams
) -> list[tuple[str, CaseResult]]:
    """A label and an outcome a test, in order; at least one.

    Args:
        slot: To run in.
        program: What is tested.
        suite: Its `written` holds the suite's text.
        params: Of the verifier.

    Raises:
        Starved: the machine spent the time.
        Lost, Unconfined: the sandbox failed.
        ReferenceUnreadable: the suite itself cannot run.
    """
    written = suite.written
    if written is None:
        raise ReferenceUnreadable("tests: only suites of assertions run in one process")
    budget = Budget.of(suite, params)
    key = secrets.token_hex(16)
    kind = beside(kind_for(*program.texts, suite.before, written.code, packages=params.packages))
    with slot.zygote(kind).run(_job(program, suite, written), budget.limits()) as run:
        return _Talk(run, budget, key).results(_message(suite, written, key))


def _job(program: RunnableProgram, suite: Suite, written: WrittenSuite) -> dict[str, Any]:
    """What the process knows while the program is loaded: nothing that is expected of it."""
    names = list(written.names)
    first = names[0] if names else None
    of_class = method(first) if first else None
    return (
        {
            "kind": "beside",
            **program.job(),
            "before": suite.before,
            "names": [n.partition(".")[0].partition("(")[0] for n in names],
            "modules": [x for x in written.modules if x] or ["solution"],
            "imported": list(written.imports.modules),
            "imports": _imports(written),
            "candidate": ".".join(of_class) if of_class is not None else first,
        }
        | ({"lent": suite.lent} if suite.lent else {})
        | suite.beside(tests=True)
    )


def _message(suite: Suite, written: WrittenSuite, key: str) -> dict[str, Any]:
    text = f"{written.code}\n{suite.before}"
    return {
        "suite": written.code,
        "key": key,
        "named": sorted(set(re.findall(r"[A-Za-z_]\w*", text)))[:20_000],
        "mocks": "mock" in written.code or "patch" in written.code,
    }


def _imports(written: WrittenSuite) -> list[str]:
    """What the suite imports and is not the program: as modules, or names of modules."""
    ours = {name.partition(".")[0] for name in written.modules}
    found: dict[str, None] = {}
    for item in ast.walk(syntax.parsed(written.code)):
        if isinstance(item, ast.Import):
            names = [a.name for a in item.names]
        elif isinstance(item, ast.ImportFrom) and item.module and not item.level:
            names = [item.module, *(f"{item.module}.{a.name}" for a in item.names)]
        else:
            continue
        for name in names:
            if name.partition(".")[0] not in {*ours, "pytest", "__future__"} and "*" not in name:
                found[name] = None
    return list(found)


class _Talk:
    """What the process says, one message a test."""

    def __init__(self, run: Run, budget: Budget, key: str) -> None:
        self._run, self._budget, self._key = run, budget, key
        self._end_at = time.monotonic() + budget.total_s

    def results(self, message: dict[str, Any]) -> list[tuple[str, CaseResult]]:
        """All tests' outcomes; a test that is never heard of failed."""
        early = self._loaded(message)
        if early is not None:
            return [(_WHOLE, early)]
        out: list[tuple[str, CaseResult]] = []
        skipped = False
        while len(out) < MAX_CASES:
            began = time.monotonic()
            said = self._next(self._budget.case_s)
            if isinstance(said, CaseResult):
                return [*out, (f"test {len(out) + 1}", said)]
            if "end" in said:
                return self._ended(out, skipped=skipped)
            if "test" not in said:
                return [*out, (_WHOLE, _outcome(said))]
            if "skipped" in said:
                skipped = True
                continue
            label = one_line(str(said["test"]), 120)
            seconds = time.monotonic() - began
            found = _outcome(said)
            out.append((label, CaseResult(found.outcome, found.because, seconds=seconds)))
        return out

    def _ended(
        self, out: list[tuple[str, CaseResult]], *, skipped: bool
    ) -> list[tuple[str, CaseResult]]:
        if not out and skipped:
            raise ReferenceUnreadable("tests.code: every test is left out (skipped)")
        return out or [(_WHOLE, CaseResult(CaseOutcome.PASSED))]

    def _loaded(self, message: dict[str, Any]) -> CaseResult | None:
        """The program, and then the suite, loaded; else what the program's fault was.

        Raises:
            ReferenceUnreadable: the suite's.
        """
        try:
            first = self._run.receive(self._deadline(self._budget.case_s + START_S))
        except decoded.Garbled as err:
            return CaseResult(CaseOutcome.RUNTIME_ERROR, f"spoke out of turn: {err}")
        if first is None:
            return self._gone()
        if "missing" in first:
            raise ReferenceUnreadable(
                f"tests.code: it imports what is not in the sandbox: {first['missing']}\n"
                "fix: name its distribution in `packages`, or leave the row out"
            )
        for key in ("c", "x"):
            if key in first:
                return of_failure(first, key)
        self._run.send(message)
        said = self._next(self._budget.case_s + START_S)
        if isinstance(said, CaseResult):
            return said
        if "load" in said:
            return _of_load(said["load"])
        return None if "loaded" in said else _outcome(said)

    def _deadline(self, seconds: float) -> float:
        return min(time.monotonic() + seconds, self._end_at + self._run.credited_s)

    def _next(self, seconds: float) -> dict[str, Any] | CaseResult:
        """The next message that carries the key, or how it ended instead."""
        try:
            said = self._run.receive(self._deadline(seconds))
        except decoded.Garbled as err:
            return CaseResult(CaseOutcome.RUNTIME_ERROR, f"spoke out of turn: {err}")
        if said is None:
            return self._gone()
        given = said.get("key")
        if type(given) is not str or not secrets.compare_digest(given, self._key):
            return CaseResult(CaseOutcome.RUNTIME_ERROR, "the program spoke in its tests' place")
        return said

    def _gone(self) -> CaseResult:
        end = self._run.wait(time.monotonic() + 1.0)
        return of_end(end, self._budget.case_s) or CaseResult(
            CaseOutcome.RUNTIME_ERROR, "ended before its tests did"
        )


def _outcome(said: dict[str, Any]) -> CaseResult:
    if "x" not in said:
        return CaseResult(CaseOutcome.PASSED)
    failed = said["x"] if isinstance(said["x"], dict) else {}
    found = of_failure(said, "x")
    at = failed.get("at")
    where = f"line {at} of the test: " if type(at) is int else ""
    if failed.get("base") == "AssertionError":
        return CaseResult(CaseOutcome.WRONG_ANSWER, where + found.because)
    return CaseResult(found.outcome, where + found.because)


def _of_load(failed: Any) -> CaseResult:
    """What the suite raised as it was loaded: an assertion, or a name that it does not find."""
    return _outcome({"x": failed})
