"""Rubrics that no float can hold, or that have no lowest value where they need one."""

from __future__ import annotations

from typing import Any

import pytest

from assay.errors import RubricError
from assay.rubrics import load_rubric

UNBOUNDED = {"kind": "cost", "of": "t.b", "each": 0.1, "unknown": 1}
SURE = {"use": "t.a", "levels": [0, 1]}


def weighted(**criteria: Any) -> dict[str, Any]:
    return {"kind": "weighted", "criteria": criteria}


def cost(each: float, cap: float) -> dict[str, Any]:
    return {"kind": "cost", "of": "t.b", "each": each, "cap": cap}


COST = "a cost without `cap` has no lowest value, and can only be added"
CAP = "give it a `cap`, or put it into the weighted sum at the top"
LARGE = "the weights add up to more than a float can hold"
RATIOS = "divide all weights by the same number: only their ratios matter"
TINY = "the weights above it multiply to 0 as a float, so it would count for nothing"
LARGER = "give it and what it stands in larger weights, or leave it out"
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("taken away it would be a bonus without end", weighted(a=1, b={**UNBOUNDED, "weight": -1}),
     f"{COST} - at `$.b.of`\n  fix: {CAP}"),
    ("a product would turn it", {"kind": "product", "criteria": {"a": SURE, "b": UNBOUNDED}},
     f"{COST} - at `$.b.of`\n  fix: {CAP}"),
    ("so may what is above a sum", {"kind": "clip", "of": weighted(a=1, b=UNBOUNDED), "low": 0,
     "high": 1}, f"{COST} - at `$.of.b.of`\n  fix: {CAP}"),
    ("each share counts at least as if its part went to 1", weighted(a=1e300, b=1),
     f"{LARGE} - at `$`\n  got: up to 1e300\n  fix: {RATIOS}"),
    ("penalties count as they are large", weighted(a=5e299, b=-6e299),
     f"{LARGE} - at `$`\n  got: up to 1e300\n  fix: {RATIOS}"),
    ("the highest value of a part counts", weighted(a=1, p={**weighted(a=1e200), "weight": 1e150}),
     f"{LARGE} - at `$`\n  got: up to 1e350\n  fix: {RATIOS}"),
    ("or its lowest", weighted(a=1, p={**weighted(a=1, b=-1e200), "weight": 1e150}),
     f"{LARGE} - at `$`\n  got: up to 1e350\n  fix: {RATIOS}"),
    ("in a part it is named", weighted(a=1, p={**weighted(a=1e300, b=1), "weight": 0.1}),
     f"{LARGE} - at `$.p`\n  got: up to 1e300\n  fix: {RATIOS}"),
    ("of a cost, all up to its cap", weighted(a=1, b=cost(1e299, 20)),
     f"{LARGE} - at `$`\n  got: up to 1e300\n  fix: {RATIOS}"),
    ("a share that is 0 as a float", weighted(a=1, p={**weighted(q=1e-200), "weight": 1e-200}),
     f"{TINY} - at `$.p.q`\n  got: about 1e-400\n  fix: {LARGER}"),
]  # fmt: skip
TAKEN: list[tuple[str, dict[str, Any]]] = [
    ("a cost in a sum in a sum", weighted(a=1, p=weighted(b=UNBOUNDED))),
    ("the largest sum that is taken", weighted(a=1e300)),
    ("a cost up to its cap", weighted(a=1, b=cost(1e299, 5))),
    ("a small share that is a float", weighted(a=1, p={**weighted(q=1e-150), "weight": 1e-150})),
]


@pytest.mark.parametrize(("why", "rubric", "error"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_refused(why: str, rubric: dict[str, Any], error: str) -> None:
    with pytest.raises(RubricError) as raised:
        load_rubric(rubric).compose({})
    assert str(raised.value) == error, why


@pytest.mark.parametrize(("why", "rubric"), TAKEN, ids=[row[0] for row in TAKEN])
def test_what_is_not(why: str, rubric: dict[str, Any]) -> None:
    with pytest.raises(RubricError, match="no verdict for the criterion"):
        load_rubric(rubric).compose({})
