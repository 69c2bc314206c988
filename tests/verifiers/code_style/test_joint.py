"""The conflicts of black and autopep8: which there are, what they say, how they end."""

from __future__ import annotations

import re
import sys
import tomllib
from types import ModuleType
from typing import Any

import pytest

from assay import Engine, PluginError, Sample, VerdictError
from assay.verifiers.code_style.analysers import versions
from assay.verifiers.code_style.joint import joint
from assay.verifiers.code_style.params import Autopep8Params, BlackParams, JointParams
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


# -- analysers of other distributions ----------------------------------------------------------


class Shouting:
    """Writes names in capitals, and objects to each line that has a question mark."""

    name = "shouting"

    def formatted(self, text: str, line_length: int) -> str:
        return text.replace("value", "VALUE")

    def objections(self, text: str, line_length: int) -> list[str]:
        return [f"line {i}: asks" for i, line in enumerate(text.split("\n"), 1) if "?" in line]


class Voter:
    name = "voter"

    def objections(self, text: str, line_length: int) -> object:
        return "not a list" if "text" in text else [1] if "number" in text else []


class Nameless:
    def formatted(self, text: str, line_length: int) -> str:
        return text


class Idle:
    name = "idle"


@pytest.fixture
def theirs(monkeypatch: pytest.MonkeyPatch) -> str:
    """A module that no distribution brings."""
    module = ModuleType("their_analysers")
    for kind in (Shouting, Voter, Nameless, Idle):
        setattr(module, kind.__name__.lower(), kind())
    monkeypatch.setitem(sys.modules, "their_analysers", module)
    versions.cache_clear()
    return "their_analysers"


def test_a_plugins_analyser_joins_formatters_and_voters(theirs: str) -> None:
    program = f'{CLEAN}\n\nVALUE = "?"\n'
    shouting = f"{theirs}:shouting"
    verdict = judge("style.joint", program, analysers=[shouting], voters=[], vote=0.5)
    assert [part.label for part in verdict.parts] == ["black", "autopep8", "shouting", "shouting"]
    assert verdict.score == pytest.approx(0.5 + 0.5 * 10 / 11)
    assert verdict.details["shouting_messages"] == 1
    assert verdict.parts[-1].details["objections"] == ("line 16: asks",)
    moved = judge(
        "style.joint", program.replace("VALUE", "value"), analysers=[f"{theirs}:shouting"]
    )
    assert moved.details["edits"] > 0
    assert "black and autopep8 and shouting" in moved.because


def test_the_votes_that_there_are_count_alike(theirs: str) -> None:
    program = f'{CLEAN}\n\nprint(unknown, "?")\n'
    verdict = judge("style.joint", program, analysers=[f"{theirs}:shouting"], vote=1.0)
    votes = [part.score for part in verdict.parts if part.label in ("pylint", "shouting")][-2:]
    assert verdict.score == pytest.approx(sum(v for v in votes if v is not None) / 2)


def test_its_code_stands_in_the_signature(theirs: str) -> None:
    (name,) = (found := JointParams(analysers=(f"{theirs}:shouting",)).tool_versions())
    assert name == f"{theirs}:shouting"
    assert re.fullmatch("[0-9a-f]{8,}", found[name])
    assert JointParams().tool_versions() == {}, "nothing of others by default"
    assert JointParams(formatters=("black", "textwrap:dedent")).tool_versions() == {}
    assert "pytest" in JointParams(formatters=("black", "pytest:skip")).tool_versions()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["ruff"], "no analyser 'ruff'; wanted 'package.module:name'"),
        (["a.b:c", "a.b:c"], "analysers names one twice"),
    ],
)
def test_analysers_are_targets(given: list[str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        JointParams(analysers=tuple(given))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nameless", "has the name None, wanted lower-case text"),
        ("idle", r"has neither formatted\(text, line_length\)"),
        ("missing", "missing"),
    ],
)
def test_what_is_no_analyser_is_said_before_any_row(theirs: str, name: str, said: str) -> None:
    use = {"use": "style.joint", "weight": 1, "params": {"analysers": [f"{theirs}:{name}"]}}
    with pytest.raises(PluginError, match=said):
        Engine({"kind": "weighted", "criteria": {"style": use}})


@pytest.mark.parametrize(
    ("program", "said"), [("text = 1\n", "not a list of objections"), ("number = 1\n", "is an int")]
)
def test_what_an_analyser_returns_is_checked(theirs: str, program: str, said: str) -> None:
    """A fault of the plugin's, never of the program's."""
    verifier = joint(JointParams(analysers=(f"{theirs}:voter",), voters=()))
    with pytest.raises(VerdictError, match=said):
        verifier.verify(Sample(program))


def test_no_two_have_one_name(theirs: str) -> None:
    sys.modules[theirs].again = Shouting()  # type: ignore[attr-defined]
    with pytest.raises(PluginError, match="two analysers are called 'shouting'"):
        joint(JointParams(analysers=(f"{theirs}:shouting", f"{theirs}:again")))


def test_another_version_of_it_is_another_signature(
    theirs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def signed() -> str:
        use = {"use": "style.joint", "weight": 1, "params": {"analysers": [f"{theirs}:shouting"]}}
        return Engine({"kind": "weighted", "criteria": {"style": use}}).rubric.signature

    first = signed()
    assert signed() == first
    monkeypatch.setattr(Shouting, "formatted", lambda self, text, line_length: text.upper())
    versions.cache_clear()
    assert signed() != first
