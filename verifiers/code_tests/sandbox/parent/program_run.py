"""One run of one program, seen from outside: its limits, its talk, its end.

The parent's clock decides when time is up, and SIGKILL through a pidfd ends it. What the program
prints is drained up to a cap; frames on the channel are claims (`wire`). The only facts are what
the kernel tells the zygote (how it ended, CPU time) and what the parent measures.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

from assay.verifiers.code_tests.sandbox.parent.channel import (
    CHUNK_BYTES,
    FRAME_BYTES,
    RunChannel,
)
from assay.verifiers.code_tests.sandbox.parent.starting import (
    Ends,
    Output,
    await_start,
    check,
    hand_over,
)
from assay.verifiers.code_tests.sandbox.parent.time_account import TICK_S, TimeAccount
from assay.verifiers.code_tests.sandbox.parent.watching import (
    pid_of,
    stopped,
    threads,
    unlinked,
    usage,
)
from assay.verifiers.code_tests.sandbox.wire.run_limits import (
    Ended,
    Lost,
    RunEnd,
    RunLimits,
    Unconfined,
)

REPORT_S = 2.0
"""How long it may take to tell how a run ended that has ended."""


class Run:
    """A started program. Use as a context manager: leaving it ends the program for sure.

    Not thread-safe: one thread owns a run.

    Args:
        control: The zygote's socket.
        job: For `child.run`.
        stdin: What the program reads.
        on_start: Called with the program's process id.
        zygote: The zygote's processes.
        filtered: Its system calls are filtered.

    Raises:
        Lost: the zygote is gone.
    """

    def __init__(
        self,
        control: socket.socket,
        job: dict[str, Any],
        limits: RunLimits,
        stdin: bytes = b"",
        on_start: Callable[[int], None] | None = None,
        zygote: tuple[int, ...] = (),
        filtered: bool = False,
    ) -> None:
        self._limits = limits
        self._zygote = zygote
        """Processes that the run depends on; if one is stopped, nothing is the program's fault."""
        self._filtered = filtered
        self._abandoned = False
        """Its zygote will not tell how it ended."""
        self._gone_at = 0.0
        """When the program was seen to have ended; the zygote tells how."""
        self._work: str | None = None
        """Its folder, if that lies on the machine's own disk."""
        self._pidfd = -1
        self.pid = 0
        """As this process sees it; for tests and for looking at its clocks."""
        self._end: RunEnd | None = None
        self._report: dict[str, Any] | None = None
        self._how: Ended = "exit"
        self._printed = 0
        self._account = TimeAccount()
        self._look_at = self._account.began + TICK_S
        self._poll = select.poll()
        self._ends: Ends | None = None
        try:
            self._start(control, job, stdin)
            if on_start is not None:
                on_start(self.pid)
        except BaseException:
            self.close()
            raise

    def _start(self, control: socket.socket, job: dict[str, Any], stdin: bytes) -> None:
        self._ends = hand_over(control, self._limits, job, stdin)
        self._pidfd, self._work = await_start(self._ends.status, self._zygote)
        self.pid = pid_of(self._pidfd)
        self._started = time.monotonic()
        self._channel = RunChannel(self._ends.channel, self._poll)
        self._status = self._ends.status
        self._stdout, self._stderr = self._ends.stdout, self._ends.stderr
        for fd in (self._status.fileno(), self._stdout.fd, self._stderr.fd, self._pidfd):
            self._poll.register(fd, select.POLLIN)

    # -- talk --------------------------------------------------------------------------------

    def send(self, message: dict[str, Any], *, more: bool = False) -> None:
        """Put a request on its way, at once unless `more` follow (then `flush`).

        What the channel does not take at once, `receive` carries on.
        """
        self._channel.put(message)
        if not more:
            self._channel.write()

    def flush(self) -> None:
        """Put on its way what was sent with `more`."""
        self._channel.write()

    @property
    def unsent(self) -> int:
        """Bytes of requests that still wait here."""
        return self._channel.unsent

    def receive(self, deadline: float) -> dict[str, Any] | None:
        """The program's next frame; None once it has ended, or was ended for a limit.

        Raises:
            Lost: the zygote died.
            Unconfined: the child did not reach the program.
            wire.Garbled: no frame of the protocol.
        """
        if not self._channel.has_frame:  # else nobody waits
            self._account.begin(self.pid)
        while True:
            if self._channel.has_frame:
                return self._channel.take()
            if self._report is not None:
                return None
            if not self._channel.open and self._how == "exit":
                # a served program that closes its channel is on its way out, or hangs for spite
                self._settle(min(deadline, time.monotonic() + 0.5), "killed")
            elif self._how != "exit":
                self._settle(deadline)
            else:
                self._pump(deadline)

    def wait(self, deadline: float) -> RunEnd:
        """Let the program run to its end, or to the deadline (monotonic seconds)."""
        self._account.begin(self.pid)
        self._settle(deadline)
        return self._ending()

    @property
    def credited_s(self) -> float:
        """Seconds added to deadlines because the machine was busy with other things."""
        return self._account.credited_s

    def frames(self) -> list[dict[str, Any]]:
        """What it said on the channel and nobody received; unreadable frames are left out."""
        return self._channel.take_readable()

    def kill(self, how: Ended = "killed") -> RunEnd:
        """End it now."""
        self._stop(how)
        self._settle(time.monotonic())
        return self._ending()

    # -- the loop ----------------------------------------------------------------------------

    def _settle(self, deadline: float, late: Ended = "timeout") -> None:
        while self._report is None:
            self._pump(deadline, late)
        self._drain()
        if not self._channel.confined and self._how == "exit":
            raise Unconfined("the child ended before it was confined")
        if self._how == "exit" and self._hit_from_outside():
            raise Lost("the program was killed from outside, or the machine has no memory left")

    def _pump(self, deadline: float, late: Ended = "timeout") -> None:
        """Wait for one event or one tick, and deal with it."""
        now = time.monotonic()
        if self._how == "exit" and not self._gone_at and now >= deadline + self._account.extra_s:
            self._out_of_time(deadline, late)
        left = TICK_S
        if self._how == "exit" and not self._gone_at:
            left = min(TICK_S, max(0.0, deadline + self._account.extra_s - now))
        ready = self._poll.poll(left * 1000 + 0.5)
        for fd, _ in ready:
            if fd == self._status.fileno():
                self._read_status()
            elif fd == self._channel.fd:
                self._read_channel()
                self._channel.write()
            elif fd == self._pidfd:
                self._poll.unregister(fd)
                self._gone_at = time.monotonic()
            else:
                self._read_output(self._stdout if fd == self._stdout.fd else self._stderr)
        # by the clock, not when nothing else happens: a program can see to it that something does
        if time.monotonic() >= self._look_at and self._how == "exit" and self._report is None:
            self._look()
            self._look_at = time.monotonic() + TICK_S
        if self._report is not None:
            return
        if self._gone_at and time.monotonic() - self._gone_at > REPORT_S:
            raise Lost("the zygote does not tell how a run ended")
        if self._how != "exit" and time.monotonic() - self._killed > 20.0:
            raise Lost("a killed run did not end within 20 s")

    def _read_status(self) -> None:
        try:
            data = self._status.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            raise Lost("the zygote died during the run")
        self._report = json.loads(data)

    def _read_channel(self) -> None:
        try:
            if not self._channel.read():
                self._stop("output")
        except Unconfined:
            self._stop("killed")
            raise

    def _read_output(self, output: Output) -> None:
        try:
            data = os.read(output.fd, 1 << 18)
        except BlockingIOError:
            return
        if not data:
            with contextlib.suppress(KeyError):
                self._poll.unregister(output.fd)
            return
        self._printed += len(data)
        if self._printed > self._limits.output_bytes:
            data = data[: max(0, len(data) - (self._printed - self._limits.output_bytes))]
            self._stop("output")
        output.kept += data

    def _drain(self) -> None:
        """What was written before the end and not read yet; bounded by the buffers' size."""
        for output in (self._stdout, self._stderr):
            for _ in range(64):
                before = self._printed
                self._read_output(output)
                if self._printed == before or self._printed > self._limits.output_bytes:
                    break
        for _ in range(FRAME_BYTES // CHUNK_BYTES):
            before = self._channel.held
            self._read_channel()
            if self._channel.held == before:
                break

    def _look(self) -> None:
        """Limits that no kernel interface holds at every level."""
        try:
            check(self._zygote)
        except Lost:
            self._abandoned = True
            raise
        if stopped(self.pid):  # by somebody else: it cannot stop itself
            self._stop("killed")
            raise Lost("the program was stopped from outside")
        if threads(self.pid) > self._limits.threads:
            self._stop("threads")
        elif self._work is not None:
            files, used = usage(self._work, self._limits.inodes)
            used += unlinked(self.pid, self._work, self._limits.disk_bytes)
            if files > self._limits.inodes or used > self._limits.disk_bytes:
                self._stop("disk")

    def _hit_from_outside(self) -> bool:
        """Whether SIGKILL ended it, which it cannot send to itself, and not our limit of CPU time.

        Where no filter of system calls holds, it could.
        """
        report = self._report or {}
        ours = float(report.get("cpu_s", 0.0)) > self._limits.cpu_s - 0.5
        return self._filtered and report.get("exit") == -signal.SIGKILL and not ours

    def _out_of_time(self, deadline: float, late: Ended) -> None:
        """Time is up by the clock: end it, unless the machine kept it waiting."""
        whose = "spent" if late != "timeout" else self._account.put_off(self.pid, deadline)
        if whose != "put off":
            self._stop("starved" if whose == "starved" else late)

    # -- the end -----------------------------------------------------------------------------

    def _stop(self, how: Ended) -> None:
        if self._how == "exit":
            self._how = how
            self._killed = time.monotonic()
            if self._pidfd >= 0:
                with contextlib.suppress(OSError):
                    signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def _ending(self) -> RunEnd:
        if self._end is None:
            report = self._report or {}
            self._end = RunEnd(
                how=self._how,
                exit_code=int(report.get("exit", -9)),
                seconds=time.monotonic() - self._started,
                cpu_s=float(report.get("cpu_s", 0.0)),
                rss_kb=int(report.get("rss_kb", 0)),
            )
        self._end.stdout = bytes(self._stdout.kept)
        self._end.stderr = bytes(self._stderr.kept)
        return self._end

    def close(self) -> None:
        """End the program if it runs, and give every descriptor back."""
        if self._pidfd >= 0 and self._report is None:
            with contextlib.suppress(Lost, OSError):
                self._stop("killed")
                if not self._abandoned:
                    self._settle(time.monotonic())
        if self._ends is not None:
            self._ends.close()
            self._ends = None
        if self._pidfd >= 0:
            os.close(self._pidfd)
        self._pidfd = -1

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
