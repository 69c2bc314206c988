"""Certificates against every combination of levels, and against z3."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pytest

from assay.rubrics import Rubric, load_rubric
from assay.rubrics.written.number import fraction

from .test_rulings import HOST, KEY, F, replayed


def oracle(table: Mapping[str, Any], scores: Mapping[str, Fraction], path: str = "") -> Fraction:
    """The formulas of the design, written a second time, over tables."""

    def part(name: str, value: Any) -> Fraction:
        where = f"{path}/{name}" if path else name
        return oracle(value, scores, where) if "kind" in value else scores[where]

    kind = table["kind"]
    if kind == "gate":
        g, then = part("gate", table["gate"]), part("then", table["then"])
        floor = fraction(table["floor"])
        if "ramp" in table:
            a, b = (fraction(x) for x in table["ramp"])
            opened = min(F(1), max(F(0), (g - a) / (b - a)))
        else:
            opened = F(int(g >= fraction(table["at"])))
        return opened * (floor + (1 - floor) * then)
    if kind == "clip":
        low, high = fraction(table["low"]), fraction(table["high"])
        return max(low, min(high, part("of", table["of"])))
    values = {name: part(name, value) for name, value in table["criteria"].items()}
    if kind == "weighted":
        weights = {k: fraction(v.get("weight", 1)) for k, v in table["criteria"].items()}
        scale = sum(w for w in weights.values() if w > 0) if table.get("normalise") else 1
        return sum((w * values[k] for k, w in weights.items()), F(0)) / scale
    if kind == "vote":
        at = fraction(table["at"])
        return F(sum(v >= at for v in values.values()), len(values))
    if kind == "product":
        return math.prod(values.values(), start=F(1))
    if kind == "min":
        return min(values.values())
    assert kind == "priority"
    (_, head), *rest = zip(table["weights"], values.values(), strict=True)
    total = fraction(table["weights"][0]) * head
    if head >= fraction(table["tau"]):
        total += sum((fraction(w) * v for w, v in rest), F(0))
    return total


GRID = [[0, 1], [0, 1], [0, 0.5, 1], [0, "1/3", 1], [0.1, 0.7], [0, 0.25, 0.5, 1]]


KINDS = ["weighted"] * 4 + ["gate", "clip", "vote", "product", "min", "priority"]


class Grower:
    """Random tables whose criteria all have levels, at most `most` of them."""

    def __init__(self, pick: random.Random, most: int) -> None:
        self.pick, self.left = pick, most

    def part(self, depth: int, low: bool) -> dict[str, Any]:
        if depth == 0 or self.left < 2 or self.pick.random() < 0.5:
            self.left -= 1
            return {"use": f"t.t{self.left}", "levels": self.pick.choice(GRID)}
        return self.table(depth, low)

    def table(self, depth: int, low: bool = False) -> dict[str, Any]:
        pick = self.pick
        kind = pick.choice(
            ["weighted"] * 4 + ["gate", "clip", "vote", "product", "min", "priority"]
        )
        out: dict[str, Any] = {"kind": kind}
        if kind == "gate":
            out |= {"gate": self.part(depth - 1, False), "then": self.part(depth - 1, True)}
            out["floor"] = pick.randint(0, 10) / 10
            opening = (
                {"ramp": [0.2, 0.9]} if pick.random() < 0.4 else {"at": pick.randint(1, 10) / 10}
            )
            return out | opening
        if kind == "clip":
            low_end = 0 if low else pick.choice([0, -0.5, 0.1])
            return out | {"of": self.part(depth - 1, low), "low": low_end, "high": 0.8}
        names = [f"k{i}" for i in range(pick.randint(1, 4))]
        low = low or kind in ("product", "priority")
        out["criteria"] = {
            n: self.part(depth - 1, low) for n in names if self.left > 0 or n == "k0"
        }
        if kind == "weighted":
            for i, entry in enumerate(out["criteria"].values()):
                entry["weight"] = pick.randint(1 if low or i == 0 else -5, 10) / 10
            if pick.random() < 0.2:
                out["normalise"] = True
        if kind == "vote":
            out["at"] = pick.randint(0, 10) / 10
        if kind == "priority":
            out["mode"] = "threshold"
            out["weights"] = [pick.randint(0, 10) / 10 for _ in out["criteria"]]
            out["tau"] = pick.randint(0, 10) / 10
        return out


def key_of(table: Mapping[str, Any], path: str = "") -> str:
    for name in ("gate", "of"):
        if name in table:
            return _below(table[name], f"{path}/{name}" if path else name)
    name, value = next(iter(table["criteria"].items()))
    return _below(value, f"{path}/{name}" if path else name)


def _below(value: Mapping[str, Any], path: str) -> str:
    return key_of(value, path) if "kind" in value else path


def brute(
    table: Mapping[str, Any],
    leaves: Mapping[str, tuple[Fraction, ...]],
    key: str,
    coupling: Any = None,
) -> tuple[Fraction | None, Fraction | None]:
    """Worst correct and best wrong, over every combination of levels."""
    correct: Fraction | None = None
    wrong: Fraction | None = None
    for corner in itertools.product(*leaves.values()):
        scores = dict(zip(leaves, corner, strict=True))
        if coupling is not None and not coupling(scores):
            continue
        value = oracle(table, scores)
        if scores[key] == leaves[key][-1]:
            correct = value if correct is None else min(correct, value)
        else:
            wrong = value if wrong is None else max(wrong, value)
    return correct, wrong


def levels_of(rubric: Rubric) -> dict[str, tuple[Fraction, ...]]:
    found = {}
    for key, leaf in rubric.leaves().items():
        assert leaf.levels is not None
        found[key] = tuple(n.exact for n in leaf.levels)
    return found


@pytest.mark.parametrize(
    ("count", "most"),
    [
        (300, 3),
        (100, 4),
        *(pytest.param(*x, marks=pytest.mark.slow) for x in ((2000, 3), (300, 7))),
    ],
)
def test_certificates_against_brute_force(count: int, most: int) -> None:
    """Random nested rubrics, every combination of levels tried by another formula."""
    pick = random.Random(6)
    rulings = {"proved": 0, "tie": 0, "refuted": 0}
    for _ in range(count):
        table = Grower(pick, most).table(3)
        rubric = load_rubric(table)
        leaves, key = levels_of(rubric), key_of(table)
        certificate = rubric.prove(host=HOST)
        assert certificate.worst.key == key
        correct, wrong = brute(table, leaves, key)
        assert correct is not None
        assert wrong is not None
        assert certificate.margin == correct - wrong, table
        assert certificate.worst.correct is not None
        assert certificate.worst.wrong is not None
        assert (certificate.worst.correct[0], certificate.worst.wrong[1]) == (correct, wrong)
        ruling = "proved" if correct > wrong else "tie" if correct == wrong else "refuted"
        assert certificate.verdict == ruling
        rulings[ruling] += 1
        if ruling != "proved":
            replayed(rubric, certificate.witness, ruling)
    assert min(rulings.values()) > count / 20  # the draw is not a formality


@pytest.mark.slow
def test_twelve_criteria_against_brute_force() -> None:
    """Weighted sums of 12, all 4,096 corners, in integers; sums that tie exactly among them."""
    pick = random.Random(12)
    seen = set()
    for _ in range(25):
        weights = [pick.randint(-3, 5) for _ in range(11)]
        total = sum(abs(w) for w in weights)
        weights.insert(0, max(1, total + pick.choice([-1, 0, 0, 1, 2])))
        criteria = {f"t.v{i}": {"weight": w / 10, **KEY} for i, w in enumerate(weights)}
        certificate = load_rubric({"kind": "weighted", "criteria": criteria}).prove(host=HOST)
        worth: dict[int, list[int]] = {0: [], 1: []}
        for corner in itertools.product((0, 1), repeat=12):
            worth[corner[0]].append(sum(w * s for w, s in zip(weights, corner, strict=True)))
        assert certificate.margin == F(min(worth[1]) - max(worth[0]), 10)
        seen.add(certificate.verdict)
    assert seen == {"proved", "tie", "refuted"}


def random_coupling(pick: random.Random, keys: Sequence[str]) -> tuple[str, Any]:
    names = pick.sample(list(keys), min(len(keys), pick.randint(2, 3)))
    factors = [pick.choice([1, 2, -1]) for _ in names]
    limit = F(pick.randint(2, 12), 8)
    text = " + ".join(f"{f} * {n}" for f, n in zip(factors, names, strict=True)) + f" <= {limit}"

    def holds(scores: Mapping[str, Fraction]) -> bool:
        return sum((f * scores[n] for f, n in zip(factors, names, strict=True)), F(0)) <= limit

    return text, holds


@pytest.mark.parametrize("kinds", ["weighted", "any"])
def test_couplings_against_brute_force(kinds: str) -> None:
    """Linear programmes level by level, and z3 where a formula bends and z3 is installed."""
    if kinds == "any":
        pytest.importorskip("z3")
    pick = random.Random(7)
    decided = {"proved": 0, "tie": 0, "refuted": 0}
    for _ in range(150 if kinds == "weighted" else 60):
        if kinds == "weighted":
            names = [f"k{i}" for i in range(pick.randint(3, 5))]
            criteria = {n: {"use": f"t.{n}", "levels": pick.choice(GRID)} for n in names}
            for entry in criteria.values():
                entry["weight"] = pick.randint(1, 10) / 10
            table: dict[str, Any] = {"kind": "weighted", "criteria": criteria}
        else:
            table = Grower(pick, 4).table(2)
        rubric = load_rubric(table)
        leaves, key = levels_of(rubric), key_of(table)
        if len(leaves) < 2:
            continue
        text, holds = random_coupling(pick, list(leaves))
        correct, wrong = brute(table, leaves, key, holds)
        if correct is None:
            continue
        certificate = rubric.prove(given=[text], host=HOST)
        if wrong is None:
            continue  # nothing to compare with
        ruling = "proved" if correct > wrong else "tie" if correct == wrong else "refuted"
        assert certificate.verdict == ruling, (table, text)
        decided[ruling] += 1
        if certificate.worst.how == "linear programme":
            assert certificate.margin == correct - wrong
        if ruling != "proved":
            witness = certificate.witness
            assert witness is not None
            assert holds(witness.correct)
            assert holds(witness.wrong)
            replayed(rubric, witness, ruling)
    assert all(decided.values())


def test_against_z3() -> None:
    """Our corners and z3's real arithmetic never disagree on random nested rubrics."""
    pytest.importorskip("z3")
    from assay.rubrics.compiled.plan import Plan
    from assay.rubrics.prove.smt import decide

    pick = random.Random(8)
    for _ in range(150):
        table = Grower(pick, 5).table(3)
        rubric = load_rubric(table)
        plan = rubric._unbound.plan(None)
        assert isinstance(plan, Plan)
        leaves, key = levels_of(rubric), key_of(table)
        answer = decide(plan, key, leaves[key][-1], leaves[key][:-1], ())
        assert answer.ruling == rubric.prove(host=HOST).verdict
