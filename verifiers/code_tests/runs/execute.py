"""Runs a suite's cases in the sandbox, one program at a time, and compares what comes out."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from assay.errors import ReferenceUnreadable
from assay.printable import one_line
from assay.verifiers.code_tests.comparing.assert_views import unmet
from assay.verifiers.code_tests.comparing.compare import Rules, show
from assay.verifiers.code_tests.comparing.printed import text_difference
from assay.verifiers.code_tests.params import CodeTestsParams
from assay.verifiers.code_tests.runs.outcomes import CaseOutcome, CaseResult, of_end, of_failure
from assay.verifiers.code_tests.runs.programs import RunnableProgram
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxSlot
from assay.verifiers.code_tests.sandbox.parent.program_run import Run
from assay.verifiers.code_tests.sandbox.wire import codec, decoded
from assay.verifiers.code_tests.sandbox.wire.kinds import ZygoteKind, kind_for
from assay.verifiers.code_tests.sandbox.wire.run_limits import RunEnd, RunLimits
from assay.verifiers.code_tests.suites.suite import Case, Suite

_AHEAD = 64
"""Cases that a program is sent before it has answered the first of them: it need not wait for the
comparison, and one message in the kernel carries half as many. It may see inputs early, which tell
it nothing of what is expected; it answers in order, each answer on its way before the next call,
so that what ends it is charged to the case that it was at."""

_AHEAD_BYTES = 1 << 16
"""But no more than one case beyond this: arguments would lie here, in the kernel and there."""

START_S = 5.0
"""What the child may need to confine itself and read its job, on top of a case's time."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Time and memory of a program, from the sample or else the params."""

    case_s: float
    total_s: float
    memory_mb: int
    output_mb: int
    packages: tuple[str, ...] = ()
    """What may be imported besides the usual."""

    @classmethod
    def of(cls, suite: Suite, params: CodeTestsParams) -> Budget:
        """The sample's own limits go first."""
        case_s = suite.timeout_s or params.timeout_s
        total_s = suite.total_timeout_s or params.total_timeout_s or max(10.0, 2 * case_s)
        return cls(
            case_s, total_s, suite.memory_mb or params.memory_mb, params.output_mb, params.packages
        )

    def limits(self) -> RunLimits:
        """For one run."""
        return RunLimits(
            wall_s=self.total_s,
            memory_bytes=self.memory_mb << 20,
            output_bytes=self.output_mb << 20,
        )


_SOUND: set[str] = set()
"""Prompts that were seen to run by themselves."""
_MOST_SOUND = 1_000


class ProgramRun:
    """One program in one slot."""

    def __init__(
        self,
        slot: SandboxSlot,
        kind: ZygoteKind,
        program: RunnableProgram,
        suite: Suite,
        params: CodeTestsParams,
    ) -> None:
        self._slot, self._kind, self._program, self._suite = slot, kind, program, suite
        self._params = params
        self._budget = Budget.of(suite, params)
        self._rules = Rules(
            params.rel_tol, params.abs_tol, params.exact_types, params.unordered, params.nan_equal
        )
        self._end_at = time.monotonic() + self._budget.total_s
        self._credited = 0.0
        self._checker: Checker | None = None

    def results(self, cases: Sequence[Case], *, stop: bool) -> list[CaseResult]:
        """An outcome a case, in order. Needs expected values, or a checker, for every case.

        Raises:
            Starved: the machine spent the time.
            Lost, Unconfined: the sandbox failed.
        """
        one = self._stdio if self._suite.kind == "stdio" else self._calls
        out: list[CaseResult] = []
        with self._judge():
            for result in one(cases):
                out.append(result)
                ended = result.outcome in (CaseOutcome.TIMEOUT, CaseOutcome.COMPILE_ERROR)
                if ended or (stop and not result.passed):
                    break
        last = out[-1] if out else CaseResult(CaseOutcome.NOT_RUN)
        rest = (
            CaseOutcome.COMPILE_ERROR
            if last.outcome is CaseOutcome.COMPILE_ERROR
            else CaseOutcome.NOT_RUN
        )
        while len(out) < len(cases):
            out.append(CaseResult(rest, last.because if rest is CaseOutcome.COMPILE_ERROR else ""))
        return out

    @contextmanager
    def _judge(self) -> Iterator[None]:
        if self._suite.checker is None:
            yield
            return
        with Checker(self._slot, self._suite.checker, self._budget) as self._checker:
            yield

    def _deadline(self, run: Run) -> float:
        now = time.monotonic()
        return min(now + self._budget.case_s, self._end_at + self._credited + run.credited_s)

    def job(self, kind: str) -> dict[str, Any]:
        """What the child is given: code, and nothing about what is expected of it."""
        beside = self._suite.beside()
        program = self._program
        if self._suite.before and not program.files and _is_bare_body(program.text):
            return {"kind": kind, "code": f"{self._suite.before}\n{program.text}", **beside}
        job: dict[str, Any] = {"kind": kind, **program.job(), **beside}
        if self._suite.lent:
            job["lent"] = self._suite.lent
        if self._suite.before:
            job["before"] = self._suite.before
        if self._suite.written is not None and not program.files:
            job["within"] = dict(self._suite.written.imports.within)
        return job

    def start(self, stdin: str = "") -> Run:
        """A run that is to answer calls, or one script."""
        kind = "script" if self._suite.kind == "stdio" else "serve"
        return self._slot.zygote(self._kind).run(
            self.job(kind), self._budget.limits(), stdin.encode("utf-8", "surrogatepass")
        )

    # -- stdin and stdout --------------------------------------------------------------------

    def _stdio(self, cases: Sequence[Case]) -> Iterator[CaseResult]:
        for case in cases:
            with self.start(case.stdin) as run:
                end = run.wait(self._deadline(run))
                noted = run.frames()
            self._credited += run.credited_s
            yield self._printed(case, end, noted)

    def _printed(self, case: Case, end: RunEnd, noted: list[dict[str, Any]]) -> CaseResult:
        cost: dict[str, Any] = {"seconds": end.seconds, "rss_kb": end.rss_kb}
        if end.how == "exit" and end.exit_code == 1:
            for message in noted[:4]:
                for key in ("c", "x"):
                    if key in message:
                        return replace(of_failure(message, key), **cost)
        ended = of_end(end, self._budget.case_s)
        if ended is not None:
            return ended
        text = end.stdout.decode("utf-8", "replace")
        if self._checker is not None:
            return replace(self._checker.judge(case.stdin, text, case), **cost, got=text[:400])
        found: str | None = None
        for want in case.expected:
            found = text_difference(text, want, self._params.text or self._suite.text, self._rules)
            if found is None:
                return CaseResult(CaseOutcome.PASSED, **cost)
        return CaseResult(CaseOutcome.WRONG_ANSWER, found or "", got=text[:400], **cost)

    # -- calls -------------------------------------------------------------------------------

    def _calls(self, cases: Sequence[Case]) -> Iterator[CaseResult]:
        at = 0
        while at < len(cases):
            with self.start() as run:
                ready = self.ready(run)
                if ready is not None:
                    # what happens as it is loaded happens to every case
                    yield from [ready] * (len(cases) - at)
                    return
                asked = at
                while at < len(cases):
                    if asked - at <= _AHEAD // 2:
                        asked = self._ask(run, cases[asked : at + _AHEAD], asked, at)
                    result, alive = self._answer(run, cases[at])
                    at += 1
                    yield result
                    if not alive:
                        break

    def ready(self, run: Run) -> CaseResult | None:
        """Wait for the program to load; what became of it if it does not."""
        try:
            first = run.receive(self._deadline(run))
        except decoded.Garbled as err:
            return CaseResult(CaseOutcome.RUNTIME_ERROR, f"spoke out of turn: {err}")
        if first is not None and "ready" in first:
            return None
        for key in ("c", "x"):
            if first is not None and key in first:
                self._blame_the_prompt()
                return of_failure(first, key)
        return self._ended(run)

    def _blame_the_prompt(self) -> None:
        """Run the prompt alone, in a sandbox of its own: the program may say whatever it likes.

        Raises:
            ReferenceUnreadable: it fails without the program, so no program could load after it.
        """
        before = self._suite.before
        if not before or before in _SOUND:
            return
        job = {"kind": "serve", "code": "", "before": before, **self._suite.beside()}
        if self._suite.lent:
            job["lent"] = self._suite.lent
        with self._slot.zygote(self._kind).run(job, self._budget.limits()) as run:
            first = run.receive(time.monotonic() + self._budget.case_s + START_S)
        if first is not None and "x" in first:
            raise ReferenceUnreadable(
                "tests.prompt: it fails before any program is loaded:"
                f" {of_failure(first, 'x').because}\n"
                "fix: give a prompt that runs, or leave it out where it is not code"
            )
        if len(_SOUND) < _MOST_SOUND:
            _SOUND.add(before)

    def _ended(self, run: Run) -> CaseResult:
        end = run.wait(min(self._end_at, time.monotonic() + 1.0))
        found = of_end(end, self._budget.case_s)
        return found or CaseResult(CaseOutcome.RUNTIME_ERROR, "ended before it gave a result")

    def _ask(self, run: Run, following: Sequence[Case], asked: int, at: int) -> int:
        """Send cases after the first `asked`, of which `at` are answered; how many are asked, then.

        At least one that is not answered is.
        """
        for case in following:
            if asked > at and run.unsent > _AHEAD_BYTES:
                break
            request: dict[str, Any] = {"op": "call", "f": case.entry_point, "a": case.args}
            if case.kwargs:
                request["k"] = case.kwargs
            if case.init:
                request["init"] = case.init
            run.send(request, more=True)
            asked += 1
        run.flush()
        return asked

    def _answer(self, run: Run, case: Case) -> tuple[CaseResult, bool]:
        """One case's outcome, and whether the program can take another."""
        began = time.monotonic()
        try:
            reply = run.receive(self._deadline(run))
        except decoded.Garbled as err:
            return CaseResult(CaseOutcome.WRONG_ANSWER, f"unreadable result: {err}"), False
        seconds = time.monotonic() - began
        if reply is None:
            return replace(self._ended(run), seconds=seconds), False
        return self._returned(case, reply, seconds), True

    def _returned(self, case: Case, reply: dict[str, Any], seconds: float) -> CaseResult:
        if "x" in reply:
            return replace(of_failure(reply, "x"), seconds=seconds)
        wrong = CaseOutcome.WRONG_ANSWER
        if "v" not in reply:
            why = f"unreadable result: {one_line(str(reply.get('u')), 80)}"
            return CaseResult(wrong, why, seconds=seconds)
        try:
            got = decoded.decode(reply["v"])
        except decoded.Garbled as err:
            return CaseResult(wrong, f"unreadable result: {err}", seconds=seconds)
        if self._checker is not None:
            judged = self._checker.judge({"t": list(case.args)}, reply["v"], case, encoded=True)
            return replace(judged, got=show(got, 400), seconds=seconds)
        found = unmet(got, case.expected, case.view, self._rules.of(case.rules))
        if found is None:
            return CaseResult(CaseOutcome.PASSED, seconds=seconds)
        return CaseResult(wrong, found, got=show(got, 400), seconds=seconds)


def _is_bare_body(code: str) -> bool:
    """Whether it continues a function that the prompt began."""
    first = next((line for line in code.splitlines() if line.strip()), "")
    return first[:1] in (" ", "\t")


class Checker:
    """A special judge: the data set's code, in a sandbox of its own.

    It sees the expected value; the program does not see it. Only exactly True is a pass; what
    makes it raise is wrong, since the program's output did that. For all cases together it has
    as much time as the program: an answer can be made to keep it busy.
    """

    def __init__(self, slot: SandboxSlot, code: str, budget: Budget) -> None:
        self._slot, self._code, self._budget = slot, code, budget
        self._run: Run | None = None
        self._left_s = budget.total_s

    def judge(self, given: Any, got: Any, case: Case, *, encoded: bool = False) -> CaseResult:
        """Ask ``check(input, output, expected)``; arguments are encoded here unless they are."""
        if self._left_s <= 0.0:
            return CaseResult(CaseOutcome.TIMEOUT, "what it gave keeps the checker too long")
        if self._run is None:
            self._run = self._start()
        want = _encoded(case.expected[0]) if case.expected else None
        values = [given, got] if encoded else [codec.encode(given), codec.encode(got)]
        began = time.monotonic()
        self._run.send({"op": "call", "f": "check", "a": [*values, want]})
        try:
            reply = self._run.receive(began + min(self._budget.case_s, self._left_s))
        except decoded.Garbled:
            reply = None
        self._left_s -= time.monotonic() - began
        if reply is not None and reply.get("v") is True:
            return CaseResult(CaseOutcome.PASSED)
        why = "the checker refused it"
        if reply is None:
            self._end()
            why = "the checker did not come back from it"
        elif "x" in reply:
            why = f"the checker raised {of_failure(reply, 'x').because}"
        return CaseResult(CaseOutcome.WRONG_ANSWER, why)

    def _start(self) -> Run:
        zygote = self._slot.zygote(kind_for(self._code, packages=self._budget.packages))
        run = zygote.run({"kind": "serve", "code": self._code}, self._budget.limits())
        first = run.receive(time.monotonic() + self._budget.case_s + START_S)
        if first is None or "ready" not in first:
            run.close()
            raise ReferenceUnreadable(f"tests.checker does not load: {first}")
        return run

    def _end(self) -> None:
        if self._run is not None:
            self._run.close()
            self._run = None

    def __enter__(self) -> Checker:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()


def _encoded(value: Any) -> Any:
    """A node, or a text, as tagged JSON again."""
    if isinstance(value, decoded.Seq):
        items = [_encoded(x) for x in value.items]
        return items if value.kind == "list" else {"t": items}
    if isinstance(value, decoded.SetOf):
        return {"s" if value.kind == "set" else "z": [_encoded(x) for x in value.items]}
    if isinstance(value, decoded.DecodedDict):
        return {"d": [[_encoded(k), _encoded(v)] for k, v in value.pairs]}
    if isinstance(value, decoded.Relative):
        return _encoded(value.value)
    if isinstance(value, decoded.DecodedOpaque):
        return {"o": value.name}
    return codec.encode(value)
