"""What a worker process runs: reads jobs from a pipe, judges them, writes replies.

Started as a script by `assay.engine.workers.worker_process`, never imported by `__main__`. It
speaks only through its two descriptors; whatever a verifier prints goes to standard error. It dies
with the process that made it, also when a verifier hangs in C, since the kernel sees to that.

A reply's payload is JSON with one of these keys:

``verdict``
    the verdict;
``invalid``
    the reference cannot be read: the message;
``limit``
    the completion used up the memory (``memory``);
``late``
    a waiting verifier did not come back in time;
``crash``
    ``[sentence, traceback]``: anything else that was raised.
"""

from __future__ import annotations

import contextlib
import os
import sys

PR_SET_PDEATHSIG = 1
OOM_SCORE_ADJ = "500"
"""Workers go before the trainer when the machine runs out of memory."""


def _confine(parent: int, memory_bytes: int) -> None:
    """Die with the parent, go first when memory ends, stay within `memory_bytes`."""
    if sys.platform == "linux":
        import ctypes
        import signal

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before the call above
            os._exit(1)
        with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
            file.write(OOM_SCORE_ADJ)  # refused by a hardened /proc: equal chances, no more
    try:
        import resource
    except ImportError:
        return
    if memory_bytes:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if hard != resource.RLIM_INFINITY:
            memory_bytes = min(memory_bytes, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS refuses: no bound there
            resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _start() -> None:
    requests, replies, parent, memory_bytes = (int(a) for a in sys.argv[1:5])
    os.set_inheritable(requests, False)
    os.set_inheritable(replies, False)
    _confine(parent, memory_bytes)
    with os.fdopen(os.dup(requests), "rb", closefd=True) as stream:
        size = int.from_bytes(stream.read(4), "little")
        import json

        setup = json.loads(stream.read(size))
        sys.path[:] = setup["path"]
        if setup["waiting"]:
            from assay.engine.workers.waiting_loop import serve_waiting

            serve_waiting(stream, replies, memory_bytes)
        else:
            from assay.engine.workers.worker_loop import serve

            serve(stream, replies, memory_bytes)


if __name__ == "__main__":
    _start()
