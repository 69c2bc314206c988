"""Files that a command writes at its end: whether that can be done is known before any work is."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterable
from pathlib import Path

from assay.errors import RolloutsError
from assay.printable import in_line
from assay.rollouts.files import open_to_write


def check_output(
    path: Path, named: str, in_use: Iterable[str | None] = (), *, replaced: bool = False
) -> None:
    """Nothing, where the file can be written. Neither makes nor changes it.

    Args:
        path: Of the file.
        named: As errors name it: the path, and its option where that helps.
        in_use: Other files of the run, which it must not be; text that names no file is none.
        replaced: Whether another file is put in its place as a whole.

    Raises:
        RolloutsError: it cannot be written, or is another file of the run.
    """
    for other in in_use:
        if other is not None and path.exists() and os.path.exists(other) and path.samefile(other):
            raise RolloutsError(
                f"{in_line(named)}: is in use by this run"
                "\nfix: name a file that the run does not read"
            )
    why = _why_not(path, replaced)
    if why:
        raise RolloutsError(f"{in_line(named)}: cannot be written: {why}")


def _why_not(path: Path, replaced: bool) -> str:
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        mode = None
    except OSError as err:
        return err.strerror or str(err)
    if mode is None or replaced:
        if not path.parent.is_dir():
            folder = str(path.parent)
            return f"no folder {in_line(folder)}\nfix: mkdir -p {shlex.quote(folder)}"
        if not os.access(path.parent, os.W_OK | os.X_OK):
            return f"no permission to write in {path.parent}"
    if mode is None:
        return ""
    if stat.S_ISDIR(mode):
        return "it is a folder"
    if replaced and not stat.S_ISREG(mode):
        return "it is not a regular file"
    if stat.S_ISFIFO(mode):
        os.close(open_to_write(path))
    elif not os.access(path, os.W_OK):
        return "no permission"
    return ""
