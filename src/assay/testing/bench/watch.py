"""What a verifier does besides judging: noted by an audit hook, and refused where not declared.

The hook notes connections, writing files and child processes. It also notes when the text of a
completion is executed here: the hostile completions import a module that does not exist, under a
name that nothing else has.

Limits: code that is not Python (C, Rust) raises no audit events, unless it goes through Python's
own functions. Child processes are found by the kernel's accounts as well, however they are started.
"""

from __future__ import annotations

import os
import sys

from assay.testing.canary import CANARY

NETWORK = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg",
           "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")  # fmt: skip
FILES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.truncate", "os.link", "os.symlink",
         "os.chmod", "os.chown", "os.utime", "os.setxattr", "shutil.rmtree")  # fmt: skip
PROCESSES = ("subprocess.Popen", "os.system", "os.fork", "os.forkpty", "os.exec",
             "os.posix_spawn", "os.spawn", "pty.spawn")  # fmt: skip
KINDS = {
    **dict.fromkeys(NETWORK, "network"),
    **dict.fromkeys(FILES, "files"),
    **dict.fromkeys(PROCESSES, "processes"),
}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
ALL_EFFECTS = frozenset({"network", "files", "processes"})
HARMLESS = ("/dev/null", "/dev/tty", "/proc/self/")


class SideEffectWatch:
    """What is done while a verifier judges."""

    def __init__(self, declared: frozenset[str]) -> None:
        self.declared = declared
        self.on = False
        self.seen: list[list[str]] = []
        self.ran = False
        self.imported = False
        """Whether a module that was imported meanwhile wrote a file or started a process."""

    def hook(self, event: str, args: tuple[object, ...]) -> None:
        """Called by Python for every event; must be quick, and may refuse by raising."""
        if not self.on:
            return
        if event == "import":
            if isinstance(args[0], str) and args[0].startswith(CANARY):
                self.ran = True
            return
        kind = KINDS.get(event)
        if event == "open" and _writes(args):
            kind = "files"
        if kind is None:
            return
        if kind != "network" and _importing():
            self.imported = True
            return
        what = [kind, f"{event} {args[0]!r:.120}" if args else event]
        if what not in self.seen and len(self.seen) < 20:
            self.seen.append(what)
        if kind not in self.declared:
            raise PermissionError(f"assay check: {event} is not among the declared effects")

    def begin(self) -> None:
        """A sample is judged from here on."""
        self.seen, self.ran, self.imported, self.on = [], False, False, True

    def end(self) -> None:
        """And until here."""
        self.on = False


def _importing() -> bool:
    """Whether a module is being imported.

    What that does (a compiler is asked where a library lies) it does once, and for no sample.
    """
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        if frame.f_back is None:
            return False
        frame = frame.f_back
    return False


def _writes(args: tuple[object, ...]) -> bool:
    path, mode, flags = (*args, None, None)[:3]
    if not isinstance(path, str | bytes | os.PathLike):
        return False
    if os.fsdecode(path).startswith(HARMLESS):
        return False
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & WRITES)


def children_faults() -> int:
    """Grows whenever a child process has ended; the kernel counts it, however it was started."""
    import resource

    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt
