"""Certificates under couplings, strict and impossible ones too, against z3 asked by itself."""

from __future__ import annotations

import operator
import random
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from assay.errors import RubricError
from assay.plugins.host import Host
from assay.rubrics import load_rubric
from assay.rubrics.written.number import fraction

HOST = Host()
VERIFIERS: Mapping[str, list[Any] | None] = {
    "t.key": [0, 1],
    "t.form": [0, 1],
    "t.style": [0, 0.5, 1],
    "t.length": None,
    "t.judge": None,
}
COMPARE = {"<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt}


def leaf(use: str) -> dict[str, Any]:
    levels = VERIFIERS[use]
    return {"use": use} if levels is None else {"use": use, "levels": levels}


def random_table(pick: random.Random, linear: bool) -> dict[str, Any]:
    """A sum with the key first; one of its parts may bend."""
    others = [leaf(pick.choice(list(VERIFIERS)[1:])) for _ in range(pick.randint(1, 3))]
    criteria: dict[str, Any] = {"c": leaf("t.key")}
    criteria |= {f"k{i}": entry for i, entry in enumerate(others)}
    if not linear:
        inner = {
            "a": leaf(pick.choice(list(VERIFIERS))),
            "b": leaf(pick.choice(["t.length", "t.form"])),
        }
        criteria["bent"] = pick.choice(
            [
                {"kind": "max", "criteria": inner},
                {"kind": "min", "criteria": inner},
                {"kind": "gate", "gate": inner["a"], "then": inner["b"], "at": 0.5, "floor": 0.25},
            ]
        )
    for i, entry in enumerate(criteria.values()):
        entry["weight"] = pick.randint(-5 if i else 5, 10) / 10 or 0.3
    return {"kind": "weighted", "criteria": criteria}


def random_given(pick: random.Random, names: list[str]) -> str:
    left = pick.sample(names, k=min(len(names), pick.randint(1, 2)))
    sum_ = " + ".join(f"{pick.choice([1, 1, 2])} * {name}" for name in left)
    return f"{sum_} {pick.choice(list(COMPARE))} {pick.choice([0, 0.5, 1, 1, 1.5, 2.5])}"


class Oracle:
    """The margin of a table over all pairs of completions, in z3's own arithmetic."""

    def __init__(self, table: Mapping[str, Any], given: list[str]) -> None:
        import z3

        self.z3, self.table, self.given = z3, table, given

    def completion(self, which: str) -> tuple[Any, list[Any]]:
        z3 = self.z3
        x = {use: z3.Real(f"{which}.{use}") for use in VERIFIERS}
        known = [x["t.key"] == (1 if which == "correct" else 0)]
        for use, levels in VERIFIERS.items():
            known.append(
                z3.And(x[use] >= 0, x[use] <= 1)
                if levels is None
                else z3.Or([x[use] == z3.RealVal(str(level)) for level in levels])
            )
        seen: dict[str, Any] = {}
        total: Any = z3.RealVal(0)
        for name, entry in self.table["criteria"].items():
            weight = z3.RealVal(str(entry["weight"]))
            total = total + weight * self.part(name, entry, x, seen)
        for text in self.given:
            sum_, compare, limit = re.fullmatch(r"(.*?) ([<>]=?) (.*)", text).groups()  # type: ignore[union-attr]
            value: Any = z3.RealVal(0)
            for term in sum_.split(" + "):
                factor, _, key = term.partition(" * ")
                value = value + z3.RealVal(factor) * seen[key]
            known.append(COMPARE[compare](value, z3.RealVal(limit)))
        return total, known

    def part(self, name: str, entry: Any, x: Mapping[str, Any], seen: dict[str, Any]) -> Any:
        z3 = self.z3
        if "kind" not in entry:
            seen[name] = x[entry["use"]]
            return seen[name]
        if entry["kind"] == "gate":
            gate, then = x[entry["gate"]["use"]], x[entry["then"]["use"]]
            seen[f"{name}/gate"], seen[f"{name}/then"] = gate, then
            return z3.If(gate >= z3.RealVal("1/2"), z3.RealVal("1/4") + then * 3 / 4, 0)
        a, b = (x[e["use"]] for e in entry["criteria"].values())
        seen[f"{name}/a"], seen[f"{name}/b"] = a, b
        return z3.If((a > b) if entry["kind"] == "max" else (a < b), a, b)

    def ruling(self) -> str:
        z3 = self.z3
        (right, first), (wrong, second) = self.completion("correct"), self.completion("wrong")
        for known, answer in ((first, "impossible"), (second, "not_proved")):
            solver = z3.Solver()
            solver.add(*known)
            if solver.check() == z3.unsat:
                return answer
        solver = z3.Solver()
        solver.add(*first, *second)
        for question, answer in ((right < wrong, "refuted"), (right <= wrong, "tie")):
            solver.push()
            solver.add(question)
            if solver.check() == z3.sat:
                return answer
            solver.pop()
        return "proved"


def check(seed: int) -> str:
    pick = random.Random(seed)
    table = random_table(pick, linear=seed % 2 == 0)
    names = list(load_rubric(table).leaves())
    given = [random_given(pick, names) for _ in range(pick.randint(1, 2))]
    wanted = Oracle(table, given).ruling()
    if wanted == "impossible":
        with pytest.raises(RubricError, match="no correct completion satisfies"):
            load_rubric(table).prove(given=given, host=HOST)
        return wanted
    certificate = load_rubric(table).prove(given=given, host=HOST)
    assert certificate.verdict == wanted, (seed, table, given, str(certificate))
    found = re.match(
        r"raise c from \S+ (?:\(\S+\) )?to (more than|at least) ([\d./]+)", certificate.edit
    )
    if found is not None:
        at = fraction(found[2].rstrip("."))
        edge = {"more than": "tie", "at least": "proved"}[found[1]]
        for weight, ruling in ((at, edge), (at * Fraction(999, 1000), "refuted")):
            heavier = {**table["criteria"]["c"], "weight": str(weight)}
            edited = {**table, "criteria": {**table["criteria"], "c": heavier}}
            assert Oracle(edited, given).ruling() == ruling, (seed, table, given, certificate.edit)
    return wanted


@pytest.mark.parametrize(
    ("first", "last"), [(0, 60), pytest.param(60, 500, marks=pytest.mark.slow)]
)
def test_rulings_under_couplings_are_those_of_z3(first: int, last: int) -> None:
    pytest.importorskip("z3")
    counts: dict[str, int] = {}
    for seed in range(first, last):
        ruling = check(seed)
        counts[ruling] = counts.get(ruling, 0) + 1
    assert {"proved", "refuted", "impossible"} <= set(counts)
