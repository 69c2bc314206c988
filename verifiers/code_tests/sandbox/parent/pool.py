"""Slots: zygotes, and who may use one when.

A pool may be used from any number of threads (asyncio: ``asyncio.to_thread``). It owns no thread
of its own: each caller drives its own run, and a zygote serves several at once. What bounds
the machine's load is the number of slots.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from assay import forks
from assay.errors import SandboxUnavailable
from assay.verifiers.code_tests.sandbox.confinement import zygote
from assay.verifiers.code_tests.sandbox.parent.program_run import Run
from assay.verifiers.code_tests.sandbox.parent.watching import stopped
from assay.verifiers.code_tests.sandbox.wire.kinds import PLAIN, ZygoteKind
from assay.verifiers.code_tests.sandbox.wire.levels import Level
from assay.verifiers.code_tests.sandbox.wire.run_limits import Lost, RunLimits

_READY_S = 100.0
"""How long an interpreter may take to load its packages: seconds each, on a busy machine."""

_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",  # plots are drawn in memory
}
"""Of an interpreter while it loads packages; programs have none."""

_UCRED = struct.Struct("=iII")

_BOOT = """
import sys, types
for name in ("assay", "assay.verifiers", "assay.verifiers.code_tests"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = []
box = types.ModuleType("assay.verifiers.code_tests.sandbox")
box.__path__ = [sys.argv.pop(1)]
sys.modules[box.__name__] = box
from assay.verifiers.code_tests.sandbox.confinement.zygote import main
main()
"""
"""Imports the sandbox's inner modules by their names, and nothing else of the package."""


@dataclass(frozen=True, slots=True)
class Ready:
    """What a zygote said of itself when it was ready."""

    level: Level
    landlock_abi: int
    user_namespace: bool
    uid: int
    work: str | None


class ZygoteProcess:
    """One interpreter process, warm. Its runs may overlap.

    Raises:
        SandboxUnavailable: it could not set up the level; the message is the kernel's reason.
    """

    def __init__(self, level: Level, kind: ZygoteKind, slot: int = 0) -> None:
        self.kind = kind
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        life, self._life = os.pipe2(os.O_CLOEXEC)
        config = {
            "level": level,
            "slot": slot,
            "parent_pid": os.getpid(),
            "control_fd": theirs.fileno(),
            "life_fd": life,
            "preload": list(kind.preload),
            "site": list(kind.site),
            "packages": list(kind.packages),
            "beside": kind.beside,
        }
        self._errors = os.memfd_create("zygote-errors", os.MFD_CLOEXEC)
        here = os.path.dirname(os.path.dirname(os.path.abspath(zygote.__file__)))
        try:
            # -s -P: no user site, no working directory on the path; the environment below is all
            # there is. Not -I, which would ignore the fixed seed of hashes, and with it the
            # order of sets: the same program must get the same verdict twice.
            self._process = subprocess.Popen(
                [sys.executable, "-s", "-P", "-S", "-B", "-c", _BOOT, here, json.dumps(config)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=(theirs.fileno(), life),
                env=_ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )
        except OSError as err:
            ours.close()
            os.close(self._errors)
            os.close(self._life)
            raise SandboxUnavailable(f"no interpreter could be started: {err}") from err
        finally:
            theirs.close()
            os.close(life)
        self.control = ours
        self.alive = True
        self.runs = 0
        self._work: str | None = None
        self._inner = 0
        """The process that forks, as this one sees it."""
        try:
            self.ready = self._await_ready()
            self._work = self.ready.work
        except BaseException:
            self.close()
            raise

    def _await_ready(self) -> Ready:
        self.control.settimeout(_READY_S)
        try:
            data, said, _, _ = self.control.recvmsg(1 << 16, socket.CMSG_SPACE(_UCRED.size))
            if said:
                self._inner = _UCRED.unpack(said[0][2])[0]
            self.control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
        except OSError as err:
            data = json.dumps({"failed": f"no answer: {err}"}).encode()
        self.control.settimeout(None)
        noted: dict[str, Any] = (
            json.loads(data) if data else {"failed": self.errors() or "it died at once"}
        )
        if "ready" not in noted:
            raise SandboxUnavailable(noted.get("failed", "?"))
        return Ready(
            noted["ready"],
            noted["landlock_abi"],
            noted["user_namespace"],
            noted["uid"],
            noted["work"],
        )

    @property
    def pid(self) -> int:
        """Of the outermost process."""
        return self._process.pid

    def errors(self) -> str:
        """The last of what it wrote to its standard error: a traceback, if it crashed."""
        size = os.fstat(self._errors).st_size
        return os.pread(self._errors, 2000, max(0, size - 2000)).decode("utf-8", "replace").strip()

    def run(
        self,
        job: dict[str, Any],
        limits: RunLimits,
        stdin: bytes = b"",
        on_start: Callable[[int], None] | None = None,
    ) -> Run:
        """Start a run.

        Raises:
            Lost: the zygote is gone; it is closed, and another must be made.
        """
        self.runs += 1
        filtered = self.ready.level != "rlimits-only"
        processes = (self.pid, self._inner)
        return Run(self.control, job, limits, stdin, on_start, processes, filtered)

    def abandon(self) -> None:
        """In a forked child: close the copies of the parent's descriptors, and forget it.

        The zygote takes the end of its socket as its own end, so a copy left open here would keep
        it alive after the parent.
        """
        if not self.alive:
            return
        self.alive = False
        self._process.returncode = 0  # not a child of this process: nothing to wait for
        self.control.close()
        os.close(self._errors)

    def close(self) -> None:
        """End it and everything it ever forked, and wait for that."""
        if not self.alive:
            return
        self.alive = False
        self.control.close()  # it takes this as the end
        if any(map(stopped, (self.pid, self._inner))):
            self._process.kill()  # it takes nothing
        try:
            self._process.wait(timeout=5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._life)
        os.close(self._errors)
        if self._work is not None:  # it was killed, and could not tidy up
            shutil.rmtree(self._work, ignore_errors=True)


class SandboxSlot:
    """One slot of a pool: a zygote per kind, made on first use, made anew when one dies."""

    def __init__(self, level: Level, number: int) -> None:
        self._level: Level = level
        self._number = number
        self._zygotes: dict[str, ZygoteProcess] = {}

    def zygote(self, kind: ZygoteKind = PLAIN) -> ZygoteProcess:
        """The slot's zygote of a kind.

        Raises:
            SandboxUnavailable: see `ZygoteProcess`.
        """
        found = self._zygotes.get(kind.name)
        if found is None or not found.alive:
            found = self._zygotes[kind.name] = ZygoteProcess(self._level, kind, self._number)
        return found

    def lost(self, kind: ZygoteKind = PLAIN) -> None:
        """Give up a zygote that failed; the next use makes a new one."""
        found = self._zygotes.pop(kind.name, None)
        if found is not None:
            found.close()

    def abandon(self) -> None:
        """In a forked child: forget the parent's zygotes; this slot makes others when used."""
        for found in self._zygotes.values():
            found.abandon()
        self._zygotes.clear()

    def close(self) -> None:
        """End the slot's zygotes."""
        for found in self._zygotes.values():
            found.close()
        self._zygotes.clear()


class SandboxPool:
    """So many slots at one level."""

    def __init__(self, level: Level, slots: int = 1) -> None:
        self.level: Level = level
        self._slots = [SandboxSlot(level, i) for i in range(slots)]
        self._closed = False
        self._begin()
        forks.renew(self)

    def _begin(self) -> None:
        """Nobody uses a slot, or waits for one."""
        self._lock = threading.Condition()
        self._idle = list(self._slots)

    def after_fork_in_child(self) -> None:
        """The zygotes are the parent's, and so are the threads that use slots."""
        for slot in self._slots:
            slot.abandon()
        self._begin()

    @contextlib.contextmanager
    def slot(self) -> Iterator[SandboxSlot]:
        """A slot of one's own for the duration; waits for one.

        Raises:
            Lost: the pool was closed.
        """
        with self._lock:
            while not self._idle and not self._closed:
                self._lock.wait()
            if self._closed:
                raise Lost("the pool is closed")
            slot = self._idle.pop()
        try:
            yield slot
        finally:
            with self._lock:
                self._idle.append(slot)
                if self._closed:
                    slot.close()
                self._lock.notify()

    def close(self) -> None:
        """Refuse further work; runs under way end first, each in its caller's thread."""
        with self._lock:
            self._closed = True
            for slot in self._idle:
                slot.close()
            self._lock.notify_all()

    def __enter__(self) -> SandboxPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_pools: dict[Level, SandboxPool] = {}
_pools_lock = forks.Lock()


def shared_pool(level: Level) -> SandboxPool:
    """This process's pool at a level, of a slot per usable core; made on first use."""
    with _pools_lock:
        found = _pools.get(level)
        if found is None:
            found = _pools[level] = SandboxPool(level, max(1, len(os.sched_getaffinity(0))))
        return found


@atexit.register
def close_shared_pools() -> None:
    """End this process's zygotes. They end by themselves when it dies in another way."""
    with _pools_lock:
        for pool in _pools.values():
            pool.close()
        _pools.clear()
