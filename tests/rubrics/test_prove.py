"""Certificates: rulings with a reason each, then against brute force and against z3."""

from __future__ import annotations

import itertools
import json
import math
import pickle
import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import pytest

from assay.errors import RubricError
from assay.plugins.host import Host
from assay.rubrics import Rubric, load_rubric
from assay.rubrics.number import fraction

F = Fraction
KEY = {"levels": [0, 1]}
HOST = Host()


def weighted(**weights: Any) -> dict[str, Any]:
    """The first is the key, all-or-nothing; the others lie in [0, 1]."""
    first, *rest = weights.items()
    criteria: dict[str, Any] = {first[0]: {"weight": first[1], **KEY}}
    criteria |= {name: {"weight": weight} for name, weight in rest}
    return {"kind": "weighted", "criteria": criteria}


def graded(*levels: Any) -> dict[str, Any]:
    """A criterion with levels."""
    return {"levels": list(levels)}


class Case(NamedTuple):
    rubric: Any
    ruling: str
    margin: Any
    price: Any
    why: str
    given: Sequence[str] = ()


CASES = [
    Case(weighted(c=0.7, s=0.3), "proved", "2/5", "3/7", "correctness outweighs style"),
    Case(weighted(c=0.4, s=0.2, t=0.3), "refuted", "-1/10", 1, "two styles outweigh it"),
    Case(weighted(c=1, s=1), "tie", 0, 1, "equal weights tie"),
    Case(weighted(c=0.3, r=0.1, s=0.1, t=0.1), "tie", 0, 1, "exactly .3 = .1 + .1 + .1"),
    Case(weighted(c="1/3", r="1/6", s="1/6"), "tie", 0, 1, "fractions stay fractions"),
    Case(weighted(c=2, s=1), "proved", 1, "1/2", "{-1, 1} with a penalty of 1"),
    Case(weighted(c=1, s=-1), "tie", 0, 1, "a penalty counts like a bonus"),
    Case(weighted(c=1, s=0), "proved", 1, 0, "a zero weight moves nothing"),
    Case(weighted(c=-1, s=0.5), "refuted", "-3/2", 1, "the key is a penalty"),
    Case(
        weighted(c="0.30000000000000001", r="0.1", s="0.1", t="0.1"),
        "proved",
        F(1, 10**17),
        None,
        "decimals are read as written, beyond what a float holds",
    ),
    Case(
        {"kind": "gate", "gate": {"use": "c.c", **KEY}, "then": "s.s"},
        "proved",
        "1/2",
        "1/2",
        "a gate pays the floor at least",
    ),
    Case(
        {"kind": "gate", "gate": {"use": "c.c", **KEY}, "then": "s.s", "floor": 0},
        "tie",
        0,
        1,
        "a gate without a floor pays a plain right answer nothing",
    ),
    Case(
        {"kind": "gate", "gate": {"use": "c.c", "levels": [0, 0.5, 1]}, "then": "s.s", "at": 0.5},
        "refuted",
        "-1/2",
        1,
        "a gate that opens for half-right answers",
    ),
    Case(
        {"kind": "gate", "gate": "c.c", "then": "s.s"},
        "proved",
        "1/2",
        "1/2",
        "a key without levels, gated at its top",
    ),
    Case(
        {"kind": "gate", "gate": "c.c", "then": "s.s", "ramp": [0.5, 1]},
        "not_proved",
        None,
        None,
        "a ramp lets a key without levels come arbitrarily near",
    ),
    Case({"c.c": 1}, "not_proved", None, None, "a key without levels"),
    Case(
        {
            "kind": "weighted",
            "criteria": {"c.c": {"levels": [0, 0.5, 1], "weight": 0.7}, "s.s": 0.3},
        },
        "proved",
        "1/20",
        None,
        "only the top level is correct",
    ),
    Case(
        {"kind": "product", "criteria": {"c.c": KEY, "s.s": {"levels": ["1/2", 1]}}},
        "proved",
        "1/2",
        "1/2",
        "a factor of 0 leaves nothing",
    ),
    Case(
        {"kind": "min", "criteria": {"c.c": KEY, "s.s": {}}},
        "tie",
        0,
        1,
        "the minimum forgets correctness where style is 0",
    ),
    Case(
        {"kind": "clip", "of": weighted(c=2, s=1), "high": 1},
        "tie",
        0,
        1,
        "a cap erases the difference",
    ),
    Case(
        {"kind": "vote", "criteria": {"c.c": KEY, "a.a": {}, "b.b": {}}},
        "refuted",
        "-1/3",
        1,
        "two votes outvote one",
    ),
    Case(
        {"kind": "priority", "criteria": {"c.c": KEY, "a.a": {"levels": [0, 0.5, 1]}, "b.b": {}}},
        "proved",
        1,
        None,
        "lexicographic: the margin as declared",
    ),
    Case(
        {"kind": "priority", "mode": "threshold", "tau": 1, "criteria": {"c.c": KEY, "s.s": {}}},
        "proved",
        1,
        "1/2",
        "above the threshold only",
    ),
    Case(
        {"kind": "process", "outcome": {"use": "c.c", **KEY}, "steps": "s.s", "k": 4},
        "proved",
        "2/5",
        "3/7",
        "alpha .7 against .3",
    ),
    Case(
        {"kind": "process", "outcome": {"use": "c.c", **KEY}, "steps": "s.s", "k": 4, "alpha": 0.5},
        "tie",
        0,
        1,
        "alpha .5",
    ),
    Case(
        weighted(c=1, a=0.7, b=0.7),
        "proved",
        "3/25",
        None,
        "styles that conflict cannot both be had",
        ["a + b <= 44/35"],
    ),
    Case(
        weighted(c=1, a=0.7, b=0.7),
        "refuted",
        "-2/5",
        1,
        "a coupling that is slack",
        ["a + b <= 2"],
    ),
    Case(
        weighted(c=1, s=1),
        "proved",
        2,
        None,
        "style is bound to correctness",
        ["s == c"],
    ),
    Case(
        {
            "kind": "weighted",
            "criteria": {
                "c": {"weight": 1, **KEY},
                "a": {"levels": [0, 1]},
                "b": {"levels": [0, 1]},
            },
        },
        "tie",
        0,
        1,
        "between levels nothing is attained: a + b <= 1.5 means at most one",
        ["a + b <= 1.5"],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.why)
def test_rulings(case: Case) -> None:
    certificate = load_rubric(case.rubric).prove(given=case.given, host=HOST)
    assert certificate.verdict == case.ruling
    assert certificate.margin == (None if case.margin is None else fraction(case.margin))
    if case.price is not None:
        assert certificate.price == fraction(case.price)
    if case.ruling in ("refuted", "tie"):
        replayed(load_rubric(case.rubric), certificate.witness, case.ruling)
    assert json.loads(json.dumps(certificate.to_json()))["verdict"] == case.ruling
    assert pickle.loads(pickle.dumps(certificate)) == certificate
    assert certificate.worst.key in str(certificate)


def replayed(rubric: Rubric, witness: Any, ruling: str) -> None:
    """The witness, through the public `compose`, reverses the order, or ties."""
    parts = 4  # the K of every process rubric here
    correct = rubric.compose(witness.verdicts("correct", parts)).value
    wrong = rubric.compose(witness.verdicts("wrong", parts)).value
    assert correct is not None
    assert wrong is not None
    if ruling == "refuted":
        assert correct < wrong
    else:
        assert correct == pytest.approx(wrong, abs=1e-12)
    assert correct == pytest.approx(float(witness.rewards[0]), abs=1e-12)
    assert wrong == pytest.approx(float(witness.rewards[1]), abs=1e-12)


# -- against brute force --------------------------------------------------------------------------


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
            return {"use": "t.t", "levels": self.pick.choice(GRID)}
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
    ("count", "most"), [(2000, 3), (200, 4), pytest.param(300, 7, marks=pytest.mark.slow)]
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
    assert min(rulings.values()) > count / 20  # the draw is no formality


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
            criteria = {n: {"use": "t.t", "levels": pick.choice(GRID)} for n in names}
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
    from assay.rubrics.plan import Plan
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


# -- what else a certificate says -----------------------------------------------------------------


def test_the_edit_it_names_is_proved() -> None:
    certificate = load_rubric(weighted(c=0.4, s=0.2, t=0.3)).prove(host=HOST)
    assert certificate.edit.startswith("raise c from 0.4 to more than 0.5, or gate on it")
    assert load_rubric(weighted(c=0.5, s=0.2, t=0.3)).prove(host=HOST).verdict == "tie"
    assert load_rubric(weighted(c=0.501, s=0.2, t=0.3)).prove(host=HOST).verdict == "proved"


def test_casts_tell_where_the_order_is_lost() -> None:
    fine = weighted(c=1, s=0.0001)
    fine["criteria"]["s"] = {"weight": 0.0001, "levels": [0, 1]}
    checks = {c.dtype: c for c in load_rubric(fine).prove(host=HOST).casts}
    assert checks["float32"].ordered
    assert checks["bfloat16"].separated
    assert not checks["bfloat16"].ordered
    assert not checks["float16"].ordered
    near = load_rubric(weighted(c=1, s=0.9999)).prove(host=HOST)
    assert near.verdict == "proved"
    separated = {c.dtype: c.separated for c in near.casts}
    assert separated == {"float32": True, "bfloat16": False, "float16": False}


def test_kl_floor_is_over_prompts_never_of_the_mean() -> None:
    rubric = load_rubric(weighted(c=0.7, s=0.3))
    floor = rubric.prove(host=HOST, beta=0.1, p0=[0.0, 0.5]).kl_floor
    assert floor is not None
    alone = 0.5 * math.exp(4) / (0.5 * math.exp(4) + 0.5)
    assert floor.mean == pytest.approx(alone / 2)
    assert (floor.lowest, floor.hopeless, floor.prompts) == (0.0, 1, 2)
    of_the_mean = 0.25 * math.exp(4) / (0.25 * math.exp(4) + 0.75)
    assert floor.mean < of_the_mean


def test_noise_shrinks_the_margin() -> None:
    rubric = load_rubric(weighted(c=0.7, s=0.3))
    noise = rubric.prove(host=HOST, noise={"fp": 0.1, "fn": 0.2}).noise
    assert noise is not None
    assert noise.margin == F(7, 10) * F(7, 10) - F(3, 10)  # J w dv - W_s
    interval = rubric.prove(host=HOST, noise={"fp": (0, 50)}).noise
    assert interval is not None
    assert float(interval.false_positive) == pytest.approx(1 - 0.025 ** (1 / 50), abs=1e-8)


@pytest.mark.parametrize(("k", "n", "high"), [(0, 50, 0.071), (0, 200, 0.018), (0, 1000, 0.0037)])
def test_clopper_pearson_of_no_errors(k: int, n: int, high: float) -> None:
    from assay.rubrics.prove.noise import clopper_pearson

    assert clopper_pearson(k, n)[1] == pytest.approx(high, rel=0.03)
    assert clopper_pearson(k, n)[1] == pytest.approx(1 - 0.025 ** (1 / n))


def test_clopper_pearson_against_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    from assay.rubrics.prove.noise import clopper_pearson

    for k, n in [(1, 10), (3, 150), (50, 50), (7, 9)]:
        interval = stats.binomtest(k, n).proportion_ci(method="exact")
        assert clopper_pearson(k, n) == pytest.approx((interval.low, interval.high), abs=1e-9)


def test_each_case_of_a_switch_has_its_own_ruling() -> None:
    switch = {
        "kind": "switch",
        "on": "info.source",
        "cases": {"openai/gsm8k": weighted(c=2, s=1), "code": weighted(c=1, s=1)},
    }
    certificate = load_rubric(switch).prove(host=HOST)
    assert {c.case: c.ruling for c in certificate.cases} == {
        "openai/gsm8k": "proved",
        "code": "tie",
    }
    assert certificate.verdict == "tie"
    assert certificate.margin == 0


def test_a_coupling_of_one_case_leaves_the_others_alone() -> None:
    switch = {
        "kind": "switch",
        "on": "info.source",
        "cases": {"x": weighted(c=1, s=1), "y": weighted(c=2, t=1)},
    }
    certificate = load_rubric(switch).prove(given=["x/s <= 0.5"], host=HOST)
    assert {c.case: c.ruling for c in certificate.cases} == {"x": "proved", "y": "proved"}
    assert {c.case: c.margin for c in certificate.cases} == {"x": F(1, 2), "y": 1}
    with pytest.raises(RubricError, match="is no criterion of this rubric"):
        load_rubric(switch).prove(given=["z <= 0.5"], host=HOST)
    keyed = load_rubric(switch).prove(key="y/c", host=HOST)
    assert [c.key for c in keyed.cases] == ["x/c", "y/c"]


def test_potential_shaping_is_proved_and_repeating_refuted() -> None:
    outcome = {"use": "c.c", **KEY}
    turns = {"kind": "turns", "outcome": outcome, "shaping": {"phi": "p.p", "gamma": 0.9}}
    certificate = load_rubric(turns).prove(host=HOST)
    assert certificate.verdict == "proved"
    assert "potential-based" in certificate.shaping
    assert "the trainer discounts turns with gamma = 0.9" in certificate.assumptions
    repeated = {"kind": "turns", "outcome": outcome, "shaping": {"kind": "repeat"}, "unsafe": True}
    certificate = load_rubric(repeated).prove(host=HOST)
    assert certificate.verdict == "refuted"
    assert "not potential-based" in certificate.shaping


def test_table_lists_every_corner() -> None:
    (table,) = load_rubric(weighted(c=0.7, s=0.3)).table(HOST)
    assert [(r.reward, r.correct) for r in table.rows] == [
        (1, True),
        (F(7, 10), True),
        (F(3, 10), False),
        (0, False),
    ]
    assert table.band(True) == (F(7, 10), 1)
    assert "correct |" in str(table)


COUPLING_ERRORS = [
    ("a + b", "is no comparison"),
    ("aa <= 1", "'aa' in 'aa <= 1' is no criterion"),
    ("a <= ", "one side of 'a <= ' is empty"),
    ("a * b <= 1", "is no criterion"),
    ("a <= b <= 1", "is no comparison"),
    ("c >= 2", "no correct completion satisfies what is given"),
]


@pytest.mark.parametrize(("given", "message"), COUPLING_ERRORS)
def test_couplings_that_cannot_be(given: str, message: str) -> None:
    with pytest.raises(RubricError, match=message.replace("'", ".").replace("*", ".")):
        load_rubric(weighted(c=1, a=1, b=1)).prove(given=[given], host=HOST)


def test_an_unknown_key_suggests_the_nearest() -> None:
    with pytest.raises(RubricError, match="did you mean 'style'"):
        load_rubric(weighted(correct=1, style=1)).prove(key="styel", host=HOST)


def test_a_verifier_that_is_not_installed_is_an_assumption_with_the_nearest_name() -> None:
    certificate = load_rubric(weighted(c=1) | {"criteria": {"c": KEY, "format.boxd": 0.5}})
    told = certificate.prove(host=HOST).assumptions
    assert any("no verifier 'format.boxd'; did you mean 'format.boxed'?" in text for text in told)
