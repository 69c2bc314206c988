"""What a sandboxed program may ask of the kernel: an allow-list, as a classic BPF program.

x86-64 only. Everything not named is refused with EPERM; calls newer than this table, and
clone3 (whose flags a filter cannot see), with ENOSYS, which libraries take as "use the old one".
Refused on purpose, among others: fork, vfork, execve, socket, connect, ptrace,
process_vm_readv, mount, unshare, setns, bpf, io_uring, keyctl, perf, memfd_create (memory that
RLIMIT_AS does not count), truncate and utimensat by path (Landlock checks the one since its third
version and the other in none), chmod, link, symlink, mknod, sendmsg, pidfd_*, userfaultfd.
"""

from __future__ import annotations

import errno
import functools
import platform
import struct

AUDIT_ARCH_X86_64 = 0xC000003E
_X32_BIT = 0x40000000
_NEWEST = 450  # of the table below; what is beyond did not exist when it was reviewed

_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_KILL = 0x80000000

NUMBERS = {
    # files that are open already, or that Landlock and the mount namespace let it open
    "read": 0, "write": 1, "open": 2, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "lseek": 8,
    "pread64": 17, "pwrite64": 18, "readv": 19, "writev": 20, "access": 21, "dup": 32,
    "dup2": 33, "flock": 73, "fsync": 74, "fdatasync": 75, "ftruncate": 77,
    "getdents": 78, "getcwd": 79, "chdir": 80, "fchdir": 81, "rename": 82, "mkdir": 83,
    "rmdir": 84, "creat": 85, "unlink": 87, "readlink": 89, "umask": 95, "getdents64": 217,
    "fadvise64": 221, "openat": 257, "mkdirat": 258, "newfstatat": 262, "unlinkat": 263,
    "renameat": 264, "readlinkat": 267, "faccessat": 269, "dup3": 292,
    "preadv": 295, "pwritev": 296, "renameat2": 316, "copy_file_range": 326, "preadv2": 327,
    "pwritev2": 328, "statx": 332, "close_range": 436, "faccessat2": 439, "sendfile": 40,
    # waiting, pipes, event loops
    "poll": 7, "pipe": 22, "select": 23, "pause": 34, "nanosleep": 35, "epoll_create": 213,
    "epoll_wait": 232, "epoll_ctl": 233, "pselect6": 270, "ppoll": 271, "epoll_pwait": 281,
    "eventfd": 284, "eventfd2": 290, "epoll_create1": 291, "pipe2": 293, "epoll_pwait2": 441,
    "recvfrom": 45, "shutdown": 48, "getsockname": 51, "getpeername": 52,
    # memory
    "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12, "mremap": 25, "msync": 26,
    "mincore": 27, "madvise": 28, "membarrier": 324,
    # signals and timers of its own
    "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "getitimer": 36, "alarm": 37,
    "setitimer": 38, "rt_sigpending": 127, "rt_sigtimedwait": 128, "rt_sigsuspend": 130,
    "sigaltstack": 131, "restart_syscall": 219,
    # about itself
    "sched_yield": 24, "getpid": 39, "uname": 63, "gettimeofday": 96, "getrlimit": 97,
    "getrusage": 98, "sysinfo": 99, "times": 100, "getuid": 102, "getgid": 104, "geteuid": 107,
    "getegid": 108, "getppid": 110, "getpgrp": 111, "getgroups": 115, "getresuid": 118,
    "getresgid": 120, "getpgid": 121, "getsid": 124, "arch_prctl": 158,
    "gettid": 186, "time": 201, "sched_getaffinity": 204, "clock_gettime": 228,
    "clock_getres": 229, "clock_nanosleep": 230, "getcpu": 309, "getrandom": 318,
    # threads and the end
    "exit": 60, "wait4": 61, "futex": 202, "set_tid_address": 218, "exit_group": 231,
    "waitid": 247, "set_robust_list": 273, "get_robust_list": 274, "rseq": 334,
}  # fmt: skip

# allowed for some arguments only
_IOCTL, _FCNTL, _PRCTL, _CLONE, _CLONE3 = 16, 72, 157, 56, 435
_KILL_NR, _TKILL, _TGKILL, _SOCKETPAIR, _SENDTO, _PRLIMIT = 62, 200, 234, 53, 44, 302
_GETSOCKOPT, _SETRLIMIT = 55, 160
_RLIMIT_CPU = 0
_UNSEEN = (9, 19)
"""SIGKILL and SIGSTOP: a program that dies or stops by these was hit from outside, or by a limit
that is ours. So it may not send them to itself, nor lower its limit of CPU time."""

_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""TCGETS (isatty), TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX; never TIOCSTI."""
_FCNTLS = (0, 1, 2, 3, 4, 5, 6, 7, 1030, 1032, 1034)
"""Duplicate, flags, locks, pipe size read; neither F_SETOWN (signals) nor F_SETPIPE_SZ."""
_SOCKOPTS = (3, 4, 38, 39)
"""SO_TYPE, SO_ERROR, SO_PROTOCOL, SO_DOMAIN; not SO_PEERPIDFD, a handle on the other end."""
_PRCTLS = (15, 16, 0x53564D41)
"""PR_SET_NAME, PR_GET_NAME, PR_SET_VMA (names of mappings, by glibc)."""
_CLONE_THREAD = 0x00010000
_CLONE_NEW = 0x7E020000 | 0x00800000
"""Every namespace flag, and CLONE_UNTRACED."""


def supported() -> str | None:
    """Why no filter can be built on this machine, or None."""
    if platform.machine() not in ("x86_64", "AMD64") or struct.calcsize("P") != 8:
        return f"the seccomp filter knows x86-64 only, this is {platform.machine()}"
    return None


def _op(code: int, jt: int, jf: int, k: int) -> bytes:
    return struct.pack("=HBBI", code, jt, jf, k)


def _load(offset: int) -> bytes:
    return _op(0x20, 0, 0, offset)


def _equal(k: int, jt: int, jf: int) -> bytes:
    return _op(0x15, jt, jf, k)


def _return(action: int) -> bytes:
    return _op(0x06, 0, 0, action)


def _low(argument: int) -> int:
    return 16 + 8 * argument


def _high(argument: int) -> int:
    return 20 + 8 * argument


_EPERM = _return(_ERRNO | errno.EPERM)
_ENOSYS = _return(_ERRNO | errno.ENOSYS)


def _only(number: int, block: list[bytes]) -> list[bytes]:
    """`block`, which must end in a return on every path, for one system call."""
    return [_equal(number, 0, len(block)), *block]


def _among(argument: int, values: tuple[int, ...]) -> list[bytes]:
    """Allow if the low half of an argument is one of `values` (commands are 32 bits wide)."""
    out = [_load(_low(argument))]
    for value in values:
        out += [_equal(value, 0, 1), _return(_ALLOW)]
    return [*out, _EPERM]


def _never(argument: int, values: tuple[int, ...]) -> list[bytes]:
    """Refuse if the low half of an argument is one of `values`; else go on."""
    out = [_load(_low(argument))]
    for value in values:
        out += [_equal(value, 0, 1), _EPERM]
    return out


def _null(argument: int) -> list[bytes]:
    """Allow if an argument, all 64 bits, is 0."""
    return [
        _load(_low(argument)), _equal(0, 1, 0), _EPERM,
        _load(_high(argument)), _equal(0, 1, 0), _EPERM,
        _return(_ALLOW),
    ]  # fmt: skip


def program(pid: int) -> bytes:
    """The filter for the process `pid` (as it sees itself), as packed BPF instructions."""
    return template().replace(_equal(_SOME_PID, 0, 1), _equal(pid, 0, 1))


_SOME_PID = 0x5A5A5A5A
"""Stands for the process in the template. No process has that number."""


@functools.cache
def template() -> bytes:
    """The filter of any process. A zygote makes it once, since every start takes one."""
    out = [
        _load(4), _equal(AUDIT_ARCH_X86_64, 1, 0), _return(_KILL),
        _load(0), _op(0x35, 0, 1, _X32_BIT), _return(_KILL),
    ]  # fmt: skip
    for number in NUMBERS.values():
        out += [_equal(number, 0, 1), _return(_ALLOW)]
    out += _only(_IOCTL, _among(1, _IOCTLS))
    out += _only(_FCNTL, _among(1, _FCNTLS))
    out += _only(_PRCTL, _among(0, _PRCTLS))
    # threads, which share everything and die together; no processes, no namespaces
    out += _only(
        _CLONE,
        [
            _load(_low(0)),
            _op(0x45, 0, 2, _CLONE_THREAD),
            _op(0x45, 1, 0, _CLONE_NEW),
            _return(_ALLOW),
            _EPERM,
        ],
    )
    out += _only(_CLONE3, [_ENOSYS])
    # signals to itself: raise(), abort(), os.kill(os.getpid(), ...)
    out += _only(_KILL_NR, [*_never(1, _UNSEEN), *_among(0, (_SOME_PID,))])
    out += _only(_TGKILL, [*_never(2, _UNSEEN), *_among(0, (_SOME_PID,))])
    # event loops wake themselves by a pair of connected stream sockets: those can name no peer
    out += _only(
        _SOCKETPAIR,
        [
            _load(_low(0)), _equal(1, 1, 0), _EPERM,
            _load(_low(1)), _op(0x54, 0, 0, 0xF), _equal(1, 1, 0), _EPERM,
            _return(_ALLOW),
        ],
    )  # fmt: skip
    out += _only(_GETSOCKOPT, [_load(_low(1)), _equal(1, 1, 0), _EPERM, *_among(2, _SOCKOPTS)])
    out += _only(_SENDTO, _null(4))
    out += _only(_SETRLIMIT, [*_never(0, (_RLIMIT_CPU,)), _return(_ALLOW)])
    # of itself (0), and of CPU time only to ask
    asked = [_load(_low(1)), _equal(_RLIMIT_CPU, 0, len(_null(2))), *_null(2)]
    out += _only(
        _PRLIMIT,
        [
            _load(_low(0)), _equal(0, 1, 0), _EPERM,
            _load(_high(0)), _equal(0, 1, 0), _EPERM,
            *asked,
            _return(_ALLOW),
        ],
    )  # fmt: skip
    out += [_op(0x35, 0, 1, _NEWEST + 1), _ENOSYS]
    out.append(_EPERM)
    return b"".join(out)
