"""What the kernel tells of a running program, to whoever looks at it from outside."""

from __future__ import annotations

import contextlib
import os
import time


def pid_of(pidfd: int) -> int:
    """The process behind a pidfd, as this process sees it; 0 once it is gone."""
    for line in _read(f"/proc/self/fdinfo/{pidfd}").splitlines():
        if line.startswith("Pid:"):
            return max(0, int(line[4:]))
    return 0


def _read(path: str) -> str:
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def usage(folder: str, most: int) -> tuple[int, int]:
    """Files and folders beneath a folder, and bytes of disk they take.

    Counts no further than `most` of them. A folder that cannot be listed, since it lies too deep or
    since its mode hides what is in it, counts as too many.
    """
    files, total = 0, 0
    left = [folder]
    while left:
        try:
            with os.scandir(left.pop()) as entries:
                for entry in entries:
                    files += 1
                    if files > most:
                        return files, total
                    with contextlib.suppress(FileNotFoundError):  # gone since it was listed
                        if entry.is_dir(follow_symlinks=False):
                            left.append(entry.path)
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
        except FileNotFoundError:
            continue
        except OSError:
            return most + 1, total
    return files, total


def unlinked(pid: int, folder: str, most: int) -> int:
    """Bytes of disk in files that a process holds and that no folder lists any more.

    What is open is measured. Of what is mapped and closed, an ordinary user may not learn the
    size: each such file then counts as a quarter of `most`, the bytes that are allowed, so that
    there can be few of them.
    """
    total = 0
    seen: set[int] = set()
    closed = _mapped(pid, folder)
    with contextlib.suppress(OSError):
        device = os.stat(folder).st_dev
        for fd in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                found = os.stat(f"/proc/{pid}/fd/{fd}")
                closed.pop(found.st_ino, None)
                if found.st_nlink == 0 and found.st_dev == device and found.st_ino not in seen:
                    seen.add(found.st_ino)
                    total += found.st_blocks * 512
    for span in closed.values():
        size = -1
        with contextlib.suppress(OSError):  # the kernel lets none but root look at these
            size = os.stat(f"/proc/{pid}/map_files/{span}").st_blocks * 512
        total += size if size >= 0 else most // 4
    return total


def _mapped(pid: int, folder: str) -> dict[int, str]:
    """Files of a folder that a process has mapped and no folder lists: one span for each inode."""
    found: dict[int, str] = {}
    for line in _read(f"/proc/{pid}/maps").splitlines():
        if line.endswith(" (deleted)") and folder in line:
            span, _, _, _, inode, _ = line.split(None, 5)
            # map_files writes the numbers without the zeros in front
            found[int(inode)] = "-".join(f"{int(x, 16):x}" for x in span.split("-"))
    return found


def cpu_seconds(pid: int) -> float:
    """CPU time of all its threads, together, until now; 0 once it is gone."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # CPUCLOCK_SCHED of another process
    except OSError:
        return 0.0


def waited_seconds(pid: int) -> float:
    """How long the unluckiest of its threads stood ready without a CPU, until now."""
    waited = 0.0
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return 0.0
    for task in tasks[:256]:
        numbers = _read(f"/proc/{pid}/task/{task}/schedstat").split()
        if len(numbers) >= 2:
            waited = max(waited, int(numbers[1]) / 1e9)
    return waited


def threads(pid: int) -> int:
    """How many it has; 0 once it is gone."""
    fields = _stat(pid)
    return int(fields[17]) if len(fields) > 17 else 0


def stopped(pid: int) -> bool:
    """Whether a signal stopped it, or a debugger holds it."""
    return _stat(pid)[:1] in (["T"], ["t"])


def _stat(pid: int) -> list[str]:
    return _read(f"/proc/{pid}/stat").rpartition(")")[2].split() if pid > 0 else []
