"""Whether an exception is the machine's doing: no disk, no descriptors, no folder to stand in.

No completion can bring these about, as far as a verifier works on text: what a program writes or
opens stays in its sandbox. So they say nothing of the completion, not even that it is at its worst.
"""

from __future__ import annotations

import errno

from assay.errors import ServiceUnavailable

CODES = frozenset(
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EROFS", "EIO", "ESTALE", "EMFILE", "ENFILE")
    if hasattr(errno, name)
)
"""A full, quota-bound, read-only, broken or lost disk; no descriptors.
Not among them: ENOENT, EACCES, ENAMETOOLONG and the like, which a name in a completion may cause;
EAGAIN, which a program of many processes may; ENOMEM: memory is what a completion asks for."""

DEPTH = 8
"""Exceptions that are looked at from one that was raised to what it was raised from."""

DETAILS = {"cause": "machine"}
"""What stands in the details of such a verdict; `Verdict.by_machine` reads it."""


def by_machine(err: BaseException | None) -> bool:
    """Whether the exception, or one that it was raised from, is the machine's doing."""
    for _ in range(DEPTH):
        if err is None:
            return False
        if isinstance(err, ServiceUnavailable):
            return True
        if isinstance(err, OSError):
            # `os.getcwd` names no file; whatever looks for a file does
            gone = err.errno == errno.ENOENT and err.filename is None
            if gone or err.errno in CODES:
                return True
        err = err.__cause__ or err.__context__
    return False
