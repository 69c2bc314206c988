"""The kernel's means of confinement, through ctypes: namespaces, Landlock, seccomp, rlimits.

Runs in the zygote and, between fork and the first byte of untrusted code, in its child. Every
call checks its result and raises `ConfinementRefused`, naming the step: a confinement that half
worked is none. Numbers are those of the kernel's headers, the same on every 64-bit architecture
except where `syscalls` says otherwise.
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct
from collections.abc import Sequence

_libc = ctypes.CDLL(None, use_errno=True)
_syscall = _libc.syscall
_syscall.restype = ctypes.c_long

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x4000000, 0x8000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000

_MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC, _MS_PRIVATE = 2, 4, 4096, 16384, 1 << 18
_MS_RDONLY, _MS_REMOUNT = 1, 32
_MNT_DETACH = 2
_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 24, 38
_PR_SET_SECCOMP, _PR_CAP_AMBIENT = 22, 47
_MOUNT_SETATTR, _AT_RECURSIVE, _AT_FDCWD = 442, 0x8000, -100
_MOUNT_ATTR_RDONLY, _MOUNT_ATTR_NOSUID = 1, 2
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446

# Landlock's rights on files
READ_FILE, READ_DIR, WRITE_FILE = 1 << 2, 1 << 3, 1 << 1
REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
TRUNCATE = 1 << 14
REFER = 1 << 13


class ConfinementRefused(OSError):
    """The kernel, or a policy above it, refused a step."""


def check(result: int, step: str) -> int:
    """`result`, unless it says that `step` failed.

    Raises:
        ConfinementRefused: with the kernel's errno.
    """
    if result < 0:
        code = ctypes.get_errno()
        raise ConfinementRefused(code, f"{step}: {os.strerror(code)}")
    return result


def unshare(flags: int, step: str) -> None:
    """Move the caller (for a pid namespace: its next child) into new namespaces."""
    check(_libc.unshare(flags), step)


def setns(fd: int, kind: int) -> None:
    """Join the namespace behind a descriptor."""
    check(_libc.setns(fd, kind), "setns")


def mount(
    source: str | None, target: str, kind: str | None, flags: int, data: str | None = None
) -> None:
    """Mount a file system; text is given as text."""
    enc = [None if x is None else os.fsencode(x) for x in (source, target, kind, data)]
    result = _libc.mount(enc[0], enc[1], enc[2], ctypes.c_ulong(flags), enc[3])
    check(result, f"mount of {target}")


def map_user(uid: int, gid: int) -> None:
    """Map one user and group into the user namespace just made; gives every capability in it."""
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"),
                       ("gid_map", f"{gid} {gid} 1")):  # fmt: skip
        try:
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
        except OSError as err:
            raise ConfinementRefused(err.errno, f"setting up the {name}: {err.strerror}") from None


PRIVATE = "/private"
"""In the new root: the folder that a run's own ``/tmp`` is mounted in, so that one rule of
Landlock for it, made once, holds for every run's."""
PRIVATE_TMP = f"{PRIVATE}/tmp"  # noqa: S108


def build_root(
    mounts: Sequence[str], covered: Sequence[str], more: Sequence[str], devices: Sequence[str]
) -> None:
    """Replace the root by a small read-only one: what is given, some devices, an empty /tmp.

    Call it in a mount namespace of one's own. Paths that do not exist are left out; symbolic
    links among them are copied as links.

    Args:
        mounts: Paths to be readable.
        covered: Folders in those over which an empty one is put.
        more: Further paths, which may lie in what is covered.
        devices: Device files.
    """
    mount(None, "/", None, _MS_REC | _MS_PRIVATE)
    mount("tmpfs", "/tmp", "tmpfs", _MS_NOSUID, "size=1m,nr_inodes=2k,mode=755")  # noqa: S108
    os.mkdir("/tmp/.old")  # noqa: S108
    check(_libc.syscall(155, b"/tmp", b"/tmp/.old"), "pivot_root")
    os.chdir("/")
    for path in mounts:
        _expose("/.old", path)
    for path in covered:
        mount("tmpfs", path, "tmpfs", _MS_NOSUID | _MS_NODEV, "size=64k,nr_inodes=64,mode=755")
    for path in more:
        _expose("/.old", path)
    for path in covered:
        mount(None, path, None, _MS_REMOUNT | _MS_BIND | _MS_RDONLY | _MS_NOSUID | _MS_NODEV)
    os.makedirs("/dev", exist_ok=True)
    for path in devices:
        if os.path.exists("/.old" + path):
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o666))
            mount("/.old" + path, path, None, _MS_BIND)
    os.makedirs(PRIVATE_TMP)
    if not os.path.lexists("/tmp"):  # noqa: S108 - unless something that is readable lies there
        os.symlink(PRIVATE_TMP, "/tmp")  # noqa: S108
    check(_libc.umount2(b"/.old", _MNT_DETACH), "umount of the old root")
    os.rmdir("/.old")
    mount(None, "/", None, _MS_REMOUNT | _MS_BIND | _MS_RDONLY | _MS_NOSUID)


def _expose(old: str, path: str) -> None:
    source = old + path
    if os.path.islink(source):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if not os.path.lexists(path):
            os.symlink(os.readlink(source), path)
        return
    if not os.path.exists(source):
        return
    if os.path.isdir(source):
        os.makedirs(path, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o444))
    mount(source, path, None, _MS_BIND | _MS_REC)
    attr = struct.pack("=QQQQ", _MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID, 0, 0, 0)
    result = _syscall(
        _MOUNT_SETATTR, _AT_FDCWD, os.fsencode(path), _AT_RECURSIVE, attr, len(attr)
    )  # fmt: skip
    check(result, f"making {path} read-only")


def private_tmp(size_bytes: int, inodes: int, uid: int, gid: int) -> None:
    """A fresh /tmp for one run, with caps, in a mount namespace of its own; and go there."""
    unshare(CLONE_NEWNS, "unshare of the mount namespace")
    data = f"size={size_bytes},nr_inodes={inodes},mode=700,uid={uid},gid={gid}"
    mount("tmpfs", PRIVATE_TMP, "tmpfs", _MS_NOSUID | _MS_NODEV, data)
    os.chdir(PRIVATE_TMP)


def landlock_abi() -> int:
    """The version of Landlock's interface here; 0 where there is none."""
    return max(0, int(_syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint(1))))


def ruleset(readable: Sequence[str], devices: Sequence[str], work: str) -> int:
    """Rules of Landlock: reading `readable`, using `devices`, writing beneath `work`; no more.

    Also, as far as the kernel's version goes: no TCP, no abstract Unix sockets, no signals to
    processes outside.

    Returns:
        A descriptor, for `restrict`; the rules are made once and serve any number of runs.
    """
    abi = landlock_abi()
    if abi < 1:
        raise ConfinementRefused(38, "Landlock: not in this kernel, or not enabled at boot (lsm=)")
    handled = (1 << 13) - 1
    handled |= REFER if abi >= 2 else 0
    handled |= TRUNCATE if abi >= 3 else 0
    handled |= (1 << 15) if abi >= 5 else 0  # IOCTL_DEV
    attr = struct.pack("=QQQ", handled, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    made = check(
        _syscall(_LANDLOCK_CREATE, attr, ctypes.c_size_t(size), ctypes.c_uint(0)), "Landlock"
    )
    try:
        for path in readable:
            # a right on directories is refused on a rule for a file
            _allow(made, path, READ_FILE | (READ_DIR if os.path.isdir(path) else 0))
        for path in devices:
            _allow(made, path, READ_FILE | WRITE_FILE)
        rights = READ_FILE | READ_DIR | WRITE_FILE | REMOVE_FILE | MAKE_REG | MAKE_DIR | REMOVE_DIR
        # without REFER, a file cannot be moved from one of its directories to another
        _allow(made, work, rights | (handled & (TRUNCATE | REFER)))
    except BaseException:
        os.close(made)
        raise
    return made


def restrict(rules: int) -> None:
    """Put the caller, and whatever it starts, under a `ruleset`. For good."""
    check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    check(_syscall(_LANDLOCK_RESTRICT, rules, ctypes.c_uint(0)), "Landlock")


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no rule
    try:
        rule = struct.pack("=Qi", rights, fd)
        check(_syscall(_LANDLOCK_ADD, rules, 1, rule, ctypes.c_uint(0)), f"Landlock: {path}")
    finally:
        os.close(fd)


def drop_privileges(uid: int | None, gid: int | None) -> None:
    """Give up every capability for good, and become `uid` where one is given (as root).

    The bounding set goes first: dropping it takes a capability. Without a user to become, the
    capabilities themselves are cleared.
    """
    for cap in range(64):
        if _libc.prctl(_PR_CAPBSET_DROP, cap, 0, 0, 0) < 0:
            break  # EINVAL: past the last one; EPERM: never had any
    if uid is not None and gid is not None:
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    _libc.prctl(_PR_CAP_AMBIENT, 4, 0, 0, 0)
    header = struct.pack("=Ii", 0x20080522, 0)
    check(_libc.capset(header, bytes(24)), "dropping capabilities")
    check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def die_with_parent(signal: int) -> None:
    """Have the kernel send `signal` when the parent (thread) dies; reset by a change of user."""
    check(_libc.prctl(_PR_SET_PDEATHSIG, signal, 0, 0, 0), "PR_SET_PDEATHSIG")


def seccomp(instructions: bytes) -> None:
    """Install a filter on this thread, which is the only one. For good."""
    code = ctypes.create_string_buffer(instructions, len(instructions))
    head = struct.pack("@HP", len(instructions) // 8, ctypes.addressof(code))
    check(_libc.prctl(_PR_SET_SECCOMP, 2, head, 0, 0), "seccomp")


def ignore(signals: Sequence[int]) -> None:
    """Ignore signals, unknown to Python: its `signal.getsignal` says that they have no handler."""
    set_handler = _libc.signal
    set_handler.restype = ctypes.c_void_p
    for number in signals:
        set_handler(int(number), ctypes.c_void_p(1))


def few_malloc_arenas() -> None:
    """One arena for all threads: each further one reserves 64 MB, which RLIMIT_AS counts."""
    _libc.mallopt(-8, 1)


def rlimits(
    *,
    cpu_s: int,
    memory_bytes: int,
    file_bytes: int,
    files: int,
    processes: int | None,
) -> None:
    """Set soft and hard limits; memory is counted on top of what the process has mapped."""
    _limit(resource.RLIMIT_CPU, cpu_s)
    _limit(resource.RLIMIT_AS, memory_bytes)
    _limit(resource.RLIMIT_FSIZE, file_bytes)
    _limit(resource.RLIMIT_NOFILE, files)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_MEMLOCK, 0)
    _limit(resource.RLIMIT_MSGQUEUE, 0)
    if processes is not None:
        _limit(resource.RLIMIT_NPROC, processes)


def _limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))


def mapped_bytes() -> int:
    """Address space in use, as RLIMIT_AS counts it. Needs /proc: ask before leaving it."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGESIZE")
