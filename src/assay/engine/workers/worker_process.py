"""One worker process, as the process that made it sees it."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from assay.engine.workers.blame import ProcessTimes
from assay.engine.workers.contents import Recent, store_bytes
from assay.engine.workers.frames import (
    BOUND,
    CONTENT,
    KEPT,
    LOADED,
    PREPARING,
    READY,
    REPLY_BYTES,
    FrameReader,
    PipeFrame,
    dumps,
    encode,
)
from assay.engine.workers.parcels import content_payload
from assay.errors import WorkerError

if TYPE_CHECKING:
    from assay.engine.workers.job import Job

SCRIPT = str(Path(__file__).with_name("worker_main.py"))

SCRATCH = "ASSAY_WORKER_SCRATCH"
"""The variable of a worker's environment that names its folder for temporary files. Who needs it
makes it; the caller deletes it, since a worker that is killed cleans nothing."""

PIPE_BYTES = 1 << 20
"""Asked for as the pipes' capacity; the kernel may give less."""


def search_path() -> list[str]:
    """`sys.path` for a worker: absolute entries; the script's own folder last.

    So a `json.py` beside somebody's training script shadows nothing in a worker, and yet a
    verifier in a module beside it is found.
    """
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    here = working_directory()
    script = os.path.dirname(os.path.join(here or os.sep, main)) if main else here
    path = [entry for entry in sys.path if entry and os.path.isabs(entry)]
    if path and script and os.path.realpath(path[0]) == os.path.realpath(script):
        path.append(path.pop(0))
    elif "" in sys.path and here is not None:
        path.append(here)
    return path


def working_directory() -> str | None:
    """The caller's; None where it has been deleted, or cannot be entered again."""
    try:
        here = os.getcwd()
        return here if os.access(here, os.R_OK | os.X_OK) else None
    except OSError:
        return None


class WorkerProcess:
    """A child process with a pipe each way. Not thread-safe: the pool's thread owns it.

    Raises:
        WorkerError: it cannot be started.
    """

    def __init__(self, memory_bytes: int, waiting: bool) -> None:
        if not sys.executable:
            raise WorkerError("no worker can be started: sys.executable is empty in this process")
        (request_end, self.requests), (self.replies, reply_end) = _two_pipes()
        environment = dict(os.environ)
        for name in ("PYTHONINSPECT", "PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONPROFILEIMPORTTIME"):
            environment.pop(name, None)
        environment["PYTHONHASHSEED"] = "0"  # sets iterate alike in every worker
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            environment.setdefault(name, "1")
        name = f"assay-worker-{secrets.token_hex(8)}"
        self.scratch: str | None = os.path.join(tempfile.gettempdir(), name)
        environment[SCRATCH] = self.scratch
        command = [sys.executable, "-P", "-X", "utf8", SCRIPT]
        command += [str(n) for n in (request_end, reply_end, os.getpid(), memory_bytes)]
        try:
            self.popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=_stderr(),
                stderr=_stderr(),
                pass_fds=(request_end, reply_end),
                env=environment,
                cwd=None if working_directory() is not None else os.sep,
                # A session of its own: Ctrl-C reaches us, not them; a kill takes their children;
                # and where the kernel shares processors by session, no busy trainer starves it.
                start_new_session=True,
            )
        except OSError as err:
            os.close(self.requests)
            os.close(self.replies)
            raise WorkerError(f"no worker can be started: {err}") from err
        finally:
            os.close(request_end)
            os.close(reply_end)
        self.pid = self.popen.pid
        self.pidfd = _pidfd(self.pid)
        for descriptor in (self.requests, self.replies):
            os.set_blocking(descriptor, False)
            _widen(descriptor)
        self.waiting = waiting
        self.reader = FrameReader(REPLY_BYTES)
        self.outgoing = bytearray()
        self.introduced: set[int] = set()
        """Numbers of the verifiers whose recipes were sent to it."""
        self.loaded: set[int] = set()
        """Numbers of the verifiers that it has built."""
        self.ready = False
        self.shared = False
        """What waits behind its first job is offered to others too; it takes no further jobs."""
        self.jobs: deque[Job] = deque()
        """In the order it works on them; the first is being judged."""
        self.since: float | None = None
        """When the first job started; None while starting up or importing a verifier."""
        self.touched = time.monotonic()
        self.baseline: ProcessTimes | None = None
        self.own_s = 0.0
        """What of its first job's time was seen to be its own doing."""
        self.cpu_s = 0.0
        """CPU time that it had used when it sent its last frame."""
        self.halted: float | None = None
        """Since when it has been seen stopped, while no clock ran for it."""
        self.preparing_until: float | None = None
        """Its first job's clock stands still, at most until then."""
        self.together = 0
        """How many of the first jobs are being judged in one call; 0: one by one."""
        self.extra_s = 0.0
        """Time the job at hand asked for, if more than the engine's bound."""
        self.alive = True
        self._written = 0
        self._needs: dict[int, tuple[int, int]] = {}
        self.held: Recent[None] = Recent(store_bytes(memory_bytes))
        """Contents that it has, or will have once it has read its pipe."""
        self.contents_sent = 0
        self.contents_kept = 0
        setup = dumps({"path": search_path(), "waiting": waiting})
        self.outgoing += len(setup).to_bytes(4, "little") + setup

    @property
    def clock(self) -> tuple[object, ...]:
        """What the first job's bounds are counted from; frames set it anew."""
        first = self.jobs[0] if self.jobs else None
        return (first, self.since, self.extra_s, self.preparing_until)

    @property
    def can_begin(self) -> bool:
        """Whether its first job lies in its pipe, and what that needs has been read."""
        if not self.jobs:
            return True
        end, contents = self._needs.get(self.jobs[0].number, (0, 0))
        return self._written >= end and self.contents_kept >= contents

    def note(self, frame: PipeFrame, now: float) -> bool:
        """Take down what a frame says of the worker; False: it is a reply to a job."""
        self.touched = now
        self.cpu_s = frame.cpu if frame.cpu >= 0.0 else 0.0  # also for what is not a number
        first = self.jobs[0].number if self.jobs else None
        if frame.kind == READY:
            self.ready = True
            if self.waiting:
                self.since = now
        elif frame.kind == LOADED:
            self.loaded.add(frame.number)
            self.start_clock(now)
        elif frame.kind == KEPT:
            could = self.can_begin
            self.contents_kept = frame.number
            if self.can_begin and not could:
                self.start_clock(now)
        elif frame.kind == BOUND:
            if frame.number == first:
                self.extra_s = frame.wall if 0.0 < frame.wall < 86_400.0 else 0.0
                self.since = now
                self.baseline = None
                self.own_s = 0.0
                self.preparing_until = None
        elif frame.kind == PREPARING:
            if frame.number == first:
                self.preparing_until = now + min(max(frame.wall, 0.0), 3_600.0)
        else:
            return False
        return True

    def start_clock(self, now: float) -> None:
        """The first job starts now, unless its verifier has to be imported before.

        Nor if we have not written the whole of it yet, or the worker still reads what it shares
        with others: neither is the item's doing. The clock starts when that is over.
        """
        self.baseline = None
        self.own_s = 0.0
        self.extra_s = 0.0
        self.preparing_until = None
        built = self.jobs and self.jobs[0].verifier in self.loaded
        self.since = now if self.waiting or (built and self.can_begin) else None

    def give(self, frame: bytes, jobs: list[Job]) -> None:
        """Queue jobs for the pipe, as one frame, behind those contents that it does not hold."""
        for job in jobs:
            for content in job.contents:
                if content.digest in self.held:
                    self.held.use(content.digest)
                    continue
                self.held.put(content.digest, len(content.data), None)
                self.contents_sent += 1
                self.outgoing += encode(CONTENT, self.contents_sent, content_payload(content))
        self.outgoing += frame
        self.jobs.extend(jobs)
        end = self._written + len(self.outgoing)
        if len(self._needs) > 2 * len(self.jobs) + 64:  # those that are done begin no more
            held = {job.number for job in self.jobs}
            self._needs = {number: need for number, need in self._needs.items() if number in held}
        for job in jobs:
            self._needs[job.number] = end, self.contents_sent

    def flush(self) -> None:
        """Write what the pipe takes. A broken pipe shows as the worker's death elsewhere."""
        while self.outgoing:
            try:
                written = os.write(self.requests, memoryview(self.outgoing)[: 1 << 20])
            except BlockingIOError:
                return
            except OSError:
                self.outgoing.clear()
                return
            del self.outgoing[:written]
            self._written += written

    def read(self) -> bytes | None:
        """What the pipe holds; None at its end, empty if nothing has come."""
        try:
            return os.read(self.replies, PIPE_BYTES) or None
        except BlockingIOError:
            return b""
        except OSError:
            return None

    def kill(self) -> None:
        """End it, and every process of its group, at once."""
        if self.popen.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # gone already
                os.killpg(self.pid, signal.SIGKILL)
            with contextlib.suppress(ProcessLookupError):
                self.popen.kill()

    def ended(self) -> bool:
        """Whether it has ended; then what it left among temporary files is deleted."""
        if self.popen.poll() is None:
            return False
        scratch, self.scratch = self.scratch, None
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)  # mostly there is none
        return True

    def wait(self) -> None:
        """Wait until it has ended."""
        self.popen.wait()
        self.ended()

    def close(self) -> None:
        """Close our ends of the pipes."""
        self.alive = False
        for descriptor in (self.requests, self.replies, self.pidfd):
            if descriptor >= 0:
                os.close(descriptor)
        self.requests = self.replies = self.pidfd = -1

    def abandon(self) -> None:
        """In a forked child: close the copies of the parent's descriptors, and forget it."""
        self.scratch = None  # its parent's to delete
        self.popen.returncode = 0  # it is not a child of this process, so nothing to wait for
        self.close()

    def death(self) -> str:
        """How it ended, in words; call it after it has been waited for."""
        code = self.popen.returncode
        if code is None:
            return "is gone"
        if code < 0:
            try:
                return f"was killed by {signal.Signals(-code).name}"
            except ValueError:
                return f"was killed by signal {-code}"
        return f"ended with exit code {code}"


def _two_pipes() -> tuple[tuple[int, int], tuple[int, int]]:
    try:
        one = os.pipe()
        try:
            return one, os.pipe()
        except OSError:
            for descriptor in one:
                os.close(descriptor)
            raise
    except OSError as err:
        raise WorkerError(f"no worker can be started: {err}") from err


def _pidfd(pid: int) -> int:
    """Shows a death at once; without it (-1), the end of the pipe does."""
    if hasattr(os, "pidfd_open"):
        with contextlib.suppress(OSError):  # an old kernel or a sandbox, or no descriptor is left
            return os.pidfd_open(pid)
    return -1


def _stderr() -> int:
    """Where a worker's prints go: our standard error if it is open, else nowhere."""
    try:
        os.fstat(2)
    except OSError:
        return subprocess.DEVNULL
    return 2


def _widen(descriptor: int) -> None:
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):  # the user's share is used up; a narrower one works
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
