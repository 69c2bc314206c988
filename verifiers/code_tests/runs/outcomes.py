"""What became of a case, and of a program."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from assay.printable import one_line
from assay.verifiers.code_tests.sandbox.wire.run_limits import RunEnd


class CaseOutcome(StrEnum):
    """All are the program's own doing, and judged."""

    PASSED = "passed"
    WRONG_ANSWER = "wrong_answer"
    RUNTIME_ERROR = "runtime_error"
    TIMEOUT = "timeout"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"
    COMPILE_ERROR = "compile_error"
    NOT_RUN = "not_run"
    """A case that came after one that ended the judging; counts as failed."""


class Starved(Exception):
    """The machine, not the program, spent the time."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case's outcome, with its evidence."""

    outcome: CaseOutcome
    because: str = ""
    """In short: the first difference, the exception and its line, the limit."""
    got: str = ""
    """The program's answer as text; may be shown to the model."""
    seconds: float = 0.0
    rss_kb: int = 0
    not_carried: tuple[str, ...] = ()
    """What the test asked that Python asks of the program's objects, and a proxy does not."""

    @property
    def passed(self) -> bool:
        """Whether it counts."""
        return self.outcome is CaseOutcome.PASSED


def of_end(end: RunEnd, limit_s: float) -> CaseResult | None:
    """The outcome that a run's end alone decides; None if it ended by itself, with exit code 0.

    Raises:
        Starved: time was up, and the machine's fault.
    """
    cost: dict[str, Any] = {"seconds": end.seconds, "rss_kb": end.rss_kb}
    if end.how == "starved":
        raise Starved
    if end.how == "timeout":
        return CaseResult(CaseOutcome.TIMEOUT, f"took longer than {limit_s:g} s", **cost)
    if end.how == "output":
        return CaseResult(CaseOutcome.OUTPUT_LIMIT, "printed or returned too much", **cost)
    if end.how == "threads":
        return CaseResult(CaseOutcome.RUNTIME_ERROR, "started too many threads", **cost)
    if end.how == "disk":
        return CaseResult(CaseOutcome.RUNTIME_ERROR, "wrote too many or too large files", **cost)
    if end.exit_code == -24 or (end.exit_code == -9 and end.how == "exit" and end.cpu_s > limit_s):
        return CaseResult(CaseOutcome.TIMEOUT, "used up its CPU time", **cost)
    if end.exit_code < 0:
        return CaseResult(CaseOutcome.RUNTIME_ERROR, f"died by signal {-end.exit_code}", **cost)
    if end.exit_code > 0:
        return CaseResult(
            CaseOutcome.RUNTIME_ERROR, f"ended with exit code {end.exit_code}", **cost
        )
    return None


def of_failure(message: dict[str, Any], key: str) -> CaseResult:
    """The outcome of an exception that the child reported. Its text is the program's."""
    noted = message.get(key)
    noted = noted if isinstance(noted, dict) else {}
    kind = one_line(str(noted.get("type", "?")), 80)
    line = noted.get("line")
    text = one_line(str(noted.get("text", "")), 160)
    where = f" in line {line}" if type(line) is int else ""
    file = one_line(str(noted.get("file") or ""), 80)
    where += f" of {file}" if where and file else ""
    because = f"{kind}{where}" + (f": {text}" if text else "")
    if key == "c":
        return CaseResult(CaseOutcome.COMPILE_ERROR, because)
    if kind == "MemoryError":
        return CaseResult(CaseOutcome.MEMORY_LIMIT, because)
    return CaseResult(CaseOutcome.RUNTIME_ERROR, because)
