"""Readers are plugins: found by what a file holds, or by name."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from plain_log import NAN, same, write_rows

from assay.audit.logs import read_log
from assay.audit.logs.plugin import SPECS
from assay.errors import PluginError, RolloutsError
from assay.plugins.host import Host
from assay.plugins.log_readers import LogHead, LogReaderSpec

PLUGIN = '''
"""A reader of logs that are tables of text with bars between the columns."""
from assay import hookimpl
from assay.errors import RolloutsError
from assay.plugins.log_readers import LogReaderSpec

class Bars:
    def claims(self, head):
        return 3 if head.start.startswith(b"#bars\\n") else 0

    def rows(self, path):
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.startswith("#"):
                    continue
                if line.startswith("!"):
                    raise RolloutsError(f"{path}:{number}: cannot be read further: a bang")
                prompt, completion, style, right = line.rstrip("\\n").split("|")
                yield number, {
                    "prompt": prompt, "completion": completion, "label": right == "1",
                    "scores": {"right": float(right), "style": float(style)},
                    "reward": 0.9 * float(right) + 0.1 * float(style),
                }

class Greedy:
    def claims(self, head):
        return 3 if head.form == "jsonl" and "input" in head.columns else 0

    def rows(self, path):
        yield 1, {"reward": 0.5}

bars, greedy = Bars(), Greedy()

@hookimpl
def assay_log_readers():
    return [LogReaderSpec("bars", "Tables with bars.", f"{__name__}:bars"),
            LogReaderSpec("greedy", "Takes what is not its own.", f"{__name__}:greedy")]
'''


@pytest.fixture
def host(tmp_path: Path) -> Host:
    file = tmp_path / "bars_plugin.py"
    file.write_text(PLUGIN)
    return Host(plugins=[str(file)])


def test_a_plugins_reader_yields_rows(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "log.bars"
    path.write_text("#bars\np|one|0.5|1\np|three|1|0\nq|x|0|nan\n")
    with read_log(path, host=host, key="right") as log:
        frame = log.frame
        assert log.reader == "bars"
        assert frame.criteria == ("right", "style")
        same(frame.score("right"), [1.0, 0.0, NAN])
        same(frame.reward, [0.9 + 0.1 * 0.5, 0.1, NAN])
        same(frame.label, [1.0, 0.0, 0.0])
        same(frame.group, [0, 0, 1])
        same(frame.length, [3.0, 5.0, 1.0])
        same(frame.line, [2, 3, 4])
        assert [r["completion"] for r in log.rows([2, 0])] == ["x", "one"]
    path.write_text("#bars\np|one|0.5|1\n! stop\np|three|1|0\n")
    with read_log(path, host=host) as log:
        assert log.frame.n == 1
        assert [str(p) for p in log.problems] == [
            f"files not read to their end: 1 ({path}:3: cannot be read further: a bang)"
        ]


def test_the_most_marks_win_then_plugins_then_a_name(host: Host, tmp_path: Path) -> None:
    rows = [{"input": "p", "output": "c", "reward": 1.0}]
    path = write_rows(tmp_path / "log.jsonl", rows)
    with read_log(path, host=host) as log:  # three marks each
        assert log.reader == "greedy"
    with read_log(path, host=host, reader="openrlhf") as log:
        assert log.reader == "openrlhf"
    verl = [{**rows[0], "gts": "4", "score": 1.0, "step": 3}]  # five marks of verl's
    with read_log(write_rows(path, verl), host=host) as log:
        assert log.reader == "verl"


def test_the_same_name_twice_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "again.py"
    file.write_text(PLUGIN.replace('"bars",', '"trl",'))
    with pytest.raises(PluginError) as noted:
        Host(plugins=[str(file)])
    assert str(noted.value) == (
        f"log reader 'trl' is offered twice:\n  by plugin 'assay.audit.logs'\n  by plugin "
        f"'file {file}'\nRename one, or block one: blocked=[...]"
    )


def test_a_hook_that_fails_is_told_and_the_others_load(tmp_path: Path) -> None:
    file = tmp_path / "bad.py"
    file.write_text(
        "from assay import hookimpl\n@hookimpl\ndef assay_log_readers():\n    return [1]\n"
    )
    with pytest.warns(UserWarning, match="offers a log reader that cannot be"):
        host = Host(plugins=[str(file)])
    assert list(host.log_readers) == [spec.name for spec in SPECS]


def test_a_reader_that_cannot_be_imported(tmp_path: Path) -> None:
    file = tmp_path / "gone.py"
    file.write_text(
        "from assay import hookimpl\n"
        "from assay.plugins.log_readers import LogReaderSpec\n@hookimpl\n"
        "def assay_log_readers():\n"
        "    return [LogReaderSpec('gone', 'Gone.', 'no_such_module:x')]\n"
    )
    path = write_rows(tmp_path / "log.jsonl", [{"reward": 1}])
    with pytest.raises(PluginError, match=r"^log reader 'gone': cannot import 'no_such_module:x'"):
        read_log(path, host=Host(plugins=[str(file)]))


@pytest.mark.parametrize(
    ("name", "target", "noted"),
    [
        ("Bars", "a.b:c", "log reader name 'Bars' must be a lower-case word"),
        ("bars", "a.b", "log reader 'bars': target 'a.b' is not 'package.module:object'"),
    ],
)
def test_specs_that_cannot_be(name: str, target: str, noted: str) -> None:
    with pytest.raises(PluginError) as raised:
        LogReaderSpec(name, "", target)
    assert str(raised.value) == noted


def test_our_readers_load_and_are_cheap_to_offer() -> None:
    host = Host()
    for spec in SPECS:
        reader = host.log_readers[spec.name].load()
        assert reader.claims(LogHead("x", "other")) == 0
        assert reader.claims(LogHead("x", "jsonl", ("a",), rows=({"a": 1},))) == 0
    code = textwrap.dedent(
        """
        import json, sys
        from assay.plugins.host import Host
        Host()
        print(json.dumps([m for m in ("numpy", "duckdb", "pyarrow") if m in sys.modules]))
        """
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == []


def test_a_forced_reader_must_be_able_to_read(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "log.jsonl", [{"reward": 1}])
    with pytest.raises(RolloutsError) as noted:
        read_log(path, reader="inspect")
    assert str(noted.value) == f"{path}: holds no rows"
