"""The plugin tutorial, followed to the letter where nothing but the built wheel is installed."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "plugin-tutorial.md"


def blocks(language: str) -> list[str]:
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_the_tutorial_ends_in_a_plugin_that_keeps_the_laws(clean: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PATH": f"{clean}:{os.environ['PATH']}", "COLUMNS": "120"}

    def run(script: str, cwd: Path) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=cwd, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    begin, check, use = blocks("sh")
    verifier, python = blocks("python")
    (examples,) = blocks("text")
    run(begin.replace("pip ", "python -m pip ").replace("pytest", "python -m pytest"), tmp_path)
    root = tmp_path / "my-colours"
    (root / "src/my_colours/says.py").write_text(verifier, encoding="utf-8")
    plugin = root / "src/my_colours/plugin.py"
    text = plugin.read_text(encoding="utf-8")
    text = re.sub(
        r"        examples=\(\n.*?\n        \),\n", lambda _: examples, text, flags=re.DOTALL
    )
    plugin.write_text(text, encoding="utf-8")
    tests = root / "tests/test_says.py"
    rows = '("It is blue.", "blue", 1.0), ("red", "blue", 0.0)'
    text = tests.read_text(encoding="utf-8")
    tests.write_text(
        re.sub(r"    \[\n.*?\n    \],\n", f"    [{rows}],\n", text, flags=re.DOTALL),
        encoding="utf-8",
    )
    run("python -m pytest -q", root)
    page = run(f"{check.strip()} --json out.json --badge badge.svg --golden golden.json", root)
    assert "every law that was checked holds" in page
    assert all(one["passed"] for one in json.loads((root / "out.json").read_text(encoding="utf-8")))
    assert "laws hold" in (root / "badge.svg").read_text(encoding="utf-8")
    shown = run(use, root)
    assert re.search(r"mean reward +0\.5000", shown)
    assert "proved" in shown
    (root / "use.py").write_text(python, encoding="utf-8")
    assert run("python use.py", root).startswith("1.0 ")


@pytest.mark.slow
def test_what_is_written_passes_ruff_and_mypy_as_it_is(tmp_path: Path) -> None:
    import sys

    pytest.importorskip("mypy", reason="optional part not installed: mypy")
    done = subprocess.run(
        [sys.executable, "-m", "assay", "new-plugin", "my-judge"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    root = tmp_path / "my-judge"
    environment = {**os.environ, "MYPYPATH": "src"}
    for tool in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]):
        done = subprocess.run(
            [sys.executable, "-m", *tool], cwd=root, env=environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_is_overwritten_and_bad_names_are_refused(tmp_path: Path) -> None:
    from assay.errors import ConfigError
    from assay.testing.scaffold import write_distribution, write_file

    write_file("my-rule", tmp_path / "my_rule.py")
    write_distribution("my-rule", tmp_path / "my-rule")
    for write, place in ((write_file, "my_rule.py"), (write_distribution, "my-rule")):
        with pytest.raises(ConfigError, match="is there already"):
            write("my-rule", tmp_path / place)
    for name in ("", "My-Rule", "a--b", "1rule", "assay-", "a b", "assay-class"):
        with pytest.raises(ConfigError, match="is not a name for a plugin"):
            write_distribution(name, tmp_path / "other")
    assert not (tmp_path / "other").exists()
