"""One verifier under two keys is one criterion to every analysis: the rubric says so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from planted import analyse, make_frame

from assay import load_rubric
from assay.audit.frame import Frame
from assay.findings import Outcome
from assay.plugins.host import Host
from assay.rubrics import BoundRubric

PROMPTS, SIZE = 120, 6
TWICE = {
    "kind": "weighted",
    "criteria": {
        "math.answer": 0.4,
        "format.boxed": 0.3,
        "again": {"use": "math.answer", "weight": 0.3},
    },
}
GATED = {
    "kind": "weighted",
    "criteria": {
        "math.answer": 0.4,
        "format.boxed": 0.3,
        "again": {"kind": "gate", "gate": "math.answer", "then": "format.boxed", "weight": 0.3},
    },
}


def bound(rubric: Any) -> BoundRubric:
    return load_rubric(rubric).bind(Host())


def log(second: str, weights: tuple[float, float, float], reward: Any = None) -> Frame:
    random = np.random.default_rng(3)
    n = PROMPTS * SIZE
    right = (random.random(n) < 0.5).astype(float)
    boxed = np.where(random.random(n) < 0.5, right, random.random(n) < 0.5).astype(float)
    scores = {"math.answer": right, "format.boxed": boxed, second: right}
    paid = None if reward is None else reward(right, boxed)
    return make_frame(
        scores,
        paid,
        weights=dict(zip(scores, weights, strict=True)) if reward is None else None,
        prompt=np.repeat(np.arange(PROMPTS), SIZE),
    )


def shares(outcome: Outcome, advantage: str) -> dict[str, float]:
    rows = outcome.tables["shares"].rows
    return {str(row[1]): float(str(row[2])) for row in rows if row[0] == advantage}


@pytest.mark.parametrize("advantage", ["GRPO (TRL)", "Dr.GRPO", "GDPO"])
def test_the_budget_counts_it_once(advantage: str) -> None:
    """.4 and .3 of the answer are .7 of it; taken for two it would be outbid by the box."""
    frame = log("again", (0.4, 0.3, 0.3))
    together = shares(analyse("budget", frame, rubric=bound(TWICE)), advantage)
    once = make_frame(
        {"math.answer": frame.score("math.answer"), "format.boxed": frame.score("format.boxed")},
        weights={"math.answer": 0.7, "format.boxed": 0.3},
        prompt=frame.prompt,
    )
    plain = shares(analyse("budget", once), advantage)
    assert together["math.answer"] == pytest.approx(plain["math.answer"])
    assert together["again"] == 0.0


def test_the_key_stands_for_it() -> None:
    frame = log("again", (0.1, 0.3, 0.6))
    moved = make_frame(
        {c: frame.score(c) for c in frame.criteria},
        weights=frame.weights,
        prompt=frame.prompt,
        key="again",
    )
    outcome = analyse("budget", moved, rubric=bound(TWICE))
    assert shares(outcome, "Dr.GRPO")["math.answer"] == 0.0
    assert shares(outcome, "Dr.GRPO")["again"] > 0.5
    assert not outcome.findings


def test_shapley_values_move_it_as_one() -> None:
    """The gate opens with the answer, which is there already: no coalition has one without the
    other. By hand: the share of the answer alone is what it earns with the box as it is."""
    pay = lambda a, b: 0.4 * a + 0.3 * b + 0.3 * a * (0.5 + 0.5 * b)  # noqa: E731
    frame = log("again/gate", (0, 0, 0), pay)
    rubric = bound(GATED)
    scores = {
        **{c: frame.score(c) for c in frame.criteria},
        "again/then": frame.score("format.boxed"),
    }
    whole = make_frame(scores, frame.reward, prompt=frame.prompt)
    found = shares(analyse("budget", whole, rubric=rubric), "Dr.GRPO")
    assert found["again/gate"] == found["again/then"] == 0.0
    a, b = frame.score("math.answer"), frame.score("format.boxed")
    group = frame.groups
    lead = group.centred(frame.reward[group.rows])
    mine = np.zeros(frame.n)
    for i in range(frame.n):  # two players: half of each order
        same = np.flatnonzero(frame.group == frame.group[i])
        first = (pay(a[i], b[same]) - pay(a[same], b[same])).mean()
        last = (pay(a[i], b[i]) - pay(a[same], b[i])).mean()
        mine[i] = (first + last) / 2
    wanted = float((lead * mine[group.rows]).sum() / (lead**2).sum())
    assert found["math.answer"] == pytest.approx(wanted)


def test_correlations_leave_it_out_and_stay_defined() -> None:
    """Two columns that are one would make every partial correlation undefined."""
    frame = log("again", (0.4, 0.3, 0.3))
    outcome = analyse("relations", frame, rubric=bound(TWICE))
    rows = outcome.tables["pairs"].rows
    assert [row[:2] for row in rows] == [("math.answer", "format.boxed")]
    assert not [f for f in outcome.findings if "again" in f.subject]
    assert any("again: the same verifier as math.answer" in note for note in outcome.notes)
    apart = analyse("relations", frame)  # without the rubric nobody knows: they are two
    assert len(apart.tables["pairs"].rows) == 3


def test_a_bonus_and_a_penalty_of_one_verifier_are_what_is_left_of_them() -> None:
    """.4 for the box and -.4 for it: it is not paid, so it pulls at nothing."""
    random = np.random.default_rng(5)
    n = PROMPTS * SIZE
    right = (random.random(n) < 0.5).astype(float)
    boxed = np.where(random.random(n) < 0.95, 1 - right, right)
    scores = {"math.answer": right, "format.boxed": boxed, "off": boxed}
    for minus, found in ((-0.4, False), (-0.1, True)):
        weights = {"math.answer": 1.0, "format.boxed": 0.4, "off": minus}
        rubric = {"math.answer": 1, "format.boxed": 0.4}
        table = {**rubric, "off": {"use": "format.boxed", "weight": minus}}
        frame = make_frame(scores, weights=weights, prompt=np.repeat(np.arange(PROMPTS), SIZE))
        outcome = analyse("relations", frame, rubric=bound({"kind": "weighted", "criteria": table}))
        assert any(f.id == "relations.contradicts" for f in outcome.findings) is found
