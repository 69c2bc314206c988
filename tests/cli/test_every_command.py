"""Every command that runs verifiers, against every fault of a verifier, a plugin or a disk."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import faulty_plugin
import pytest

from .conftest import Done, write_rows

Assay = Callable[..., Done]

ROWS = [
    {"completion": "x", "reference": "x", "solution": "x", "label": True, "prompt_id": "p"},
    {"completion": "y", "reference": "x", "solution": "x", "label": False, "prompt_id": "p"},
]

COMMANDS: dict[str, tuple[str, ...]] = {
    "verify": ("verify", "rows.jsonl", "-r", "R", "--out", "out.jsonl", "--timeout", "0.3"),
    "preflight": ("preflight", "rows.jsonl", "-r", "R", "--timeout", "0.3"),
    "probe": ("probe", "R", "--rows", "rows.jsonl", "--n", "1", "--timeout", "0.3"),
}


class Shows(NamedTuple):
    code: int
    text: str


FAULTS: dict[str, dict[str, Shows]] = {
    "fine": {
        "verify": Shows(0, "faulty.fine == 1 agrees with label"),
        "preflight": Shows(0, "no findings"),
        "probe": Shows(0, "on 1 prompts"),
    },
    "unreadable": {
        "verify": Shows(2, "rows.jsonl:1: the reference 'x' cannot be read"),
        "preflight": Shows(1, "reference.unreadable"),
        "probe": Shows(2, "the reference 'x' cannot be read"),
    },
    "crashes": {
        "verify": Shows(3, "crashed on 2 rows: RuntimeError: a bug of the plugin"),
        "preflight": Shows(1, "RuntimeError: a bug of the plugin"),
        "probe": Shows(2, "RuntimeError: a bug of the plugin"),
    },
    "hangs": {
        "verify": Shows(0, "no verdict after 0."),
        "preflight": Shows(1, "no verdict after 0."),
        "probe": Shows(1, "on 1 prompts"),
    },
    "undeclared": {
        "verify": Shows(3, "reads 'reference' of its sample, which its needs do not name"),
        "preflight": Shows(1, "reads 'reference' of its sample, which its needs do not name"),
        "probe": Shows(2, "reads 'reference' of its sample, which its needs do not name"),
    },
    "exits": {
        "verify": Shows(3, "SystemExit: 7"),
        "preflight": Shows(1, "SystemExit: 7"),
        "probe": Shows(2, "SystemExit: 7"),
    },
    "worker_exits": {
        "verify": Shows(3, "its worker ended with exit code 7, twice"),
        "preflight": Shows(1, "its worker ended with exit code 7, twice"),
        "probe": Shows(2, "its worker ended with exit code 7, twice"),
    },
    "random": {
        "verify": Shows(0, "mean 0."),
        "preflight": Shows(1, ""),
        "probe": Shows(1, ""),
    },
}


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faulty_plugin.install(tmp_path / "site")
    monkeypatch.syspath_prepend(tmp_path / "site")


def rubric(tmp_path: Path, name: str) -> Path:
    path = tmp_path / f"{name}.json"
    path.write_text(json.dumps({"kind": "weighted", "criteria": {f"faulty.{name}": 1}}))
    return path


CASES = [(fault, command) for fault, shows in FAULTS.items() for command in shows]


# Each starts a command with workers of its own: a row a fault for whoever waits, all of them in CI.
_QUICK = {fault: next(iter(shows)) for fault, shows in FAULTS.items()}


@pytest.mark.parametrize(
    ("fault", "command"),
    [
        pytest.param(f, c, id=f"{f}-{c}", marks=[] if c == _QUICK[f] else pytest.mark.slow)
        for f, c in CASES
    ],
)
@pytest.mark.usefixtures("installed")
def test_a_fault_is_named_and_costs_its_exit_code(
    fault: str, command: str, assay: Assay, tmp_path: Path
) -> None:
    write_rows(tmp_path / "rows.jsonl", ROWS)
    name = rubric(tmp_path, fault)
    done = assay(*(name if part == "R" else part for part in COMMANDS[command]))
    shows = FAULTS[fault][command]
    said = " ".join((done.out + done.err).split())
    assert shows.text in said
    assert done.code == shows.code, said
    assert "Traceback" not in said


# -- closed output, a full disk, a printing verifier: real processes ------------------------------

LIST: dict[str, tuple[str, ...]] = {
    "verifiers": ("verifiers",),
    "rubrics": ("rubrics", "R"),
    "plugins": ("plugins",),
    "prove": ("prove", "R"),
}


def shell(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ, "PYTHONPATH": str(folder / "site"), "COLUMNS": "120", "NO_COLOR": "1"
    }  # fmt: skip
    return subprocess.run(
        ["sh", "-c", text],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("where", [">&-", ">/dev/full", "| true", "2>&-"])
@pytest.mark.parametrize("command", [*COMMANDS, *LIST])
def test_output_that_cannot_be_written(command: str, where: str, tmp_path: Path) -> None:
    """No traceback, and no silence: a full disk is an error; who closed it wants nothing."""
    if where == ">/dev/full" and not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    faulty_plugin.install(tmp_path / "site")
    write_rows(tmp_path / "rows.jsonl", ROWS)
    name = rubric(tmp_path, "prints" if command == "verify" else "fine")
    parts = {**COMMANDS, **LIST}[command]
    words = [sys.executable, "-m", "assay", *(str(name) if p == "R" else p for p in parts)]
    done = shell(f"{shlex.join(words)} {where}", tmp_path)
    assert "Traceback" not in done.stderr
    if where == ">/dev/full":
        assert done.returncode == 2, done.stderr
        assert "assay: error: stdout: No space left on device" in done.stderr
    elif where != "2>&-":
        assert done.returncode in (0, 1), done.stderr
        assert "error" not in done.stderr


@pytest.mark.parametrize("command", ["verify", "preflight"])
@pytest.mark.usefixtures("installed")
def test_what_a_verifier_prints_is_not_a_result(command: str, assay: Assay, tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.jsonl", ROWS)
    name = rubric(tmp_path, "prints")
    parts: list[Any] = [name if part == "R" else part for part in COMMANDS[command]]
    done = assay(*parts)
    assert '{"reward": 1.0}' not in done.out
    assert '{"reward": 1.0}' in done.err
