"""What is true of these verifiers alone; the laws that hold for all are in test_laws."""

from collections.abc import Callable

import pytest
from assay import Engine, Sample

UGLY = "import os, sys\nx=1\n"


@pytest.mark.parametrize(
    ("name", "completion", "score"),
    [
        ("ruff.lint", "x = 1\n", 1.0),
        ("ruff.lint", UGLY, 1 / 4),
        ("ruff.lint", UGLY + "y = 2\n" * 100, 1 / 4),
        ("ruff.lint", "only words here", 0.0),
        ("ruff.format", "x = 1\n", 1.0),
        ("ruff.format", UGLY, 1 / 3),
        ("ruff.format", "x = 1  # fmt: skip\n", 0.0),
        ("ruff.format", "", 0.0),
    ],
)
def test_its_score(engine: Callable[..., Engine], name: str, completion: str, score: float) -> None:
    reward = engine(name).verify(Sample(completion))
    assert reward.value == pytest.approx(score), reward.explain()


def test_it_says_what_to_mend(engine: Callable[..., Engine]) -> None:
    (verdict,) = engine("ruff.lint").verify(Sample(UGLY)).verdicts.values()
    assert verdict.feedback is not None
    assert "line 1: F401" in verdict.feedback
