"""The plugin tutorial, followed to the letter where nothing but the built wheel is installed."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from assay.testing.scaffold import CHECKED, KINDS

PAGE = Path(__file__).parents[2] / "docs" / "plugin-tutorial.md"


def blocks(language: str) -> list[str]:
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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

    begin, check, use, serve = blocks("sh")
    verifier, python, client = blocks("python")
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
    install, server = serve.strip().splitlines()
    run(install.replace("pip ", "python -m pip "), root)
    port = str(free_port())
    (root / "ask.py").write_text(client.replace("8123", port), encoding="utf-8")
    command = ["bash", "-c", f"exec {server.replace('8123', port)}"]
    with subprocess.Popen(command, cwd=root, env=environment) as serving:
        try:
            assert run("python ask.py", root) == "1.0\n"
        finally:
            serving.terminate()


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", [k if k == "verifier" else pytest.param(k, marks=pytest.mark.thorough) for k in KINDS]
)
def test_what_is_written_installs_and_passes_as_it_is(tmp_path: Path, kind: str) -> None:
    pytest.importorskip("mypy", reason="optional part not installed: mypy")
    done = subprocess.run(
        [sys.executable, "-m", "assay", "new-plugin", "my-judge", "--kind", kind],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    root = tmp_path / "my-judge"
    site = tmp_path / "site"
    environment = {**os.environ, "MYPYPATH": "src", "PYTHONPATH": str(site)}
    install = ["pip", "install", "-q", "--no-deps", "--no-build-isolation", "--target", str(site)]
    for tool in (
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        [*install, "."],
        ["pytest", "-q", "-p", "no:cacheprovider"],
        ["assay", "check", "my-judge"] if kind in CHECKED else ["assay", "plugins"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *tool], cwd=root, env=environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--kind", "analyzer"], "is not one of verifier, composer"),
        (["--kind", "probe", "--one-file"], "--one-file writes a verifier, not a probe"),
    ],
)
def test_kinds_that_cannot_be_written(
    tmp_path: Path, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from assay.cli.main import main

    with pytest.raises(SystemExit) as done:
        main(["new-plugin", "mine", "--into", str(tmp_path), *options])
    assert done.value.code == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


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
    for name, owner in (("json", "Python"), ("assay", "Assay"), ("pydantic", "pydantic")):
        with pytest.raises(ConfigError, match=f"would be the module '{name}', which is {owner}'s"):
            write_distribution(name, tmp_path / "other")
    assert not (tmp_path / "other").exists()
