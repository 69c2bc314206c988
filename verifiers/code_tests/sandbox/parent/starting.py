"""How a job is handed to a zygote, and what of it stays with the parent."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from assay.verifiers.code_tests.sandbox.parent.watching import stopped
from assay.verifiers.code_tests.sandbox.wire.run_limits import Lost, RunLimits

START_S = 5.0
"""How long a zygote may take to fork; it takes some milliseconds."""


def sealed(data: bytes, name: str) -> int:
    """A read-only memory file that holds `data`; the caller closes it."""
    fd = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(fd, view) :]
        os.lseek(fd, 0, os.SEEK_SET)
        seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, seals)
    except BaseException:
        os.close(fd)
        raise
    return fd


@dataclass(slots=True)
class Output:
    """What a run prints on one stream."""

    fd: int
    kept: bytearray = field(default_factory=bytearray)


@dataclass(slots=True)
class Ends:
    """The parent's ends of a run's channel, streams and status."""

    channel: socket.socket
    status: socket.socket
    stdout: Output
    stderr: Output

    def close(self) -> None:
        """Give the descriptors back."""
        self.channel.close()
        self.status.close()
        os.close(self.stdout.fd)
        os.close(self.stderr.fd)


def hand_over(control: socket.socket, limits: RunLimits, job: dict[str, Any], stdin: bytes) -> Ends:
    """Send a job and the other ends to the zygote.

    Raises:
        Lost: it takes none.
    """
    with contextlib.ExitStack() as undo, contextlib.ExitStack() as theirs:
        sent: list[int] = []

        def to_them(fd: int) -> None:
            sent.append(fd)
            theirs.callback(os.close, fd)

        def output() -> Output:
            read, write = os.pipe2(os.O_CLOEXEC)
            undo.callback(os.close, read)
            to_them(write)
            os.set_blocking(read, False)
            return Output(read)

        to_them(sealed(json.dumps(job).encode("ascii"), "job"))
        to_them(sealed(stdin, "stdin"))
        channel, other = socket.socketpair()
        undo.callback(channel.close)
        to_them(other.detach())
        channel.setblocking(False)
        out, err = output(), output()
        status, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        undo.callback(status.close)
        to_them(other.detach())
        try:
            socket.send_fds(control, [limits.wire()], sent)
        except OSError as why:
            raise Lost(f"the zygote does not take jobs: {why}") from None
        undo.pop_all()
        return Ends(channel, status, out, err)


def await_start(status: socket.socket, zygote: Sequence[int]) -> tuple[int, str | None]:
    """A pidfd of the started program, and its folder if that lies on the machine's own disk.

    Raises:
        Lost: it was not started within `START_S`, or the zygote says why not.
    """
    give_up = time.monotonic() + START_S
    status.settimeout(0.1)
    while True:
        try:
            message, fds, _, _ = socket.recv_fds(status, 4096, 1)
            break
        except TimeoutError:
            check(zygote)
            if time.monotonic() > give_up:
                raise Lost(f"the zygote did not start the run within {START_S:g} s") from None
        except OSError as err:
            raise Lost(f"the zygote does not start the run: {err}") from None
    status.setblocking(False)
    if not fds:
        why = message.decode("utf-8", "replace")
        raise Lost(f"the zygote did not start the run: {why or 'it is gone'}")
    return fds[0], json.loads(message)["work"]


def check(zygote: Sequence[int]) -> None:
    """Whether a zygote's processes are awake.

    Raises:
        Lost: one is stopped.
    """
    if any(map(stopped, zygote)):
        raise Lost("the zygote was stopped")
