"""`assay plugins`: what there is, and what could not be loaded."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import ONE_FILE, Done

Assay = Callable[..., Done]


def distribution(folder: Path, name: str, code: str) -> None:
    """An installed distribution with an entry point, as Python sees it on its path."""
    info = folder / f"{name}-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(f"[assay]\n{name} = {name}_plugin\n")
    (folder / f"{name}_plugin.py").write_text(code)


GOOD = """
from assay import VerifierSpec, hookimpl
@hookimpl
def assay_verifiers():
    return [VerifierSpec("good.one@3", "Summary with [bold]markup[/bold] \\x1b[31m", "a:b",
                         needs=("reference", "info.x?"))]
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distribution(tmp_path / "site", "good", GOOD)
    distribution(tmp_path / "site", "broken", "raise RuntimeError('no licence for \\x1b[31m')")
    monkeypatch.syspath_prepend(tmp_path / "site")


def test_the_table(assay: Assay, installed: None) -> None:
    done = assay("plugins", "--plugin", ONE_FILE)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].split() == ["name", "version", "distribution", "cost", "needs", "summary"]
    names = [line.split()[0] for line in lines[1:] if not line.startswith(" ")]
    assert {"format.boxed", "demo.polite", "demo.short", "good.one"} <= set(names)
    assert names == sorted(names)
    assert "[bold]markup[/bold]" in "".join(done.out.split())  # however the table wraps it
    assert "\x1b" not in done.out + done.err


def test_one_that_does_not_load_is_told_and_the_others_stay(assay: Assay, installed: None) -> None:
    done = assay("plugins", "--json")
    offers = {o["name"]: o for o in map(json.loads, done.out.splitlines())}
    assert offers["good.one"] == {
        "name": "good.one",
        "version": 3,
        "distribution": "good 1.2",
        "cost": "worker",
        "needs": "reference, info.x?",
        "summary": "Summary with [bold]markup[/bold] \x1b[31m",
    }
    assert done.err == (
        "assay: error: plugin 'broken' could not be loaded: RuntimeError: no licence for "
        "\\x1b[31m\n"
    )


def test_it_stays_in_a_run(assay: Assay, installed: None, tmp_path: Path, rubric: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"completion": "please"}\n')
    done = assay("verify", "a.jsonl", "-r", rubric, "--plugin", ONE_FILE)
    assert done.code == 0
    assert done.err.startswith("assay: warning: plugin 'broken' could not be loaded: ")
    assert len(done.err.splitlines()) == 1


def test_blocked_by_the_environment(
    assay: Assay, installed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_BLOCK_PLUGINS", "broken")
    done = assay("plugins")
    assert done.err == ""
    assert "good.one" in done.out
    monkeypatch.setenv("ASSAY_LOAD_PLUGINS", "")
    assert "good.one" not in assay("plugins").out


def test_two_plugins_of_one_name(assay: Assay, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(ONE_FILE.read_text())
    done = assay("plugins", "--plugin", ONE_FILE, "--plugin", "mine.py")
    assert done.code == 2
    assert "is offered twice" in done.err
    assert str(ONE_FILE) in done.err
    assert "mine.py" in done.err
