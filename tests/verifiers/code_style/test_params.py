"""Params: what is refused, and what a named project sets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assay.errors import RubricError
from assay.verifiers.code_style.feedback import FEEDBACK_CHARS

from .programs import NAMES, UGLY, host, judge, score


@pytest.mark.parametrize(
    ("name", "params", "says"),
    [
        ("style.black", {"line_lenght": 99}, "did you mean 'line_length'?"),
        ("style.black", {"half": 0}, "half is 0, must be more than 0"),
        ("style.autopep8", {"ignore": ["bare"]}, "is not a code of pycodestyle"),
        ("style.autopep8", {"aggressive": 4}, "aggressive is 4, must be 3 or less"),
        ("style.pylint", {"weights": {"error": -1}}, "error is -1, must be 0 or more"),
        ("style.pylint", {"project": "pyproject.toml"}, "takes no project"),
        ("style.joint", {"formatters": []}, "name at least one"),
        ("style.joint", {"formatters": ["blakc"]}, "no formatter 'blakc'"),
        ("style.joint", {"formatters": ["black", "black"]}, "names one twice"),
        ("style.joint", {"voters": ["ruff"]}, "no voter 'ruff'"),
        ("style.joint", {"formatters": ["black"], "reconciled": True}, "lacks one"),
    ],
)
def test_refused(name: str, params: dict[str, Any], says: str) -> None:
    with pytest.raises(RubricError) as caught:
        host().resolve(name).check(params)
    assert says in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_every_verifier_loads_without_params(name: str) -> None:
    assert host().resolve(name).check(None) is not None


def test_a_project_sets_what_is_not_given(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text("[tool.black]\nline-length = 40\ntarget-version = ['py312']\n")
    params = host().resolve("style.black").check({"project": str(project)})
    assert params is not None
    assert params.model_dump()["line_length"] == 40
    assert params.model_dump()["project"] is None  # what it set is all that counts from here on
    params = host().resolve("style.black").check({"project": str(project), "line_length": 50})
    assert params is not None
    assert params.model_dump()["line_length"] == 50


def test_a_projects_option_that_is_not_supported_is_told(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text("[tool.black]\nunstable = true\n")
    with pytest.raises(RubricError, match=r"tool\.black\.unstable, which is not supported"):
        host().resolve("style.black").check({"project": str(project)})


def test_options_change_what_is_found() -> None:
    assert score("style.black", "x = 'a'\n", skip_string_normalization=True) == 1.0
    assert score("style.autopep8", "f = lambda: 0\n", ignore=["E731"]) == 1.0
    assert score("style.black", "x='a'\n", half=3) == 0.5


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_feedback_is_bounded_and_the_same_for_the_same_code(name: str) -> None:
    long = UGLY * 60
    verdict = judge(name, long)
    assert verdict.feedback is not None
    assert len(verdict.feedback) <= FEEDBACK_CHARS
    assert "more lines" in verdict.feedback
    again = host().resolve(name).make(None)
    from assay.model import Sample

    assert again.verify(Sample(long)) == verdict
