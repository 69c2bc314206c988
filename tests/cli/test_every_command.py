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

from assay.cli import registry

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
    "audit": ("audit", "scored.jsonl", "-r", "R", "--probes", "--timeout", "0.3"),
    "fit": ("fit", "pairs.jsonl", "-r", "R", "--timeout", "0.3", "--bootstrap", "0"),
    "check": ("check", "V", "--timeout", "0.3", "--hostile", "5"),
}
"""Commands that run verifiers; R is a rubric of the faulty one, V its name."""


class Shows(NamedTuple):
    code: int
    text: str


FAULTS: dict[str, dict[str, Shows]] = {
    "fine": {
        "verify": Shows(0, "faulty.fine == 1 agrees with label"),
        "preflight": Shows(0, "no findings"),
        "probe": Shows(0, "on 1 prompt "),
        "audit": Shows(0, "read as assay"),
        "fit": Shows(1, "fit.separated"),
        "check": Shows(0, "every law that was checked holds"),
    },
    "unreadable": {
        "verify": Shows(2, "rows.jsonl:1: the reference 'x' cannot be read"),
        "preflight": Shows(1, "reference.unreadable"),
        "probe": Shows(2, "the reference 'x' cannot be read"),
        "audit": Shows(2, "no correct answer is known"),
        "fit": Shows(2, "pairs.jsonl:1: cannot be scored: the reference 'x' cannot be read"),
        "check": Shows(1, ""),
    },
    "crashes": {
        "verify": Shows(3, "crashed on 2 rows: RuntimeError: a bug of the plugin"),
        "preflight": Shows(1, "RuntimeError: a bug of the plugin"),
        "probe": Shows(2, "RuntimeError: a bug of the plugin"),
        "audit": Shows(2, "RuntimeError: a bug of the plugin"),
        "fit": Shows(2, "crashed on 8 rows: RuntimeError: a bug of the plugin"),
        "check": Shows(1, "RuntimeError: a bug of the plugin"),
    },
    "hangs": {
        "verify": Shows(0, "no verdict after 0."),
        "preflight": Shows(1, "no verdict after 0."),
        "probe": Shows(1, "on 1 prompt "),
        "audit": Shows(1, "probe.no_signal"),
        "fit": Shows(1, "fit.constant"),
        "check": Shows(1, ""),
    },
    "undeclared": {
        "verify": Shows(3, "reads 'reference' of its sample, which its needs do not name"),
        "preflight": Shows(1, "reads 'reference' of its sample, which its needs do not name"),
        "probe": Shows(2, "reads 'reference' of its sample, which its needs do not name"),
        "audit": Shows(2, "reads 'reference' of its sample, which its needs do not name"),
        "fit": Shows(2, "reads 'reference' of its sample, which its needs do not name"),
        "check": Shows(1, "reads 'reference'"),
    },
    "exits": {
        "verify": Shows(3, "SystemExit: 7"),
        "preflight": Shows(1, "SystemExit: 7"),
        "probe": Shows(2, "SystemExit: 7"),
        "audit": Shows(2, "SystemExit: 7"),
        "fit": Shows(2, "SystemExit: 7"),
        "check": Shows(1, "SystemExit: 7"),
    },
    "worker_exits": {
        "verify": Shows(3, "its worker ended with exit code 7, twice"),
        "preflight": Shows(1, "its worker ended with exit code 7, twice"),
        "probe": Shows(2, "its worker ended with exit code 7, twice"),
        "audit": Shows(2, "its worker ended with exit code 7, twice"),
        "fit": Shows(2, "its worker ended with exit code 7, twice"),
        "check": Shows(1, ""),
    },
    "random": {
        "verify": Shows(0, "mean 0."),
        "preflight": Shows(1, ""),
        "probe": Shows(1, ""),
        "audit": Shows(1, "probe.unsteady"),
        "fit": Shows(1, "fit.separated"),
        "check": Shows(1, ""),
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


def scored(row: dict[str, Any], name: str) -> dict[str, Any]:
    """A row of an earlier run, in which the verifier was sound."""
    score = float(row["label"])
    verdict = {"verifier": f"faulty.{name}@1", "status": "judged", "score": score, "because": "-"}
    extra = {"reward": score, "status": "scored", "terms": {}, "signature": "s"}
    return {**row, **extra, "verdicts": {f"faulty.{name}": verdict}}


def filled(parts: tuple[str, ...], rubric: Path, fault: str) -> list[str]:
    stand_in = {"R": str(rubric), "V": f"faulty.{fault}"}
    return [stand_in.get(part, part) for part in parts]


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
    write_rows(tmp_path / "scored.jsonl", [scored(row, fault) for row in ROWS])
    write_rows(tmp_path / "pairs.jsonl", [{"chosen": ROWS[0], "rejected": ROWS[1]}] * 4)
    done = assay(*filled(COMMANDS[command], name, fault))
    shows = FAULTS[fault][command]
    said = " ".join((done.out + done.err).split())
    assert shows.text in said
    assert done.code == shows.code, said
    assert "Traceback" not in said


# -- closed output, a full disk, a printing verifier: real processes ------------------------------

LIST: dict[str, tuple[str, ...]] = {
    "compare": ("compare", "1/2", "0.5"),
    "style": ("style", "f.py"),
    "formats": ("formats",),
    "new-plugin": ("new-plugin", "mine", "--one-file"),
    "verifiers": ("verifiers",),
    "rubrics": ("rubrics", "R"),
    "plugins": ("plugins",),
    "prove": ("prove", "R"),
}
"""Commands that run no verifier of a user's."""

ENDLESS = {"serve"}
"""Ends when it is told to; asked by its clients in `tests/engine/test_every_entry.py`."""


def test_every_command_is_swept() -> None:
    assert {*COMMANDS, *LIST, *ENDLESS} == set(registry.COMMANDS)
    assert all(set(shows) == set(COMMANDS) for shows in FAULTS.values())


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
    fault = "prints" if command == "verify" else "fine"
    name = rubric(tmp_path, fault)
    write_rows(tmp_path / "scored.jsonl", [scored(row, fault) for row in ROWS])
    write_rows(tmp_path / "pairs.jsonl", [{"chosen": ROWS[0], "rejected": ROWS[1]}] * 4)
    (tmp_path / "f.py").write_text('"""Nothing."""\n')
    parts = filled({**COMMANDS, **LIST}[command], name, fault)
    words = [sys.executable, "-m", "assay", *parts]
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


FILES = {
    "verify": ("verify", "rows.jsonl", "-r", "R", "--out", "/dev/full"),
    "verify --summary": ("verify", "rows.jsonl", "-r", "R", "--summary", "/dev/full"),
    "fit": ("fit", "pairs.jsonl", "--l2", "1", "--key", "faulty.fine", "--out", "full.toml"),
    "check --json": ("check", "V", "--hostile", "0", "--json", "/dev/full"),
    "check --badge": ("check", "V", "--hostile", "0", "--badge", "/dev/full"),
}
"""Files that a command writes, each on a disk without room."""


@pytest.mark.parametrize("command", FILES)
@pytest.mark.usefixtures("installed")
def test_a_full_disk_is_an_error(command: str, assay: Assay, tmp_path: Path) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    (tmp_path / "full.toml").symlink_to("/dev/full")
    write_rows(tmp_path / "rows.jsonl", ROWS)
    pair = {"chosen": {"faulty.fine": 1, "b": 0}, "rejected": {"faulty.fine": 0, "b": 1}}
    write_rows(tmp_path / "pairs.jsonl", [pair, {**pair, "chosen": {"faulty.fine": 1, "b": 1}}] * 3)
    done = assay(*filled(FILES[command], rubric(tmp_path, "fine"), "fine"))
    assert "No space left on device" in done.err
    assert "Traceback" not in done.err
    assert done.code == 2, done.err
