"""How far the weights are from reversing an order: by hand, by brute force, by bisection."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import CLEAN, PLANTED, analyse, covers, make_frame, quiet, the
from scipy.optimize import linprog

from assay import load_rubric
from assay.audit.analyses.robustness import variations
from assay.audit.analyses.robustness.analysis import CHANGE, FRAGILE, FRAGILE_ORDERS
from assay.audit.analyses.robustness.variations import knobs
from assay.audit.context import Context
from assay.audit.frame import Frame
from assay.audit.recomposing.matching import together
from assay.audit.recomposing.recompose import Recomposer
from assay.findings import Outcome
from assay.plugins.host import Host
from assay.rubrics import BoundRubric


def bound(rubric: Any) -> BoundRubric:
    return load_rubric(rubric).bind(Host())


def figures(outcome: Outcome) -> dict[str, Any]:
    return {str(r[0]): r[1:] for r in outcome.tables["orders"].rows}


def region(outcome: Outcome) -> dict[str, Any]:
    return {str(r[0]): r[1:] for r in outcome.tables["weights"].rows}


def test_one_pair_by_hand() -> None:
    """Right: .6 + 0. Wrong: 0 + .4. Margin .2 of a total of 1.0: a change of a fifth of both
    weights (.48 against .48) makes them equal. Alone: the key at 2/3 of its weight, or style at
    3/2 of its own."""
    scores = {"answer": [1, 0], "style": [0, 1]}
    frame = make_frame(scores, weights={"answer": 0.6, "style": 0.4}, prompt=[0, 0])
    outcome = analyse("robustness", frame)
    assert figures(outcome)["smallest change that breaks one"][0] == pytest.approx(0.2)
    noted = region(outcome)
    assert noted["answer"][:3] == (0.6, pytest.approx(2 / 3), None)
    assert noted["style"][:3] == (0.4, None, pytest.approx(1.5))
    assert noted["answer"][3:] == (1.0, 0.0)
    assert noted["style"][3:] == (0.0, 1.0)
    assert outcome.tables["nearest"].rows[0][1:3] == (0, 1)


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_the_smallest_change_is_the_linear_programmes(seed: int) -> None:
    """min e with |d_k| <= e and sum_k (1 + d_k) (c_ik - c_jk) <= 0, for the nearest pair."""
    random = np.random.default_rng(seed)
    k = int(random.integers(1, 5))
    weights = {f"c{j}": float(random.uniform(-0.5, 1)) for j in range(k)}
    scores = {c: random.integers(0, 5, 6) / 4 for c in weights}
    frame = make_frame(scores, weights=weights, prompt=[0] * 6)
    outcome = analyse("robustness", frame)
    best = np.inf
    for i in range(6):
        for j in range(6):
            if frame.key_score[i] <= frame.key_score[j] or frame.reward[i] - frame.reward[j] < 1e-9:
                continue
            apart = frame.contributions[i] - frame.contributions[j]
            rows = [[*apart, 0.0]]
            limits = [-apart.sum()]
            for c in range(k):
                for sign in (1, -1):
                    rows.append([sign * float(c == d) for d in range(k)] + [-1.0])
                    limits.append(0.0)
            found = linprog(
                [0.0] * k + [1.0], rows, limits, bounds=[(None, None)] * k + [(0, None)]
            )
            best = min(best, found.fun)
    if np.isinf(best):
        assert "orders" not in outcome.tables
    else:
        assert figures(outcome)["smallest change that breaks one"][0] == pytest.approx(best)


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_orders_hold_within_the_region_and_break_beyond(seed: int) -> None:
    random = np.random.default_rng(seed)
    weights = {"answer": 0.7, "style": 0.4, "length": -0.2}
    scores = {
        "answer": random.integers(0, 2, 24).astype(float),
        "style": random.random(24),
        "length": random.random(24),
    }
    prompt = np.repeat(np.arange(4), 6)
    frame = make_frame(scores, weights=weights, prompt=prompt)
    outcome = analyse("robustness", frame)
    if "weights" not in outcome.tables:
        return

    def kept(reward: Any) -> int:
        better = frame.key_score[:, None] > frame.key_score[None, :]
        held = better & (frame.reward[:, None] > frame.reward[None, :])
        held &= prompt[:, None] == prompt[None, :]
        return int((held & (reward[:, None] <= reward[None, :])).sum())

    for j, criterion in enumerate(weights):
        low, high = region(outcome)[criterion][1:3]
        for edge, sign in ((low, 1), (high, -1)):
            if edge is None:
                continue
            for inside in (True, False):
                factor = edge + sign * (1e-6 if inside else -1e-6)
                reward = frame.reward + (factor - 1) * frame.contributions[:, j]
                assert (kept(reward) == 0) is inside


def test_weights_alone_serve_where_contributions_are_lacking() -> None:
    scores = {"answer": [1, 0], "style": [0, 1]}
    frame = make_frame(scores, weights={"answer": 0.6, "style": 0.4}, prompt=[0, 0])
    bare = dataclasses.replace(frame, contributions=np.full((2, 2), np.nan))
    assert analyse("robustness", bare).tables == analyse("robustness", frame).tables


def test_a_reward_that_is_no_sum_needs_the_rubric() -> None:
    frame = make_frame({"answer": [1, 0], "style": [0, 1]}, [0.9, 0.1], prompt=[0, 0])
    outcome = analyse("robustness", frame)
    assert any("--rubric" in lack for lack in outcome.lacks)
    assert outcome.tables == {}


GATE = {
    "kind": "gate",
    "gate": {"use": "math.answer"},
    "then": {"kind": "weighted", "criteria": {"format.boxed": 0.5, "length.overlong": 0.5}},
    "floor": 0.3,
}


def test_a_gate_holds_whatever_its_weights() -> None:
    """Wrong is paid 0, right at least the floor: no weight below it can break that."""
    scores = {"gate": [1, 0], "then/format.boxed": [0, 1], "then/length.overlong": [0, 1]}
    own = bound(GATE)
    frame = make_frame(scores, [0.3, 0.0], prompt=[0, 0])
    outcome = analyse("robustness", frame, rubric=own)
    assert outcome.findings == ()
    assert {name: row[1:3] for name, row in region(outcome).items()} == {
        "(gate) floor": (pytest.approx(0.0, abs=1e-4), None),
        "then/format.boxed": (None, None),
        "then/length.overlong": (None, None),
    }
    assert figures(outcome)["median change that breaks one"][0] == 1.0  # no floor at all: a tie


def test_a_weight_within_a_minimum_is_bisected() -> None:
    """min(answer, 1) is in the sum with style: right .7 + 0, wrong 0 + .6 - the composer `min` of
    one part makes it no sum. Style breaks it at .7 / .6, the key at .6 / .7."""
    rubric = {
        "kind": "weighted",
        "criteria": {
            "held": {"kind": "min", "weight": 0.7, "criteria": ["math.answer"]},
            "format.boxed": 0.6,
        },
    }
    own = bound(rubric)
    frame = make_frame(
        {"held/math.answer": [1, 0], "format.boxed": [0, 1]}, prompt=[0, 0], reward=[0.7, 0.6]
    )
    outcome = analyse("robustness", frame, rubric=own)
    noted = region(outcome)
    least = figures(outcome)["smallest change that breaks one"][0]
    assert least == pytest.approx(1 / 7, abs=1e-5)
    assert noted["held"][1] == pytest.approx(6 / 7, abs=1e-5)
    assert noted["format.boxed"][2] == pytest.approx(7 / 6, abs=1e-5)
    assert (noted["held"][2], noted["format.boxed"][1]) == (None, None)


TREE = {
    "kind": "phases",
    "cases": [
        {"until": 5, "rubric": GATE},
        {
            "rubric": {
                "kind": "priority",
                "mode": "threshold",
                "weights": [1, 0.5],
                "criteria": {
                    "a": "math.answer",
                    "b": {"kind": "weighted", "criteria": {"format.boxed": 0.2, "format.tags": 0}},
                },
            }
        },
    ],
}


def test_every_weight_of_a_tree_can_be_turned() -> None:
    rubric = load_rubric(TREE)
    found = {name: (value, build) for name, value, build in knobs(rubric)}
    assert {name: float(value) for name, (value, _) in found.items()} == {
        "phase1/(gate) floor": 0.3,
        "phase1/then/format.boxed": 0.5,
        "phase1/then/length.overlong": 0.5,
        "phase2/a": 1.0,
        "phase2/b": 0.5,
        "phase2/b/format.boxed": 0.2,
    }
    for name, (_, build) in found.items():
        turned = build(Fraction(1, 2))
        assert turned is not None
        again = {n: float(v) for n, v, _ in knobs(turned)}
        for other, (value, _) in found.items():
            assert again[other] == float(value) * (0.5 if other == name else 1)
    assert found["phase1/(gate) floor"][1](Fraction(4)) is None  # a floor above 1 cannot be


def test_steps_that_are_no_columns_are_lacking() -> None:
    rubric = {"kind": "product", "criteria": ["math.answer", "format.boxed"]}
    own = bound(rubric)
    frame = make_frame({"math.answer": [1, 0], "other": [1, 1]}, [1.0, 0.0], prompt=[0, 0])
    assert len(analyse("robustness", frame, rubric=own).lacks) == 1


def test_a_log_of_another_rubric_is_noticed() -> None:
    own = bound({"kind": "product", "criteria": ["math.answer", "format.boxed"]})
    frame = make_frame({"math.answer": [1, 0.9], "format.boxed": [0, 1]}, [1.0, 0.0], prompt=[0, 0])
    (lack,) = analyse("robustness", frame, rubric=own).lacks
    assert "--rubric" in lack


def planted(seed: int, rate: float, prompts: int = 150) -> Frame:
    """One right and two wrong: .5 against .45 of style with chance `rate` (a change of a
    nineteenth breaks it), else against nothing."""
    random = np.random.default_rng(seed)
    near = random.random((prompts, 2)) < rate
    answer = np.tile([1.0, 0.0, 0.0], (prompts, 1))
    style = np.zeros((prompts, 3))
    style[:, 1:] = 0.9 * near
    return make_frame(
        {"answer": answer.ravel(), "style": style.ravel()},
        weights={"answer": 0.5, "style": 0.5},
        prompt=np.repeat(np.arange(prompts), 3),
    )


def test_the_planted_share_of_fragile_orders_is_found() -> None:
    found = the(analyse("robustness", planted(0, 0.3, 3000)), FRAGILE_ORDERS.id)
    assert found.value == pytest.approx(0.3, abs=0.02)
    assert CHANGE > 0.05 / 0.95


def test_the_order_of_rows_and_names_of_criteria_are_irrelevant() -> None:
    frame = planted(1, 0.3)
    at = np.random.default_rng(0).permutation(frame.n)
    moved = make_frame(
        {"right": frame.scores[at, 0], "nice": frame.scores[at, 1]},
        weights={"right": 0.5, "nice": 0.5},
        prompt=frame.prompt[at],
    )
    one, other = analyse("robustness", frame), analyse("robustness", moved)
    for name, row in figures(one).items():
        assert figures(other)[name] == pytest.approx(row), name
    assert list(region(one).values()) == list(region(other).values())


@pytest.mark.slow
def test_intervals_cover() -> None:
    found = []
    for seed in range(PLANTED):
        row = figures(analyse("robustness", planted(seed, 0.3)))["share broken within 10%"]
        found.append((row[1], row[2]))
    covers(found, 0.3)


@pytest.mark.slow
def test_clean_logs_are_quiet() -> None:
    assert CLEAN == 400
    quiet("robustness", lambda seed: planted(seed, FRAGILE))


BENT = {
    "kind": "weighted",
    "criteria": {
        "held": {"kind": "min", "weight": 0.5, "criteria": {"answer": "math.answer"}},
        "format.boxed": 0.5,
    },
}


def bent(seed: int, rate: float, prompts: int) -> Frame:
    """As `planted`, by a rubric that is not a sum: style alone at 1.1 of its weight pays .495."""
    random = np.random.default_rng(seed)
    near = random.random((prompts, 2)) < rate
    style = np.zeros((prompts, 3))
    style[:, 1:] = 0.95 * near
    answer = np.tile([1.0, 0.0, 0.0], (prompts, 1))
    frame = make_frame(
        {"held/answer": answer.ravel(), "format.boxed": style.ravel()},
        np.zeros(3 * prompts),
        prompt=np.repeat(np.arange(prompts), 3),
    )
    own = bound(BENT)
    return dataclasses.replace(frame, reward=Recomposer(own, frame, Context(rubric=own)).rewards)


@pytest.mark.slow
def test_rubrics_that_are_no_sum_are_quiet_and_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without bisecting, and with the one change on which the finding rests: the others only take
    time."""
    monkeypatch.setattr(variations, "HALVINGS", 0)
    monkeypatch.setattr(variations, "TRIED", (CHANGE,))
    own = bound(BENT)
    whole = the(analyse("robustness", bent(0, 0.3, 500), rubric=own), FRAGILE_ORDERS.id)
    assert whole.value == pytest.approx(0.3, abs=0.05)
    quiet("robustness", lambda seed: bent(seed, FRAGILE, 60), rubric=own)
    found = [
        figures(analyse("robustness", bent(seed, 0.3, 60), rubric=own))["share broken within 10%"]
        for seed in range(PLANTED)
    ]
    covers([(row[1], row[2]) for row in found], 0.3)


def test_gaps_of_every_sort_are_survived() -> None:
    random = np.random.default_rng(0)
    n = 300
    scores = {c: random.random(n) for c in "abcdef"}
    for column in scores.values():
        column[random.random(n) < 0.2] = np.nan
    reward = np.nansum(list(scores.values()), axis=0)
    reward[::9] = np.nan
    for prompt in (random.integers(-1, 9, n), np.zeros(n, int), np.arange(n) // 150):
        frame = make_frame(scores, reward, prompt=prompt)
        shares = dataclasses.replace(frame, contributions=frame.scores)
        analyse("robustness", shares)
        analyse("robustness", dataclasses.replace(shares, reward=np.ones(n)))


def table(outcome: Outcome, name: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in outcome.tables[name].rows]


SPLITS = [(0.5, 0.2), (0.6, -0.2), (-0.3, 0.1), (0.2, 0.2)]


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("bends", [False, True], ids=["a sum", "no sum"])
def test_one_verifier_under_two_keys_is_one_weight(split: tuple[float, float], bends: bool) -> None:
    """All figures are those of the rubric that names it once, with both weights."""
    random = np.random.default_rng(int(10 * split[0]) + 20)
    n = 36
    answer, style = random.integers(0, 2, n).astype(float), random.random(n)
    prompt = np.repeat(np.arange(6), 6)
    key: Any = "math.answer"
    if bends:
        key = {"kind": "min", "criteria": ["math.answer"]}
    name = "held/math.answer" if bends else "held"

    def made(**weights: float) -> Outcome:
        criteria: dict[str, Any] = {"held": {"weight": 0.8}}
        criteria["held"] |= key if bends else {"use": key}
        criteria |= {c: {"use": "length.cosine", "weight": w} for c, w in weights.items()}
        own = bound({"kind": "weighted", "criteria": criteria})
        scores = {name: answer, **dict.fromkeys(weights, style)}
        frame = make_frame(
            scores,
            weights=None if bends else {"held": 0.8, **weights},
            reward=0.8 * answer + sum(weights.values()) * style,
            prompt=prompt,
        )
        return analyse("robustness", frame, rubric=own)

    once, twice = made(a=sum(split)), made(a=split[0], b=split[1])
    assert [row[0] for row in table(twice, "weights")] == ["held", "a + b"]
    for part in ("orders", "weights", "nearest"):
        for one, two in zip(table(once, part), table(twice, part), strict=True):
            assert two[1:] == pytest.approx(one[1:], nan_ok=True), (part, one[0])
    assert [f.value for f in once.findings] == [f.value for f in twice.findings]


def test_cases_of_a_switch_have_weights_of_their_own() -> None:
    case = {"kind": "weighted", "criteria": {"math.answer": 0.8, "length.cosine": 0.2}}
    own = bound({"kind": "switch", "on": "info.source", "cases": {"x": case, "y": case}})
    keys = list(own.rubric.leaves())
    assert together(own, keys) == [[0], [1], [2], [3]]
    twice = {"math.answer": 0.8, "a": {"use": "length.cosine"}, "b": {"use": "length.cosine"}}
    other = {"use": "length.cosine", "params": {"max_length": 7}}
    own = bound({"kind": "weighted", "criteria": {**twice, "c": other}})
    assert together(own, ["a", "math.answer", "strange", "c", "b"]) == [[0, 4], [1], [2], [3]]
