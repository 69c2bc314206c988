"""Runs that end early: killed, interrupted, out of disk, nobody reading. With real processes."""

from __future__ import annotations

import json
import os
import random
import shlex
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import COMMAND, ENVIRONMENT, ONE_FILE, STEERED, read_rows, write_rows

Process = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def doing(tmp_path: Path) -> Path:
    path = tmp_path / "doing.json"
    path.write_text(json.dumps({"kind": "weighted", "criteria": {"steered.doer": 1}}))
    return path


def finish(process: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    """Its exit code and what it said; never leaves it running."""
    try:
        out, err = process.communicate(timeout=120)
    finally:
        process.kill()
    return process.returncode, (out or b"").decode(), (err or b"").decode()


def descendants(pid: int) -> set[int]:
    """Processes that `pid` has started, and theirs."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    found = {pid}
    while more := {p for p, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def gone(pids: set[int], within_s: float = 10.0) -> bool:
    deadline = time.monotonic() + within_s
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(map(alive, pids))


def lines_in(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def wait_for_lines(path: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while lines_in(path) < count:
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.002)


def timeless(path: Path) -> list[dict[str, Any]]:
    """Rows out without what may differ from run to run: times, and who judged."""
    rows = read_rows(path)
    for row in rows:
        for verdict in row["verdicts"].values():
            verdict.pop("seconds")
            verdict.pop("details", None)
    return rows


# -- killed ----------------------------------------------------------------------------------------


# In the midst for whoever waits; the other moments for CI.
@pytest.mark.parametrize(
    "after", [150, *(pytest.param(n, marks=pytest.mark.slow) for n in (0, 1, 40, 290))]
)
def test_kill_dash_nine_then_resume(
    process: Process, doing: Path, tmp_path: Path, after: int
) -> None:
    """Whole rows only, nobody left behind, and together the same rows as in one go."""
    rows = [{"id": i, "completion": f"sleep {0.004 + i / 1e6}"} for i in range(300)]
    rows[7] = {"id": 7}
    write_rows(tmp_path / "a.jsonl", rows)
    args = ("verify", "a.jsonl", "-r", doing, "--plugin", STEERED, "--workers", "2", "-o")
    code, _, err = finish(process(*args, "whole.jsonl", stdout=-1, stderr=-1))
    assert code == 2, err
    run = process(*args, "r.jsonl", stdout=-1, stderr=-1)
    wait_for_lines(tmp_path / "r.jsonl", after, run)
    family = descendants(run.pid)
    run.kill()
    finish(run)
    assert gone(family), "a worker outlived its parent"
    written = (tmp_path / "r.jsonl").read_bytes() if (tmp_path / "r.jsonl").exists() else b""
    whole = written.count(b"\n")
    for line in written.split(b"\n")[:whole]:
        assert set(json.loads(line)) >= {"reward", "status", "terms", "verdicts", "signature"}
    code, out, err = finish(process(*args, "r.jsonl", "--resume", stdout=-1, stderr=-1))
    assert code == 2, err
    assert "a.jsonl:8: no 'completion' in the row" in err
    if whole == 8:
        whole = 7  # an invalid last row is read again
    if whole:
        assert f"of an earlier run {whole}".split() == out.splitlines()[1].split()
    assert timeless(tmp_path / "r.jsonl") == timeless(tmp_path / "whole.jsonl")
    assert (tmp_path / "r.jsonl").read_bytes()[: written.rfind(b"\n") + 1] == (
        written[: written.rfind(b"\n") + 1]
    ), "finished rows are kept as they were"


@pytest.mark.slow
def test_kill_at_any_moment_again_and_again(process: Process, rubric: Path, tmp_path: Path) -> None:
    """A fast run, killed at twenty random moments and resumed each time."""
    rows = [{"id": i, "completion": f"please {i}"} for i in range(30_000)]
    write_rows(tmp_path / "a.jsonl", rows)
    args = ("verify", "a.jsonl", "-r", rubric, "--plugin", ONE_FILE, "-o", "r.jsonl", "--resume")
    moments = random.Random(7)
    done = 0
    for _ in range(20):
        run = process(*args, stdout=-1, stderr=-1)
        time.sleep(moments.uniform(0.2, 1.2))
        family = descendants(run.pid)
        run.kill()
        finish(run)
        assert gone(family)
        assert lines_in(tmp_path / "r.jsonl") >= done, "a finished row was lost"
        done = lines_in(tmp_path / "r.jsonl")
    code, _, err = finish(process(*args, stdout=-1, stderr=-1))
    assert code == 0, err
    out = read_rows(tmp_path / "r.jsonl")
    assert [r["id"] for r in out] == list(range(30_000))
    assert {r["reward"] for r in out} == {1.0}


def test_ctrl_c_keeps_what_is_done(process: Process, doing: Path, tmp_path: Path) -> None:
    rows = [{"completion": f"sleep {0.01 + i / 1e6}"} for i in range(1000)]
    write_rows(tmp_path / "a.jsonl", rows)
    args = ("verify", "a.jsonl", "-r", doing, "--plugin", STEERED, "--workers", "2", "-o")
    run = process(*args, "r.jsonl", stdout=-1, stderr=-1, start_new_session=True)
    wait_for_lines(tmp_path / "r.jsonl", 20, run)
    family = descendants(run.pid)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does it: workers get it, too
    code, out, err = finish(run)
    assert code == 130
    done = len(read_rows(tmp_path / "r.jsonl"))
    assert err == f"assay: error: interrupted after {done} rows; --resume goes on from there\n"
    assert f"rows {done}".split() == out.splitlines()[0].split()
    assert gone(family)


def test_resume_refuses_another_rubric(process: Process, doing: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", [{"completion": "please"}])
    args = ("verify", "a.jsonl", "--plugin", STEERED, "-o", "r.jsonl")
    assert finish(process(*args, "-r", doing, stdout=-1))[0] == 0
    before = (tmp_path / "r.jsonl").read_bytes()
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"kind": "weighted", "criteria": {"steered.doer": 0.5}}))
    code, _, err = finish(process(*args, "-r", other, "--resume", stdout=-1, stderr=-1))
    assert code == 2
    assert err.startswith("assay: error: r.jsonl:1: was scored with signature ")
    assert (tmp_path / "r.jsonl").read_bytes() == before


@pytest.mark.slow
def test_a_file_that_another_run_is_writing(process: Process, doing: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", [{"completion": "work"}, {"completion": "sleep 4"}])
    args = ("verify", "a.jsonl", "-r", doing, "--plugin", STEERED, "-o", "r.jsonl")
    first = process(*args, stdout=-1, stderr=-1)
    wait_for_lines(tmp_path / "r.jsonl", 1, first)
    code, _, err = finish(process(*args, stdout=-1, stderr=-1))
    assert (code, err) == (2, "assay: error: r.jsonl: another run is writing it\n")
    assert finish(first)[0] == 0
    assert len(read_rows(tmp_path / "r.jsonl")) == 2


# -- out of disk -----------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KB."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a tmpfs needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("a tmpfs cannot be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk(process: Process, rubric: Path, tmp_path: Path, small_disk: Path) -> None:
    """One line says so; whole rows stay; with room made, --resume does the rest."""
    rows = [{"id": i, "completion": f"please {i}"} for i in range(400)]
    write_rows(tmp_path / "a.jsonl", rows)
    out = small_disk / "r.jsonl"
    args = ("verify", "a.jsonl", "-r", rubric, "--plugin", ONE_FILE, "-o", out)
    run = process(*args, stdout=-1, stderr=-1)
    code, _, err = finish(run)
    assert code == 2
    done = len(read_rows(out))
    assert 20 < done < 400
    assert err == (
        f"assay: error: {out}: No space left on device after {done} whole rows\n"
        f"fix: make room; --resume then goes on from row {done + 1}\n"
    )
    subprocess.run(["mount", "-o", "remount,size=2m", str(small_disk)], check=True)
    code, _, err = finish(process(*args, "--resume", stdout=-1, stderr=-1))
    assert (code, err) == (0, "")
    assert [r["id"] for r in read_rows(out)] == list(range(400))


def test_a_full_disk_under_the_summary(process: Process, rubric: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", [{"completion": "please"}])
    args = ("verify", "a.jsonl", "-r", rubric, "--plugin", ONE_FILE, "-o", "r.jsonl")
    with open("/dev/full", "wb") as full:
        code, _, err = finish(process(*args, stdout=full, stderr=-1))
    assert (code, err) == (2, "assay: error: stdout: No space left on device\n")
    assert len(read_rows(tmp_path / "r.jsonl")) == 1, "the rows are safe all the same"


@pytest.mark.slow
def test_rows_into_a_full_device(process: Process, rubric: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", [{"completion": "please"}])
    args = ("verify", "a.jsonl", "-r", rubric, "--plugin", ONE_FILE, "-o", "-")
    with open("/dev/full", "wb") as full:
        code, _, err = finish(process(*args, stdout=full, stderr=-1))
    assert code == 2
    assert "assay: error: stdout: No space left on device after 0 whole rows\n" in err
    assert "Traceback" not in err


# -- nobody reads ----------------------------------------------------------------------------------


def quoted(path: Path) -> str:
    """For the shell: a clone may lie in a folder with a blank in its name."""
    return shlex.quote(str(path))


def shell(command: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    line = "assay() { " + shlex.join(COMMAND) + ' "$@"; }; set -o pipefail; ' + command
    return subprocess.run(
        ["bash", "-c", line],
        cwd=tmp_path,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_head_of_the_rows(process: Process, rubric: Path, tmp_path: Path) -> None:
    """`| head -2` gets its two rows, and the run ends as any Unix tool does: silently, 141."""
    rows = [{"id": i, "completion": "please " * 200 + str(i)} for i in range(5000)]
    write_rows(tmp_path / "a.jsonl", rows)
    done = shell(
        f"assay verify a.jsonl -r {quoted(rubric)} --plugin {quoted(ONE_FILE)} -o - | head -2",
        tmp_path,
    )
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [0, 1]
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.slow
def test_nobody_reads_the_summary(process: Process, rubric: Path, tmp_path: Path) -> None:
    rows = [{"id": i, "completion": f"please {i}"} for i in range(50)]
    write_rows(tmp_path / "a.jsonl", rows)
    command = f"assay verify a.jsonl -r {quoted(rubric)} --plugin {quoted(ONE_FILE)} -o r.jsonl"
    for rest in ("| true", ">&-", ">&- 2>&-", "2>&1 | true"):
        done = shell(f"{command} {rest}", tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), rest
        assert [r["id"] for r in read_rows(tmp_path / "r.jsonl")] == list(range(50)), rest


def test_rows_to_a_closed_stdout(process: Process, rubric: Path, tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", [{"completion": "please"}])
    done = shell(
        f"assay verify a.jsonl -r {quoted(rubric)} --plugin {quoted(ONE_FILE)} -o - >&-", tmp_path
    )
    assert (done.returncode, done.stderr) == (2, "assay: error: stdout: Bad file descriptor\n")


def test_rows_through_pipes_on_both_sides(process: Process, rubric: Path, tmp_path: Path) -> None:
    rows = [{"id": i, "completion": f"please {i}"} for i in range(50)]
    write_rows(tmp_path / "a.jsonl", rows)
    done = shell(
        f"cat a.jsonl | assay verify - -r {quoted(rubric)} --plugin {quoted(ONE_FILE)} -o - | cat",
        tmp_path,
    )
    assert done.returncode == 0
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == list(range(50))
    assert "mean reward" in done.stderr, "rows have standard output for themselves"


@pytest.mark.slow
def test_other_commands_with_a_reader_that_has_gone(tmp_path: Path) -> None:
    for command in ("plugins", "--help", "verify --help", "--version"):
        done = shell(f"assay {command} | true", tmp_path)
        assert done.stderr == "", command
        assert done.returncode in (0, 141), command  # whether `true` was quicker


# -- before it has begun ---------------------------------------------------------------------------

TYPER = """
import os, signal, sys
sys.path.remove(os.path.dirname(__file__))
del sys.modules["typer"]
os.kill(os.getpid(), signal.SIGINT)
from typer import *
import typer
sys.modules["typer"] = typer
"""
"""Stands for the command line's first import: Ctrl-C comes within it."""

ENTRIES = {
    "the module": [sys.executable, "-m", "assay"],
    "the command": [sys.executable, "-c", "from assay.__main__ import main; main()"],
}


@pytest.mark.parametrize("ignored", [False, True], ids=["asked", "ignored, as below nohup and &"])
@pytest.mark.parametrize("entry", ENTRIES)
def test_ctrl_c_while_modules_are_imported(entry: str, ignored: bool, tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text(TYPER)
    done = subprocess.run(
        [*ENTRIES[entry], *(["--version"] if entry == "the module" else [])],
        env={**ENVIRONMENT, "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path.parent,
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=lambda: signal.signal(
            signal.SIGINT, signal.SIG_IGN if ignored else signal.SIG_DFL
        ),
    )
    assert done.stderr == ""
    if ignored:
        assert done.returncode == 0
        assert "assay" in done.stdout
    else:
        assert (done.returncode, done.stdout) == (130, "")


def test_the_installed_command_begins_there() -> None:
    written = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")
    assert tomllib.loads(written)["project"]["scripts"]["assay"] == "assay.__main__:main"
