"""The warm interpreter: loads modules once, then forks a confined child for each job.

Started by `pool` as a process of its own; speaks on one SEQPACKET socket. A job arrives as a
small JSON message of limits, and descriptors: the job itself (a sealed memory file that only the
child reads, so that no sample ever lies in memory that another one inherits), stdin, the
channel, stdout, stderr, and a status socket on which the zygote sends the child's pidfd and how
it ended.

At ``namespaces`` the zygote is process 1 of a pid namespace: when it dies, by whatever cause,
the kernel kills everything it ever forked. It ends by itself when its control socket is closed
or the process that started it is gone (watched by pidfd: the death signal of
prctl would fire when the *thread* that started it ends).
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import select
import signal
import site
import socket
import sys
from dataclasses import dataclass
from typing import Any

from assay.verifiers.code_tests.sandbox.child import file_calls, forked
from assay.verifiers.code_tests.sandbox.confinement import confine, exposed, syscalls
from assay.verifiers.code_tests.sandbox.confinement.places import Place, Places, first_uid, usable
from assay.verifiers.code_tests.sandbox.confinement.workspace import Workspace


def main() -> None:
    """Read the configuration, confine as far as the zygote goes, and serve until the end."""
    config = json.loads(sys.argv[1])
    _as_if_started_plainly()
    _wake_with(config["life_fd"])
    control = socket.socket(fileno=config["control_fd"])
    try:
        zygote = Zygote(config, control)
        zygote.prepare()
    except (OSError, ValueError, AttributeError) as err:
        control.send(json.dumps({"failed": str(err)}).encode())
        return
    zygote.serve()


_STACK_BYTES = 64 << 20
"""Of the main thread: what recursion through C (``lru_cache``, ``sorted`` with a key) needs to go
as deep as contests allow. Up to 128 MB the kernel keeps free below the stack whatever it was at the
start. Threads keep the size that they had."""


def _as_if_started_plainly() -> None:
    """Undo what is inherited over exec from whoever started the caller.

    With SIGCHLD ignored the kernel collects children itself, and nobody learns how they ended; a
    blocked signal would stay blocked in every program.
    """
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        if number not in (signal.SIGPIPE, signal.SIGXFSZ):  # Python itself ignores these
            with contextlib.suppress(OSError, ValueError):
                signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    wanted = _STACK_BYTES if hard == resource.RLIM_INFINITY else min(_STACK_BYTES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_STACK, (wanted, hard))


def _wake_with(life: int) -> None:
    """Have the kernel continue this process, if it is stopped, when the pipe's other end closes.

    That is when the process that started it dies; awake, this one sees that and ends.
    """
    import fcntl

    # an open file of its own: each tells one process only
    fd = os.open(f"/proc/self/fd/{life}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.fcntl(fd, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGCONT)
    fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_ASYNC)


@dataclass(frozen=True, slots=True)
class _Running:
    pid: int
    place: Place
    status: socket.socket


class Zygote:
    """One slot's interpreter at one level."""

    def __init__(self, config: dict[str, Any], control: socket.socket) -> None:
        self._control = control
        self._life: int = config["life_fd"]
        self._level: str = config["level"]
        self._preload: list[str] = config["preload"]
        self._site: list[str] = config["site"]
        self._packages: list[str] = config["packages"]
        self._beside: bool = config["beside"]
        self._parent = os.pidfd_open(config["parent_pid"])
        if os.getppid() != config["parent_pid"]:
            raise OSError("the process that started the zygote is gone")
        self._own_pid = os.getpid()
        self._first_uid: int | None = None
        if os.getuid() == 0:
            self._first_uid = first_uid(config["parent_pid"], config["slot"])
        self._workspace: Workspace | None = None
        self._pid_ns = -1
        self._running: dict[int, _Running] = {}
        self._poll = select.poll()

    # -- set-up ------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Load modules, enter the namespaces, and report to the parent how it went."""
        self._exposed = exposed.standard()
        self._more = [
            path for site in self._site for name in self._packages
            if os.path.lexists(path := os.path.join(site, name))
        ]  # fmt: skip
        # The order matters. Modules are loaded while the whole disk can be read; then the
        # namespaces close it. Memory is measured after loading, since a program is given its limit
        # beyond what the interpreter holds.
        self._find_listed()
        self._load()
        file_calls.install()
        if self._beside:  # costs a tenth of a second that most need not pay
            from assay.verifiers.code_tests.sandbox.child.together import beside

            beside.prepare()
            forked.more_kinds["beside"] = beside.run_beside
        site.setquit()  # of what `-S` leaves out, programs use exit() and quit()
        confine.few_malloc_arenas()
        self._mapped = confine.mapped_bytes()
        user_namespace = False
        if self._level == "namespaces":
            user_namespace = self._enter_namespaces()
        else:
            self._workspace = Workspace()
            self._first_uid = usable(self._first_uid)
        self._abi = confine.landlock_abi() if self._level != "rlimits-only" else 0
        self._places = Places(
            self._first_uid, self._workspace, [*self._exposed.rules, *self._more], self._abi > 0
        )
        if self._level != "rlimits-only":
            syscalls.template()
        sys.argv[:] = ["program.py"]
        os.environ.clear()
        for name in [n for n in list(sys.modules) if n == "assay" or n.startswith("assay.")]:
            del sys.modules[name]  # nothing of ours to be found by a program's imports
        gc.collect()
        gc.freeze()  # the collector would otherwise touch, and so copy, every page
        ready = {
            "ready": self._level,
            "landlock_abi": self._abi,
            "user_namespace": user_namespace,
            "uid": self._first_uid if self._first_uid is not None else os.getuid(),
            "work": self._workspace.path if self._workspace is not None else None,
        }
        self._control.send(json.dumps(ready).encode())

    def _find_listed(self) -> None:
        """Have imports know what is in folders that programs may not list."""
        sys.path.extend(self._site)
        for folder in self._exposed.listed:
            sys.path_importer_cache[folder] = exposed.Listed(folder)
        for folder in self._site:
            only = exposed.Listed(folder, self._packages)
            sys.path_importer_cache[folder] = only

    def _load(self) -> None:
        import importlib

        for name in self._preload:
            module, _, call = name.partition(":")
            with contextlib.suppress(ImportError):  # a program that needs it fails by itself
                loaded = importlib.import_module(module)
                if call and hasattr(loaded, call):  # it looks about the machine, once
                    getattr(loaded, call)()

    def _enter_namespaces(self) -> bool:
        """New namespaces and a new root; the rest of the zygote is process 1 in there."""
        kinds = confine.CLONE_NEWNS | confine.CLONE_NEWPID | confine.CLONE_NEWNET
        kinds |= confine.CLONE_NEWIPC | confine.CLONE_NEWUTS
        uid, gid = os.getuid(), os.getgid()
        own_user = False
        # As root first: then a program gets a user of its own, whose processes and files no other
        # run can touch. Anybody else needs a user namespace, in which all runs are one user.
        try:
            confine.unshare(kinds, "unshare")
        except confine.ConfinementRefused:
            confine.unshare(confine.CLONE_NEWUSER | kinds, "unshare of user namespace")
            confine.map_user(uid, gid)
            self._first_uid, own_user = None, True
        pid = os.fork()
        if pid:
            self._watch(pid)
        confine.die_with_parent(signal.SIGKILL)
        _wake_with(self._life)
        # descriptors of namespaces go by /proc, which the new root will not have; this shows
        # the old pid namespace's processes, and "self" is the reader as that one sees it
        self._pid_ns = os.open("/proc/thread-self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        confine.build_root(self._exposed.mounts, self._exposed.covered, self._more, exposed.DEVICES)
        return own_user

    def _watch(self, pid: int) -> None:
        """The outer process: waits for process 1 of the namespace, and ends as it does."""
        self._control.close()
        while True:
            with contextlib.suppress(InterruptedError):
                os.waitpid(pid, 0)
                os._exit(0)

    # -- serving -----------------------------------------------------------------------------

    def serve(self) -> None:
        """Fork a child for each job until the control socket or the parent is gone."""
        self._poll.register(self._control, select.POLLIN)
        self._poll.register(self._parent, select.POLLIN)
        try:
            while True:
                for fd, _ in self._poll.poll():
                    if fd == self._parent:
                        return
                    if fd == self._control.fileno():
                        if not self._take():
                            return
                    elif fd in self._running:
                        self._reap(fd)
        finally:
            for running in self._running.values():
                with contextlib.suppress(OSError):
                    os.kill(running.pid, signal.SIGKILL)
            if self._workspace is not None:
                self._workspace.remove()

    def _take(self) -> bool:
        try:
            message, fds, _, _ = socket.recv_fds(self._control, 65536, 8)
        except OSError:
            return False
        if not message:
            return False
        job_fd, stdin, channel, out, err, status_fd = fds
        status = socket.socket(fileno=status_fd)
        limits = json.loads(message)
        pid, place = -1, None
        try:
            place = self._places.take()
            pid = self._fork()
        except OSError as error:
            self._tell(status, {"failed": f"fork: {error}"})
            if place is not None:
                self._places.give_back(place)
        if pid == 0 and place is not None:
            self._child(limits, job_fd, (stdin, channel, out, err), place)
        for fd in (job_fd, stdin, channel, out, err):
            os.close(fd)
        if pid > 0 and place is not None:
            pidfd = os.pidfd_open(pid)
            with contextlib.suppress(OSError):
                started = json.dumps({"started": 1, "work": place.work}).encode()
                socket.send_fds(status, [started], [pidfd])
            self._running[pidfd] = _Running(pid, place, status)
            self._poll.register(pidfd, select.POLLIN)
        else:
            status.close()
        return True

    def _fork(self) -> int:
        if self._pid_ns < 0:
            return os.fork()
        # the next child, and it alone, becomes process 1 of a new pid namespace
        confine.unshare(confine.CLONE_NEWPID, "unshare of the pid namespace")
        pid = -1
        try:
            pid = os.fork()
        finally:
            if pid != 0:
                confine.setns(self._pid_ns, confine.CLONE_NEWPID)
        return pid

    def _reap(self, pidfd: int) -> None:
        """Collect a child that ended; with its pid namespace, all its processes are gone."""
        ended = self._running.pop(pidfd)
        self._poll.unregister(pidfd)
        _, code, usage = os.wait4(ended.pid, 0)
        os.close(pidfd)
        if self._level == "rlimits-only":
            with contextlib.suppress(OSError):
                os.killpg(ended.pid, signal.SIGKILL)
        self._tell(
            ended.status,
            {
                "exit": os.waitstatus_to_exitcode(code),
                "cpu_s": usage.ru_utime + usage.ru_stime,
                "rss_kb": usage.ru_maxrss,
            },
        )
        ended.status.close()
        # it takes as long as the program liked it to, so nobody waits for it but the next job
        self._places.give_back(ended.place)

    def _tell(self, status: socket.socket, message: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # the parent no longer cares
            status.send(json.dumps(message).encode())

    # -- the child ---------------------------------------------------------------------------

    def _child(
        self, limits: dict[str, Any], job_fd: int, fds: tuple[int, ...], place: Place
    ) -> None:
        """Confine, then run. Never returns; a step that fails is reported as the zygote's fault."""
        code = 125
        channel = 3
        try:
            for fd in range(3):
                os.dup2((fds[0], fds[2], fds[3])[fd], fd)
            high = [_above(fd) for fd in (fds[1], job_fd, place.rules) if fd >= 0]
            for low, fd in enumerate(high, 3):
                os.dup2(fd, low)
            os.closerange(3 + len(high), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
            confine.ignore(_FROM_OUTSIDE)
            self._confine(limits, place)
            _frame(channel, b'{"confined":1}')  # before any untrusted code: cannot be forged
            with open(4, "rb") as file:
                job = json.loads(file.read())
            forked.run(job, channel)
        except BaseException as err:
            with contextlib.suppress(OSError):
                _frame(channel, json.dumps({"refused": f"{type(err).__name__}: {err}"}).encode())
        finally:
            os._exit(code)

    def _confine(self, limits: dict[str, Any], place: Place) -> None:
        # The order is that of powers lost: mounting needs the most, so /tmp comes first; Landlock
        # and limits can be set by anybody; privileges go when nothing needs them any more; seccomp
        # is last: it forbids the calls that set the others up.
        os.setsid()
        uid = place.uid if place.uid is not None else os.getuid()
        if self._level == "namespaces":
            confine.private_tmp(limits["disk_bytes"], limits["inodes"], uid, os.getgid())
        elif place.work is not None:
            os.chdir(place.work)
        if place.rules >= 0:
            confine.restrict(5)  # where `_child` put them
            os.close(5)
        confine.rlimits(
            cpu_s=limits["cpu_s"],
            memory_bytes=self._mapped + limits["memory_bytes"],
            file_bytes=limits["disk_bytes"],
            files=limits["files"],
            # counted by user, and an ordinary user has other processes, too
            processes=limits["threads"] if self._level == "namespaces" else None,
        )
        confine.drop_privileges(place.uid, place.uid)
        if self._level == "landlock+seccomp" or self._level == "rlimits-only":
            confine.die_with_parent(signal.SIGKILL)
            if os.getppid() != self._own_pid:  # it died before there was a signal to send
                os._exit(1)
        if self._level != "rlimits-only":
            confine.seccomp(syscalls.program(os.getpid()))


_FROM_OUTSIDE = (
    signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2,
    signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF, signal.SIGIO, signal.SIGPWR,
)  # fmt: skip
"""Signals that end a program which has no handler for them. From outside they would be charged to
it; its own are fatal by `forked`, and process 1 of a namespace is never ended by them: so one rule
holds at every level."""


def _frame(fd: int, body: bytes) -> None:
    os.write(fd, len(body).to_bytes(4, "big") + body)


def _above(fd: int) -> int:
    """A copy of `fd` that is out of the way of the small numbers."""
    import fcntl

    return fcntl.fcntl(fd, fcntl.F_DUPFD, 64)


if __name__ == "__main__":
    main()
