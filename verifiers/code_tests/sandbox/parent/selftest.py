"""Does a level hold? Tried from inside, with real targets outside, before it is relied on.

That a tool or a kernel feature is there proves nothing (bubblewrap starts where user namespaces
are blocked, and then confines nothing): what counts is what a program can *do*. A level is used
only if everything in `FORBIDDEN` fails inside it and everything in `NEEDED` works.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import socket
import tempfile
import threading
import time
from dataclasses import dataclass
from typing import Any

from assay import forks
from assay.errors import ConfigError, SandboxUnavailable
from assay.verifiers.code_tests.sandbox.confinement import syscalls
from assay.verifiers.code_tests.sandbox.parent.pool import ZygoteProcess
from assay.verifiers.code_tests.sandbox.wire import levels
from assay.verifiers.code_tests.sandbox.wire.decoded import Garbled
from assay.verifiers.code_tests.sandbox.wire.kinds import PLAIN
from assay.verifiers.code_tests.sandbox.wire.levels import LEVELS, Level
from assay.verifiers.code_tests.sandbox.wire.run_limits import Lost, RunLimits, Unconfined

FORBIDDEN = (
    "read a file outside",
    "write a file outside",
    "open an internet socket",
    "connect to a Unix socket",
    "connect to an abstract Unix socket",
    "fork",
    "execute a program",
    "see another process",
    "signal another process",
    "trace another process",
    "make a user namespace",
    "read the environment",
)
NEEDED = ("write a private file", "start a thread")

_PROBE = r"""
import ctypes, os, socket, threading
libc = ctypes.CDLL(None, use_errno=True)

def attempt(action):
    try:
        return action() is not False
    except BaseException:
        return False

def wrote(path):
    with open(path, "a") as f:
        f.write("x")

def forked():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)

def executed():
    try:
        os.execv("/nonexistent", ["x"])
    except FileNotFoundError:
        return True
    except OSError:
        return False

def connected(family, address):
    with socket.socket(family) as s:
        s.settimeout(1)
        s.connect(address)

def started():
    seen = []
    t = threading.Thread(target=seen.append, args=(1,))
    t.start()
    t.join()
    return seen == [1]

def probe(t):
    return {
        "read a file outside": attempt(lambda: open(t["file"]).close()),
        "write a file outside": attempt(lambda: wrote(t["folder"] + "/new"))
            or attempt(lambda: wrote(t["file"]))
            or attempt(lambda: os.truncate(t["file"], 0))
            or attempt(lambda: os.utime(t["file"])),
        "open an internet socket": attempt(lambda: socket.socket().close())
            or attempt(lambda: connected(socket.AF_INET, ("127.0.0.1", t["port"]))),
        "connect to a Unix socket": attempt(lambda: connected(socket.AF_UNIX, t["unix"])),
        "connect to an abstract Unix socket":
            attempt(lambda: connected(socket.AF_UNIX, "\0" + t["abstract"])),
        "fork": attempt(forked),
        "execute a program": attempt(executed),
        "see another process": attempt(lambda: os.listdir("/proc/%d" % t["pid"]))
            or attempt(lambda: open("/proc/%d/cmdline" % t["pid"]).close()),
        "signal another process": attempt(lambda: os.kill(t["pid"], 0)),
        "trace another process": libc.ptrace(0x4206, t["pid"], None, None) == 0,
        "make a user namespace": libc.unshare(0x10000000) == 0,
        "read the environment": bool(os.environ),
        "write a private file": attempt(lambda: wrote("private")),
        "start a thread": attempt(started),
    }
"""


@dataclass(frozen=True, slots=True)
class LevelCheck:
    """What the self-test of one level found."""

    level: Level
    holds: bool
    why: str = ""
    """What could not be set up, or what a program could do that it must not."""
    landlock_abi: int = 0


def examine(level: Level) -> LevelCheck:
    """Start a zygote at `level`, and try from inside what must fail. Some 100 ms."""
    missing = syscalls.supported() if level != "rlimits-only" else None
    if missing is not None:
        return LevelCheck(level, False, missing)
    try:
        zygote = ZygoteProcess(level, PLAIN)
    except SandboxUnavailable as err:
        return LevelCheck(level, False, str(err))
    try:
        got = _probe(zygote)
    except (Lost, Unconfined, Garbled) as err:
        return LevelCheck(level, False, f"the probe did not run: {err}")
    finally:
        zygote.close()
    broken = [f"a program could not {what}" for what in NEEDED if got.get(what) is not True]
    if level != "rlimits-only":
        broken += [f"a program could {what}" for what in FORBIDDEN if got.get(what) is not False]
    return LevelCheck(level, not broken, "; ".join(broken), zygote.ready.landlock_abi)


def _probe(zygote: ZygoteProcess) -> dict[str, Any]:
    """What the probe managed to do, by name; also checked from outside where that is possible."""
    folder = tempfile.mkdtemp(prefix="assay-probe-")
    listeners: list[socket.socket] = []
    try:
        os.chmod(folder, 0o777)  # so that only the sandbox stands in the way  # noqa: S103
        canary = os.path.join(folder, "canary")
        with open(canary, "w") as file:
            file.write("canary")
        os.chmod(canary, 0o666)  # noqa: S103
        abstract = f"assay-probe-{os.getpid()}-{threading.get_ident()}"
        for family, address in (
            (socket.AF_INET, ("127.0.0.1", 0)),
            (socket.AF_UNIX, os.path.join(folder, "unix")),
            (socket.AF_UNIX, "\0" + abstract),
        ):
            listener = socket.socket(family)
            listeners.append(listener)
            listener.bind(address)
            listener.listen(1)
        os.chmod(os.path.join(folder, "unix"), 0o777)  # noqa: S103
        targets = {
            "file": canary,
            "folder": folder,
            "port": listeners[0].getsockname()[1],
            "unix": os.path.join(folder, "unix"),
            "abstract": abstract,
            "pid": os.getpid(),
        }
        tagged = {"d": [[k, v] for k, v in targets.items()]}
        deadline = time.monotonic() + 10.0
        with zygote.run({"kind": "serve", "code": _PROBE}, RunLimits(wall_s=10.0)) as run:
            run.receive(deadline)
            run.send({"op": "call", "f": "probe", "a": [tagged]})
            reply = run.receive(deadline) or {}
        value = reply.get("v")
        if not isinstance(value, dict) or "d" not in value:
            raise Garbled(f"the probe answered {str(reply)[:200]}")
        got = dict(value["d"])
        with open(canary) as file:
            touched = file.read() != "canary" or os.path.exists(os.path.join(folder, "new"))
        got["write a file outside"] = got["write a file outside"] or touched
        return got
    finally:
        for listener in listeners:
            listener.close()
        with contextlib.suppress(OSError):
            shutil.rmtree(folder)


_findings: dict[tuple[int, Level], LevelCheck] = {}
_lock = forks.Lock()


def finding(level: Level) -> LevelCheck:
    """`examine`, once a process and level."""
    key = (os.getpid(), level)
    with _lock:
        if key not in _findings:
            _findings[key] = examine(level)
        return _findings[key]


OPEN_FILES = 80
"""What a worker with a sandbox was seen to need, with some to spare; at 64 none starts."""


def choose(at_least: Level) -> LevelCheck:
    """The best level that holds here, and no worse than `at_least`.

    Raises:
        SandboxUnavailable: none does; tells what failed at each, and how to allow it.
    """
    if at_least not in LEVELS:
        raise ConfigError(f"min_isolation is {at_least!r}, must be one of {', '.join(LEVELS)}")
    tried = []
    for level in levels.better(at_least):
        found = finding(level)
        if found.holds:
            return found
        tried.append(found)
    lines = "\n".join(f"  {f.level}: {f.why}" for f in tried)
    rule = f"no isolation of level {at_least!r} or better holds on this machine"
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed < OPEN_FILES:  # any step may have failed for it, and none of them says so
        raise SandboxUnavailable(
            f"{rule}: it takes {OPEN_FILES} open files, and {allowed} are allowed here (ulimit -n)"
            f"\n{lines}\nfix: ulimit -n 1024"
        )
    # The first line is what a verdict shows, so the reason of the weakest level stands in it.
    raise SandboxUnavailable(f"{rule}: {tried[-1].why}\n{lines}\n{_advice()}")


def _advice() -> str:
    """How to allow more, from what the machine says of itself."""
    out = []
    if _sysctl("kernel/unprivileged_userns_clone") == "0":
        out.append("sysctl kernel.unprivileged_userns_clone=1 (as root)")
    if _sysctl("kernel/apparmor_restrict_unprivileged_userns") == "1":
        out.append(
            "an AppArmor profile with `userns,` for this interpreter, or"
            " sysctl kernel.apparmor_restrict_unprivileged_userns=0 (as root)"
        )
    if _sysctl("user/max_user_namespaces") == "0":
        out.append("sysctl user.max_user_namespaces=10000 (as root)")
    if os.path.exists("/.dockerenv"):
        out.append(
            "Docker's default profile blocks namespaces but not Landlock (kernel 5.13 or newer);"
            " for namespaces: --security-opt seccomp=unconfined"
        )
    out.append("or name a remote sandbox: params remote = 'http://...' (docs/sandbox.md)")
    return "fix: " + "\n     ".join(out)


def _sysctl(name: str) -> str:
    try:
        with open(f"/proc/sys/{name}") as file:
            return file.read().strip()
    except OSError:
        return ""
