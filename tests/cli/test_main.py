"""The frame: version, help, unknown commands, and that nothing heavy loads for them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from assay.cli import registry

from .conftest import ENVIRONMENT, Done

Assay = Callable[..., Done]


def test_version(assay: Assay) -> None:
    assert assay("--version") == Done(0, f"assay {version('assay')}\n", "")


def test_help_names_every_command(assay: Assay) -> None:
    for args in (("--help",), ("-h",), ()):
        done = assay(*args)
        assert (done.code, done.err) == (0, "")
        for name in registry.COMMANDS:
            assert name in done.out
        assert "Exit codes" in done.out


@pytest.mark.parametrize("name", registry.COMMANDS)
def test_every_command_has_help(assay: Assay, name: str) -> None:
    done = assay(name, "--help")
    assert (done.code, done.err) == (0, "")
    assert f"assay {name}" in done.out


def test_an_unknown_command_suggests_the_nearest(assay: Assay) -> None:
    done = assay("verfy", "a.jsonl")
    assert done.code == 2
    assert done.err.startswith("assay: error: No such command 'verfy'. Did you mean 'verify'?")
    assert len(done.err.splitlines()) == 1


HEAVY = {"sympy", "flint", "black", "pylint", "astroid", "autopep8", "pyarrow", "numpy", "torch"}


@pytest.mark.parametrize("args", [["--version"], ["plugins"], ["verify", "--help"]])
def test_nothing_heavy_is_imported(args: list[str], tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from assay.cli.main import main\n"
        f"try: main({args!r})\n"
        "except SystemExit: pass\n"
        "print('MODULES', *sorted(m for m in sys.modules if '.' not in m))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=ENVIRONMENT
    )
    assert done.returncode == 0, done.stderr
    modules = set(done.stdout.rpartition("MODULES")[2].split())
    assert "typer" in modules
    assert modules & HEAVY == set()
