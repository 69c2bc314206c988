"""Progress is for eyes: on a terminal only, and gone when the run ends."""

from __future__ import annotations

import gzip
import json
import os
import pty
import re
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


@pytest.mark.slow
@pytest.mark.parametrize("packed", [False, True])
def test_how_much_is_read_of_files_packed_or_not(
    process: Process, rubric: Path, tmp_path: Path, packed: bool
) -> None:
    """By the place in the file as it lies there: what it unpacks to is not known before its end."""
    rows = "".join(json.dumps({"completion": f"please {i}"}) + "\n" for i in range(5000))
    name = "a.jsonl.gz" if packed else "a.jsonl"
    (tmp_path / name).write_bytes(gzip.compress(rows.encode()) if packed else rows.encode())
    code, seen = on_a_terminal(process, "verify", name, "-r", rubric, "--plugin", ONE_FILE)
    assert code == 0, seen
    shares = [int(share) for share in re.findall(r"(\d+)% read", seen)]
    assert shares
    assert shares == sorted(shares)
    assert shares[-1] <= 100


def test_asked_for_where_nobody_looks(process: Process, rubric: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", [{"completion": "please"}])
    run = process(
        "verify", "a.jsonl", "-r", rubric, "--plugin", ONE_FILE, "--progress", stdout=-1, stderr=-1
    )
    _, err = run.communicate(timeout=60)
    assert (run.returncode, err) == (0, b"")
