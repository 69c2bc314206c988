"""What moved over training: known truths."""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np
import pytest
from planted import PLANTED, analyse, covers, make_frame, quiet, the

from assay.audit.analyses import trends
from assay.audit.frame import Frame
from assay.findings import FindingKind


def log(
    seed: int,
    *,
    reward: float = 0.0,
    label: float = 0.0,
    longer: float = 0.0,
    steps: int = 40,
    size: int = 8,
) -> Frame:
    """Changes over the run; besides, every step has a shock of its own."""
    random = np.random.default_rng(seed)
    n = steps * size * 2
    step = np.repeat(np.arange(steps), size * 2).astype(float)
    t = step / step.max()
    shock = np.repeat(random.normal(0, 0.03, steps), size * 2)
    right = (random.random(n) < 0.5 + label * (t - 0.5) + shock).astype(float)
    style = np.clip(0.5 + reward * (t - 0.5) + shock + random.normal(0, 0.1, n), -9, 9)
    length = 100 * (1 + longer * t) + random.normal(0, 10, n)
    return make_frame(
        {"answer": right, "style": style},
        style + 0 * right,
        step=step,
        prompt=np.repeat(np.arange(steps * 2), size),
        label=right,
        length=length,
    )


def changes(frame: Frame) -> dict[Any, tuple[Any, ...]]:
    return {row[0]: row for row in analyse("trends", frame).tables["trends"].rows}


def test_a_straight_line_is_told_exactly() -> None:
    """Reward 0, 1, 2 at steps 10, 20, 40: the slope is least squares, the change over 30 steps."""
    frame = make_frame({"a": [0, 1, 2]}, [0, 1, 2], step=[10, 20, 40], prompt=[0, 1, 2])
    expected = np.polyfit([10, 20, 40], [0, 1, 2], 1)[0] * 30
    assert changes(frame)["reward"][1] == pytest.approx(expected)


def test_overoptimisation_is_found() -> None:
    frame = log(1, reward=0.4, label=-0.4)
    outcome = analyse("trends", frame)
    found = the(outcome, trends.OVEROPTIMISED.id)
    assert found.value == pytest.approx(-0.4, abs=0.15)
    assert the(outcome, trends.KEY_DOWN.id).subject == ("answer",)


def test_without_labels_it_says_why_it_claims_no_more() -> None:
    frame = make_frame({"a": [0, 1]}, [0, 1], step=[0, 1])
    outcome = analyse("trends", frame)
    assert outcome.notes == (trends.WITHOUT_LABELS,)
    assert outcome.lacks


@pytest.mark.parametrize(("n", "c", "k"), [(8, 3, 4), (8, 0, 1), (8, 8, 8), (5, 1, 5), (6, 2, 2)])
def test_pass_at_k_is_the_chance_of_a_draw(n: int, c: int, k: int) -> None:
    """Of k drawn without replacement from n, of which c are right, at least one is."""
    expected = 1 - comb(n - c, k) / comb(n, k)
    found = trends._pass_at(k, np.array([float(n)]), np.array([float(c)]))
    assert found[0] == pytest.approx(expected)


def narrowing(
    seed: int, *, prompts: int = 150, size: int = 8, sharp: bool, solved: float = 0.55
) -> Frame:
    """Early: every prompt is solved .4 of the time. Late, if sharp: `solved` always, or never."""
    random = np.random.default_rng(seed)
    step = np.repeat([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], prompts * size)
    prompt = np.tile(np.repeat(np.arange(prompts), size), 6)
    luck = np.repeat(random.random(prompts) < solved, size)
    late = np.where(np.tile(luck, 6), 1.0, 0.0) if sharp else np.full(len(step), 0.55)
    chance = np.where(step >= 3, late, 0.4)
    label = (random.random(len(step)) < chance).astype(float)
    group = prompt + prompts * step.astype(int)
    return make_frame({"a": label}, label, step=step, prompt=prompt, group=group, label=label)


def test_narrowing_is_found() -> None:
    found = the(analyse("trends", narrowing(1, sharp=True)), trends.NARROWING.id)
    assert found.subject == ("pass@8",)
    assert found.value == pytest.approx(0.55 - (1 - 0.6**8), abs=0.1)


def test_getting_better_at_everything_is_not_narrowing() -> None:
    assert analyse("trends", narrowing(1, sharp=False)).findings == ()


def test_growth_of_length_is_told_and_blamed_on_nobody() -> None:
    found = the(analyse("trends", log(1, longer=1.0)), trends.LENGTH_GROWS.id)
    assert found.severity == "info"
    assert found.value == pytest.approx(1.0, abs=0.1)


def test_time_lines_have_a_point_a_bin() -> None:
    table = analyse("trends", log(1)).tables["lines"]
    assert sum(row[0] == "reward" for row in table.rows) == trends.BINS


@pytest.mark.slow
def test_intervals_cover() -> None:
    label, length, reward = [], [], []
    for seed in range(PLANTED):
        found = changes(log(seed, reward=0.3, label=-0.3, longer=0.8))
        label.append(found["label"][2:4])
        reward.append(found["reward"][2:4])
        outcome = analyse("trends", log(seed, longer=0.8))
        length.append(the(outcome, trends.LENGTH_GROWS.id).interval)
    covers(label, -0.3)
    covers(reward, 0.3)
    covers([i for i in length if i], 0.8)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [trends.OVEROPTIMISED, trends.KEY_DOWN], ids=lambda k: k.id)
def test_falls_that_are_told_are_covered(kind: FindingKind) -> None:
    """The key criterion and the label are one here: each finding tells the fall of its own."""
    found = [
        the(analyse("trends", log(seed, reward=0.4, label=-0.6)), kind.id)
        for seed in range(PLANTED)
    ]
    covers([f.interval for f in found if f.interval], -0.6)


@pytest.mark.slow
@pytest.mark.parametrize(
    "planted",
    [
        pytest.param({"reward": 0.4}, id="reward up, label flat"),
        pytest.param({"label": -0.4}, id="label down, reward flat"),
        pytest.param({"longer": 0.5}, id="longer by as much as goes unsaid"),
    ],
)
def test_clean_logs_are_quiet(planted: dict[str, float]) -> None:
    quiet("trends", lambda seed: log(seed, **planted))


@pytest.mark.slow
def test_pass_at_k_that_stays_is_quiet() -> None:
    """pass@8 stays near 1 while pass@1 rises: no finding."""
    quiet("trends", lambda seed: narrowing(seed, prompts=40, sharp=False))


@pytest.mark.slow
def test_the_fall_of_pass_at_k_is_covered() -> None:
    found = [analyse("trends", narrowing(s, sharp=True, solved=0.8)) for s in range(PLANTED)]
    intervals = [the(outcome, trends.NARROWING.id).interval for outcome in found]
    covers([i for i in intervals if i], 0.8 - (1 - 0.6**8))


@pytest.mark.slow
@pytest.mark.thorough
def test_the_fall_of_pass_at_k_is_covered_with_fewer_prompts() -> None:
    """A hundred; with 40, three of five logs raise nothing, whatever the fall."""
    logs = (narrowing(s, prompts=100, sharp=True, solved=0.7) for s in range(PLANTED))
    raised = [analyse("trends", log).findings for log in logs]
    intervals = [f.interval for found in raised for f in found if f.id == trends.NARROWING.id]
    assert len(intervals) > 0.95 * PLANTED
    covers([i for i in intervals if i], 0.7 - (1 - 0.6**8))


@pytest.mark.slow
def test_sharper_at_the_same_pass_at_k_is_quiet() -> None:
    """The edge: pass@1 rises from .4 to .98, and pass@8 is .98 before and after."""
    quiet("trends", lambda seed: narrowing(seed, prompts=60, sharp=True, solved=1 - 0.6**8))
