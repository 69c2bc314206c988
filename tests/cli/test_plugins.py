"""`assay plugins`: what there is, and what could not be loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from beside import BESIDE

from assay.cli.params_text import params_of
from assay.plugins.host import Host
from assay.rubrics import load_rubric
from assay.rubrics.written.load import presets

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


def test_the_list(assay: Assay, installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """By distribution, whole at 80 columns; a plugin that does not load costs the exit code."""
    monkeypatch.setenv("COLUMNS", "80")
    done = assay("plugins", "--plugin", ONE_FILE)
    assert done.code == 1
    lines = done.out.splitlines()
    assert max(map(len, lines)) <= 80 or str(ONE_FILE) in max(lines, key=len)
    heads = [line for line in lines if not line.startswith(" ")]
    assert [line for line in heads if line.partition(" ")[0] not in BESIDE] == [
        f"assay {version('assay')}",
        str(ONE_FILE),
        "good 1.2",
    ]
    names = [line.split()[0] for line in lines if line[:2] == "  " != line[2:4]]
    assert {"format.boxed@1", "demo.polite@1", "demo.short@1", "good.one@3"} <= set(names)
    assert "[bold]markup[/bold]" in "".join(done.out.split())  # however the table wraps it
    assert "\x1b" not in done.out + done.err


def test_nothing_wrong(assay: Assay) -> None:
    assert assay("plugins").code == 0


def test_a_name_that_is_another_s(assay: Assay, tmp_path: Path, monkeypatch: Any) -> None:
    """The list says what is meant, and how to mean the other."""
    distribution(tmp_path / "site", "thief", GOOD.replace("good.one@3", "math.answer@2"))
    monkeypatch.syspath_prepend(tmp_path / "site")
    done = assay("plugins")
    assert done.code == 1
    assert "not what 'math.answer' means; in a rubric: 'thief:math.answer@2'" in done.out
    assert "assay: error: verifier 'math.answer@2' is offered by plugin 'thief'" in done.err
    meant = [json.loads(line) for line in assay("plugins", "--json").out.splitlines()]
    assert {(o["distribution"], o["meant"]) for o in meant if o["name"] == "math.answer"} == {
        (f"assay {version('assay')}", True),
        ("thief 1.2", False),
    }
    (tmp_path / "rows.jsonl").write_text('{"completion": "\\\\boxed{1}", "reference": "1"}\n')
    scored = assay("verify", "rows.jsonl")
    assert scored.code == 0
    assert "mean reward" in scored.out
    assert "1.0000" in scored.out
    assert "assay: warning: verifier 'math.answer@2' is offered by plugin 'thief'" in scored.err


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
        "meant": True,
    }
    assert done.code == 1
    assert done.err == (
        "assay: error: plugin 'broken' could not be loaded: RuntimeError: no licence for "
        "\\x1b[31m (broken_plugin.py, line 1)\n"
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


# -- assay verifiers, assay rubrics, completion --------------------------------------------------


def test_every_verifier_is_listed_and_can_be_shown(assay: Assay, monkeypatch: Any) -> None:
    """At 80 columns nothing is cut: every param with its type, its default and its meaning."""
    monkeypatch.setenv("COLUMNS", "80")
    listed = assay("verifiers")
    assert listed.code == 0
    host = Host()
    for name, offer in host.offers.items():
        assert f"  {name}" in listed.out
        done = assay("verifiers", offer.spec.topic)
        assert done.code == 0
        assert done.out.startswith(f"{name}\n")
        flat = " ".join(done.out.split())
        assert f"needs completion{', ' if offer.spec.needs else ''}" in flat
        for param in params_of(offer.spec.params):
            assert param.meaning, f"{name}: {param.name} has no meaning"
            assert "anything" not in param.type, f"{name}: {param.name}"
            words = " ".join(f"{param.name} {param.type}".split())
            assert words in flat
        as_json = json.loads(assay("verifiers", name, "--json").out)
        assert [p["name"] for p in as_json["params"]] == list(
            offer.spec.params.model_fields if offer.spec.params else ()
        )


def test_a_verifier_in_full(assay: Assay) -> None:
    done = assay("verifiers", "length.overlong")
    flat = " ".join(done.out.split())
    for part in (
        "judges 1 up to a length, falling to 0 at the limit",
        "scores any score from 0 to 1",
        "needs completion, n_tokens (where it is there)",
        "runs in the calling process",
        'params, as in a rubric: {"use": "length.overlong", "params": {"max_tokens": ...}}',
        "max_tokens whole number (1 or more); default 20480 Length from which on the score is 0",
        "chars_per_token number (more than 0.0); default 4.0",
        "presets dapo, ",
    ):
        assert part in flat


def test_a_verifier_that_there_is_not(assay: Assay) -> None:
    done = assay("verifiers", "math.anser")
    assert done.code == 2
    assert "did you mean 'math.answer'?" in done.err


def test_every_preset_is_listed_and_can_be_shown(assay: Assay, tmp_path: Path) -> None:
    listed = assay("rubrics")
    assert listed.code == 0
    for name in presets():
        assert f"  {name}" in listed.out
        done = assay("rubrics", name)
        assert done.code == 0
        text = done.out.partition("\nas a file\n")[2]
        (tmp_path / "again.toml").write_text(text)
        assert load_rubric(tmp_path / "again.toml") == load_rubric(name)
        flat = " ".join(done.out.split())
        assert "a row needs completion" in flat
        noted = json.loads(assay("rubrics", name, "--json").out)
        assert list(noted["criteria"]) == list(load_rubric(name).leaves())


def test_a_rubric_that_there_is_not(assay: Assay) -> None:
    done = assay("rubrics", "maths")
    assert done.code == 2
    assert "no rubric 'maths'; did you mean 'math'?" in done.err


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("assay ver", ["verify", "verifiers"]),
        ("assay rub", ["rubrics"]),
        ("assay pre", ["preflight"]),
    ],
)
def test_the_shell_completes_commands(words: str, offered: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "assay"],
        env={
            **os.environ,
            "COMP_WORDS": words,
            "COMP_CWORD": "1",
            "_ASSAY_COMPLETE": "complete_bash",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == offered


def test_python_m_assay_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "assay", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"assay {version('assay')}\n"


OTHERS = """
from assay import ProbeSpec, hookimpl
from assay.plugins.spec import ComposerSpec
from assay.plugins.log_readers import LogReaderSpec
@hookimpl
def assay_composers():
    return [ComposerSpec("halved", "a:b", summary="Half of another rubric.")]
@hookimpl
def assay_log_readers():
    return [LogReaderSpec("bars", "Tables with bars.", "a:b")]
@hookimpl
def assay_probes():
    return [ProbeSpec("sql.comment", "all comment", "a:b", claim="wrong", attacks="rows")]
"""


def test_what_is_no_verifier_is_listed_too(
    assay: Assay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distribution(tmp_path / "site", "various", OTHERS)
    monkeypatch.syspath_prepend(tmp_path / "site")
    done = assay("plugins")
    _, _, theirs = done.out.partition("various 1.2\n")
    assert [line.rstrip().split(maxsplit=1) for line in theirs.splitlines()[:3]] == [
        ["halved", "composer: Half of another rubric."],
        ["bars", "log reader: Tables with bars."],
        ["sql.comment", "probe: all comment"],
    ]
    assert "weighted" not in done.out, "Assay's own kinds have pages of their own"
