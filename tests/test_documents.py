"""What the documents and docstrings show is what happens: examples run, links lead somewhere."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import assay

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def fail_on(failures: list[str]) -> None:
    assert not failures, "\n".join(failures)


def run_examples(test: doctest.DocTest) -> int:
    """How many examples ran; fails with doctest's own report."""
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    runner.run(test, out=report.append)
    fail_on(report)
    return len(test.examples)


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_python_shown_in_documents_runs(path: Path) -> None:
    text = "\n".join(b for b in blocks(path, "(?:python|pycon)") if ">>>" in b)
    run_examples(doctest.DocTestParser().get_doctest(text, {}, name(path), name(path), 0))


def test_the_readme_shows_python_that_runs() -> None:
    assert any(">>>" in block for block in blocks(ROOT / "README.md", "python"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_commands_shown_in_documents_run(path: Path) -> None:
    """A ``console`` block: ``$ assay ...``, then what it prints; ``...`` stands for anything."""
    for block in blocks(path, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, expected = part.partition("\n")
            words = shlex.split(command)
            if words[0] != "assay":
                continue
            done = subprocess.run(
                [sys.executable, "-m", "assay.cli.main", *words[1:]],
                cwd=ROOT,
                capture_output=True,
                text=True,
                env={"PATH": "/usr/bin:/bin", "COLUMNS": "100", "PYTHONWARNINGS": "error"},
            )
            said = done.stdout + done.stderr
            same = doctest.OutputChecker().check_output(expected, said, FLAGS)
            assert same, f"$ {command}\nshown:\n{expected}\nsaid:\n{said}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text())
    fail_on([link for link in links if not (path.parent / link).exists()])


MODULES = sorted(m.name for m in pkgutil.walk_packages(assay.__path__, "assay."))


OF_EXTRAS = {"assay.server": "starlette", "assay.testing.strategies": "hypothesis"}
"""Modules that are all about a library of an extra -> that library."""


@pytest.mark.parametrize("module_name", MODULES)
def test_examples_in_docstrings_run(module_name: str) -> None:
    for prefix, needed in OF_EXTRAS.items():
        if module_name.startswith(prefix):
            pytest.importorskip(needed, reason=f"optional part not installed: {needed}")
    module = importlib.import_module(module_name)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module, module_name):
        if test.examples:
            run_examples(test)


def test_the_files_that_contributing_names_are_there() -> None:
    """A newcomer is sent to them."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:src|verifiers|rubrics|plugins|tests)/[\w./]*)`", text)
    assert len(named) >= 16
    assert [path for path in named if not (ROOT / path).exists()] == []
