"""pylint in process says what pylint on the command line says."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from assay.verifiers.code_style.lint import joined_statements
from assay.verifiers.code_style.tools.pylint_check import (
    INSTALLATION_MESSAGES,
    PylintMessage,
    PylintStyle,
    pylint_messages,
)

from .programs import HONEST, judge, score


def messages(source: str) -> tuple[PylintMessage, ...]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the parser's, which the command line does not show
        return pylint_messages(source, PylintStyle())


@pytest.mark.slow
def test_messages_agree_with_the_command_line(tmp_path: Path) -> None:
    """Each in a module of its own, as the command line has it, one after the other in process."""
    files = {}
    for i, source in enumerate(HONEST.values()):
        files[f"program_{i}.py"] = source
        (tmp_path / f"program_{i}.py").write_text(source)
    options = (
        f"--rcfile=/dev/null --output-format=json2 --disable={','.join(INSTALLATION_MESSAGES)}"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pylint", *options.split(), *files],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    theirs: dict[str, list[tuple[int, int, str, str]]] = {name: [] for name in files}
    for item in json.loads(done.stdout)["messages"]:
        message = (item["line"], item["column"], item["messageId"], item["message"])
        theirs[item["path"]].append(message)
    for name, source in files.items():
        ours = [(m.line, m.column, m.code, m.text) for m in messages(source)]
        assert sorted(ours) == sorted(theirs[name]), name


def test_the_file_before_is_forgotten() -> None:
    style = PylintStyle()
    first = pylint_messages("import os\n", style)
    pylint_messages.cache_clear()
    pylint_messages("import sys\n", style)
    pylint_messages.cache_clear()
    assert pylint_messages("import os\n", style) == first


@pytest.mark.parametrize("module", ["numpy", "pydantic", "no_such_module_at_all", "sympy.core"])
def test_what_is_installed_does_not_matter(module: str) -> None:
    """pydantic and sympy are installed here, the others are not."""
    program = f'"""Doc."""\n\nimport {module} as thing\n\nprint(thing.nothing.of("this"))\n'
    assert score("style.pylint", program) == 1.0


def test_the_standard_library_is_looked_into() -> None:
    assert "no-member" in (judge("style.pylint", "import os\n\nos.nothing()\n").feedback or "")


def test_a_configuration_in_the_directory_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "proof.py").write_text("")
    (tmp_path / ".pylintrc").write_text(
        '[MAIN]\ninit-hook=\'open("ran", "w").close()\'\ndisable=all\n'
    )
    (tmp_path / "pyproject.toml").write_text(
        '[tool.black]\nskip-string-normalization = true\n[tool.pylint.main]\ndisable = "all"\n'
        '[tool.autopep8]\nignore = "E"\n'
    )
    (tmp_path / "setup.cfg").write_text("[pycodestyle]\nignore = E,W\n[flake8]\nignore = E,W\n")
    before = {
        n: score(n, "x='a'\nimport proof\n")
        for n in ("style.black", "style.autopep8", "style.pylint")
    }
    monkeypatch.chdir(tmp_path)
    for name, value in before.items():
        program = "x='a'\nimport proof\n\n\n"  # another text, so that nothing is remembered
        assert score(name, program) == value < 1.0
    assert not (tmp_path / "ran").exists()
    assert Path.cwd() == tmp_path


@pytest.mark.parametrize(
    ("program", "joined"),
    [
        ("x = 1; y = 2; z = 3", {1: 2}),
        ("if x: y", {1: 1}),
        ("def f(): ...", {}),
        ("x = [\n1,\n]; y = 2", {3: 1}),
        ("if x:\n    y\nelif z:\n    u\n", {}),
        ("@d\ndef f():\n    return 1\n", {}),
        ("é = 1; y = 2", {1: 1}),
    ],
)
def test_joined_statements(program: str, joined: dict[int, int]) -> None:
    assert joined_statements(program) == joined


def test_weights_by_message_and_category() -> None:
    program = '"""Doc."""\n\nimport os\n'
    program += "\nprint(1)\n"
    assert score("style.pylint", program) == pytest.approx(10 / 12)
    assert score("style.pylint", program, weights={"warning": 0}) == 1.0
    assert score("style.pylint", program, weights={"unused-import": 10}) == 0.5
    assert score("style.pylint", program, disable=["W0611"]) == 1.0
    assert score("style.pylint", program, half=2) == 0.5
