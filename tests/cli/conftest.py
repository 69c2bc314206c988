"""The command line in this process, and as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from assay.cli.main import main

HERE = Path(__file__).parent
ONE_FILE = HERE.parent / "third_party/one_file.py"
STEERED = HERE / "steered_plugin.py"

COMMAND = [sys.executable, "-m", "assay.cli.main"]
ENVIRONMENT = {**os.environ, "PYTHONWARNINGS": "error", "COLUMNS": "120", "NO_COLOR": "1"}


class Done(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def assay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """Run the command line in this process, in an empty directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)  # `main` sets its own

    def run(*args: str | Path) -> Done:
        with pytest.raises(SystemExit) as end:
            main([str(a) for a in args])
        out, err = capfd.readouterr()
        assert isinstance(end.value.code, int)
        return Done(end.value.code, out, err)

    return run


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """Start the command line as a process."""

    def start(*args: str | Path, **options: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*COMMAND, *map(str, args)], cwd=tmp_path, env=ENVIRONMENT, **options
        )

    return start


@pytest.fixture
def rubric(tmp_path: Path) -> Path:
    """A rubric of the one-file plugin: half for politeness (a worker), half for brevity."""
    path = tmp_path / "manners.toml"
    path.write_text('kind = "weighted"\n[criteria]\n"demo.polite" = 0.5\n"demo.short" = 0.5\n')
    return path


def write_rows(path: Path, rows: list[dict[str, Any]]) -> Path:
    """As JSONL."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Every line, each of which must be a whole one."""
    text = path.read_text()
    assert text == "" or text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]
