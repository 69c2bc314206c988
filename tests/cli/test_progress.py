"""Progress is for eyes: on a terminal only, and gone when the run ends."""

from __future__ import annotations

import os
import pty
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import ONE_FILE, write_rows

Process = Callable[..., "subprocess.Popen[bytes]"]


def on_a_terminal(process: Process, *args: str | Path) -> tuple[int, str]:
    """Exit code, and what a terminal behind standard error has seen."""
    ours, theirs = pty.openpty()
    seen: list[bytes] = []

    def read() -> None:
        while True:
            try:
                data = os.read(ours, 4096)
            except OSError:  # how Linux tells that the other side has closed
                return
            if not data:
                return
            seen.append(data)

    run = process(*args, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    reader = threading.Thread(target=read)
    reader.start()
    try:
        code = run.wait(60)
    finally:
        run.kill()
        reader.join(10)
        os.close(ours)
    return code, b"".join(seen).decode()


@pytest.mark.parametrize(
    ("option", "shown"), [((), True), (("--progress",), True), (("--no-progress",), False)]
)
def test_on_a_terminal(
    process: Process, rubric: Path, tmp_path: Path, option: tuple[str, ...], shown: bool
) -> None:
    write_rows(tmp_path / "a.jsonl", [{"completion": f"please {i}"} for i in range(3000)])
    code, seen = on_a_terminal(
        process, "verify", "a.jsonl", "-r", rubric, "--plugin", ONE_FILE, *option
    )
    assert code == 0, seen
    assert ("rows" in seen) == shown


def test_asked_for_where_nobody_looks(process: Process, rubric: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", [{"completion": "please"}])
    run = process(
        "verify", "a.jsonl", "-r", rubric, "--plugin", ONE_FILE, "--progress", stdout=-1, stderr=-1
    )
    _, err = run.communicate(timeout=60)
    assert (run.returncode, err) == (0, b"")
