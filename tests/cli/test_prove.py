"""`assay prove`: the page, the JSON, the exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from .conftest import Done

Assay = Callable[..., Done]

RUBRIC = """
kind = "weighted"
[criteria]
"c.c" = {weight = WEIGHT, levels = [0, 1]}
"s.s" = {weight = 0.3}
"""


class Case(NamedTuple):
    weight: str
    args: tuple[str, ...]
    code: int
    noted: str
    why: str


CASES = [
    Case("0.7", (), 0, "proved - every correct", "correctness outweighs style"),
    Case("0.3", (), 1, "tie - a wrong", "a tie is a finding"),
    Case("0.2", (), 1, "refuted - a wrong", "so is a refutation"),
    Case("0.2", ("--allow", "not_proved"), 1, "refuted", "which nothing allows"),
    Case("0.7", ("--key", "s.s"), 1, "not proved", "a key without levels"),
    Case("0.7", ("--key", "s.s", "--allow", "not_proved"), 0, "not proved", "unless allowed"),
    Case("0.2", ("--given", "s.s <= 0.5"), 0, "given        s.s <= 0.5", "a coupling proves it"),
    Case("0.7", ("--fp", "0/50"), 0, "FP at most 7.112%", "error rates from counts"),
    Case("0.7", ("--beta", "0.1", "--p0", "0.5"), 0, "KL floor", "a KL floor"),
    Case("0.7", ("--table",), 0, "reward  \n", "every corner"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.why)
def test_prove(assay: Assay, tmp_path: Path, case: Case) -> None:
    (tmp_path / "r.toml").write_text(RUBRIC.replace("WEIGHT", case.weight))
    done = assay("prove", "r.toml", *case.args)
    assert (done.code, done.err) == (case.code, "")
    assert case.noted.strip() in done.out


def test_json_is_one_object_a_rubric(assay: Assay) -> None:
    done = assay("prove", "dapo", "deepseek-r1", "--json")
    found = [json.loads(line) for line in done.out.splitlines()]
    assert [(f["rubric"], f["verdict"], f["margin"]) for f in found] == [
        ("dapo", "proved", "1"),
        ("deepseek-r1", "tie", "0"),
    ]
    assert done.code == 1


MISTAKES = [
    (("nope.toml",), "cannot read rubric nope.toml"),
    (("math", "--key", "maths.answer"), "did you mean 'math.answer'"),
    (("math", "--given", "math.answer"), "is not a comparison"),
    (("math", "--beta", "0.1"), "--beta needs --p0"),
    (("math", "--allow", "tie"), "only not_proved can be allowed"),
    (("math", "--fp", "2"), "fp is 2, must lie in [0, 1]"),
]


def test_a_key_that_could_be_two_lists_them_and_a_whole_one_wins(
    assay: Assay, tmp_path: Path
) -> None:
    judged = '{use = "t.t", levels = [0, 1]}'
    inner = f'{{kind = "weighted", criteria = {{tests = {judged}}}}}'
    start = f'kind = "weighted"\n[criteria]\na = {inner}\n'
    (tmp_path / "two.toml").write_text(f"{start}b = {inner}\n")
    done = assay("prove", "two.toml", "--key", "tests")
    assert done.code == 2
    assert "could be a/tests or b/tests" in done.err
    (tmp_path / "one.toml").write_text(f"{start}tests = {judged}\n")
    found = json.loads(assay("prove", "one.toml", "--key", "tests", "--json").out)
    assert found["cases"][0]["key"] == "tests"


@pytest.mark.parametrize(("args", "noted"), MISTAKES)
def test_mistakes_end_with_code_2(assay: Assay, args: tuple[str, ...], noted: str) -> None:
    done = assay("prove", *args)
    assert done.code == 2
    assert noted in done.err
