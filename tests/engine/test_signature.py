"""What is in a signature: all that can change a score, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from assay import Engine, Sample, verifier
from assay.engine import environment as module


@verifier("signed.one@1", cost="inline")
def one(sample: Sample) -> float:
    return 1.0


def signature(rubric: Any) -> str:
    with Engine(rubric, verifiers=[one]) as engine:
        return engine.rubric.signature


PYTHON = [
    ("math", False, "nothing that judges answers asks which Python runs"),
    ("math+format", False, "nor does the format"),
    ("code", True, "the program is run by it"),
    ("code+style", True, "the analysers read programs by its grammar"),
    ({"criteria": {"it": "signed.one"}}, True, "of a function nothing is known"),
]


@pytest.mark.parametrize(("rubric", "differs"), [p[:2] for p in PYTHON], ids=[p[2] for p in PYTHON])
def test_python_counts_where_it_can_matter(
    rubric: Any, differs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = signature(rubric)
    assert here == signature(rubric)
    monkeypatch.setattr(module.platform, "python_version_tuple", lambda: ("3", "99", "0"))
    assert (signature(rubric) != here) is differs


TOOLS = [
    ("math", "sympy", True),
    ("math", "pylint", False),
    ("code+style", "pylint", True),
    ("code+style", "sympy", False),
]


@pytest.mark.parametrize(("rubric", "tool", "differs"), TOOLS)
def test_tools_count_where_they_are_used(
    rubric: str, tool: str, differs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = signature(rubric)
    known = module.version
    monkeypatch.setattr(module, "version", lambda name: "99" if name == tool else known(name))
    assert (signature(rubric) != here) is differs
