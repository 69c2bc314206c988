"""Lowest and highest rewards, held against composing whatever the verifiers can say."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from typing import Any

import pytest

from assay.model import Verdict
from assay.rubrics import load_rubric
from assay.rubrics.compiled import variables as module
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.compiled.variables import TooMany, extreme, plan_range, variables

LEVELS: dict[str, list[float] | None] = {
    "t.a": [0, 1],
    "t.b": [0, 0.5, 1],
    "t.c": [0.25, 0.75],
    "t.d": None,
}
GRID = [0.0, 0.125, 0.5, 0.875, 1.0]


def leaf(use: str, pick: random.Random) -> dict[str, Any]:
    found: dict[str, Any] = {"use": use}
    if LEVELS[use] is not None:
        found["levels"] = LEVELS[use]
    if pick.random() < 0.3:
        found["missing"] = pick.choice([0, 0.125, 1])
    return found


def grown(seed: int, open_ended: bool) -> dict[str, Any]:
    """A sum of parts, some below a product, a minimum or a gate; verifiers stand several times."""
    pick = random.Random(seed)
    uses = ["t.a", "t.b", "t.c", *(["t.d"] if open_ended else [])]

    def some(count: int) -> dict[str, Any]:
        return {f"k{i}": leaf(pick.choice(uses), pick) for i in range(count)}

    criteria: dict[str, Any] = {"key": {"use": "t.a", "levels": LEVELS["t.a"]}}
    for i in range(pick.randint(1, 3)):
        kind = pick.choice(["leaf", "leaf", "product", "min", "gate"])
        if kind == "leaf":
            part = leaf(pick.choice(uses), pick)
        elif kind == "gate":
            both = some(2)
            part = {"kind": "gate", "gate": both["k0"], "then": both["k1"], "floor": 0.25}
        else:
            part = {"kind": kind, "criteria": some(2)}
        criteria[f"p{i}"] = {**part, "weight": pick.choice([1, 0.5, -0.5, -1])}
    return {"kind": "weighted", "criteria": criteria, "key": "key"}


def composed(rubric: dict[str, Any]) -> list[float]:
    """The reward for each combination of what its verifiers can say, and of their silence."""
    found = load_rubric(rubric)
    leaves = found.leaves()
    uses = sorted({criterion.use for criterion in leaves.values()})
    said: list[list[float | None]] = [[*(LEVELS[use] or GRID), None] for use in uses]
    values = []
    for scores in itertools.product(*said):
        verdicts = {
            use: Verdict.undecided(use, "") if s is None else Verdict.judged(use, s, "")
            for use, s in zip(uses, scores, strict=True)
        }
        reward = found.compose({key: verdicts[c.use] for key, c in leaves.items()})
        if reward.value is not None:
            values.append(reward.value)
    return values


def range_of(rubric: dict[str, Any]) -> tuple[float, float]:
    plan = load_rubric(rubric)._unbound.plan(None)
    assert isinstance(plan, Plan)
    found = plan_range(plan)
    assert found is not None
    return float(found[0]), float(found[1])


@pytest.mark.parametrize("seed", range(40))
def test_with_levels_the_ends_are_what_can_be_composed(seed: int) -> None:
    rubric = grown(seed, open_ended=False)
    values = composed(rubric)
    assert range_of(rubric) == pytest.approx((min(values), max(values)))


@pytest.mark.parametrize("seed", range(40))
def test_without_levels_nothing_that_can_be_composed_is_beyond_them(seed: int) -> None:
    rubric = grown(seed, open_ended=True)
    values = composed(rubric)
    low, high = range_of(rubric)
    assert low - 1e-12 <= min(values)
    assert max(values) <= high + 1e-12


D = {"use": "t.d"}
ENDS: list[tuple[str, dict[str, Any], tuple[float, float]]] = [
    ("it is added and taken away: nothing is left", {"d": D, "e": {**D, "weight": -1}}, (0, 1)),
    ("more is taken than added", {"d": D, "e": {**D, "weight": -3}}, (-2, 1)),
    ("its missing score is beyond what it says", {"b": {"use": "t.c", "levels": [0.25, 0.75],
     "missing": 0}, "d": {"use": "t.c", "levels": [0.25, 0.75], "missing": 1}}, (0.5, 2.5)),
    ("or only below", {"b": {"use": "t.c", "levels": [0.25, 0.75], "missing": 0}}, (0, 1.75)),
    ("or only above", {"b": {"use": "t.c", "levels": [0.25, 0.75], "missing": 1}}, (0.25, 2)),
    ("missing ones have each their own number", {"d": {**D, "missing": 0}, "e": {**D, "missing": 1,
     "weight": -1}}, (-1, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("why", "criteria", "ends"), ENDS, ids=[row[0] for row in ENDS])
def test_the_ends_of_a_sum(why: str, criteria: dict[str, Any], ends: tuple[float, float]) -> None:
    rubric = {"kind": "weighted", "criteria": {"a": {"use": "t.a", "levels": [0, 1]}, **criteria}}
    assert range_of(rubric) == pytest.approx(ends), why
    values = composed(rubric)
    assert (min(values), max(values)) == pytest.approx(ends), why


# -- more than can be tried ------------------------------------------------------------------------


def plan_of(rubric: dict[str, Any]) -> Plan:
    plan = load_rubric(rubric)._unbound.plan(None)
    assert isinstance(plan, Plan)
    return plan


def mixed(count: int) -> Plan:
    """Verifiers that the reward rises and falls with: each level of each has to be tried."""
    criteria: dict[str, Any] = {}
    for i in range(count):
        pair = {"use": f"t.v{i}", "levels": [0, 0.5, 1]}
        criteria |= {f"a{i}": pair, f"b{i}": {**pair, "weight": -0.5}}
    return plan_of({"kind": "weighted", "criteria": criteria})


def test_as_many_combinations_as_are_tried_are_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more, and criteria of one verifier are taken for independent: the end is a bound."""
    plan = mixed(2)
    free = variables(plan)
    states = [len(v.ends(True, plan.affine) or ()) for v in free]
    tried = states[0] * states[1]
    monkeypatch.setattr(module, "COMBINATIONS", tried)
    exact = extreme(plan, {}, free, highest=True)
    assert (exact.value, exact.attained) == (1, True)
    monkeypatch.setattr(module, "COMBINATIONS", tried - 1)
    bound = extreme(plan, {}, free, highest=True)
    assert (bound.value, bound.attained) == (2, False)
    assert extreme(plan, {}, free, highest=False).value == -1
    monkeypatch.setattr(module, "COMBINATIONS", 0)
    with pytest.raises(TooMany, match="more than 0 combinations of scores"):
        extreme(plan, {}, free, highest=True)
    assert plan_range(plan) is None


def test_what_is_fixed_stays() -> None:
    plan = mixed(2)
    first, second = variables(plan)
    found = extreme(plan, first.at(Fraction(0)), [second], highest=True)
    assert (found.value, found.attained) == (Fraction(1, 2), True)
    assert found.scores == {"a0": 0, "b0": 0, "a1": 1, "b1": 1}
