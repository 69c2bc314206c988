"""`code+style`: correctness first, style second; and the verifiers behind the engine."""

from __future__ import annotations

import itertools

import pytest

from assay import Engine, Sample, load_rubric
from assay.model import Verdict

from .programs import CLEAN, NAMES, UGLY, scores

LEVELS = (0.0, 0.3, 0.999, 1.0)


def judged(name: str, score: float) -> Verdict:
    return Verdict.judged(f"{name}@1", score, "a corner")


def test_no_incorrect_program_outranks_a_correct_one() -> None:
    """Every corner, and some points between; `code.tests` scores all or nothing here."""
    rubric = load_rubric("code+style")
    paid: dict[float, list[float]] = {0.0: [], 1.0: []}
    for correct, joint, pylint in itertools.product((0.0, 1.0), LEVELS, LEVELS):
        verdicts = {
            "gate": judged("code.tests", correct),
            "then/style.joint": judged("style.joint", joint),
            "then/style.pylint": judged("style.pylint", pylint),
        }
        value = rubric.compose(verdicts).value
        assert value is not None
        paid[correct].append(value)
    assert max(paid[0.0]) == 0.0
    assert min(paid[1.0]) == 0.5
    assert max(paid[1.0]) == 1.0


def test_the_proof_agrees() -> None:
    assert "proved" in str(load_rubric("code+style").prove()).partition("\n")[0]


def test_a_style_that_cannot_be_told_pays_least() -> None:
    rubric = load_rubric("code+style")
    verdicts = {
        "gate": judged("code.tests", 1.0),
        "then/style.joint": Verdict.undecided("style.joint@1", "a limit of ours"),
        "then/style.pylint": judged("style.pylint", 1.0),
    }
    assert rubric.compose(verdicts).value == 0.75


def test_workers_say_what_this_process_says() -> None:
    """Through pipes, in processes of their own, in any order."""
    rubric = {"kind": "weighted", "criteria": dict.fromkeys(NAMES, 0.25)}
    programs = [CLEAN, UGLY, f"<think>hm</think>\n```python\n{UGLY}```\n", "def f(:", "pass"]
    with Engine(rubric, workers=1, timeout_s=60.0) as engine:
        rewards = engine.verify_batch([Sample(p) for p in programs])
    for program, reward in zip(programs, rewards, strict=True):
        assert {k: v.score for k, v in reward.verdicts.items()} == scores(program)
    assert [reward.value for reward in rewards[3:]] == [0.0, 0.0]
    assert rewards[1].value == rewards[2].value


@pytest.mark.parametrize("size", [20, 40.0, 10])
def test_a_prompts_size_scales_what_findings_cost(size: float) -> None:
    rubric = {"kind": "weighted", "criteria": {"style.black": 1}}
    with Engine(rubric, workers=1, timeout_s=60.0) as engine:
        plain = engine.verify(Sample(UGLY)).value
        sized = engine.verify(Sample(UGLY, info={"solution_lines": size})).value
        (broken,) = engine.verify_batch([Sample(UGLY, info={"solution_lines": -1})])
    assert plain is not None
    assert sized is not None
    odds = plain / (1 - plain)
    assert sized / (1 - sized) == pytest.approx(odds * size / 20)
    assert broken.status == "invalid"
