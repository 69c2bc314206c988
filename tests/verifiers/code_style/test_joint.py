"""The conflicts of black and autopep8: which there are, what they say, how they end."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from assay.verifiers.code_style.params import Autopep8Params, BlackParams
from assay.verifiers.code_style.reconciliation import reconciliation

from .programs import CLEAN, host, judge, rows, score

CONFLICTS = rows("conflicts.jsonl")


@pytest.mark.parametrize("row", CONFLICTS, ids=lambda row: row["name"])
def test_exactly_the_known_cycles(row: dict[str, Any]) -> None:
    verdict = judge("style.joint", row["source"])
    assert verdict.details["orbit"] == ("cycle" if row["ping_pong"] else "fixed")
    assert ("no joint fixed point for this code" in verdict.because) is row["ping_pong"]
    assert "impossible" not in verdict.because


@pytest.mark.parametrize("row", CONFLICTS, ids=lambda row: row["name"])
def test_no_cycle_is_left_when_reconciled(row: dict[str, Any]) -> None:
    verdict = judge("style.joint", row["source"], reconciled=True)
    assert verdict.details["orbit"] == "fixed"


SLICE = "def f(ham, lower, offset):\n    return ham[lower + offset : len(offset)]\n"
CALL = "result = some_function_name(argument_one, argument_two, argument_three, argu_four)\n"


@pytest.mark.parametrize(
    ("source", "code", "rule", "line"),
    [(SLICE, "E203", "':' in a slice", 2), (CALL, "E501", "88 characters", 1)],
)
def test_a_conflict_names_rules_lines_and_configuration(
    source: str, code: str, rule: str, line: int
) -> None:
    verdict = judge("style.joint", source)
    conflict = verdict.details["conflict"]
    sides = {side["formatter"]: side for side in conflict["sides"]}
    assert sides.keys() == {"black", "autopep8"}
    assert code in sides["autopep8"]["rule"]
    assert rule in sides["black"]["rule"]
    assert sides["autopep8"]["lines"] == (line,)
    assert conflict["reconciled"] is True
    assert "max_line_length = 88" in conflict["configuration"]
    assert f"line {line}" in verdict.because
    assert verdict.feedback is not None
    assert "undo each other" in verdict.feedback


def test_either_side_of_a_cycle_scores_in_full() -> None:
    """A coder who follows one of the two is not to learn to write around the other."""
    assert score("style.joint", SLICE) == 1.0
    assert (
        score("style.joint", SLICE.replace(" :", ":", 2).replace("f(ham, lower, offset) :", ""))
        == 1.0
    )
    assert 0.0 < score("style.joint", SLICE.replace("return ham", "return  ham")) < 1.0


def test_line_numbers_are_those_of_the_completion() -> None:
    answer = f"Here:\n```python\n\n# noqa\n{SLICE}```\n"
    verdict = judge("style.joint", answer)
    assert "line 4" in verdict.because


def test_pylint_votes_and_does_not_move_the_score() -> None:
    program = CLEAN.replace("Return the greatest", "Return the greatest") + "\n\nprint(unknown)\n"
    verdict = judge("style.joint", program)
    assert verdict.score == 1.0
    votes = {part.label: part.score for part in verdict.parts}
    assert votes["black"] == votes["autopep8"] == 1.0
    assert votes["pylint"] is not None
    assert votes["pylint"] < 1.0
    assert verdict.details["accepted"] is False
    assert judge("style.joint", CLEAN).details["accepted"] is True


def test_a_share_can_be_given_to_the_vote() -> None:
    program = CLEAN + "\n\nprint(unknown)\n"
    vote = next(p.score for p in judge("style.joint", program).parts if p.label == "pylint")
    assert vote is not None
    assert score("style.joint", program, vote=0.5) == pytest.approx(0.5 + 0.5 * vote)
    assert score("style.joint", program, voters=[], vote=0.0) == 1.0


def test_a_plugin_adds_a_formatter() -> None:
    verdict = judge("style.joint", "x = 1\n", formatters=["black", "textwrap:dedent"])
    assert verdict.score == 1.0
    assert [part.label for part in verdict.parts] == ["black", "textwrap:dedent", "pylint"]


def test_the_printed_configuration_has_one_line_length() -> None:
    found = tomllib.loads(reconciliation(100))["tool"]
    assert found["black"]["line-length"] == found["autopep8"]["max_line_length"] == 100


def test_the_printed_configuration_is_a_project(tmp_path: Any) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text(reconciliation())
    for name, model in (("style.black", BlackParams), ("style.autopep8", Autopep8Params)):
        params = host().resolve(name).check({"project": str(project)})
        assert isinstance(params, model)
    assert isinstance(params, Autopep8Params)
    assert params.max_line_length == 88
    assert "E203" in params.ignore
