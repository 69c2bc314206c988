"""`assay probe`: the page, the JSON, the exit codes."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from assay.probes.bundled import SETS, bundled

from .conftest import Done, write_rows

Assay = Callable[..., Done]

SUBSTRING = '''
from assay import verifier


@verifier("toy.substring@1", cost="inline", needs=["reference"], levels=(0.0, 1.0))
def substring(sample):
    """Is the reference in it?"""
    return str(sample.reference) in sample.text
'''


@pytest.fixture
def toy(tmp_path: Path) -> list[str]:
    """A rubric that falls to nearly everything, and the option that loads its verifier."""
    (tmp_path / "toy.py").write_text(SUBSTRING)
    (tmp_path / "toy.toml").write_text('[criteria]\n"toy.substring" = 1\n')
    return ["toy.toml", "--plugin", "toy.py"]


def test_a_preset_without_findings(assay: Assay) -> None:
    done = assay("probe", "math", "-n", "6")
    assert (done.code, done.err) == (0, "")
    assert "math on 6 prompts (bundled: 27 problems of GSM8K" in done.out
    assert "correct answers: known by their labels" in done.out
    assert "no findings: these probes failed on these prompts; others may not" in done.out
    assert "unhackable" not in done.out
    assert "/10" not in done.out


def test_a_rubric_that_falls(assay: Assay, toy: list[str]) -> None:
    done = assay("probe", *toy, "-n", "6")
    assert (done.code, done.err) == (1, "")
    assert "error: probe.paid: answer.hedge (in words) is paid 100% of a correct answer" in done.out
    assert "paid by toy.substring 1" in done.out
    assert "'The answer is either " in done.out  # the response, to read


THREE = """
[criteria]
"math.answer" = 0.9
"format.boxed" = 0.05
"length.overlong" = 0.05
"""


@pytest.mark.parametrize(
    ("columns", "headings", "left_out"),
    [
        (80, ["math.an…"], "format.boxed, length.overlong"),
        (100, ["math.an…", "format.…", "length.…"], ""),
        (160, ["math.answer", "format.boxed", "length.overlong"], ""),
    ],
)
def test_a_narrow_terminal_cuts_names_and_no_figure(
    assay: Assay,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    columns: int,
    headings: list[str],
    left_out: str,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    (tmp_path / "three.toml").write_text(THREE)
    done = assay("probe", "three.toml", "-n", "4", "--only", "shape")
    head, *lines = done.out.split("what they are paid\n")[1].split("\n\n")[0].splitlines()
    assert head.split()[7:] == headings
    assert re.search(r"of correct +interval +highest", head)
    scores = ["0.00", "1.00", "1.00"][: len(headings)]
    figures = [line.split()[-6 - len(scores) :] for line in lines if line.startswith("shape.")]
    assert len(figures) == 3
    for _, paid, low, to, high, highest, *of_criteria in figures:
        assert (paid, low, to, highest, of_criteria) == (
            "0.100", "0.00", "to", "0.100", scores,
        )  # fmt: skip
        assert re.fullmatch(r"0\.\d\d", high)
    noted = f"no room in {columns} columns for the criteria {left_out}; --json has them"
    assert (noted in done.out) == bool(left_out)


class Case(NamedTuple):
    args: tuple[str, ...]
    code: int
    why: str


CASES = [
    Case((), 1, "an error is an error"),
    Case(("--fail-on", "warning"), 1, "so it is where warnings count"),
    Case(("--only", "blank"), 0, "not every family gets through"),
    Case(("--only", "honest"), 0, "and other styles keep their score"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.why)
def test_exit_codes(assay: Assay, toy: list[str], case: Case) -> None:
    done = assay("probe", *toy, "-n", "3", *case.args)
    assert (done.code, done.err) == (case.code, "")


def test_a_warning_fails_only_if_asked(assay: Assay, tmp_path: Path) -> None:
    """A quarter of the reward for a box is paid to every wrong box: no error, but reported."""
    (tmp_path / "r.toml").write_text('[criteria]\n"math.answer" = 3\n"format.boxed" = 1\n')
    args = ("probe", "r.toml", "-n", "3", "--only", "answer.wrong")
    done = assay(*args)
    assert done.code == 0
    assert "warning: probe.paid: answer.wrong (boxed) is paid 25% of a correct answer" in done.out
    assert "paid by format.boxed 1" in done.out
    assert "format.boxed" in done.out.partition("wrong by construction")[2].splitlines()[1]
    assert assay(*args, "--fail-on", "warning").code == 1


def test_json_is_the_whole_board(assay: Assay, toy: list[str]) -> None:
    done = assay("probe", *toy, "-n", "4", "--json")
    assert done.code == 1
    board: dict[str, Any] = json.loads(done.out)
    assert (board["rubric"], board["prompts"], board["scale"]["unit"]) == ("toy.toml", 4, "share")
    assert board["correct"]["median"] == 1.0
    assert board["wrong"]["n"] == 4
    hedge = next(line for line in board["lines"] if line["probe"] == "answer.hedge")
    assert (hedge["claim"], hedge["figure"], hedge["n"]) == ("wrong", 1.0, 4)
    assert hedge["interval"][0] < 1.0 == hedge["interval"][1]
    assert hedge["responses"][0]["terms"]["toy.substring"]["score"] == 1.0
    errors = [f for f in board["findings"] if f["severity"] == "error"]
    assert {"answer.hedge"} <= {f["subject"][0] for f in errors}


def test_rows_of_the_users_own(assay: Assay, tmp_path: Path) -> None:
    rows = [
        {"question": s.prompt, "response": s.text, "gold": s.reference, "label": s.label}
        for s in bundled("answers")
    ]
    write_rows(tmp_path / "mine.jsonl", [*rows, {"response": 3}])
    options = (
        "--map",
        "prompt=question",
        "--map",
        "completion=response",
        "--map",
        "reference=gold",
    )
    done = assay("probe", "math", "--rows", "mine.jsonl", "-n", "5", *options)
    assert done.code == 0
    assert "math on 5 prompts (54 rows)" in done.out
    assert "1 rows are malformed and left out; the first: mine.jsonl:55: " in done.err


def test_text_out_of_rows_is_escaped(assay: Assay, toy: list[str], tmp_path: Path) -> None:
    evil = "\x1b[31m[bold]<script>"
    rows = [
        {"prompt_id": f"{evil}{i}", "prompt": evil, "completion": f"{evil} it is {i}7",
         "reference": f"{i}7", "label": True}
        for i in range(1, 4)
    ]  # fmt: skip
    write_rows(tmp_path / "evil.jsonl", rows)
    done = assay("probe", *toy, "--rows", "evil.jsonl")
    assert done.code == 1
    assert "\x1b" not in done.out
    assert "[bold]<script>" in done.out  # as text


def test_the_list(assay: Assay, toy: list[str]) -> None:
    done = assay("probe", "math", "--list")
    assert done.code == 0
    assert "answer.many-boxes" in done.out
    noted = [
        json.loads(line) for line in assay("probe", "math", "--list", "--json").out.splitlines()
    ]
    assert {x["claim"] for x in noted} == {"wrong", "honest", "neutral"}


MISTAKES = [
    (("math", "--only", "nothing"), "no probe or family 'nothing'", "a probe that is not there"),
    (("math", "--fail-on", "never"), "--fail-on never: must be one of", "a severity"),
    (("math", "--map", "reference=gold"), "--map needs --rows", "a map without rows"),
    (("mth",), "no rubric 'mth'; did you mean 'math'?", "a rubric that is not there"),
    (("math", "--rows", "none.jsonl"), "none.jsonl", "rows that are not there"),
    (("math", "--rows", os.devnull), "no rows to attack the rubric with", "a file without rows"),
    (("math", "--rows", ""), "'' is not a file's name: it is empty", "a variable that is not set"),
]


@pytest.mark.parametrize(("args", "noted", "why"), MISTAKES, ids=[m[2] for m in MISTAKES])
def test_the_users_mistakes(assay: Assay, args: tuple[str, ...], noted: str, why: str) -> None:
    done = assay("probe", *args)
    assert done.code == 2
    assert noted in done.err


def test_a_switch_needs_samples_of_the_users_own(assay: Assay, tmp_path: Path) -> None:
    text = 'kind = "switch"\non = "info.source"\n[cases]\na = "math.answer"\nb = "code.tests"\n'
    (tmp_path / "s.toml").write_text(text)
    done = assay("probe", "s.toml")
    assert done.code == 2
    assert "fix: --rows with samples of your own" in done.err


@pytest.mark.parametrize("name", SETS)
def test_bundled_samples_have_right_and_wrong_answers(name: str) -> None:
    labels = [s.label for s in bundled(name)]
    assert labels.count(True) >= 10
    assert labels.count(False) >= 5
    assert all(s.prompt and s.prompt_id for s in bundled(name))
