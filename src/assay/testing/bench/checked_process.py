"""The checked verifier's process, as the process that checks sees it: every wait has an end."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from assay.engine.workers.worker_process import search_path

SCRIPT = str(Path(__file__).with_name("child.py"))

START_S = 60.0
"""As a worker's: what an import may take before the process is held to be broken."""


@dataclass(frozen=True, slots=True)
class SampleResult:
    """What one sample came to."""

    status: str
    """A verdict's status, ``invalid``, ``unavailable`` (its service cannot answer), or ``hung``:
    the deadline passed and it was killed."""
    score: float | None = None
    because: str = ""
    feedback: str | None = None
    trace: str = ""
    raised: str = ""
    named: str = ""
    """The verifier that its verdict names, where that is another."""
    fault: str = ""
    """``needs`` or ``verdict`` where that is what was wrong with a crash."""
    cpu_s: float = 0.0
    held_s: float = 0.0
    """For how long the event loop was held, while it was judged together with others."""
    touched: bool = False
    ran: bool = False
    effects: tuple[tuple[str, str], ...] = field(default=())

    @classmethod
    def of(cls, fields: dict[str, Any]) -> Self:
        """From the child's line."""
        effects = tuple((kind, what) for kind, what in fields.pop("effects", ()))
        return cls(effects=effects, **fields)

    @property
    def verdict(self) -> tuple[str, float | None, str | None]:
        """What must be the same whenever the same sample is judged."""
        return self.status, self.score, self.feedback

    def shown(self) -> str:
        """In a few words."""
        if self.score is not None:
            return f"{self.score:g} ({self.because:.80})"
        named = f"{self.raised}: " if self.raised else ""
        return f"{self.status} ({named}{self.because:.120})"


class CheckProcess:
    """A child that judges with one verifier, and is killed when it is late.

    Args:
        recipe: As a worker gets it; empty to import `plugin` only.
        effects: What the verifier declared.
        timeout_s: Bound of one sample, in seconds of the clock.
        hash_seed: ``PYTHONHASHSEED``.
        plugin: Module to import first, whose processor time is measured.
        bound_s: After which it is killed, where that is more than `timeout_s`.
    """

    def __init__(
        self,
        recipe: bytes,
        effects: Sequence[str],
        timeout_s: float,
        hash_seed: int = 0,
        plugin: str = "",
        bound_s: float = 0.0,
    ) -> None:
        self.bound_s = max(timeout_s, bound_s)
        self._buffer = bytearray()
        self._folder = tempfile.mkdtemp(prefix="assay-check-")
        request_end, self._requests = os.pipe()
        self._replies, reply_end = os.pipe()
        environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
        environment.pop("PYTHONWARNINGS", None)
        try:
            self._popen = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-B",
                    "-X",
                    "utf8",
                    SCRIPT,
                    str(request_end),
                    str(reply_end),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(request_end, reply_end),
                cwd=self._folder,
                env=environment,
                start_new_session=True,
            )
        finally:
            os.close(request_end)
            os.close(reply_end)
        self._send(
            {
                "path": search_path(),
                "recipe": recipe.decode("ascii"),
                "only_import": not recipe,
                "effects": list(effects),
                "timeout_s": timeout_s,
                "plugin": plugin,
            }
        )
        ready = self._line(START_S)
        self.import_s: float = ready["import_s"] if ready else 0.0
        self.trace: str = ready["trace"] if ready else ""
        self.broken: str = (
            ready["broken"] if ready else "the process ended, or did not start in time"
        )
        self.alive = not self.broken

    def judge(self, rows: Sequence[bytes]) -> list[SampleResult]:
        """The outcomes of samples, one after the other; short where one hung: it is the last."""
        found: list[SampleResult] = []
        for row in rows:
            outcomes = self._ask([row], together=False)
            found += outcomes
            if not self.alive:
                break
        return found

    def together(self, rows: Sequence[bytes]) -> list[SampleResult]:
        """The outcomes of samples that are judged in one go; empty where that hung."""
        return self._ask(rows, together=True)

    def _ask(self, rows: Sequence[bytes], together: bool) -> list[SampleResult]:
        inner = b",".join(rows)
        flag = b"true" if together else b"false"
        self._write(b'{"together":' + flag + b',"rows":[' + inner + b"]}\n")
        bound = self.bound_s * (len(rows) if together else 1)
        start = time.monotonic()
        reply = self._line(bound)
        while reply is not None and "bound" in reply:
            reply = self._line(reply["bound"] * (len(rows) if together else 1))
        spent = time.monotonic() - start
        if reply is not None:
            return [SampleResult.of(fields) for fields in reply["outcomes"]]
        ended = self._popen.poll()
        self.close()
        if together:
            return []
        why = f"no verdict after {spent:.1f} s"
        if ended is not None:
            named = signal.Signals(-ended).name if ended < 0 else f"exit code {ended}"
            return [SampleResult("crashed", because=f"its process ended: {named}", raised="Exit")]
        return [SampleResult("hung", because=why)]

    def _send(self, message: dict[str, Any]) -> None:
        self._write(json.dumps(message).encode("ascii") + b"\n")

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        with contextlib.suppress(BrokenPipeError):
            while view:
                view = view[os.write(self._requests, view) :]

    def _line(self, seconds: float) -> dict[str, Any] | None:
        """The next line, or None: it did not come in time, or the process has ended."""
        until = time.monotonic() + seconds
        while b"\n" not in self._buffer:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self._replies], [], [], left)[0]:
                return None
            data = os.read(self._replies, 1 << 20)
            if not data:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._popen.wait(timeout=5.0)
                return None
            self._buffer += data
        line, _, rest = bytes(self._buffer).partition(b"\n")
        self._buffer = bytearray(rest)
        found: dict[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        """Kill the process and its children; delete its folder."""
        self.alive = False
        if self._requests >= 0:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._popen.pid, signal.SIGKILL)
            self._popen.wait()
            os.close(self._requests)
            os.close(self._replies)
            self._requests = self._replies = -1
            shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
