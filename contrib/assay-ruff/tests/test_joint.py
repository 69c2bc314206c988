"""Ruff as the fourth analyser of style.joint."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pytest
from assay import Engine, Sample, Verdict
from assay.verifiers.code_style.params import JointParams

from assay_ruff.joint import ruff

CLEAN = '''\
"""Twice."""


def double(number):
    """Return twice the number."""
    return 2 * number
'''
UNUSED = CLEAN.replace('"""Twice."""\n', '"""Twice."""\n\nimport os\n')


@pytest.fixture
def judged(engine: Callable[..., Engine]) -> Callable[..., Verdict]:
    def judge(program: str, **params: Any) -> Verdict:
        params.setdefault("analysers", ["assay_ruff.joint:ruff"])
        rubric = {
            "kind": "weighted",
            "criteria": {"style": {"use": "style.joint", "weight": 1, "params": params}},
        }
        reward = engine(rubric, timeout_s=30.0).verify(Sample(program))
        assert reward.value is not None, reward.explain()
        return reward.verdicts["style"]

    return judge


def test_it_stands_beside_the_others(judged: Callable[..., Verdict]) -> None:
    verdict = judged(CLEAN)
    assert [part.label for part in verdict.parts] == ["black", "autopep8", "ruff", "pylint", "ruff"]
    assert (verdict.score, verdict.details["accepted"]) == (1.0, True)


def test_its_formatter_moves_the_target(judged: Callable[..., Verdict]) -> None:
    verdict = judged(CLEAN.replace("2 * number", "2  *  number"))
    assert {part.label: part.score for part in verdict.parts[:3]} == {
        "black": 0.0,
        "autopep8": 0.0,
        "ruff": 0.0,
    }
    assert verdict.score is not None
    assert verdict.score < 1.0


def test_its_linter_votes_and_counts_as_far_as_it_is_asked(judged: Callable[..., Verdict]) -> None:
    alone = judged(UNUSED, voters=[])
    vote = alone.parts[-1]
    assert vote.label == "ruff"
    assert vote.score == pytest.approx(10 / 11)
    assert "F401" in vote.details["objections"][0]
    assert "; ruff has 1 objection" in alone.because
    assert alone.score == 1.0, "a vote moves no score unless it is given a share"
    assert judged(UNUSED, voters=[], vote=0.5).score == pytest.approx(0.5 + 0.5 * 10 / 11)


def test_the_signature_names_ruff() -> None:
    named = JointParams(analysers=("assay_ruff.joint:ruff",)).tool_versions()
    assert named == {"assay-ruff": version("assay-ruff"), "ruff": version("ruff")}


def test_what_does_not_parse_earns_nothing(judged: Callable[..., Verdict]) -> None:
    assert judged("def double(n:\n").score == 0.0


def test_what_it_says_of_a_text() -> None:
    assert ruff.formatted("x=1\n", 88) == "x = 1\n"
    assert ruff.objections("import os\n", 88) == ["line 1: F401 `os` imported but unused"]
