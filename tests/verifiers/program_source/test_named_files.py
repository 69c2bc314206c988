"""Which blocks of an answer are files of one program, and what they are called."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.verifiers.program_source import named_files
from assay.verifiers.program_source.paths import path_in_comment, path_in_info

F = "`" * 3


def answer(*blocks: tuple[str, str]) -> str:
    return "\n\n".join(f"{F}{info}\n{text}\n{F}" for info, text in blocks)


class Info(NamedTuple):
    text: str
    path: str
    why: str


INFOS = [
    Info("python app/models.py", "app/models.py", "after the language"),
    Info("python:app/models.py", "app/models.py", "after a colon"),
    Info('python title="app/models.py"', "app/models.py", "as a title"),
    Info("py filename=models.py", "models.py", "as a file name"),
    Info("{.python filename='a/b.py'}", "a/b.py", "in braces"),
    Info("app/models.py", "app/models.py", "nothing else"),
    Info("1:20:app/models.py", "app/models.py", "after lines of an editor"),
    Info("python ./app/models.py", "app/models.py", "from here"),
    Info("json config.json", "config.json", "data"),
    Info("python", "", "a language"),
    Info("python3.11", "", "a version"),
    Info("python ../models.py", "", "a path upwards"),
    Info("python a/../../b.py", "", "a path upwards, later"),
    Info("python /etc/models.py", "", "a path from the root"),
    Info("python ~/models.py", "", "a home folder"),
    Info("python C:\\models.py", "", "another system's root"),
    Info("python .ssh/config.txt", "", "a hidden folder"),
    Info("python models.pyc", "", "another kind of file"),
    Info("python models.py.exe", "", "another end"),
    Info("python " + "a/" * 12 + "b.py", "", "too deep"),
]


@pytest.mark.parametrize("row", INFOS, ids=lambda row: row.why)
def test_info_strings(row: Info) -> None:
    assert path_in_info(row.text) == row.path


COMMENTS = [
    Info("# app/models.py\nx = 1", "app/models.py", "alone"),
    Info("# File: app/models.py\nx = 1", "app/models.py", "as a file"),
    Info("# filename: `models.py`\nx = 1", "models.py", "in quotes"),
    Info("# ===== models.py =====\nx = 1", "models.py", "framed"),
    Info("#!/usr/bin/env python\n# models.py\nx = 1", "models.py", "after a line for the shell"),
    Info("\n# models.py\nx = 1", "models.py", "after a blank line"),
    Info("# solves models.py quickly\nx = 1", "", "in a sentence"),
    Info("# ../models.py\nx = 1", "", "a path upwards"),
    Info("# /models.py\nx = 1", "", "a path from the root"),
    Info("x = 1\n# models.py", "", "not the first line"),
    Info("# config.json\nx = 1", "", "data is not Python"),
]


@pytest.mark.parametrize("row", COMMENTS, ids=lambda row: row.why)
def test_comments(row: Info) -> None:
    assert path_in_comment(row.text) == row.path


def test_the_later_of_two_blocks_of_one_name_counts() -> None:
    found = named_files(answer(("python a.py", "x = 1"), ("python b.py", ""), ("py a.py", "x = 2")))
    assert found is not None
    assert dict(found.files) == {"b.py": "\n", "a.py": "x = 2\n"}


def test_a_block_without_a_name_that_imports_a_named_one_is_the_program() -> None:
    found = named_files(answer(("python", "# util.py\nx = 1"), ("python", "from util import x")))
    assert found is not None
    assert dict(found.files) == {"util.py": "# util.py\nx = 1\n"}
    assert found.unnamed == "from util import x\n"


@pytest.mark.parametrize(
    "text",
    [
        answer(("python solution.py", "x = 1")),
        answer(("python", "x = 1"), ("python", "x = 2")),
        answer(("python", "x = 1"), ("python solution.py", "x = 2")),
        answer(("python solution.py", "x = 1"), ("bash", "python solution.py")),
        answer(("python solution.py", "x = 1"), ("python solution.py", "x = 2")),
        answer(*((f"python a{i}.py", "x = 1") for i in range(100))),
        "x = 1",
        "",
    ],
    ids=["one", "no names", "a name and a block that needs it not", "a line for the shell",
         "one name twice", "too many", "no block", "nothing"],
)  # fmt: skip
def test_a_program_of_one_file_is_read_as_ever(text: str) -> None:
    assert named_files(text) is None


@given(st.text(alphabet="ab/.~\\: py", max_size=30))
def test_no_path_leaves_the_folder(text: str) -> None:
    for path in (path_in_info(f"python {text}.py"), path_in_comment(f"# {text}.py")):
        parts = path.split("/")
        assert not path.startswith(("/", "~"))
        assert "" not in parts or path == ""
        assert not {".", ".."} & set(parts)
        assert not {"\\", ":"} & set(path)
