"""Certificates of rubrics with shared verifiers, tables, maxima, constants and schedules.

The formulas are written a second time here, and every combination of what verifiers can say is
tried, at every step of training.
"""

from __future__ import annotations

import functools
import itertools
import random
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import pytest

from assay.model import Sample, Verdict
from assay.plugins.host import Host
from assay.rubrics import load_rubric
from assay.rubrics.written.number import fraction as read

HOST = Host()
F = Fraction


@functools.cache
def _read(kind: type, value: object) -> Fraction:
    return read(value)


def fraction(value: object) -> Fraction:
    """As a rubric reads it; each number once, of the thousands of combinations."""
    return _read(type(value), value)


VERIFIERS: Mapping[str, list[Any]] = {
    "t.key": [0, 1],
    "t.grade": [0, 0.5, 1],
    "t.form": [0, 1],
    "t.style": [0, 0.25, 1],
    "t.odd": [0.2, 0.7],
}
STEPS = (0, 4, 6)


class Grower:
    """Random tables over few verifiers, which so stand in several places."""

    def __init__(self, pick: random.Random, key: str) -> None:
        self.pick, self.key, self.left = pick, key, 6
        self.scheduled = False

    def leaf(self, first: bool) -> dict[str, Any]:
        self.left -= 1
        use = self.key if first else self.pick.choice(list(VERIFIERS))
        out: dict[str, Any] = {"use": use, "levels": VERIFIERS[use]}
        if not first and self.pick.random() < 0.15:
            out["missing"] = self.pick.choice([0, 0.5, 1])
        return out

    def part(self, depth: int, first: bool, low: bool) -> dict[str, Any]:
        if depth == 0 or self.left < 2 or self.pick.random() < 0.45:
            return self.leaf(first)
        return self.rubric(depth, first, low)

    def rubric(self, depth: int, first: bool = True, low: bool = False) -> dict[str, Any]:
        """`low`: it must not be negative."""
        pick = self.pick
        kind = pick.choice(
            ["weighted"] * 3 + ["gate", "max", "min", "product", "table", "schedule"]
        )
        if kind == "schedule" and not low:
            weights = [pick.randint(0, 8) / 10 for _ in STEPS]
            self.scheduled = True
            points = [[s, w] for s, w in zip(STEPS, weights, strict=True)]
            return {"kind": kind, "of": self.part(depth - 1, first, True), "points": points}
        if kind == "gate":
            at, floor = pick.randint(1, 10) / 10, pick.randint(0, 10) / 10
            opened = self.part(depth - 1, first, False)
            return {
                "kind": kind, "gate": opened, "then": self.part(depth - 1, False, True),
                "at": at, "floor": floor,
            }  # fmt: skip
        if kind == "table":
            names = ["a", "b"][: pick.randint(1, 2)]
            criteria = {n: self.leaf(first and n == "a") for n in names}
            for n in names[0 if not first else 1 :]:
                criteria[n].setdefault("missing", 0)
            rows = [
                {
                    "when": {n: pick.choice([0, 1, 0.5, [0.2, 0.6], [0.5, 1]]) for n in names},
                    "value": pick.randint(0 if low else -5, 10) / 10,
                }
                for _ in range(pick.randint(1, 3))
            ]
            other = pick.randint(0 if low else -5, 3) / 10
            return {"kind": kind, "criteria": criteria, "rows": rows, "otherwise": other}
        kind = kind if kind in ("max", "min", "product") else "weighted"
        inner = low or kind == "product"
        criteria = {
            f"k{i}": self.part(depth - 1, first and i == 0, inner)
            for i in range(pick.randint(1, 4))
            if self.left > 0 or i == 0
        }
        if pick.random() < 0.3:
            value = pick.randint(0 if inner else -10, 10) / 10
            criteria["base"] = {"kind": "constant", "value": value}
        if kind == "weighted":
            for i, entry in enumerate(criteria.values()):
                entry["weight"] = pick.randint(1 if inner or i == 0 else -6, 10) / 10
        return {"kind": kind, "criteria": criteria}


def worth(table: Mapping[str, Any], seen: Mapping[str, Fraction], step: Fraction, path: str) -> F:
    """The formulas of the reference, written a second time."""

    def part(name: str, value: Any) -> Fraction:
        where = f"{path}/{name}" if path else name
        return worth(value, seen, step, where) if "kind" in value else seen[where]

    kind = table["kind"]
    if kind == "constant":
        return fraction(table["value"])
    if kind == "schedule":
        points = [(F(s), fraction(w)) for s, w in table["points"]]
        (a, low), (b, high) = next(
            (p, q) for p, q in itertools.pairwise(points) if p[0] <= step <= q[0]
        )
        return (low + (high - low) * (step - a) / (b - a)) * part("of", table["of"])
    if kind == "gate":
        g, then = part("gate", table["gate"]), part("then", table["then"])
        floor = fraction(table["floor"])
        return floor + (1 - floor) * then if g >= fraction(table["at"]) else F(0)
    values = {name: part(name, entry) for name, entry in table["criteria"].items()}
    if kind == "table":
        for row in table["rows"]:
            ends = {n: w if isinstance(w, list) else [w, w] for n, w in row["when"].items()}
            if all(fraction(a) <= values[n] <= fraction(b) for n, (a, b) in ends.items()):
                return fraction(row["value"])
        return fraction(table["otherwise"])
    if kind == "weighted":
        weights = {n: fraction(e.get("weight", 1)) for n, e in table["criteria"].items()}
        return sum((weights[n] * v for n, v in values.items()), F(0))
    if kind == "product":
        product = F(1)
        for value in values.values():
            product *= value
        return product
    return (max if kind == "max" else min)(values.values())


def leaves_of(table: Mapping[str, Any], path: str, sign: int) -> Iterator[tuple[str, Any, int]]:
    """Key, criterion, and whether the value rises (1) or falls with it."""
    parts = {n: table[n] for n in ("gate", "then", "of") if n in table} or table.get("criteria", {})
    for name, entry in parts.items():
        where = f"{path}/{name}" if path else name
        turn = sign * (-1 if fraction(entry.get("weight", 1)) < 0 else 1)
        if "kind" in entry:
            yield from leaves_of(entry, where, turn)
        else:
            yield where, entry, turn


def stand_ins(table: Mapping[str, Any], keys: Mapping[str, str], own: str) -> dict[str, Fraction]:
    """What each criterion counts as where its verifier gave no score: as the receipt says."""
    lost = {
        k: Verdict.judged(use, 0.0, "the key") if use == own else Verdict.undecided(use, "no score")
        for k, use in keys.items()
    }
    terms = load_rubric(table).compose(lost, Sample("", step=0)).terms
    return {k: fraction(terms[k].score) for k in keys}


def brute(table: Mapping[str, Any], key: str) -> Fraction:
    """Worst correct less best wrong, at the step where that is least."""
    leaves = list(leaves_of(table, "", 1))
    own = next(entry["use"] for where, entry, _ in leaves if where == key)
    worst = stand_ins(table, {w: e["use"] for w, e, _ in leaves}, own)
    states: dict[str, list[dict[str, Fraction]]] = {}
    for use, levels in VERIFIERS.items():
        mine = [(w, e, s) for w, e, s in leaves if e["use"] == use]
        if not mine:
            continue
        states[use] = [{w: fraction(v) for w, _, _ in mine} for v in levels]
        if use != own:  # the verifier gives no score: each criterion sees its stand-in
            states[use].append({w: worst[w] for w, _, _ in mine})
    found: list[Fraction] = []
    top = fraction(VERIFIERS[own][-1])
    steps = range(STEPS[-1] + 1) if "'schedule'" in repr(table) else (0,)  # else all are alike
    for step in steps:
        correct, wrong = [], []
        for combination in itertools.product(*states.values()):
            seen = {k: v for state in combination for k, v in state.items()}
            (correct if seen[key] == top else wrong).append(worth(table, seen, F(step), ""))
        found.append(min(correct) - max(wrong))
    return min(found)


def check(seed: int) -> str:
    """One random rubric: ruling, margin, witness and edit agree with the definition."""
    pick = random.Random(seed)
    grower = Grower(pick, pick.choice(["t.key", "t.key", "t.grade"]))
    table = grower.rubric(pick.randint(1, 3))
    rubric = load_rubric(table)
    certificate = rubric.prove(host=HOST)
    key = next(leaves_of(table, "", 1))[0]
    margin = brute(table, key)
    wanted = "proved" if margin > 0 else "tie" if margin == 0 else "refuted"
    if certificate.verdict == "not_proved":
        assert grower.scheduled, (seed, table)  # a bend above a schedule: the bound may not do
        return "not_proved"
    assert certificate.verdict == wanted, (seed, table, margin, str(certificate))
    outcome = certificate.worst
    if outcome.how != "z3" and not outcome.bound and not grower.scheduled:
        assert certificate.margin == margin, (seed, table, margin, str(certificate))
    if wanted != "proved" and not grower.scheduled:
        witness = certificate.witness
        assert witness is not None
        rewards = [worth(table, s, F(0), "") for s in (witness.correct, witness.wrong)]
        assert tuple(rewards) == witness.rewards
        assert rewards[0] - rewards[1] == margin or outcome.how == "z3"
    smallest(table, outcome.edit, key)
    return wanted


def smallest(table: Mapping[str, Any], edit: str, key: str) -> None:
    """With the weight that an edit names the rubric is not proved, with any more it is."""
    found = re.match(r"raise (\S+) from \S+ (?:\(\S+\) )?to more than (\S+?)[ ,]", edit)
    if found is None:
        return
    exact = fraction(found[2])
    for weight, proved in ((exact, False), (exact * F(10_001, 10_000), True)):
        criteria = {**table["criteria"], key: {**table["criteria"][key], "weight": str(weight)}}
        margin = brute({**table, "criteria": criteria}, key)
        assert (margin > 0) is proved, (table, edit, margin)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (0, 100),
        pytest.param(100, 500, marks=pytest.mark.slow),
        *(
            pytest.param(first, first + 500, marks=[pytest.mark.slow, pytest.mark.thorough])
            for first in range(500, 3000, 500)
        ),
    ],
)
def test_shared_verifiers_against_every_combination(first: int, last: int) -> None:
    counts: dict[str, int] = {}
    for seed in range(first, last):
        ruling = check(seed)
        counts[ruling] = counts.get(ruling, 0) + 1
    assert counts.get("not_proved", 0) <= (last - first) // 20
    assert all(counts.get(r, 0) > (last - first) // 50 for r in ("proved", "tie", "refuted"))
