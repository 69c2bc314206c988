"""Rows as reasoning-gym makes them; what it pays for wrong ones, and what is not offered."""

from __future__ import annotations

import json
from typing import Any

import pytest
import reasoning_gym
from assay import ReferenceUnreadable, Sample

from assay_reasoning_gym.params import SolvesParams
from assay_reasoning_gym.solves import ARITHMETIC, EVALUATE, Solves

TASKS = ["chain_sum", "gcd", "basic_arithmetic", "syllogism", "word_sorting", "countdown",
         "leg_counting", "spell_backward"]  # fmt: skip


def rows(task: str, count: int = 3) -> list[dict[str, Any]]:
    made = reasoning_gym.create_dataset(task, size=count, seed=7)
    found: list[dict[str, Any]] = json.loads(json.dumps([made[i] for i in range(count)]))
    return found


def score(answer: str, entry: dict[str, Any], **params: Any) -> float | None:
    return Solves(SolvesParams(**params)).verify(Sample(answer, info={"entry": entry})).score


@pytest.mark.parametrize("task", TASKS)
def test_its_own_answers_are_right_and_others_are_not(task: str) -> None:
    for row in rows(task):
        assert score(row["answer"], row) == 1.0
        assert score("certainly not this", row) == 0.0
        assert score("", row) == 0.0


def test_an_answer_that_names_many_is_paid_only_where_that_is_asked_for() -> None:
    (row,) = rows("chain_sum", 1)
    many = f"{row['answer']} or 1 or 2"
    assert score(many, row) == 0.0
    partial = score(many, row, partial=True)
    assert partial is not None
    assert 0.0 < partial < 1.0
    assert SolvesParams().levels() == (0.0, 1.0)
    assert SolvesParams(partial=True).levels() is None


@pytest.mark.parametrize(
    "answer", ['__import__("os").getpid()', "9**9**9", "9*\t*9", "9 * * 9", "(lambda: 1)()", "1e9"]
)
def test_no_answer_is_evaluated_but_arithmetic(answer: str) -> None:
    (row,) = rows("countdown", 1)
    assert score(answer, row) == 0.0


@pytest.mark.parametrize("task", sorted(EVALUATE))
def test_tasks_that_evaluate_answers_are_not_offered(task: str) -> None:
    assert task not in ARITHMETIC
    with pytest.raises(ReferenceUnreadable, match="evaluates answers as Python"):
        score("1", {"answer": "1", "metadata": {"source_dataset": task}})


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (None, "not a row of reasoning-gym"),
        ({"answer": "1", "metadata": {}}, "names no source_dataset"),
        ({"answer": 1, "metadata": {"source_dataset": "gcd"}}, "no answer"),
        ({"answer": "1", "metadata": {"source_dataset": "nothing"}}, "has no task 'nothing'"),
        ({"answer": "1+1", "metadata": {"source_dataset": "countdown", "numbers": [3],
                                        "target": 3}}, "own answer does not solve"),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_are_nobodys_fault(entry: Any, said: str) -> None:
    with pytest.raises(ReferenceUnreadable, match=said):
        score("1", entry)
