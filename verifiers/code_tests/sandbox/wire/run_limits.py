"""What one run may use, and how it may end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal, TypeAlias

Ended: TypeAlias = Literal["exit", "timeout", "starved", "output", "threads", "disk", "killed"]
"""Why a run is over: by itself, or which limit the parent enforced."""


class Lost(RuntimeError):
    """The zygote died under the run: nobody's fault but the machine's or ours."""


class Unconfined(RuntimeError):
    """The child could not confine itself; the program never ran."""


@dataclass(frozen=True, slots=True)
class RunLimits:
    """What one run may use. All are enforced from outside or by the kernel."""

    wall_s: float = 10.0
    memory_bytes: int = 512 << 20
    """Address space on top of the interpreter's own."""
    output_bytes: int = 8 << 20
    """Printed, on stdout and stderr together."""
    disk_bytes: int = 32 << 20
    inodes: int = 256
    files: int = 64
    """Open descriptors."""
    threads: int = 64

    @property
    def cpu_s(self) -> int:
        """CPU time that the kernel allows, in case that the parent is gone."""
        return int(self.wall_s) + 2

    def wire(self) -> bytes:
        """For the zygote."""
        return json.dumps(
            {
                "cpu_s": self.cpu_s,
                "memory_bytes": self.memory_bytes,
                "disk_bytes": self.disk_bytes,
                "inodes": self.inodes,
                "files": self.files,
                "threads": self.threads,
            }
        ).encode()


@dataclass(slots=True)
class RunEnd:
    """How a run ended."""

    how: Ended
    exit_code: int
    """As the kernel reports it; negative: the signal."""
    seconds: float
    cpu_s: float
    rss_kb: int
    stdout: bytes = b""
    stderr: bytes = b""
