"""`math.steps` through the engine: by name, beside an outcome, with its params checked."""

from __future__ import annotations

from typing import Any

import pytest

from assay import Engine, RubricError, Sample

SOLUTION = "16 - 3 - 4 = <<16-3-4=9>>9. 9 * 2 = <<9*2=18>>18."
RIGHT = "16 - 3 - 4 = 9, 9 * 2 = 18. The answer is \\boxed{18}."
HALF = "16 - 3 - 4 = 9, 9 * 3 = 27. The answer is \\boxed{27}."
LUCKY = "The answer is \\boxed{18}."
LOST = "16 + 3 = 19. The answer is \\boxed{19}."

WEIGHTED = {"kind": "weighted", "criteria": {"math.answer": 0.7, "math.steps": 0.3}}
PROCESS = {"kind": "process", "outcome": "math.answer", "steps": "math.steps", "k": "info.k"}


@pytest.mark.parametrize("rubric", [WEIGHTED, PROCESS], ids=["weighted", "process"])
def test_the_way_counts_beside_the_outcome(rubric: dict[str, Any]) -> None:
    info = {"reference_solution": SOLUTION, "k": 2}
    with Engine(rubric, workers=1) as engine:
        rewards = engine.verify_batch(
            Sample(text, reference="18", info=info) for text in (RIGHT, LUCKY, HALF, LOST)
        )
    assert [r.value for r in rewards] == pytest.approx([1.0, 0.7, 0.15, 0.0])


def test_its_entry_of_info_reaches_it() -> None:
    rubric = {
        "kind": "weighted",
        "criteria": {"steps": {"use": "math.steps", "weight": 1, "params": {"solution": "worked"}}},
    }
    with Engine(rubric, workers=1) as engine:
        reward = engine.verify(Sample(HALF, reference="18", info={"worked": SOLUTION}))
    assert reward.value == 0.5


def test_params_are_checked() -> None:
    rubric = {
        "kind": "weighted",
        "criteria": {"steps": {"use": "math.steps", "weight": 1, "params": {"detour": 1}}},
    }
    with pytest.raises(RubricError, match="did you mean 'detours'"):
        Engine(rubric)


def test_a_solution_that_cannot_be_read_makes_the_row_invalid() -> None:
    info = {"reference_solution": "left to the reader"}
    with Engine(WEIGHTED, workers=1) as engine:
        (reward,) = engine.verify_batch([Sample(RIGHT, reference="no number", info=info)])
    assert reward.status == "invalid"
    assert reward.error is not None
    assert "holds no claim whose value can be read" in reward.error
