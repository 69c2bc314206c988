"""`assay style`."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Done

UGLY = "import os\ndef f( a ):\n  return '[bold]\\x1b'\n"
CYCLE = '"""Doc."""\n\n\ndef f(ham):\n    """Doc."""\n    return ham[len(ham) : 3]\n'


def test_four_scores_the_diff_and_the_conflict(assay: Callable[..., Done]) -> None:
    Path("ugly.py").write_text(UGLY)
    Path("cycle.py").write_text(CYCLE)
    done = assay("style", "ugly.py", "cycle.py", "--timeout", "60")
    assert done.code == 0
    head, first, second, *rest = done.out.splitlines()
    assert head.split() == ["file", "black", "autopep8", "pylint", "joint"]
    assert first.split()[0] == "ugly.py"
    assert all(0.0 < float(score) < 1.0 for score in first.split()[1:])
    assert second.split()[1:] == ["1.000", "0.909", "1.000", "1.000", "cycle"]
    text = "\n".join(rest)
    assert "  -def f( a ):\n" in text
    assert "  +def f(a):\n" in text
    assert "unused-import" in text
    assert "no joint fixed point for this code" in text
    assert "  -  return '[bold]\\x1b'" in text  # no markup, no escape


def test_reconcile_prints_the_configuration(assay: Callable[..., Done]) -> None:
    done = assay("style", "--reconcile")
    assert done.code == 0
    assert "[tool.autopep8]\nmax_line_length = 88\n" in done.out


def test_reconcile_judges_with_it(assay: Callable[..., Done]) -> None:
    Path("cycle.py").write_text(CYCLE)
    done = assay("style", "cycle.py", "--reconcile", "--timeout", "60")
    assert done.out.splitlines()[1].split() == ["cycle.py", "1.000", "1.000", "1.000", "1.000"]


def test_fail_under(assay: Callable[..., Done]) -> None:
    Path("ugly.py").write_text(UGLY)
    assert assay("style", "ugly.py", "--fail-under", "0.99", "--timeout", "60").code == 1


def test_mistakes(assay: Callable[..., Done]) -> None:
    done = assay("style", "missing.py")
    assert done.code == 2
    assert done.err == "assay: error: missing.py: No such file or directory\n"
    assert assay("style").code == 2
    assert assay("style", "").code == 2
    Path("x.py").write_text("x = 1\n")
    done = assay("style", "x.py", "--analyser", "ruff")
    assert done.code == 2
    assert "wanted 'package.module:name'" in done.err


def test_a_program_from_standard_input(
    assay: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As black, autopep8 and pylint's own commands read it."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CYCLE.encode())))
    done = assay("style", "-", "--timeout", "60")
    assert done.code == 0
    assert done.out.splitlines()[1].split()[:3] == ["-", "1.000", "0.909"]
