"""One script, run as it is: no tests, no verdict, for those who compare what it prints themselves.

Python alone. How the run ended is said as an operating system would say it: an exit code, and what
stands on stdout and stderr; the traceback of an exception is on stderr, as Python has it.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from assay.verifiers.code_tests.runs.outcomes import of_failure
from assay.verifiers.code_tests.sandbox.parent.pool import SandboxPool, SandboxSlot
from assay.verifiers.code_tests.sandbox.parent.program_run import Run
from assay.verifiers.code_tests.sandbox.wire.kinds import kind_for
from assay.verifiers.code_tests.sandbox.wire.run_limits import Lost, RunEnd, RunLimits, Unconfined

ATTEMPTS = 2
"""What failed for the machine's sake is tried once more, as everywhere."""

_LIMITS = {
    "output": "printed more than is allowed",
    "threads": "started more threads than are allowed",
    "disk": "wrote more files, or larger ones, than are allowed",
}
_SIGXCPU = 24


class ScriptFailed(RuntimeError):
    """The sandbox failed, or the machine starved it: nothing is known of the script."""


class ScriptStopped(RuntimeError):
    """It was stopped by `Script.stop`."""


@dataclass(frozen=True, slots=True)
class ScriptEnd:
    """How a script ended."""

    timed_out: bool
    exit_code: int
    """Negative: the signal that ended it."""
    seconds: float
    """From its start, by the clock."""
    stdout: str
    stderr: str


@dataclass(slots=True)
class Script:
    """A script and what it may use. One run; `stop` may be called from any thread."""

    code: str
    stdin: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    """Path -> text, written where it runs; modules among them can be imported."""
    timeout_s: float = 10.0
    memory_mb: int = 512
    """Address space on top of the interpreter's own."""
    output_mb: int = 8
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _pidfd: int = -1
    _stopped: bool = False

    def run(self, pool: SandboxPool) -> ScriptEnd:
        """Run it in one of the pool's slots; waits for one.

        Raises:
            ScriptFailed: the sandbox failed, or the machine starved the script; twice.
            ScriptStopped: see `stop`.
        """
        why = ""
        for _ in range(ATTEMPTS):
            try:
                with pool.slot() as slot:
                    end = self._once(slot)
            except (Lost, Unconfined) as err:
                if self._stopped:
                    raise ScriptStopped from None
                why = f"the sandbox failed: {err}"
                continue
            if self._stopped:
                raise ScriptStopped
            if end is not None:
                return end
            why = "the machine was too busy to run it"
        raise ScriptFailed(f"{why}, {ATTEMPTS} times")

    def stop(self) -> None:
        """End it now, or never begin: nobody waits for it any more."""
        with self._lock:
            self._stopped = True
            self._kill()

    def _once(self, slot: SandboxSlot) -> ScriptEnd | None:
        """None: the machine starved it."""
        job: dict[str, Any] = {"kind": "script", "code": self.code}
        if self.files:
            job["files"] = dict(self.files)
            job["importable"] = [name for name in self.files if name.endswith(".py")]
        limits = RunLimits(
            wall_s=self.timeout_s,
            memory_bytes=self.memory_mb << 20,
            output_bytes=self.output_mb << 20,
        )
        zygote = slot.zygote(kind_for(self.code, *self.files.values()))
        stdin = self.stdin.encode("utf-8", "surrogatepass")
        try:
            if self._stopped:
                raise ScriptStopped
            with zygote.run(job, limits, stdin, self._started) as run:
                end = run.wait(time.monotonic() + self.timeout_s)
                return None if end.how == "starved" else self._ended(run, end)
        except (Lost, Unconfined):
            if not self._stopped:  # else we killed it, and its zygote is well
                slot.close()
            raise
        finally:
            with self._lock:
                if self._pidfd >= 0:
                    os.close(self._pidfd)
                    self._pidfd = -1

    def _started(self, pid: int) -> None:
        with self._lock:
            with suppress(OSError):  # it has ended already
                self._pidfd = os.pidfd_open(pid)
            if self._stopped:
                self._kill()

    def _kill(self) -> None:
        if self._pidfd >= 0:
            with suppress(OSError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def _ended(self, run: Run, end: RunEnd) -> ScriptEnd:
        timed_out = end.how == "timeout" or end.exit_code == -_SIGXCPU
        said = end.stderr.decode("utf-8", "replace")
        if end.how in _LIMITS:
            said = f"{_on_its_own_line(said)}{_LIMITS[end.how]}\n"
        elif end.how == "exit" and end.exit_code == 1:
            said = _on_its_own_line(said) + _traceback(run)
        stdout = end.stdout.decode("utf-8", "replace")
        return ScriptEnd(timed_out, end.exit_code, end.seconds, stdout, said)


def _traceback(run: Run) -> str:
    """What Python would have printed of the exception that ended the script; "" if none did."""
    for message in run.frames()[:4]:
        for key in ("c", "x"):
            noted = message.get(key)
            if isinstance(noted, dict) and noted.get("type") != "SystemExit":
                return f"Traceback (most recent call last):\n{of_failure(message, key).because}\n"
    return ""


def _on_its_own_line(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"
