"""Rubrics that cannot be compiled: the rule, the place as it is written, and what to do."""

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


def switch(number: int) -> dict[str, Any]:
    return {"kind": "switch", "on": f"info.k{number}", "cases": {"x": "t.a", "y": "t.b"}}


def crossed(name: str, part: dict[str, Any]) -> dict[str, Any]:
    """A table in which more of `name` is worth more in one row and less in another."""
    rows = [{"when": {"a": 1, name: 0}, "value": 1}, {"when": {"a": 0, name: 1}, "value": 0.5}]
    return {"kind": "table", "criteria": {"a": {}, name: part}, "rows": rows}


NO_KEY = "drop it: without the key there is no reward; or name another `key`"
ROWS = "a criterion in its place, or rows in which more of it is never less"
COST = "a cost without `cap` has no lowest value, and can only be added"
CAP = "give it a `cap`, or put it into the weighted sum at the top"
LARGE = "the weights add up to more than a float can hold"
RATIOS = "divide all weights by the same number: only their ratios matter"
TINY = "the weights above it multiply to 0 as a float, so it would count for nothing"
LARGER = "give it and what it stands in larger weights, or leave it out"
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("taken away it would be a bonus without end", weighted(a=1, b={**UNBOUNDED, "weight": -1}),
     f"{COST} - at `$.criteria.b.of`\n  fix: {CAP}"),
    ("a product would turn it", {"kind": "product", "criteria": {"a": SURE, "b": UNBOUNDED}},
     f"{COST} - at `$.criteria.b.of`\n  fix: {CAP}"),
    ("so may what is above a sum", {"kind": "clip", "of": weighted(a=1, b=UNBOUNDED), "low": 0,
     "high": 1}, f"{COST} - at `$.of.criteria.b.of`\n  fix: {CAP}"),
    ("each share counts at least as if its part went to 1", weighted(a=1e300, b=1),
     f"{LARGE} - at `$`\n  got: up to 1e300\n  fix: {RATIOS}"),
    ("penalties count as they are large", weighted(a=5e299, b=-6e299),
     f"{LARGE} - at `$`\n  got: up to 1e300\n  fix: {RATIOS}"),
    ("the highest value of a part counts", weighted(a=1, p={**weighted(a=1e200), "weight": 1e150}),
     f"{LARGE} - at `$`\n  got: up to 1e350\n  fix: {RATIOS}"),
    ("or its lowest", weighted(a=1, p={**weighted(a=1, b=-1e200), "weight": 1e150}),
     f"{LARGE} - at `$`\n  got: up to 1e350\n  fix: {RATIOS}"),
    ("in a part it is named", weighted(a=1, p={**weighted(a=1e300, b=1), "weight": 0.1}),
     f"{LARGE} - at `$.criteria.p`\n  got: up to 1e300\n  fix: {RATIOS}"),
    ("of a cost, all up to its cap", weighted(a=1, b=cost(1e299, 20)),
     f"{LARGE} - at `$`\n  got: up to 1e300\n  fix: {RATIOS}"),
    ("a share that is 0 as a float", weighted(a=1, p={**weighted(q=1e-200), "weight": 1e-200}),
     f"{TINY} - at `$.criteria.p.criteria.q`\n  got: about 1e-400\n  fix: {LARGER}"),
    ("a criterion has no parts", {**weighted(a=1, b=weighted(c=1)), "key": "a/x"},
     "a is a criterion, so no key lies below it - at `$`\n  got: a/x"),
    ("wherever it stands", {**weighted(a=1, b={**weighted(c=1), "key": "c/x"}), "key": "b"},
     "b/c is a criterion, so no key lies below it - at `$`\n  got: b/c/x"),
    ("no reward without the key", weighted(p={"kind": "min", "criteria": {"x": {"missing": 0}}}),
     f"the key criterion has a `missing` - at `$.criteria.p.criteria.x.missing`\n  fix: {NO_KEY}"),
    ("turns are no part of a sum", weighted(a=1, t={"kind": "turns", "outcome": "b.b"}),
     "turns stand at the top, or in a switch or in phases - at `$.criteria.t`"),
    ("a part that helps and harms", crossed("w", weighted(b=1)),
     f"the value rises and falls with 'w', which is a rubric - at `$.criteria.w`\n  fix: {ROWS}"),
    ("so what should a missing one count?", crossed("w", {}),
     "the reward rises and falls with w, so no one score stands in for a missing one "
     "- at `$.criteria.w.missing`\n  fix: give the criterion its `missing`"),
    ("the key of an inner one", weighted(a=1, b={**weighted(c=1), "key": "d"}),
     "key 'd' is not part of this rubric - at `$.criteria.b.key`\n  fix: parts: c"),
    ("each way is a plan of its own", weighted(**{f"s{i}": switch(i) for i in range(11)}),
     "its switches can stand in 2048 ways, more than 1024 - at `$`\n"
     "  fix: put the switch at the top, with a rubric for each case"),
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
