"""Every file that a command takes, against every way in which a path can be something else."""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from assay.cli import registry
from assay.rollouts import files

from .conftest import Done, write_rows

Assay = Callable[..., Done]

ROWS = [
    {"completion": "1", "reference": "1", "label": True, "prompt_id": "p"},
    {"completion": "2", "reference": "1", "label": False, "prompt_id": "p"},
]
SCORED = [{**row, "reward": 1.0, "scores": {"math.answer": 1.0}} for row in ROWS]
PAIR = {"chosen": {"a": 1, "b": 0}, "rejected": {"a": 0, "b": 1}}


class Place(NamedTuple):
    """Where a file is named on a command line."""

    role: str
    words: tuple[str, ...]
    """``{}`` stands for the file."""
    suffix: str = ".jsonl"


PLACES = {
    ("verify", "rollouts"): Place("rows", ("verify", "{}")),
    ("verify", "rubric"): Place("rubric", ("verify", "rows.jsonl", "-r", "{}"), ".toml"),
    ("verify", "out"): Place("output", ("verify", "rows.jsonl", "--out", "{}")),
    ("verify", "summary"): Place("output", ("verify", "rows.jsonl", "--summary", "{}"), ".md"),
    ("verify", "ledger"): Place("ledger", ("verify", "rows.jsonl", "--ledger", "{}"), ""),
    ("verify", "plugin"): Place("plugin", ("verify", "rows.jsonl", "--plugin", "{}"), ".py"),
    ("style", "files"): Place("program", ("style", "{}"), ".py"),
    ("verifiers", "plugin"): Place("plugin", ("verifiers", "--plugin", "{}"), ".py"),
    ("rubrics", "name"): Place("rubric", ("rubrics", "{}"), ".toml"),
    ("rubrics", "plugin"): Place("plugin", ("rubrics", "math", "--plugin", "{}"), ".py"),
    ("plugins", "plugin"): Place("plugin", ("plugins", "--plugin", "{}"), ".py"),
    ("check", "names"): Place("plugin", ("check", "{}"), ".py"),
    ("check", "golden"): Place("output", ("check", "format.boxed", "--golden", "{}"), ".json"),
    ("check", "as_json"): Place("output", ("check", "format.boxed", "--json", "{}"), ".json"),
    ("check", "badge"): Place("output", ("check", "format.boxed", "--badge", "{}"), ".svg"),
    ("new-plugin", "into"): Place("folder", ("new-plugin", "mine", "--into", "{}"), ""),
    ("preflight", "rows"): Place("rows", ("preflight", "{}", "-r", "math")),
    ("preflight", "rubric"): Place("rubric", ("preflight", "rows.jsonl", "-r", "{}"), ".toml"),
    ("preflight", "plugin"): Place("plugin", ("preflight", "rows.jsonl", "--plugin", "{}"), ".py"),
    ("prove", "rubrics"): Place("rubric", ("prove", "{}"), ".toml"),
    ("prove", "plugin"): Place("plugin", ("prove", "math", "--plugin", "{}"), ".py"),
    ("probe", "rubric"): Place("rubric", ("probe", "{}", "--n", "1"), ".toml"),
    ("probe", "rows"): Place("rows", ("probe", "math", "--rows", "{}", "--n", "1")),
    ("probe", "plugin"): Place("plugin", ("probe", "math", "--n", "1", "--plugin", "{}"), ".py"),
    ("serve", "rubrics"): Place("rubric", ("serve", "{}", "--port", "0"), ".toml"),
    ("serve", "plugin"): Place("plugin", ("serve", "math", "--port", "0", "--plugin", "{}"), ".py"),
    ("audit", "logs"): Place("log", ("audit", "{}")),
    ("audit", "rubric"): Place("rubric", ("audit", "scored.jsonl", "-r", "{}"), ".toml"),
    ("audit", "against"): Place("rubric", ("audit", "scored.jsonl", "--against", "{}"), ".toml"),
    ("audit", "report"): Place("page", ("audit", "scored.jsonl", "--report", "{}"), ".html"),
    ("audit", "plugin"): Place("plugin", ("audit", "scored.jsonl", "--plugin", "{}"), ".py"),
    ("fit", "preferences"): Place("rows", ("fit", "{}")),
    ("fit", "rubric"): Place("rubric", ("fit", "pairs.jsonl", "-r", "{}"), ".toml"),
    ("fit", "out"): Place("output", ("fit", "pairs.jsonl", "--out", "{}"), ".toml"),
    ("fit", "plugin"): Place("plugin", ("fit", "pairs.jsonl", "--plugin", "{}"), ".py"),
}

NOT_FILES = {
    "mapped": "columns",
    "row_format": "a format's name",
    "fail_on": "a severity",
    "max_unscored": "a number",
    ("compare", "reference"): "an answer",
    ("compare", "answer"): "an answer",
    ("compare", "policy"): "a custom",
    ("verifiers", "name"): "a verifier",
    ("formats", "name"): "a format",
    ("new-plugin", "name"): "a name",
    ("new-plugin", "kind"): "a kind",
    ("preflight", "solution"): "a column",
    ("prove", "key"): "a criterion",
    ("prove", "given"): "an inequality",
    ("prove", "fp"): "a rate",
    ("prove", "fn"): "a rate",
    ("prove", "allow"): "a verdict",
    ("probe", "only"): "a family",
    ("serve", "host"): "an address",
    ("serve", "unscored"): "a client's setting",
    ("serve", "patience"): "a client's setting",
    ("audit", "key"): "a criterion",
    ("audit", "passes"): "a score",
    ("audit", "by"): "a column",
    ("audit", "reader"): "a reader",
    ("fit", "key"): "a criterion",
    ("fit", "criterion"): "a criterion",
    ("fit", "tied"): "a criterion",
    ("fit", "kind"): "a kind",
}
"""What takes text that is not a path, for every command or for one."""


def test_every_parameter_that_takes_text_is_ruled_on() -> None:
    """A new option of a command must say here whether it names a file."""
    unruled = [
        (command, name)
        for command in registry.COMMANDS
        for name, parameter in inspect.signature(registry.load(command)).parameters.items()
        if {"str", "Path", "RubricName", "PluginFiles", "FormatName"}
        & set(str(parameter.annotation).replace("[", " ").replace(",", " ").split())
        and (command, name) not in PLACES
        and not {name, (command, name)} & set(NOT_FILES)
    ]
    assert unruled == []


def folder(path: Path) -> None:
    path.mkdir()


def loop(path: Path) -> None:
    path.symlink_to(path)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def garbage(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 16)


FAULTS: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: None,
    "folder": folder,
    "loop": loop,
    "pipe": pipe,
    "endless": endless,
    "garbage": garbage,
}

SAID: dict[str, dict[str, str]] = {
    "rows": {
        "missing": "no such file",
        "folder": "is a directory",
        "loop": "a symbolic link that leads round to itself",
        "pipe": "is a named pipe, and nobody writes into it",
        "endless": "longer than 134217728 bytes|no row in the last 1,0",
        "garbage": "not JSON",
    },
    "log": {
        "missing": "no such file",
        "folder": "holds no log",
        "loop": "a symbolic link that leads round to itself",
        "pipe": "is not a regular file",
        "endless": "is not a regular file",
        "garbage": "is not a log",
    },
    "rubric": {
        "missing": "cannot read rubric",
        "folder": "cannot read rubric",
        "loop": "a symbolic link that leads round to itself",
        "pipe": "it is a named pipe",
        "endless": "it is a device",
        "garbage": "is not UTF-8",
    },
    "plugin": {
        "missing": "does not exist",
        "folder": "is not a file",
        "loop": "is a link that leads round to itself",
        "pipe": "is not a file",
        "endless": "is not a file",
        "garbage": "raised as it was loaded: UnicodeDecodeError",
    },
    "program": {
        "missing": "No such file",
        "folder": "Is a directory",
        "loop": "a symbolic link that leads round to itself",
        "pipe": "is a named pipe, and nobody writes into it",
        "endless": "holds more than",
        "garbage": "it is not UTF-8",
    },
    "output": {
        "folder": "cannot be written: ",
        "loop": "cannot be written: Too many levels of symbolic links",
        "pipe": "is a named pipe, and nobody reads from it",
    },
    "page": {
        "folder": "cannot be written: it is a folder",
        "loop": "cannot be written: Too many levels of symbolic links",
        "pipe": "cannot be written: it is not a regular file",
    },
    "ledger": {
        "loop": "a ledger needs a folder",
        "pipe": "a ledger needs a folder",
        "endless": "a ledger needs a folder",
        "garbage": "a ledger needs a folder",
    },
    "folder": {
        "loop": "cannot be written",
        "pipe": "cannot be written",
        "endless": "cannot be written",
        "garbage": "cannot be written",
    },
}
"""What is said of each; what is missing here is not a fault: an output may be anything writable."""

CODES = {("preflight", "rows", "garbage"): 1}
"""A row that cannot be read is what `preflight` finds. All else is the user's mistake."""

CASES = [
    (command, parameter, fault)
    for (command, parameter), place in PLACES.items()
    for fault in SAID[place.role]
]

# One command for each thing that is said; a gigabyte of zeros only in CI.
_QUICK = {
    (place.role, fault): (command, parameter, fault)
    for (command, parameter), place in reversed(PLACES.items())
    for fault in SAID[place.role]
    if (place.role, fault) != ("rows", "endless")
}


@pytest.mark.parametrize(
    ("command", "parameter", "fault"),
    [
        pytest.param(
            *case,
            id="-".join(case),
            marks=[] if case in _QUICK.values() else pytest.mark.slow,
        )
        for case in CASES
    ],
)
def test_what_is_not_the_file_that_was_meant_is_one_clear_error(
    command: str,
    parameter: str,
    fault: str,
    assay: Assay,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(files, "OTHER_END_S", 0.1)
    write_rows(tmp_path / "rows.jsonl", ROWS)
    write_rows(tmp_path / "scored.jsonl", SCORED)
    write_rows(tmp_path / "pairs.jsonl", [PAIR] * 4)
    place = PLACES[command, parameter]
    name = f"it{place.suffix}"
    FAULTS[fault](tmp_path / name)
    done = assay(*(word.format(name) for word in place.words))
    said = " ".join((done.out + done.err).split())
    assert any(text in said for text in SAID[place.role][fault].split("|"))
    assert name in said
    assert "Traceback" not in said
    assert done.code == CODES.get((command, parameter, fault), 2), said
    assert done.err.count("assay: error:") <= 4


@pytest.mark.parametrize("command", ["verify", "style"])
def test_a_pipe_with_a_writer_is_read(command: str, assay: Assay, tmp_path: Path) -> None:
    """As the shell makes of ``<(...)``, save that here the writer comes a little later."""
    import threading

    path = tmp_path / "pipe"
    os.mkfifo(path)
    text = json.dumps(ROWS[0]) + "\n" if command == "verify" else "x = 1\n"
    writer = threading.Timer(0.1, path.write_text, (text,))
    writer.start()
    done = assay(command, "pipe")
    writer.join()
    assert done.code == 0, done.err


@pytest.mark.parametrize("option", ["--out", "--summary"])
def test_a_pipe_with_a_reader_is_written(option: str, assay: Assay, tmp_path: Path) -> None:
    import threading

    path = tmp_path / "pipe"
    os.mkfifo(path)
    write_rows(tmp_path / "rows.jsonl", ROWS)
    read: list[str] = []
    # held open for reading and writing: --summary looks at it first, and opens it again at the end
    held = os.open(path, os.O_RDWR)
    reader = threading.Thread(target=lambda: read.append(os.read(held, 20).decode()))
    reader.start()
    done = assay("verify", "rows.jsonl", option, "pipe")
    reader.join(30)
    os.close(held)
    assert done.code == 0, done.err
    assert read[0][:1] in ("{", "#", "|", "*")


MAPPED = {
    "verify": ("verify", "rows.jsonl", "--map", "completion={}"),
    "preflight": ("preflight", "rows.jsonl", "-r", "math", "--map", "reference={}"),
    "probe": ("probe", "math", "--rows", "rows.jsonl", "--n", "1", "--map", "reference={}"),
    "audit": ("audit", "scored.jsonl", "--map", "reward={}"),
    "fit": ("fit", "pairs.jsonl", "--map", "chosen={}"),
}


@pytest.mark.parametrize("path", ["nope", "nope[0]", "nope.0", "completions[7]", "completions.7"])
@pytest.mark.parametrize("command", MAPPED)
def test_a_column_that_is_not_there_lists_those_that_are(
    command: str, path: str, assay: Assay, tmp_path: Path
) -> None:
    extra = {"completions": ["a", "b"]}
    write_rows(tmp_path / "rows.jsonl", [{**row, **extra} for row in ROWS])
    write_rows(tmp_path / "scored.jsonl", [{**row, **extra} for row in SCORED])
    write_rows(tmp_path / "pairs.jsonl", [{**PAIR, **extra}] * 4)
    done = assay(*(word.format(path) for word in MAPPED[command]))
    assert done.code == 2
    assert f"no column {path!r}" in done.err
    there = "'completions' is a list of 2" if "completions" in path else "columns: "
    assert there in done.err


LISTS = {
    "verify": ("verify", "rows.jsonl", "--map", "completion={}"),
    "preflight": ("preflight", "rows.jsonl", "-r", "math", "--map", "reference={}"),
    "probe": ("probe", "math", "--rows", "rows.jsonl", "--n", "1", "--map", "reference={}"),
    "audit": ("audit", "scored.jsonl", "--map", "reward={}"),
    "fit": ("fit", "pairs.jsonl", "--map", "chosen={}", "--map", "rejected=both[1]"),
}


@pytest.mark.parametrize("path", ["both[0]", "both.0", "in.both[-2]"])
@pytest.mark.parametrize("command", LISTS)
def test_an_entry_of_a_list_is_a_column(
    command: str, path: str, assay: Assay, tmp_path: Path
) -> None:
    """The same paths, read by one parser, for every command."""
    rows = [{**row, "both": ["1", "2"]} for row in ROWS]
    scored = [{"completion": str(i), "both": [i % 2, 7]} for i in range(4)]
    pairs = [{"both": [PAIR["chosen"], PAIR["rejected"]]}] * 4
    for name, made in (("rows", rows), ("scored", scored), ("pairs", pairs)):
        write_rows(tmp_path / f"{name}.jsonl", [{**row, "in": row} for row in made])
    done = assay(*(word.format(path) for word in LISTS[command]))
    assert done.code in (0, 1), done.err
    assert "assay: error" not in done.err
    if command == "audit":
        assert "no row has a reward" not in done.out


def test_every_command_that_maps_columns_is_here() -> None:
    mapping = {
        command
        for command in registry.COMMANDS
        if "mapped" in inspect.signature(registry.load(command)).parameters
    }
    assert mapping == set(MAPPED) == set(LISTS)
