"""The verifier: a program from an answer, run against the sample's tests, scored."""

from __future__ import annotations

import contextlib
import functools
import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from assay.errors import ReferenceUnreadable
from assay.model import Part, Sample, Verdict
from assay.plugins.spec import PreflightFinding
from assay.verifiers.code_tests.feedback import feedback
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.runs.by_proxy import run_rest
from assay.verifiers.code_tests.runs.execute import START_S, Budget, ProgramRun
from assay.verifiers.code_tests.runs.expected import completed
from assay.verifiers.code_tests.runs.in_process import run_in_process
from assay.verifiers.code_tests.runs.outcomes import CaseOutcome, CaseResult, Starved
from assay.verifiers.code_tests.runs.programs import RunnableProgram, keeps_state, program_in
from assay.verifiers.code_tests.sandbox.parent import selftest
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool, SandboxSlot, shared_pool
from assay.verifiers.code_tests.sandbox.wire.kinds import ZygoteKind, beside, kind_for
from assay.verifiers.code_tests.sandbox.wire.levels import Level
from assay.verifiers.code_tests.sandbox.wire.packages import NotOffered, offered
from assay.verifiers.code_tests.sandbox.wire.run_limits import Lost, Unconfined
from assay.verifiers.code_tests.suites.imports.modules import is_published
from assay.verifiers.code_tests.suites.shapes import read
from assay.verifiers.code_tests.suites.suite import Case, Suite
from assay.verifiers.code_tests.suites.trust.needs import Needs, refusal

NAME = "code.tests@1"

_MAX_PARTS = 256


@functools.lru_cache(maxsize=256)
def _read(tests: str, prompt: str | None) -> Suite:
    """`read`, kept for the group of completions that share their tests."""
    return read(tests, prompt)


def _suite(sample: Sample) -> Suite:
    tests = sample.tests if isinstance(sample.tests, str) else _as_text(sample.tests)
    return _read(tests, sample.prompt if isinstance(sample.prompt, str) else None)


_TEXTS: dict[int, tuple[Any, str]] = {}
"""Tests that were written as JSON lately, by identity: they are frozen, and a sample is asked about
more than once. Megabytes of input take longer to write than a program takes to read them."""


def _as_text(tests: Any) -> str:
    known = _TEXTS.get(id(tests))
    if known is not None and known[0] is tests:
        return known[1]
    if len(_TEXTS) >= 32:
        _TEXTS.clear()
    text = json.dumps(tests)
    _TEXTS[id(tests)] = (tests, text)
    return text


class CodeTests:
    """Judges the program in a completion by the sample's tests.

    Args:
        params: See `CodeTestsParams`.
        pool: Slots to run in; by default the process's own, at the best level that holds.
    """

    def __init__(self, params: BaseModel | None = None, pool: SandboxPool | None = None) -> None:
        self._params = params if isinstance(params, CodeTestsParams) else CodeTestsParams()
        self._pool = pool
        self.engine_timeout_s: float | None = None
        """The engine's bound of an item, where there is an engine: no program gets more."""

    def prepare(self, sample: Sample) -> None:
        """What is not a completion's doing, before its clock starts: tests read, sandboxes started.

        Raises:
            ReferenceUnreadable, SandboxUnavailable: as `verify`.
        """
        params = self._params
        suite = self._as_run(_suite(sample))
        self._refuse(suite)
        if params.remote is not None:
            return
        program = program_in(sample.answer, suite, params)
        if program is None:
            return
        pool = self._pool or shared_pool(selftest.choose(params.min_isolation).level)
        with contextlib.suppress(Lost, Unconfined), pool.slot() as slot:
            for kind in self._kinds(program, suite):
                slot.zygote(kind)
            completed(suite, slot, params)

    def preflight(self, sample: Sample) -> Iterator[PreflightFinding]:
        """How much trust the row's suite needs, where that is more than ``proxy``.

        ``tests.trust.operators`` or ``tests.trust.in_process``: their counts are the shares of the
        data set. A row that needs more than the params give is found as an unreadable reference.

        Raises:
            ReferenceUnreadable: the tests cannot be read.
        """
        needs = _suite(sample).needs
        if needs.trust != "proxy":
            why = "; ".join(needs.reasons)
            yield PreflightFinding(
                f"tests.trust.{needs.trust}", f"the suite needs it: {why}", "info"
            )

    def bound_s(self, sample: Sample) -> float:
        """Seconds that `verify` may need for `sample` while it keeps its own limits.

        For the engine, which widens the item's bound to it; one retry is included, which is the
        sandbox's fault and starts it anew.

        Raises:
            ReferenceUnreadable: the tests cannot be read.
        """
        suite = self._as_run(_suite(sample))
        total = Budget.of(suite, self._params).total_s
        reference = total if suite.reference is not None else 0.0
        more = (suite.rest, suite.whole, suite.checker)
        runs = 1.0 + sum(x is not None for x in more)
        start = START_S * (8.0 if self._params.packages else 1.0)
        return 2.0 * (total * runs + start) + reference

    def _as_run(self, suite: Suite) -> Suite:
        """The suite as it is run here: within the engine's bound, and where.

        With the trust ``in_process`` what is not all calls and values runs beside the program, as
        its author meant it: a proxy loses more of honest objects than it is worth there.
        """
        params = self._params
        if (
            params.trust == "in_process"
            and suite.needs.trust != "in_process"
            and suite.rest is not None
            and params.remote is None
        ):
            needs = Needs("in_process", ("it says more than calls and values",))
            suite = replace(suite, needs=needs, cases=(), rest=None)
        if self.engine_timeout_s is None:
            return suite
        budget = Budget.of(suite, self._params)
        return replace(
            suite,
            timeout_s=min(budget.case_s, self.engine_timeout_s),
            total_timeout_s=min(budget.total_s, self.engine_timeout_s),
        )

    def _refuse(self, suite: Suite) -> None:
        """Before any program is looked at.

        Raises:
            ReferenceUnreadable: packages are not installed, the row imports one that is not there,
                or the suite needs more trust.
        """
        packages = self._params.packages
        try:
            kind_for(packages=packages)
        except NotOffered as err:
            raise ReferenceUnreadable(str(err)) from None
        if suite.packages and self._params.remote is None:
            there = offered(packages).importable if packages else ()
            for name, where in suite.packages.items():
                if name not in there:
                    raise ReferenceUnreadable(
                        f"tests: {where} imports {name!r}, which programs are not offered\n"
                        f"fix: packages = [...] in the params of code.tests, with the distribution"
                        f" that has {name!r}, or leave the row out"
                    )
        if suite.needs.more_than(self._params.trust):
            raise ReferenceUnreadable(refusal(suite.needs, self._params.trust))

    def _kinds(self, program: RunnableProgram, suite: Suite) -> list[ZygoteKind]:
        """Of the interpreters that the program and its tests need."""
        packages = self._params.packages
        rest = suite.rest.code if suite.rest is not None else None
        if suite.needs.trust == "in_process" and suite.written is not None:
            codes = (*program.texts, suite.before, suite.written.code)
            return [beside(kind_for(*codes, packages=packages))]
        kinds = [kind_for(*program.texts, suite.before, rest, packages=packages)]
        if rest is not None:
            kinds.append(kind_for(suite.before, rest, packages=packages))
        return list(dict.fromkeys(kinds))

    def verify(self, sample: Sample) -> Verdict:
        """The share of tests passed (or all or nothing); what the program causes is judged.

        Raises:
            ReferenceUnreadable: the tests cannot be read, their own code fails, or they need more
                trust than the params give.
            SandboxUnavailable: no isolation as good as was asked for holds here.
        """
        params = self._params
        suite = self._as_run(_suite(sample))
        self._refuse(suite)
        program = program_in(sample.answer, suite, params)
        if params.remote is not None:
            from assay.verifiers.code_tests.runs.remote import run_remote

            if program is None:
                return self._empty("remote")
            remote = run_remote(program.text, suite, self._chosen(suite.cases), params)
            if isinstance(remote, Verdict):
                return remote
            return self._verdict(suite, self._chosen(suite.cases), remote, "remote")
        level: Level = selftest.choose(params.min_isolation).level
        if self._pool is not None:
            level = self._pool.level
        if program is None:
            return self._empty(level)
        pool = self._pool or shared_pool(level)
        for attempt in (1, 2):
            try:
                with pool.slot() as slot:
                    try:
                        return self._judged(slot, program, suite, level)
                    except (Lost, Unconfined):
                        slot.close()
                        raise
            except Starved:
                if attempt == 2:
                    return Verdict.timed_out(NAME, "the machine starved the program, twice")
            except (Lost, Unconfined) as err:
                if attempt == 2:
                    return Verdict.crashed(NAME, f"the sandbox failed, twice: {err}")
        raise AssertionError("unreachable")

    def _empty(self, level: str) -> Verdict:
        details = {"outcome": str(CaseOutcome.COMPILE_ERROR), "isolation": level}
        details |= self._offered()
        return Verdict.judged(NAME, 0.0, "no program in the completion", details=details)

    def _offered(self) -> dict[str, Any]:
        """What programs may import, with versions, where params say so: part of the signature."""
        asked = self._params.packages
        return {"packages": dict(offered(asked).versions)} if asked else {}

    def _chosen(self, cases: Sequence[Case]) -> tuple[Case, ...]:
        return tuple(cases[: self._params.first])

    def _judged(
        self, slot: SandboxSlot, program: RunnableProgram, suite: Suite, level: str
    ) -> Verdict:
        params = self._params
        rest_code = suite.rest.code if suite.rest is not None else None
        # an array that the suite hands over is one to the program, too
        kind = kind_for(*program.texts, suite.before, rest_code, packages=params.packages)
        cases = self._chosen(completed(suite, slot, params))
        stop = params.stop if params.stop is not None else params.score == "all"
        if suite.needs.trust == "in_process":
            together = run_in_process(slot, program, suite, params)
            labels = tuple(Case(label) for label, _ in together)
            return self._verdict(suite, labels, [result for _, result in together], level)
        run = ProgramRun(slot, kind, program, suite, params)
        results = run.results(cases, stop=stop) if cases else []
        if suite.rest is not None and params.first is None:
            ended = any(r.outcome is CaseOutcome.NOT_RUN for r in results) or any(
                r.outcome in (CaseOutcome.TIMEOUT, CaseOutcome.COMPILE_ERROR) for r in results
            )
            failed = stop and not all(r.passed for r in results)
            label = f"the rest of the suite ({suite.rest.asserts} assertions)"
            cases = (*cases, Case(label, weight=float(suite.rest.asserts)))
            if ended or failed:
                results.append(CaseResult(CaseOutcome.NOT_RUN))
            else:
                again = ProgramRun(slot, kind, program, suite, params)
                rest_kind = kind_for(suite.before, rest_code, packages=params.packages)
                results.append(run_rest(slot, rest_kind, again, suite, suite.rest, params))
            if _may_differ(results) and self._passes_whole(slot, kind, program, suite):
                results = [CaseResult(CaseOutcome.PASSED)] * len(results)
        return self._verdict(suite, cases, results, level)

    def _passes_whole(
        self, slot: SandboxSlot, kind: ZygoteKind, program: RunnableProgram, suite: Suite
    ) -> bool:
        """Whether a program that keeps a state passes all of a suite in its own order, in one go.

        Cases and rest are judged in processes of their own: a counter starts anew in each.
        """
        whole, params = suite.whole, self._params
        if whole is None or not keeps_state(program.text):
            return False
        run = ProgramRun(slot, kind, program, suite, params)
        test_kind = kind_for(suite.before, whole.code, packages=params.packages)
        try:
            return run_rest(slot, test_kind, run, suite, whole, params).passed
        except ReferenceUnreadable:  # what became a case may not run as code
            return False

    def _verdict(
        self, suite: Suite, cases: Sequence[Case], results: Sequence[CaseResult], level: str
    ) -> Verdict:
        passed = sum(r.passed for r in results)
        first = next((i for i, r in enumerate(results) if not r.passed), None)
        outcome = CaseOutcome.PASSED if first is None else results[first].outcome
        if first is None:
            because = f"all {len(results)} cases passed"
        else:
            label = cases[first].label
            because = (
                f"{passed} of {len(results)} cases passed; {label}:"
                f" {outcome.replace('_', ' ')}" + _reason(results[first])
            )
        details: dict[str, object] = {
            "outcome": str(outcome),
            "isolation": level,
            "trust": suite.needs.trust,
            "passed": passed,
            "cases": len(results),
        }
        details |= self._offered()
        not_carried = list(dict.fromkeys(x for r in results for x in r.not_carried))
        if not_carried:
            details["not_carried"] = not_carried
            because += (
                f"; objects of the program's were not asked: {', '.join(not_carried)};"
                ' under trust="in_process" they are'
            )
        if first is not None and (package := _not_offered(results[first])):
            details["not_offered"] = package
            because += f"; {package!r} can be offered to programs by `packages` in the params"
        if suite.self_comparisons:
            details["self_comparisons_left_out"] = suite.self_comparisons
        return Verdict.judged(
            NAME,
            self._score(cases, results),
            because,
            parts=[
                _part(c, r) for c, r in zip(cases[:_MAX_PARTS], results[:_MAX_PARTS], strict=True)
            ],
            feedback=feedback(cases, results),
            details=details,
        )

    def _score(self, cases: Sequence[Case], results: Sequence[CaseResult]) -> float:
        if all(r.passed for r in results):
            return 1.0
        if self._params.score == "all":
            return 0.0
        if self._params.score == "share":
            return sum(r.passed for r in results) / len(results)
        total = math.fsum(c.weight for c in cases)
        if total <= 0.0:
            return 0.0
        won = math.fsum(c.weight for c, r in zip(cases, results, strict=True) if r.passed)
        return min(1.0, won / total)


_MISSING = re.compile(r"No module named '(\w+)")


def _may_differ(results: Sequence[CaseResult]) -> bool:
    """Whether a program that keeps a state could have done better with all of a suite in one go."""
    ended = (CaseOutcome.PASSED, CaseOutcome.WRONG_ANSWER, CaseOutcome.RUNTIME_ERROR, CaseOutcome.NOT_RUN)  # noqa: E501 # fmt: skip
    return not all(r.passed for r in results) and all(r.outcome in ended for r in results)


def _not_offered(result: CaseResult) -> str:
    """The package that everybody knows and the program lacked; "" if that was not its trouble."""
    found = _MISSING.search(result.because)
    return found[1] if found is not None and is_published(found[1]) else ""


def _reason(result: CaseResult) -> str:
    return f" ({result.because})" if result.because else ""


def _part(case: Case, result: CaseResult) -> Part:
    details: dict[str, object] = {"outcome": str(result.outcome)}
    if result.because:
        details["because"] = result.because
    if case.public:
        details["public"] = True
    if result.outcome is not CaseOutcome.NOT_RUN:
        details["seconds"] = round(result.seconds, 4)
    if result.rss_kb:
        details["rss_kb"] = result.rss_kb
    return Part(case.label, 1.0 if result.passed else 0.0, details=details)
