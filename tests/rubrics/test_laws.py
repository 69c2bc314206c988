"""Laws of composing, over random nested rubrics."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.model import Part, Reward, Sample, Status, Verdict
from assay.rubrics import Rubric, load_rubric, rubric_text, save_rubric
from assay.rubrics.compiled.plan import Plan
from assay.rubrics.written.ranges import part_range

LEVELS: list[list[Any] | None] = [[0, 1], [0, 0.5, 1], [0, "1/3", "2/3", 1], [0.2, 0.9], None]
GROWN = ["weighted", "gate", "priority", "process", "vote", "product", "min", "clip"]


class Grower:
    """Random rubric tables; `low` says whether a part must not be negative."""

    def __init__(self, seed: int) -> None:
        self.pick = random.Random(seed)
        self.count = 0

    def leaf(self) -> dict[str, Any]:
        self.count += 1
        out: dict[str, Any] = {"use": f"t.v{self.count}"}
        levels = self.pick.choice(LEVELS)
        if levels is not None:
            out["levels"] = levels
        return out

    def part(self, depth: int, low: bool) -> dict[str, Any]:
        if depth == 0 or self.pick.random() < 0.3:
            return self.leaf()
        return self.rubric(depth, low)

    def named(self, depth: int, low: bool, most: int = 4) -> dict[str, Any]:
        size = self.pick.randint(1, most)
        return {f"k{i}": self.part(depth - 1, low) for i in range(size)}

    def rubric(self, depth: int, low: bool = False) -> dict[str, Any]:
        pick = self.pick
        kind = pick.choice(GROWN)
        out: dict[str, Any] = {"kind": kind}
        if kind == "weighted":
            out["criteria"] = self.named(depth, low)
            for i, entry in enumerate(out["criteria"].values()):
                lowest = 1 if low or i == 0 else -10
                entry["weight"] = pick.randint(lowest, 20) / 10
            if pick.random() < 0.3:
                out["normalise"] = True
        elif kind == "gate":
            out |= {"gate": self.part(depth - 1, False), "then": self.part(depth - 1, True)}
            out["floor"] = pick.randint(0, 10) / 10
            if pick.random() < 0.5:
                out["ramp"] = [pick.randint(0, 4) / 10, pick.randint(5, 10) / 10]
            else:
                out["at"] = pick.randint(0, 10) / 10
        elif kind == "priority":
            out["mode"] = "threshold"
            out["criteria"] = self.named(depth, True)
            out["weights"] = [pick.randint(0, 10) / 10 for _ in out["criteria"]]
            out["tau"] = pick.randint(0, 10) / 10
        elif kind == "process":
            steps = self.leaf()
            steps.pop("levels", None)
            out |= {"outcome": self.part(depth - 1, low), "steps": steps, "k": pick.randint(1, 4)}
            out["agg"] = pick.choice(["prefix", "mean", "min", "product", "last", "geometric_mean"])
            out["alpha"] = pick.randint(0, 10) / 10
        elif kind == "vote":
            out |= {"criteria": self.named(depth, low), "at": pick.randint(0, 10) / 10}
        elif kind == "product":
            out["criteria"] = self.named(depth, True, most=3)
        elif kind == "min":
            out["criteria"] = self.named(depth, low)
        else:
            a, b = sorted((pick.randint(0 if low else -10, 10) / 10, pick.randint(0, 10) / 10))
            out |= {"of": self.part(depth - 1, low), "low": a, "high": max(a, b)}
        return out


def grow(seed: int, depth: int = 3) -> Rubric:
    return load_rubric(Grower(seed).rubric(depth))


def plan_of(rubric: Rubric) -> Plan:
    plan = rubric._unbound.plan(None)
    assert isinstance(plan, Plan)
    return plan


def verdict(name: str, score: float, pick: random.Random) -> Verdict:
    parts = [Part(str(i), round(pick.random(), 3)) for i in range(pick.randint(0, 4))]
    return Verdict.judged(name, score, "drawn", parts=parts)


def draw(rubric: Rubric, pick: random.Random) -> dict[str, Verdict]:
    out = {}
    for leaf in plan_of(rubric).leaves:
        if leaf.levels is not None:
            score = float(pick.choice(leaf.levels))
        else:
            score = pick.choice([0.0, 1.0, 0.5, pick.random()])
        out[leaf.key] = verdict(leaf.criterion.use, score, pick)
    return out


seeds = st.integers(0, 10**9)


@given(seeds)
def test_contributions_sum_exactly_to_the_value(seed: int) -> None:
    rubric, pick = grow(seed), random.Random(seed)
    keys = None
    for _ in range(5):
        reward = rubric.compose(draw(rubric, pick))
        shares = [t.contribution for t in reward.terms.values()]
        assert None not in shares
        assert math.fsum(x for x in shares if x is not None) == reward.value
        keys = keys or set(reward.terms)
        assert set(reward.terms) == keys


@given(seeds)
def test_monotone_in_each_criterion(seed: int) -> None:
    rubric, pick = grow(seed), random.Random(seed)
    verdicts = draw(rubric, pick)
    before = rubric.compose(verdicts).value
    assert before is not None
    for leaf in plan_of(rubric).leaves:
        low = verdicts[leaf.key]
        if leaf.read is not None:
            parts = [Part(p.label, 1.0) for p in low.parts]
            high = Verdict.judged(low.verifier, low.score or 0.0, "raised", parts=parts)
        else:
            assert low.score is not None
            high = Verdict.judged(low.verifier, low.score + (1 - low.score) * 0.7, "raised")
        after = rubric.compose({**verdicts, leaf.key: high}).value
        assert after is not None
        assert after >= before if leaf.sign > 0 else after <= before


@given(seeds)
def test_bounded_by_the_declared_range(seed: int) -> None:
    rubric, pick = grow(seed), random.Random(seed)
    levels = {leaf.key: leaf.levels for leaf in plan_of(rubric).leaves}
    reach = part_range(rubric, (), levels)
    assert reach is not None
    for _ in range(5):
        value = rubric.compose(draw(rubric, pick)).value
        assert value is not None
        assert float(reach[0]) - 1e-9 <= value <= float(reach[1]) + 1e-9


def reversed_criteria(table: Any, key: bool = True) -> Any:
    if not isinstance(table, Mapping):
        return table
    out = {k: reversed_criteria(v) for k, v in table.items()}
    if "criteria" in out and out["kind"] != "priority":
        first = next(iter(out["criteria"]))
        out["criteria"] = dict(reversed(out["criteria"].items()))
        out["key"] = first
    if "criteria" in out:
        out["criteria"] = {k: reversed_criteria(v) for k, v in out["criteria"].items()}
    return out


@given(seeds)
def test_the_order_of_criteria_does_not_matter(seed: int) -> None:
    table = Grower(seed).rubric(3)
    rubric, turned = load_rubric(table), load_rubric(reversed_criteria(table))
    verdicts = draw(rubric, random.Random(seed))
    a, b = rubric.compose(verdicts), turned.compose(verdicts)
    assert a.value is not None
    assert b.value == pytest.approx(a.value, rel=1e-12, abs=1e-12)


@given(seeds, st.sampled_from([0.001, 0.5, 3, 1000]))
def test_positive_rescaling_keeps_the_order(seed: int, factor: float) -> None:
    table = {"kind": "weighted", "criteria": Grower(seed).named(3, False)}
    pick = random.Random(seed)
    weights = [pick.randint(-10, 10) for _ in table["criteria"]]

    def scaled(by: float) -> Rubric:
        entries = zip(table["criteria"].items(), weights, strict=True)
        return load_rubric(
            {**table, "criteria": {k: {**v, "weight": w * by} for (k, v), w in entries}}
        )

    plain, larger = scaled(1), scaled(factor)
    a, b = draw(plain, pick), draw(plain, pick)
    values = [r.compose(v).value for r in (plain, larger) for v in (a, b)]
    x, y, fx, fy = (v if v is not None else math.nan for v in values)
    if abs(x - y) > 1e-9:
        assert (x < y) == (fx < fy)


@given(seeds, st.floats(0, 1))
def test_a_zero_weight_is_inert(seed: int, score: float) -> None:
    table = {"kind": "weighted", "criteria": Grower(seed).named(3, False)}
    rubric = load_rubric(table)
    more = load_rubric(
        {**table, "criteria": {**table["criteria"], "zero": {"use": "z.z", "weight": 0}}}
    )
    verdicts = draw(rubric, random.Random(seed))
    with_it = {**verdicts, "zero": Verdict.judged("z.z", score, "")}
    assert more.compose(with_it).value == rubric.compose(verdicts).value


MISSING = [Status.UNDECIDED, Status.NOT_APPLICABLE, Status.TIMED_OUT, Status.CRASHED]


@given(seeds, st.sampled_from(MISSING))
def test_a_missing_score_never_raises_the_reward(seed: int, status: Status) -> None:
    rubric, pick = grow(seed), random.Random(seed)
    verdicts = draw(rubric, pick)
    full = rubric.compose(verdicts)
    assert full.value is not None
    for leaf in plan_of(rubric).leaves:
        lost = rubric.compose({**verdicts, leaf.key: Verdict(leaf.criterion.use, status)})
        assert set(lost.terms) == set(full.terms)
        if leaf.is_key:
            assert lost.status == "unscored"
            assert lost.value is None
            assert all(t.contribution is None for t in lost.terms.values())
        else:
            assert lost.value is not None
            assert lost.value <= full.value


@given(seeds)
def test_file_round_trip_is_the_identity(seed: int) -> None:
    table = Grower(seed).rubric(3)
    rubric = load_rubric(table)
    assert load_rubric(rubric.to_dict()) == rubric
    assert load_rubric(json.loads(json.dumps(rubric.to_dict()))) == rubric


@settings(max_examples=40)
@given(seed=seeds)
def test_written_files_load_back(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    rubric = grow(seed)
    folder = tmp_path_factory.mktemp("rubrics")
    for name in ("r.toml", "r.json"):
        save_rubric(rubric, folder / name)
        again = load_rubric(folder / name)
        assert again == rubric
        assert list(again.leaves()) == list(rubric.leaves())


@pytest.mark.optional
@settings(max_examples=20)
@given(seed=seeds)
def test_yaml_files_load_as_well(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    yaml = pytest.importorskip("yaml", reason="optional part: PyYAML (assay[yaml])")
    rubric = grow(seed)
    file = tmp_path_factory.mktemp("rubrics") / "r.yaml"
    file.write_text(yaml.safe_dump(json.loads(rubric_text(rubric, "json")), sort_keys=False))
    assert load_rubric(str(file)) == rubric


@given(st.lists(st.sampled_from([(0, 1), (0, 0.5, 1), (0, 0.2, 1)]), min_size=1, max_size=4), seeds)
def test_lexicographic_order_is_tuple_order(levels: list[tuple[float, ...]], seed: int) -> None:
    pick = random.Random(seed)
    criteria: dict[str, Any] = {f"t.v{i}": {"levels": list(v)} for i, v in enumerate(levels)}
    last = pick.random() < 0.5
    if last:
        criteria["t.last"] = {}
    rubric = load_rubric({"kind": "priority", "criteria": criteria})

    def sample() -> tuple[float, ...]:
        found = [pick.choice(v) for v in levels]
        return (*found, pick.choice([0.0, 1.0, pick.random()])) if last else tuple(found)

    def worth(scores: tuple[float, ...]) -> Reward:
        pairs = zip(criteria, scores, strict=True)
        return rubric.compose({k: Verdict.judged(k, s, "") for k, s in pairs})

    for _ in range(10):
        a, b = sample(), sample()
        x, y = worth(a).value, worth(b).value
        assert x is not None
        assert y is not None
        assert (x < y) == (a < b)
        assert (x == y) == (a == b)


def test_batch_equals_single() -> None:
    from assay import Engine, verifier

    @verifier("laws.length@1", cost="inline")
    def length(sample: Sample) -> float:
        return min(1.0, len(sample.text) / 10)

    @verifier("laws.even@1", cost="inline", levels=[0, 1])
    def even(sample: Sample) -> bool:
        return len(sample.text) % 2 == 0

    rubric = {
        "kind": "gate",
        "gate": "laws.even",
        "then": {"kind": "min", "criteria": ["laws.length"]},
    }
    samples = [Sample("x" * i) for i in range(20)]
    with Engine(rubric, verifiers=[length, even]) as engine:
        batch = engine.verify_batch(samples)
        single = [engine.verify(s) for s in samples]
    assert batch == single
    assert [r.value for r in batch[:4]] == [0.5, 0.0, 0.5 + 0.5 * 0.2, 0.0]


def test_written_text_is_readable(tmp_path: Path) -> None:
    rubric = load_rubric("math+format")
    assert rubric_text(rubric) == (
        'kind = "weighted"\n'
        'about = "Is the final answer right, and boxed?"\n\n'
        "[criteria]\n"
        '"math.answer" = 0.95\n'
        '"format.boxed" = 0.05\n'
    )
